/* SPDX-License-Identifier: GPL-3.0-or-later
 * Waits that grow with failures, counted per (person, network) and per network, so that a stranger
 * elsewhere never locks anybody out. */
#pragma once

#include "service/domain/world.h"

G_BEGIN_DECLS

#define NHI_ATTEMPT_MAX_WAIT (15 * 60) /* seconds */

/**
 * NhiAttempt: who tries what from where
 * @trial: an id made before the transaction: one that runs again after its COMMIT was lost finds
 * itself and is not counted twice
 * @subject: nhi_attempt_subject()
 * @free: this many failures of the subject from this network cost no wait
 * @network_free: the same for all subjects together from this network; 0 = the network is not
 * counted. Many people share one network (a clinic, a mobile operator), so it is much more.
 */
typedef struct
{
  const char *trial;
  const char *subject;
  const char *network;
  const char *purpose;
  guint free;
  guint network_free;
} NhiAttempt;

/* @person_id when there is one; otherwise a hash of the number that was tried, so that unknown
 * people are counted alike. */
char *nhi_attempt_subject (const char *person_id, const char *id_number);

/* Seconds to wait after the failure with number @failures: none up to @free, then 30 and twice as
 * long each time. */
gint64 nhi_attempt_wait_after (gint64 failures, guint free);

/* Counts a failure before the trial is judged – so that a hundred guesses at once gain nothing over
 * a hundred in a row – or refuses it with %NHI_DOMAIN_ERROR_WAIT and the moment. Commit it whatever
 * comes of the trial. The rows it decides upon stay locked until then, the subject's before the
 * network's, so NHI_DB_WRITE_LOCKED is enough. */
gboolean nhi_attempt_begin (NhiDbConnection *connection,
                            const NhiAttempt *attempt,
                            gint64 now,
                            GError **error);

/* The trial was right: forgets the pair's failures and takes the one of nhi_attempt_begin() off the
 * network's. */
gboolean nhi_attempt_succeed (NhiDbConnection *connection,
                              const NhiAttempt *attempt,
                              gint64 now,
                              GError **error);

G_END_DECLS
