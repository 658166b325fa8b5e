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
  500 /* rows in one transaction, so that nobody waits long for the write lock or a row */
#define BATCHES 200 /* of one kind in one run; what is left goes a minute later */
#define ATTEMPTS_KEPT (2 * 24 * 60 * 60)
#define ENDED_KEPT (90 * 24 * 60 * 60) /* registrations that are over, and letters */
#define SIGN_INS_KEPT (365 * 24 * 60 * 60)

/* What is swept, and how many seconds it is kept. */
typedef struct
{
  gint64 (*sweep) (NhiDbConnection *connection, gint64 until, guint limit, GError **error);
  gint64 kept;
} Sweep;

static const Sweep sweeps[] = {
  { nhi_store_registration_expire, 0 },
  { nhi_store_registration_forget_tokens, NHI_REGISTRATION_KEEPS_TOKEN },
  { nhi_store_registration_delete_before, ENDED_KEPT },
  { nhi_store_outbox_delete_before, ENDED_KEPT },
  { nhi_store_session_delete_idle, NHI_SESSION_IDLE_SECONDS },
  { nhi_store_session_forget_tokens, 0 },
  { nhi_store_idempotency_delete_before, NHI_IDEMPOTENCY_SECONDS },
  { nhi_store_attempt_delete_before, ATTEMPTS_KEPT },
  { nhi_store_sign_in_delete_before, SIGN_INS_KEPT },
};

typedef struct
{
  const Sweep *sweep;
  gint64 until;
  gint64 gone;
} Batch;

static gboolean
batch_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Batch *self = data;

  self->gone = self->sweep->sweep (connection, self->until, BATCH, error);
  return self->gone >= 0;
}

static gboolean
run_sweep (NhiWorld *world, const Sweep *sweep, gint64 now, GError **error)
{
  Batch batch = { sweep, now - sweep->kept, BATCH };

  for (guint i = 0; i < BATCHES && batch.gone == BATCH; i++)
    if (!nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, batch_body, &batch, error))
      return FALSE;
  return TRUE;
}

gboolean
nhi_registration_expire (NhiWorld *world, GError **error)
{
  const gint64 now = nhi_world_now (world);

  for (gsize i = 0; i < G_N_ELEMENTS (sweeps); i++)
    if (!run_sweep (world, &sweeps[i], now, error))
      return FALSE;
  return TRUE;
}
