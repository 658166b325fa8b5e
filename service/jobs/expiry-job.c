/* SPDX-License-Identifier: GPL-3.0-or-later
 * The job that comes each minute and lets end what has its time: packages, applications, rows of
 * jobs that are over. */
#define G_LOG_DOMAIN "nhi-jobs"

#include "service/domain/health-bank.h"
#include "service/jobs/runner.h"

#define EVERY_SECONDS 60
#define RETRY_SECONDS 15
#define LIMIT                                                                                      \
  200 /* rows of one kind in one transaction, so that the write lock is short; the rest next time  \
       */
#define DONE_JOBS_KEPT (24 * 60 * 60)
#define FAILED_JOBS_KEPT (30 * 24 * 60 * 60)

typedef gint64 (*Step) (NhiDbConnection *connection, gint64 now, guint limit, GError **error);

typedef struct
{
  const NhiJob *job;
  Step step;
  gint64 now;
  gint64 count;
} Run;

static gint64
forget_jobs (NhiDbConnection *connection, gint64 now, guint limit, GError **error)
{
  return nhi_store_job_forget (connection, now - DONE_JOBS_KEPT, now - FAILED_JOBS_KEPT, limit,
                               error);
}

static const struct
{
  const char *what;
  Step step;
} steps[] = {
  { "packages", nhi_health_bank_expire },
  { "jobs", forget_jobs },
};

static gboolean
step_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Run *run = data;

  run->count = run->step (connection, run->now, LIMIT, error);
  return run->count >= 0;
}

static gboolean
repeat_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Run *run = data;

  return nhi_store_job_repeat (connection, run->job, run->now + EVERY_SECONDS, error);
}

/* Each step is safe to run twice, so the lease is not needed until the end. */
static gboolean
work (NhiWorld *world, const NhiJobsOptions *options, const NhiJob *job, GError **error)
{
  Run run = { .job = job, .now = nhi_world_now (world) };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      run.step = steps[i].step;
      if (!nhi_db_transact (world->db, NHI_DB_WRITE, step_body, &run, error))
        return FALSE;
      if (run.count > 0)
        g_info ("Expiry: %" G_GINT64_FORMAT " %s ended", run.count, steps[i].what);
    }
  return nhi_db_transact (world->db, NHI_DB_WRITE, repeat_body, &run, error);
}

const NhiJobKind nhi_expiry_job = {
  .kind = NHI_JOB_EXPIRY,
  .max_attempts = 0,
  .retry_seconds = RETRY_SECONDS,
  .work = work,
};
