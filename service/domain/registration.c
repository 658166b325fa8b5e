/* SPDX-License-Identifier: GPL-3.0-or-later
 * Applying for an account. Its confirmation is confirmation.c's, its end expiry.c's. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/registration.h"

#include "service/domain/attempts.h"
#include "service/domain/idempotency.h"
#include "service/domain/name.h"
#include "service/domain/outbox.h"
#include "service/domain/password.h"
#include "service/domain/registration-form.h"
#include "service/store/registration.h"
#include "shared/api/api.h"
#include "shared/calendar/taipei.h"
#include "shared/identity/contact.h"

#define FREE_MISMATCHES 3
#define FREE_MISMATCHES_OF_NETWORK 30
#define FREE_LETTERS 5 /* a person at one place; after that the next letter has to wait */

void
nhi_registration_ticket_clear (NhiRegistrationTicket *ticket)
{
  g_clear_pointer (&ticket->email_masked, g_free);
}

/* What one application needs inside its transaction. */
typedef struct
{
  NhiWorld *world;
  const NhiRegistrationForm *form;
  const NhiIdempotency *idempotency;
  const char *network;
  const char *password_hash;
  const char *mail_id; /* of the one letter there may be; the trial is known by it too */
  gint64 now;
  gboolean matches;
  gint64 expires_at;
} Application;

static gboolean
write_pending (Application *self,
               NhiDbConnection *connection,
               const NhiPerson *person,
               GError **error)
{
  const NhiRegistrationForm *form = self->form;
  g_autofree char *registration_id = nhi_world_uuid (self->world);
  g_autofree char *token = nhi_world_token (self->world);
  g_autofree char *link =
      g_strdup_printf ("%s" NHI_ROUTE_CONFIRM "%s", self->world->public_uri, token);
  g_autofree char *masked_name = nhi_name_mask (person->name);
  guint8 token_hash[32];
  const NhiRegistrationRow row = {
    .person_id = person->person_id,
    .registration_id = registration_id,
    .email = form->email,
    .phone = form->phone,
    .password_hash = (char *)self->password_hash,
    .language = form->language,
    .created_at = self->now,
    .expires_at = self->expires_at,
  };
  const NhiLetter letter = {
    .kind = NHI_LETTER_CONFIRM,
    .language = form->language,
    .recipient = form->email,
    .masked_name = masked_name,
    .link = link,
    .link_expires_at = self->expires_at,
  };

  nhi_token_hash (token, token_hash);
  return nhi_store_registration_replace_pending (connection, person->person_id, error) &&
         nhi_store_registration_add (connection, &row, token_hash, error) &&
         nhi_outbox_post (self->world, connection, self->mail_id, person->person_id, &letter,
                          self->now, error);
}

static gboolean
tell_owner (Application *self,
            NhiDbConnection *connection,
            const NhiPerson *person,
            const NhiAccountRow *account,
            GError **error)
{
  g_autofree char *masked_name = nhi_name_mask (person->name);
  const NhiLetter letter = {
    .kind = NHI_LETTER_ALREADY,
    .language = account->language,
    .recipient = account->email,
    .masked_name = masked_name,
  };
  return nhi_outbox_post (self->world, connection, self->mail_id, person->person_id, &letter,
                          self->now, error);
}

static gboolean
write_application (Application *self,
                   NhiDbConnection *connection,
                   const NhiPerson *person,
                   GError **error)
{
  const NhiAttempt letters = { self->mail_id,         person->person_id, self->network,
                               "registration-letter", FREE_LETTERS,      0 };
  g_autoptr (NhiAccountRow) account = NULL;

  if (!nhi_attempt_begin (connection, &letters, self->now, error) ||
      !nhi_store_account_find (connection, person->person_id, &account, error))
    return FALSE;
  if (account != NULL)
    return tell_owner (self, connection, person, account, error);
  return write_pending (self, connection, person, error);
}

/* Run again after it was in fact committed, a match finds its key and a mismatch its trial. */
static gboolean
apply_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Application *self = data;
  g_autofree char *earlier = NULL;
  g_auto (NhiInsured) insured = { 0 };

  if (!nhi_idempotency_find (connection, self->idempotency, self->now, &earlier, error))
    return FALSE;
  if (earlier != NULL)
    {
      self->matches = TRUE;
      self->expires_at = g_ascii_strtoll (earlier, NULL, 10);
      return TRUE;
    }
  if (!nhi_insured_find (connection, self->form->id_number, self->form->card_number, &insured,
                         error))
    return FALSE;

  const NhiPerson *person = insured.person;
  g_autofree char *subject =
      nhi_attempt_subject (person != NULL ? person->person_id : NULL, self->form->id_number);
  const NhiAttempt attempt = { self->mail_id,  subject,         self->network,
                               "registration", FREE_MISMATCHES, FREE_MISMATCHES_OF_NETWORK };
  if (!nhi_attempt_begin (connection, &attempt, self->now, error))
    return FALSE;
  self->expires_at = self->now + NHI_REGISTRATION_SECONDS;
  self->matches = nhi_registration_form_matches (self->form, &insured);
  if (!self->matches)
    return TRUE; /* commits the failure */

  g_autofree char *answer = g_strdup_printf ("%" G_GINT64_FORMAT, self->expires_at);
  return nhi_attempt_succeed (connection, &attempt, self->now, error) &&
         write_application (self, connection, person, error) &&
         nhi_idempotency_keep (connection, self->idempotency, answer, self->now, error);
}

static void
init_idempotency (NhiIdempotency *idempotency,
                  const NhiRegistrationForm *form,
                  const char *network,
                  const char *key)
{
  g_autofree char *neighbourhood = g_strdup_printf ("%" G_GINT64_FORMAT, form->neighbourhood);
  const char *parts[] = { NHI_ROUTE_REGISTRATIONS,
                          form->card_number,
                          form->id_number,
                          form->name,
                          form->birth_date,
                          form->household_number,
                          form->village_code,
                          neighbourhood,
                          form->email,
                          form->phone,
                          form->password,
                          form->language,
                          NULL };
  nhi_idempotency_init (idempotency, network, key, parts);
}

gboolean
nhi_registration_apply (NhiWorld *world,
                        const NhiRegistrationRequest *request,
                        const char *network,
                        const char *idempotency_key,
                        NhiRegistrationTicket *ret_ticket,
                        GError **error)
{
  g_auto (NhiRegistrationForm) form = { 0 };
  g_auto (NhiIdempotency) idempotency = { 0 };
  const gint64 now = nhi_world_now (world);
  const GDate today = nhi_taipei_date (now);

  if (!nhi_registration_form_read (request, &today, &form, error))
    return FALSE;
  /* Hashed before anything is known about the person, so that time tells nothing. */
  g_autofree char *password_hash = nhi_password_hash (world, form.password, error);
  if (password_hash == NULL)
    return FALSE;

  g_autofree char *mail_id = nhi_world_uuid (world);
  init_idempotency (&idempotency, &form, network, idempotency_key);
  Application application = {
    .world = world,
    .form = &form,
    .idempotency = &idempotency,
    .network = network,
    .password_hash = password_hash,
    .mail_id = mail_id,
    .now = now,
  };
  if (!nhi_db_transact (world->db, NHI_DB_WRITE, apply_body, &application, error))
    return FALSE;
  if (!application.matches)
    {
      g_set_error_literal (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_MATCHING,
                           "What was given is not what the insurer holds");
      return FALSE;
    }
  ret_ticket->email_masked = nhi_email_mask (form.email);
  ret_ticket->expires_at = application.expires_at;
  return TRUE;
}
