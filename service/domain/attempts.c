/* SPDX-License-Identifier: GPL-3.0-or-later
 * Counting failures and deciding the waits. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/attempts.h"

#include "service/store/attempt.h"

#define FIRST_WAIT 30 /* seconds */
#define PAIR_FORGETS                                                                               \
  (24 * 60 * 60) /* seconds without a failure after which counting starts anew                     \
                  */
#define NETWORK_FORGETS (60 * 60)

char *
nhi_attempt_subject (const char *person_id, const char *id_number)
{
  if (person_id != NULL)
    return g_strdup (person_id);

  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, id_number, -1);
  return g_strdup_printf ("nobody-%.32s", hash);
}

gint64
nhi_attempt_wait_after (gint64 failures, guint free)
{
  gint64 wait = FIRST_WAIT;

  if (failures <= (gint64)free)
    return 0;
  for (gint64 i = failures - free; i > 1 && wait < NHI_ATTEMPT_MAX_WAIT; i--)
    wait *= 2;
  return MIN (wait, NHI_ATTEMPT_MAX_WAIT);
}

/* A row as it counts now, locked: forgotten when old; and when the clock was set back, a wait never
 * lasts longer than the longest. */
static gboolean
lock_current (NhiDbConnection *connection,
              const NhiAttempt *attempt,
              const char *subject,
              gint64 forgets,
              gint64 now,
              NhiAttemptRow *ret,
              GError **error)
{
  if (!nhi_store_attempt_lock (connection, subject, attempt->network, attempt->purpose, ret, error))
    return FALSE;
  if (ret->last_at + forgets <= now)
    ret->failures = ret->wait_until = 0;
  if (ret->wait_until > now + NHI_ATTEMPT_MAX_WAIT)
    ret->wait_until = 0;
  return TRUE;
}

static gboolean
count_failure (NhiDbConnection *connection,
               const NhiAttempt *attempt,
               const char *subject,
               guint free,
               gint64 now,
               NhiAttemptRow *row,
               GError **error)
{
  row->failures++;
  row->last_at = now;
  row->wait_until = now + nhi_attempt_wait_after (row->failures, free);
  g_free (row->trial);
  row->trial = g_strdup (attempt->trial);
  return nhi_store_attempt_put (connection, subject, attempt->network, attempt->purpose, row,
                                error);
}

gboolean
nhi_attempt_begin (NhiDbConnection *connection,
                   const NhiAttempt *attempt,
                   gint64 now,
                   GError **error)
{
  g_auto (NhiAttemptRow) pair = { 0 };
  g_auto (NhiAttemptRow) network = { 0 };

  if (!lock_current (connection, attempt, attempt->subject, PAIR_FORGETS, now, &pair, error))
    return FALSE;
  if (g_strcmp0 (pair.trial, attempt->trial) == 0)
    return TRUE;
  if (attempt->network_free > 0 &&
      !lock_current (connection, attempt, attempt->network, NETWORK_FORGETS, now, &network, error))
    return FALSE;

  const gint64 wait_until = MAX (pair.wait_until, network.wait_until);
  if (wait_until > now)
    {
      nhi_domain_error_set_wait (error, wait_until);
      return FALSE;
    }
  if (!count_failure (connection, attempt, attempt->subject, attempt->free, now, &pair, error))
    return FALSE;
  return attempt->network_free == 0 || count_failure (connection, attempt, attempt->network,
                                                      attempt->network_free, now, &network, error);
}

/* Nobody else could begin while a wait stood, so the network's wait that stands is the one this
 * trial's own failure set, and goes with it. */
gboolean
nhi_attempt_succeed (NhiDbConnection *connection,
                     const NhiAttempt *attempt,
                     gint64 now,
                     GError **error)
{
  return nhi_store_attempt_delete (connection, attempt->subject, attempt->network, attempt->purpose,
                                   error) &&
         (attempt->network_free == 0 ||
          nhi_store_attempt_take_back (connection, attempt->network, attempt->network,
                                       attempt->purpose, now - NETWORK_FORGETS, error));
}
