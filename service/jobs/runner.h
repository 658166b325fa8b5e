/* SPDX-License-Identifier: GPL-3.0-or-later
 * Runs the jobs that wait in the database: claims them with a lease, retries with growing waits,
 * gives up after the last attempt. */
#pragma once

#include <gio/gio.h>

#include "service/jobs/lease.h"

G_BEGIN_DECLS

/* Long enough for a node that is slow, short enough that nobody waits for one that is dead. Renewed
 * while the job runs. */
#define NHI_JOBS_LEASE_SECONDS 30

/**
 * NhiJobsOptions:
 * @mail_route: (nullable): "smtp://host:port" or "folder:PATH"; with %NULL letters stay waiting
 * @threads: how many packages are built at once; 0 for 2
 * @poll_milliseconds: how often an idle runner looks for work, give or take a half by chance, so
 * that nodes started together do not look together; 0 for 200
 * @lease_seconds: how long a claimed job belongs to its runner unless renewed; 0 for the kind's own
 * @runner: (nullable): a random name that no other node has, and only the successor of a dead
 * runner again; what that one left begun is taken up at once instead of after its lease
 * @on_step: (nullable): told of each step of a package's job, in the thread that does it:
 * "claimed", "built", "writing" (inside the transaction that writes), "written"
 */
typedef struct
{
  const char *mail_route;
  guint threads;
  guint poll_milliseconds;
  guint lease_seconds;
  const char *runner;
  void (*on_step) (const NhiJob *job, const char *step, gpointer data);
  gpointer on_step_data;
} NhiJobsOptions;

/* What a kind of job is. Each kind has its own threads, so that a slow mail server never holds up a
 * package. */
typedef struct
{
  const char *kind;
  guint max_attempts; /* 0: is never given up */
  guint lease_seconds;
  guint retry_seconds; /* before the second attempt; four times as long before each further one, an
                          hour at most */
  /* Does the work and ends the job: nhi_store_job_finish() (or _repeat) first in the transaction
   * that holds the result. FALSE with @error: tried again later; NHI_JOB_ERROR_PERMANENT: given up
   * at once; LEASE_LOST: left to its new holder. */
  gboolean (*work) (NhiWorld *world,
                    const NhiJobsOptions *options,
                    const NhiJob *job,
                    NhiLease *lease,
                    GError **error);
  /* Writes what the end without success means for the subject, in the transaction that fails the
   * job. May be NULL. */
  gboolean (*give_up) (NhiDbConnection *connection, const NhiJob *job, GError **error);
} NhiJobKind;

extern const NhiJobKind nhi_package_job; /* package-job.c */
extern const NhiJobKind nhi_expiry_job;  /* expiry-job.c */
extern const NhiJobKind nhi_mail_job;    /* mail-job.c */

/* Seconds to wait after attempt number @attempts (1, 2, …) failed. */
gint64 nhi_job_retry_delay (const NhiJobKind *kind, guint attempts);

/* Blocks until @cancellable is cancelled; running jobs are finished first. FALSE only when it
 * cannot start. */
gboolean nhi_jobs_run (NhiWorld *world,
                       const NhiJobsOptions *options,
                       GCancellable *cancellable,
                       GError **error);

/* Runs everything that is due now, in this thread, and returns: for "nhicardctl jobs run" and
 * tests. A job that fails is put back as always; FALSE only when the database fails. */
gboolean nhi_jobs_run_due (NhiWorld *world, const NhiJobsOptions *options, GError **error);

G_END_DECLS
