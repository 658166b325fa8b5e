/* SPDX-License-Identifier: GPL-3.0-or-later
 * The job that builds a package: the building needs no lock, the result is written whole under the
 * lease or not at all. */
#define G_LOG_DOMAIN "nhi-jobs"

#include "service/domain/package-builder.h"
#include "service/jobs/runner.h"
#include "shared/record/record.h"

#define MAX_ATTEMPTS 5
#define RETRY_SECONDS 1

typedef struct
{
  NhiWorld *world;
  const NhiJobsOptions *options;
  const NhiJob *job;
  NhiLease *lease;
  NhiApplication *application;
  GBytes *package;
} PackageJob;

static void
tell (const PackageJob *self, const char *step)
{
  if (self->options->on_step != NULL)
    self->options->on_step (self->job, step, self->options->on_step_data);
}

/* Whoever has lost the job leaves the rest of the work alone. */
static gboolean
go_on (const NhiApplicationItem *item, gpointer data, GError **error)
{
  return nhi_lease_check (((PackageJob *)data)->lease, error);
}

static gboolean
write_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  PackageJob *self = data;

  if (!nhi_store_job_finish (connection, self->job, error) ||
      !nhi_package_write_application (connection, self->application, self->package, error))
    return FALSE;
  tell (self, "writing");
  return TRUE;
}

/* What will be the same at the next attempt. */
static gboolean
is_permanent (const GError *error)
{
  return error->domain == NHI_RECORD_ERROR ||
         g_error_matches (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_FOUND);
}

static gboolean
work (NhiWorld *world,
      const NhiJobsOptions *options,
      const NhiJob *job,
      NhiLease *lease,
      GError **error)
{
  PackageJob self = { world, options, job, lease };
  g_autoptr (NhiApplication) application = NULL;
  g_autoptr (GBytes) package = NULL;
  g_autoptr (GError) failure = NULL;

  tell (&self, "claimed");
  application = nhi_package_build_application (world, job->person_id, job->subject_id, go_on, &self,
                                               &package, &failure);
  if (application == NULL)
    {
      if (is_permanent (failure))
        g_set_error_literal (error, NHI_JOB_ERROR, NHI_JOB_ERROR_PERMANENT, failure->message);
      else
        g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  self.application = application;
  self.package = package;
  tell (&self, "built");
  if (!nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, write_body, &self, error))
    return FALSE;
  tell (&self, "written");
  return TRUE;
}

static gboolean
give_up (NhiDbConnection *connection, const NhiJob *job, GError **error)
{
  return nhi_package_give_up_application (connection, job->person_id, job->subject_id, error);
}

const NhiJobKind nhi_package_job = {
  .kind = NHI_JOB_PACKAGE,
  .max_attempts = MAX_ATTEMPTS,
  .lease_seconds = NHI_JOBS_LEASE_SECONDS,
  .retry_seconds = RETRY_SECONDS,
  .work = work,
  .give_up = give_up,
};
