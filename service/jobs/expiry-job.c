/* SPDX-License-Identifier: GPL-3.0-or-later
 * The job that comes each minute and ends what had its time: packages, applications, rows of
 * jobs that are over. */
#define G_LOG_DOMAIN "nhi-jobs"

#include "service/domain/health-bank.h"
#include "service/domain/registration.h"
#include "service/jobs/runner.h"

#define EVERY_SECONDS 60
#define RETRY_SECONDS 15
/* Rows of one kind in one transaction, so that the write lock is short. All packages of a day end
 * in the same second, and they are to be gone within the next minute. */
#define LIMIT 200
#define DONE_JOBS_KEPT (24 * 60 * 60)
#define FAILED_JOBS_KEPT (30 * 24 * 60 * 60)

typedef struct
{
  const NhiJob *job;
  gint64 now;
  gint64 gone; /* in the last batch */
} Run;

static gboolean
packages_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Run *run = data;

  run->gone = nhi_health_bank_expire (connection, run->now, LIMIT, error);
  return run->gone >= 0;
}

static gboolean
jobs_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Run *run = data;

  run->gone = nhi_store_job_forget (connection, run->now - DONE_JOBS_KEPT,
                                    run->now - FAILED_JOBS_KEPT, LIMIT, error);
  return run->gone >= 0;
}

static gboolean
repeat_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Run *run = data;

  return nhi_store_job_repeat (connection, run->job, run->now + EVERY_SECONDS, error);
}

/* Batch after batch, until one was not full; who lost the job meanwhile leaves the rest to who has
 * it. */
static gboolean
sweep (NhiWorld *world, NhiLease *lease, NhiDbBody body, Run *run, const char *what, GError **error)
{
  gint64 sum = 0;

  do
    {
      if (!nhi_lease_check (lease, error) ||
          !nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, body, run, error))
        return FALSE;
      sum += run->gone;
    }
  while (run->gone >= LIMIT);
  if (sum > 0)
    g_info ("Expiry: %" G_GINT64_FORMAT " %s are gone", sum, what);
  return TRUE;
}

/* Each step may be done twice. */
static gboolean
work (NhiWorld *world,
      const NhiJobsOptions *options,
      const NhiJob *job,
      NhiLease *lease,
      GError **error)
{
  Run run = { .job = job, .now = nhi_world_now (world) };

  return sweep (world, lease, packages_body, &run, "packages or applications", error) &&
         nhi_registration_expire (world, error) &&
         sweep (world, lease, jobs_body, &run, "rows of jobs", error) &&
         nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, repeat_body, &run, error);
}

const NhiJobKind nhi_expiry_job = {
  .kind = NHI_JOB_EXPIRY,
  .max_attempts = 0,
  .lease_seconds = NHI_JOBS_LEASE_SECONDS,
  .retry_seconds = RETRY_SECONDS,
  .work = work,
};
