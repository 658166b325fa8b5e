/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the clock ends: registrations, sessions, kept answers, counted failures, history. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/idempotency.h"
#include "service/domain/registration.h"
#include "service/domain/session.h"
#include "service/store/attempt.h"
#include "service/store/idempotency.h"
#include "service/store/outbox.h"
#include "service/store/registration.h"
#include "service/store/session.h"

#define BATCH                                                                                      \
  500 /* registrations in one transaction, so that nobody waits long for the write lock */
#define FORGET_BATCH 2000 /* rows of each kind in one run; what is left goes a minute later */
#define ATTEMPTS_KEPT (2 * 24 * 60 * 60)
#define ENDED_KEPT (90 * 24 * 60 * 60) /* registrations that are over, and letters */
#define SIGN_INS_KEPT (365 * 24 * 60 * 60)

typedef struct
{
  gint64 now;
  gint64 expired;
} Expiry;

static gboolean
expire_registrations_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Expiry *self = data;

  self->expired = nhi_store_registration_expire (connection, self->now, BATCH, error);
  return self->expired >= 0;
}

static gboolean
forget_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const gint64 now = ((Expiry *)data)->now;

  return nhi_store_registration_forget_tokens (connection, now - NHI_REGISTRATION_KEEPS_TOKEN,
                                               FORGET_BATCH, error) &&
         nhi_store_registration_delete_before (connection, now - ENDED_KEPT, FORGET_BATCH, error) &&
         nhi_store_outbox_delete_before (connection, now - ENDED_KEPT, FORGET_BATCH, error) &&
         nhi_store_session_delete_ended (connection, now, now - NHI_SESSION_IDLE_SECONDS,
                                         FORGET_BATCH, error) &&
         nhi_store_idempotency_delete_before (connection, now - NHI_IDEMPOTENCY_SECONDS,
                                              FORGET_BATCH, error) &&
         nhi_store_attempt_delete_before (connection, now - ATTEMPTS_KEPT, FORGET_BATCH, error) &&
         nhi_store_sign_in_delete_before (connection, now - SIGN_INS_KEPT, FORGET_BATCH, error);
}

gboolean
nhi_registration_expire (NhiWorld *world, GError **error)
{
  Expiry expiry = { .now = nhi_world_now (world) };

  do
    {
      if (!nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, expire_registrations_body, &expiry,
                            error))
        return FALSE;
    }
  while (expiry.expired == BATCH);
  return nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, forget_body, &expiry, error);
}
