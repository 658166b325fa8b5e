/* SPDX-License-Identifier: GPL-3.0-or-later
 * The job that comes each minute and ends what had its time: packages, applications, rows of
 * jobs that are over. */
#define G_LOG_DOMAIN "nhi-jobs"

#include "service/domain/health-bank.h"
#include "service/domain/registration.h"
#include "service/jobs/runner.h"

#define EVERY_SECONDS 60
#define RETRY_SECONDS 15
/* Rows of one kind in one transaction, so that the write lock is short; the rest goes next time. */
#define LIMIT 200
#define DONE_JOBS_KEPT (24 * 60 * 60)
#define FAILED_JOBS_KEPT (30 * 24 * 60 * 60)

typedef struct
{
  const NhiJob *job;
  gint64 now;
  gint64 packages;
  gint64 jobs;
} Run;

static gboolean
packages_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Run *run = data;

  run->packages = nhi_health_bank_expire (connection, run->now, LIMIT, error);
  return run->packages >= 0;
}

static gboolean
jobs_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Run *run = data;

  run->jobs = nhi_store_job_forget (connection, run->now - DONE_JOBS_KEPT,
                                    run->now - FAILED_JOBS_KEPT, LIMIT, error);
  return run->jobs >= 0;
}

static gboolean
repeat_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Run *run = data;

  return nhi_store_job_repeat (connection, run->job, run->now + EVERY_SECONDS, error);
}

/* Each step may be done twice, so the lease is not needed until the end. */
static gboolean
work (NhiWorld *world,
      const NhiJobsOptions *options,
      const NhiJob *job,
      NhiLease *lease,
      GError **error)
{
  Run run = { .job = job, .now = nhi_world_now (world) };

  if (!nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, packages_body, &run, error) ||
      !nhi_registration_expire (world, error) ||
      !nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, jobs_body, &run, error))
    return FALSE;
  if (run.packages + run.jobs > 0)
    g_info ("Expiry: %" G_GINT64_FORMAT " packages or applications and %" G_GINT64_FORMAT
            " rows of jobs are gone",
            run.packages, run.jobs);
  return nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, repeat_body, &run, error);
}

const NhiJobKind nhi_expiry_job = {
  .kind = NHI_JOB_EXPIRY,
  .max_attempts = 0,
  .lease_seconds = NHI_JOBS_LEASE_SECONDS,
  .retry_seconds = RETRY_SECONDS,
  .work = work,
};
