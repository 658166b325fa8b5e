/* SPDX-License-Identifier: GPL-3.0-or-later
 * Posting a letter: outbox row and job in the caller's transaction. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/outbox.h"

#include "service/store/job.h"
#include "service/store/outbox.h"

#include <string.h>

/* The part after "@" of the sender, for message ids. */
static char *
sender_domain (const NhiWorld *world)
{
  const char *at = strrchr (world->mail_from, '@');
  if (at == NULL)
    return g_strdup ("nhicard.invalid");
  return g_strndup (at + 1, strcspn (at + 1, "> \t"));
}

gboolean
nhi_outbox_post (NhiWorld *world,
                 NhiDbConnection *connection,
                 const char *mail_id,
                 const char *person_id,
                 const NhiLetter *letter,
                 gint64 now,
                 GError **error)
{
  g_autofree char *domain = sender_domain (world);
  g_autofree char *message_id = g_strdup_printf ("%s@%s", mail_id, domain);
  NhiLetter whole = *letter;

  whole.sender = world->mail_from;
  whole.message_id = message_id;
  whole.date = now;
  whole.demo = world->demo;
  g_autoptr (GBytes) message = nhi_letter_compose (&whole, error);
  if (message == NULL)
    return FALSE;

  const NhiOutboxRow row = {
    .person_id = (char *)person_id,
    .mail_id = (char *)mail_id,
    .recipient = (char *)letter->recipient,
    .message_id = message_id,
    .message = message,
    .created_at = now,
  };
  return nhi_store_outbox_add (connection, &row, error) &&
         nhi_store_job_add (connection, mail_id, NHI_JOB_MAIL, person_id, mail_id, now, now, error);
}
