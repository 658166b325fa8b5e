/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rows of what must happen later: written beside what asks for it, claimed with a lease, ended
 * only by who holds the lease. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

#define NHI_JOB_PACKAGE "package" /* subject: application_id */
#define NHI_JOB_MAIL "mail"       /* subject: mail_id */
#define NHI_JOB_EXPIRY "expiry"   /* no subject; comes again each minute */

#define NHI_JOB_ERROR (nhi_job_error_quark ())
/**
 * NhiJobError:
 * @NHI_JOB_ERROR_LEASE_LOST: another runner holds the job now; what was done under the old lease
 * must be rolled back
 * @NHI_JOB_ERROR_PERMANENT: set by a job's work when no further attempt can help
 */
typedef enum
{
  NHI_JOB_ERROR_LEASE_LOST,
  NHI_JOB_ERROR_PERMANENT,
} NhiJobError;
GQuark nhi_job_error_quark (void);

/* A claimed job. */
typedef struct
{
  char *job_id;
  char *kind;
  char *person_id;
  char *subject_id;
  char *lease_token; /* the fencing token: new with each claim */
  char *cursor;      /* how far an earlier attempt came; nullable */
  guint attempts;    /* this one counted: 1, 2, … */
} NhiJob;
void nhi_job_free (NhiJob *job);

/* Adds a job that is due from @run_at. Call it in the transaction that writes what the job is
 * about. */
gboolean nhi_store_job_add (NhiDbConnection *connection,
                            const char *job_id,
                            const char *kind,
                            const char *person_id,
                            const char *subject_id,
                            gint64 run_at,
                            gint64 now,
                            GError **error);

/* Adds the one row of a job that comes again and again, unless it is there. Its id is its kind. */
gboolean nhi_store_job_add_recurring (NhiDbConnection *connection,
                                      const char *kind,
                                      gint64 now,
                                      GError **error);

/* TRUE in @ret_due when a job of @kind waits and is due, or runs under a lease that has ended. */
gboolean nhi_store_job_is_due (NhiDbConnection *connection,
                               const char *kind,
                               gint64 now,
                               gboolean *ret_due,
                               GError **error);

/* The oldest due jobs of @kind, @limit at most, now leased under @lease_token (new for each claim)
 * until @lease_until and each with one attempt more. NHI_DB_WRITE_LOCKED is enough: what others are
 * just claiming is passed over. (transfer full): of NhiJob, perhaps empty; NULL with @error. */
GPtrArray *nhi_store_job_claim_many (NhiDbConnection *connection,
                                     const char *kind,
                                     const char *lease_token,
                                     gint64 now,
                                     gint64 lease_until,
                                     guint limit,
                                     GError **error);
/* What a claim has leased already: a body that runs again, perhaps after its COMMIT was lost, looks
 * here first, or these jobs would stand still for a lease. As nhi_store_job_claim_many(). */
GPtrArray *nhi_store_job_find_claimed (NhiDbConnection *connection,
                                       const char *kind,
                                       const char *lease_token,
                                       gint64 lease_until,
                                       GError **error);

/* Makes due at once what runs under a token "@runner:…" (@runner: a UUID): for when that runner is
 * known to be dead. FALSE with @error. */
gboolean nhi_store_job_take_over (NhiDbConnection *connection,
                                  const char *kind,
                                  const char *runner,
                                  gint64 now,
                                  GError **error);

/* Each of these ends or moves a job only while its lease token is still in the row; else
 * NHI_JOB_ERROR_LEASE_LOST. That it has done so already – its COMMIT was lost – is no error. Call
 * nhi_store_job_finish() FIRST in the transaction that writes the job's result: so a late finisher
 * writes nothing, and the row's lock keeps everybody else away until the COMMIT, which is why
 * NHI_DB_WRITE_LOCKED is enough. @cursor: NULL leaves the old one. */
gboolean nhi_store_job_finish (NhiDbConnection *connection, const NhiJob *job, GError **error);
gboolean nhi_store_job_extend (NhiDbConnection *connection,
                               const NhiJob *job,
                               const char *cursor,
                               gint64 lease_until,
                               GError **error);
gboolean nhi_store_job_retry (NhiDbConnection *connection,
                              const NhiJob *job,
                              gint64 run_at,
                              const char *why,
                              GError **error);
gboolean nhi_store_job_repeat (NhiDbConnection *connection,
                               const NhiJob *job,
                               gint64 run_at,
                               GError **error);
gboolean nhi_store_job_fail (NhiDbConnection *connection,
                             const NhiJob *job,
                             const char *why,
                             GError **error);

/* Deletes rows of jobs that were done, or given up, before these moments; at most @limit. Returns
 * how many, or -1. */
gint64 nhi_store_job_forget (NhiDbConnection *connection,
                             gint64 done_before,
                             gint64 failed_before,
                             guint limit,
                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiJob, nhi_job_free)

G_END_DECLS
