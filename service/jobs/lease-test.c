/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who holds a job: its lease is renewed while it runs, its loss is told, and an end whose COMMIT
 * was lost finds itself done. */
#include "service/jobs/lease.h"

#include <string.h>

#include "service/domain/account-fixture.h"
#include "service/jobs/test-bank.h"
#include "service/store/db-engine.h"

#define LEASE 60

typedef gboolean (*End) (NhiDbConnection *connection, const NhiJob *job, GError **error);

static gboolean
retry (NhiDbConnection *connection, const NhiJob *job, GError **error)
{
  return nhi_store_job_retry (connection, job, NHI_FIXTURE_NOW + 1, "why", error);
}

static gboolean
repeat (NhiDbConnection *connection, const NhiJob *job, GError **error)
{
  return nhi_store_job_repeat (connection, job, NHI_FIXTURE_NOW + 1, error);
}

static gboolean
fail (NhiDbConnection *connection, const NhiJob *job, GError **error)
{
  return nhi_store_job_fail (connection, job, "why", error);
}

static const struct
{
  End end;
  const char *state;
} ends[] = {
  { nhi_store_job_finish, "done" },
  { retry, "waiting" },
  { repeat, "waiting" },
  { fail, "failed" },
};

typedef struct
{
  End end;
  const NhiJob *job;
} Ending;

static gboolean
end_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Ending *ending = data;

  return ending->end (connection, ending->job, error);
}

static gboolean
claim_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  NhiJob **job = data;
  g_autoptr (GPtrArray) jobs =
      nhi_store_job_claim_many (connection, NHI_JOB_PACKAGE, "mine", NHI_FIXTURE_NOW,
                                NHI_FIXTURE_NOW + LEASE, 1, error);

  g_clear_pointer (job, nhi_job_free);
  if (jobs == NULL)
    return FALSE;
  *job = g_ptr_array_steal_index (jobs, 0);
  return TRUE;
}

static NhiJob *
add_and_claim (NhiAccountFixture *self)
{
  g_autoptr (GError) error = NULL;
  NhiJob *job = NULL;

  nhi_fixture_run (self, "DELETE FROM job");
  nhi_fixture_run (self,
                   "INSERT INTO job (job_id, kind, person_id, subject_id, state, run_at, attempts,"
                   " created_at) VALUES ('j', 'package', 'p-wang', 's', 'waiting', 0, 0, 0)");
  nhi_db_transact (self->world->db, NHI_DB_WRITE_LOCKED, claim_body, &job, &error);
  g_assert_no_error (error);
  g_assert_nonnull (job);
  return job;
}

static void
test_an_end_whose_commit_was_lost_is_its_own (NhiAccountFixture *self, gconstpointer data)
{
  NhiDb *db = self->world->db;

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (NhiJob) job = add_and_claim (self);
      g_autofree char *state = NULL;
      g_autoptr (GError) error = NULL;
      Ending ending = { ends[i].end, job };

      g_assert_cmpuint (job->attempts, ==, 1);
      nhi_db_lose_commit (db, 1, TRUE);
      nhi_db_transact (db, NHI_DB_WRITE_LOCKED, end_body, &ending, &error);
      g_assert_no_error (error);
      state = nhi_fixture_text (self, "SELECT state FROM job");
      g_assert_cmpstr (state, ==, ends[i].state);
      nhi_fixture_run (self, "UPDATE job SET lease_token = 'another''s'");
      nhi_db_transact (db, NHI_DB_WRITE_LOCKED, end_body, &ending, &error);
      g_assert_error (error, NHI_JOB_ERROR, NHI_JOB_ERROR_LEASE_LOST);
    }
}

/* As if a third of it were over, so that it is renewed at once. */
static NhiLease *
open_old_lease (NhiLeaseKeeper *keeper, const NhiJob *job)
{
  return nhi_lease_open (keeper, job, LEASE, NHI_FIXTURE_NOW + LEASE,
                         g_get_monotonic_time () - (LEASE / 3 + 1) * (gint64)G_USEC_PER_SEC);
}

static void
test_a_lease_is_renewed_while_the_job_runs (NhiAccountFixture *self, gconstpointer data)
{
  g_autoptr (NhiJob) job = add_and_claim (self);
  g_autoptr (NhiLeaseKeeper) keeper = nhi_lease_keeper_new (self->world);
  g_autoptr (GError) error = NULL;
  NhiLease *lease;

  self->now += 5;
  lease = open_old_lease (keeper, job);
  while (nhi_fixture_int (self, "SELECT run_at FROM job") < NHI_FIXTURE_NOW + LEASE + 5)
    g_usleep (1000);
  g_assert_true (nhi_lease_check (lease, &error));
  g_assert_no_error (error);
  nhi_lease_close (lease);
}

static void
test_a_lost_lease_is_told (NhiAccountFixture *self, gconstpointer data)
{
  g_autoptr (NhiJob) job = add_and_claim (self);
  g_autoptr (NhiLeaseKeeper) keeper = nhi_lease_keeper_new (self->world);
  g_autoptr (GError) error = NULL;
  NhiLease *lease =
      nhi_lease_open (keeper, job, LEASE, NHI_FIXTURE_NOW + LEASE, g_get_monotonic_time ());
  NhiLease *stolen;

  nhi_fixture_run (self, "UPDATE job SET lease_token = 'another''s'");
  stolen = open_old_lease (keeper, job);
  while (nhi_lease_check (stolen, &error))
    g_usleep (1000);
  g_assert_error (error, NHI_JOB_ERROR, NHI_JOB_ERROR_LEASE_LOST);
  g_clear_error (&error);
  g_assert_true (nhi_lease_check (lease, NULL));
  self->now += LEASE; /* the machine stood still */
  g_assert_false (nhi_lease_check (lease, &error));
  g_assert_error (error, NHI_JOB_ERROR, NHI_JOB_ERROR_LEASE_LOST);
  nhi_lease_close (stolen);
  nhi_lease_close (lease);
}

typedef struct
{
  TestBank *bank;
  GMutex mutex;
  GCond cond;
  gboolean built; /* the package is, and its job goes no further until… */
  gboolean go_on;
} SlowRunner;

static void
stop_when_built (const NhiJob *job, const char *step, gpointer data)
{
  SlowRunner *self = data;

  if (strcmp (step, "built") != 0)
    return;
  g_mutex_lock (&self->mutex);
  self->built = TRUE;
  g_cond_broadcast (&self->cond);
  while (!self->go_on)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static gpointer
run_slowly (gpointer data)
{
  SlowRunner *self = data;
  NhiJobsOptions options = { .lease_seconds = 3, .on_step = stop_when_built, .on_step_data = self };
  g_autoptr (GError) error = NULL;

  nhi_jobs_run_due (self->bank->world, &options, &error);
  g_assert_no_error (error);
  return NULL;
}

/* The lease is renewed once a second; the clock of everybody's jobs goes two seconds each time. */
static void
test_long_job_keeps_its_lease (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) application =
      test_bank_apply (bank, TEST_ANNA, "card-status", "2025-01", "2026-01", NULL);
  g_autoptr (NhiApplication) after = NULL;
  g_autoptr (NhiWorld) elsewhere = test_bank_open_world (bank->uri, &bank->now);
  g_autoptr (GError) error = NULL;
  SlowRunner slow = { .bank = bank };
  GThread *thread;

  g_mutex_init (&slow.mutex);
  g_cond_init (&slow.cond);
  thread = g_thread_new ("slow", run_slowly, &slow);
  g_mutex_lock (&slow.mutex);
  while (!slow.built)
    g_cond_wait (&slow.cond, &slow.mutex);
  g_mutex_unlock (&slow.mutex);
  for (guint i = 0; i < 3; i++)
    {
      bank->now += 2;
      while (test_bank_integer (bank, "SELECT run_at FROM job WHERE kind = 'package'") <
             bank->now + 3)
        g_usleep (1000);
      nhi_jobs_run_due (elsewhere, &(NhiJobsOptions){ 0 }, &error);
      g_assert_no_error (error);
    }
  g_mutex_lock (&slow.mutex);
  slow.go_on = TRUE;
  g_cond_broadcast (&slow.cond);
  g_mutex_unlock (&slow.mutex);
  g_thread_join (thread);
  g_cond_clear (&slow.cond);
  g_mutex_clear (&slow.mutex);
  after = nhi_health_bank_get (bank->world, TEST_ANNA, application->application_id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (after->state, ==, NHI_APPLICATION_READY);
  g_assert_cmpint (test_bank_integer (bank, "SELECT attempts FROM job WHERE kind = 'package'"), ==,
                   1);
}

#define ADD(path, function)                                                                        \
  g_test_add (path, NhiAccountFixture, NULL, nhi_account_fixture_set_up, function,                 \
              nhi_account_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/lease/an-end-whose-commit-was-lost-is-its-own",
       test_an_end_whose_commit_was_lost_is_its_own);
  ADD ("/lease/is-renewed-while-the-job-runs", test_a_lease_is_renewed_while_the_job_runs);
  ADD ("/lease/its-loss-is-told", test_a_lost_lease_is_told);
  g_test_add_func ("/lease/of-a-long-job-keeps-others-away", test_long_job_keeps_its_lease);
  return g_test_run ();
}
