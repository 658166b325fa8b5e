/* SPDX-License-Identifier: GPL-3.0-or-later
 * Leases, attempts, crashes and expiry on a real database; what time does is done by setting the
 * clock. */
#include "service/jobs/runner.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "service/domain/package-builder.h"
#include "service/jobs/test-bank.h"

#define LEASE 60

static const char *program; /* this test, to be started a second time */

static NhiApplication *
apply (TestBank *bank)
{
  g_autoptr (GError) error = NULL;
  NhiApplication *application;

  application =
      test_bank_apply (bank, TEST_ANNA, "card-status,outpatient,lab", "2025-01", "2026-01", &error);
  g_assert_no_error (error);
  return application;
}

static void
run_due (TestBank *bank)
{
  g_autoptr (GError) error = NULL;

  nhi_jobs_run_due (bank->world, &(NhiJobsOptions){ 0 }, &error);
  g_assert_no_error (error);
}

static NhiApplication *
look (TestBank *bank, const NhiApplication *application)
{
  g_autoptr (GError) error = NULL;
  NhiApplication *now;

  now = nhi_health_bank_get (bank->world, TEST_ANNA, application->application_id, &error);
  g_assert_no_error (error);
  return now;
}

typedef struct
{
  const char *token;
  gint64 now;
  NhiJob *job;
} Claim;

static gboolean
claim_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Claim *claim = data;

  g_autoptr (GPtrArray) jobs = nhi_store_job_claim_many (connection, NHI_JOB_PACKAGE, claim->token,
                                                         claim->now, claim->now + LEASE, 1, error);

  g_clear_pointer (&claim->job, nhi_job_free);
  if (jobs == NULL || jobs->len == 0)
    return FALSE;
  claim->job = g_ptr_array_steal_index (jobs, 0);
  return TRUE;
}

/* Another runner takes the job and is not heard of again. */
static NhiJob *
claim_and_vanish (TestBank *bank, const char *token)
{
  g_autoptr (GError) error = NULL;
  Claim claim = { token, bank->now };

  nhi_db_transact (bank->world->db, NHI_DB_WRITE, claim_body, &claim, &error);
  g_assert_no_error (error);
  return claim.job;
}

static void
test_lease_is_respected_then_taken_over (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiJob) job = claim_and_vanish (bank, "first-runner");
  g_autoptr (NhiApplication) before = NULL;
  g_autoptr (NhiApplication) after = NULL;

  bank->now += LEASE - 1;
  before = test_bank_run (bank, application);
  g_assert_cmpint (before->state, ==, NHI_APPLICATION_PROCESSING);
  bank->now += 1;
  after = test_bank_run (bank, application);
  g_assert_cmpint (after->state, ==, NHI_APPLICATION_READY);
  g_assert_cmpint (test_bank_integer (bank, "SELECT attempts FROM job WHERE kind = 'package'"), ==,
                   2);
}

typedef struct
{
  const NhiJob *job;
  const NhiApplication *application;
  GBytes *package;
} LateResult;

static gboolean
late_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  LateResult *late = data;

  return nhi_store_job_finish (connection, late->job, error) &&
         nhi_package_write_application (connection, late->application, late->package, error);
}

static void
test_late_finisher_is_refused (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiJob) old = claim_and_vanish (bank, "first-runner");
  g_autoptr (NhiApplication) built = NULL;
  g_autoptr (NhiApplication) ready = NULL;
  g_autoptr (NhiApplication) after = NULL;
  g_autoptr (GBytes) package = NULL;

  built = nhi_package_build_application (bank->world, TEST_ANNA, application->application_id, NULL,
                                         NULL, &package, &error);
  g_assert_no_error (error);
  bank->now += LEASE;
  ready = test_bank_run (bank, application);
  g_assert_cmpint (ready->state, ==, NHI_APPLICATION_READY);
  g_assert_cmpstr (ready->package_sha256, !=, built->package_sha256);
  nhi_db_transact (bank->world->db, NHI_DB_WRITE, late_body, &(LateResult){ old, built, package },
                   &error);
  g_assert_error (error, NHI_JOB_ERROR, NHI_JOB_ERROR_LEASE_LOST);
  after = look (bank, application);
  g_assert_cmpstr (after->package_sha256, ==, ready->package_sha256);
}

/* Its time was over while the package was built. */
static void
test_forgotten_application_gets_no_package (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiJob) job = claim_and_vanish (bank, "slow-runner");
  g_autoptr (NhiApplication) built = NULL;
  g_autoptr (GBytes) package = NULL;

  built = nhi_package_build_application (bank->world, TEST_ANNA, application->application_id, NULL,
                                         NULL, &package, &error);
  g_assert_no_error (error);
  test_bank_run_sql (bank, "DELETE FROM application");
  test_bank_run_sql (bank, "DELETE FROM application_item");
  nhi_db_transact (bank->world->db, NHI_DB_WRITE, late_body, &(LateResult){ job, built, package },
                   &error);
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM package_piece"), ==, 0);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM application_item"), ==, 0);
}

static gboolean
extend_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_store_job_extend (connection, data, "lab", TEST_NOW + 10 * LEASE, error);
}

static void
test_extended_lease_holds (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiJob) job = claim_and_vanish (bank, "slow-runner");
  g_autoptr (NhiApplication) after = NULL;
  g_autofree char *cursor = NULL;

  nhi_db_transact (bank->world->db, NHI_DB_WRITE, extend_body, job, &error);
  g_assert_no_error (error);
  bank->now += 2 * LEASE;
  after = test_bank_run (bank, application);
  g_assert_cmpint (after->state, ==, NHI_APPLICATION_PROCESSING);
  cursor = test_bank_text (bank, "SELECT cursor FROM job WHERE kind = 'package'");
  g_assert_cmpstr (cursor, ==, "lab");
}

static const struct
{
  guint attempts;
  gint64 seconds;
} delays[] = { { 1, 1 }, { 2, 4 }, { 3, 16 }, { 4, 64 }, { 7, 3600 }, { 1000, 3600 } };

static void
test_waits_grow (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    g_assert_cmpint (nhi_job_retry_delay (&nhi_package_job, delays[i].attempts), ==,
                     delays[i].seconds);
}

static void
assert_all_items (const NhiApplication *application, NhiItemStatus status)
{
  for (guint i = 0; i < application->items->len; i++)
    g_assert_cmpint (((NhiApplicationItem *)g_ptr_array_index (application->items, i))->status, ==,
                     status);
}

static void
test_given_up_after_five_attempts (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiApplication) after = NULL;

  test_bank_run_sql (bank, "ALTER TABLE package_piece RENAME TO elsewhere");
  for (guint attempt = 1; attempt <= 5; attempt++)
    {
      g_autoptr (NhiApplication) during = look (bank, application);

      g_assert_cmpint (during->state, ==, NHI_APPLICATION_PROCESSING);
      run_due (bank);
      g_assert_cmpint (test_bank_integer (bank, "SELECT attempts FROM job WHERE kind = 'package'"),
                       ==, attempt);
      bank->now += nhi_job_retry_delay (&nhi_package_job, attempt);
    }
  after = look (bank, application);
  g_assert_cmpint (after->state, ==, NHI_APPLICATION_FAILED);
  assert_all_items (after, NHI_ITEM_FAILED);
  g_assert_null (after->package_name);
  run_due (bank);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM job WHERE state = 'failed'"), ==,
                   1);
}

static void
test_mended_between_attempts (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiApplication) after = NULL;

  test_bank_run_sql (bank, "ALTER TABLE package_piece RENAME TO elsewhere");
  run_due (bank);
  test_bank_run_sql (bank, "ALTER TABLE elsewhere RENAME TO package_piece");
  bank->now += 1;
  after = test_bank_run (bank, application);
  g_assert_cmpint (after->state, ==, NHI_APPLICATION_READY);
}

static void
test_damaged_entry_is_given_up_at_once (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiApplication) after = NULL;

  test_bank_run_sql (bank, "INSERT INTO health_entry (person_id, section, entry_date, entry_id, "
                           "document) VALUES ('anna', 'r1', '2025-05-05', 'x', '{\"r1.5\":')");
  after = test_bank_run (bank, application);
  g_assert_cmpint (after->state, ==, NHI_APPLICATION_FAILED);
}

/* A job that takes each of its runners down with it does not do so for ever. */
static void
test_killer_of_runners_is_given_up (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiApplication) after = NULL;

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (NhiJob) job = claim_and_vanish (bank, "short-lived");

      bank->now += LEASE;
    }
  after = test_bank_run (bank, application);
  g_assert_cmpint (after->state, ==, NHI_APPLICATION_FAILED);
}

/* The second process: builds, and stops for ever inside the transaction that writes. */
static void
stop_at_writing (const NhiJob *job, const char *step, gpointer data)
{
  if (strcmp (step, data) != 0)
    return;
  printf ("stopped\n");
  fflush (stdout);
  for (;;)
    pause ();
}

static int
run_and_stop (const char *uri, const char *step)
{
  gint64 now = TEST_NOW;
  g_autoptr (NhiWorld) world = test_bank_open_world (uri, &now);
  NhiJobsOptions options = { .on_step = stop_at_writing, .on_step_data = (gpointer)step };

  return nhi_jobs_run_due (world, &options, NULL) ? 0 : 1;
}

static void
start_and_kill (const char *uri, const char *step)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) runner = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;

  runner =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--stop", step, uri, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (runner));
  line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "stopped");
  g_subprocess_send_signal (runner, SIGKILL);
  g_subprocess_wait (runner, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_signaled (runner));
}

static void
test_killed_runner_leaves_nothing (gconstpointer data)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiApplication) between = NULL;
  g_autoptr (NhiApplication) after = NULL;

  start_and_kill (bank->uri, data);
  between = look (bank, application);
  g_assert_cmpint (between->state, ==, NHI_APPLICATION_PROCESSING);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM package_piece"), ==, 0);
  bank->now += NHI_JOBS_LEASE_SECONDS;
  after = test_bank_run (bank, application);
  g_assert_cmpint (after->state, ==, NHI_APPLICATION_READY);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM package_piece"), ==, 1);
}

static void
test_expiry_deletes_what_has_ended (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) application = apply (bank);
  g_autoptr (NhiApplication) ready = test_bank_run (bank, application);
  g_autoptr (NhiApplication) after = NULL;

  bank->now = ready->available_until;
  run_due (bank);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM package_piece"), ==, 1);
  bank->now += 60;
  run_due (bank);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM package_piece"), ==, 0);
  after = look (bank, application);
  g_assert_null (after->package_name);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM job WHERE state = 'done'"), ==,
                   0);
  bank->now += (NHI_HEALTH_BANK_FORGET_DAYS + 1) * 24 * 60 * 60;
  run_due (bank);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM application"), ==, 0);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM application_item"), ==, 0);
}

/* The packages of a whole day end in the same second. */
static void
test_expiry_deletes_a_day_at_once (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();

  test_bank_run_sql (bank, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
                           "i < 450) INSERT INTO application (person_id, application_id, "
                           "applied_at, from_month, to_month, state, available_until, "
                           "package_name) SELECT 'anna', 'a' || i, 0, '2025-01', '2025-02', "
                           "'ready', 1767578399, 'package.zip' FROM n");
  test_bank_run_sql (bank, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
                           "i < 450) INSERT INTO job (job_id, kind, person_id, subject_id, state, "
                           "run_at, attempts, created_at) SELECT 'j' || i, 'mail', 'anna', '', "
                           "'done', 0, 1, 0 FROM n");
  run_due (bank);
  g_assert_cmpint (test_bank_integer (bank, "SELECT count(*) FROM application "
                                            "WHERE package_name IS NOT NULL"),
                   ==, 0);
  g_assert_cmpint (test_bank_integer (bank, "SELECT count(*) FROM job WHERE kind = 'mail'"), ==, 0);
}

static void
test_expiry_comes_each_minute (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();

  run_due (bank);
  run_due (bank);
  g_assert_cmpint (test_bank_integer (bank, "SELECT run_at FROM job WHERE kind = 'expiry'"), ==,
                   TEST_NOW + 60);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM job"), ==, 1);
  bank->now += 60;
  run_due (bank);
  g_assert_cmpint (test_bank_integer (bank, "SELECT run_at FROM job WHERE kind = 'expiry'"), ==,
                   TEST_NOW + 120);
}

typedef struct
{
  TestBank *bank;
  GCancellable *cancellable;
  GMutex mutex;
  GCond cond;
  guint written;
} Service;

static void
count_written (const NhiJob *job, const char *step, gpointer data)
{
  Service *service = data;

  if (strcmp (step, "written") != 0)
    return;
  g_mutex_lock (&service->mutex);
  service->written++;
  g_cond_signal (&service->cond);
  g_mutex_unlock (&service->mutex);
}

static gpointer
serve (gpointer data)
{
  Service *service = data;
  NhiJobsOptions options = { .poll_milliseconds = 5,
                             .on_step = count_written,
                             .on_step_data = service };
  g_autoptr (GError) error = NULL;

  nhi_jobs_run (service->bank->world, &options, service->cancellable, &error);
  g_assert_no_error (error);
  return NULL;
}

static void
test_runs_until_cancelled (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Service service = { bank, cancellable };
  g_autoptr (NhiApplication) before = apply (bank);
  g_autoptr (NhiApplication) later = NULL;
  g_autoptr (NhiApplication) after = NULL;
  GThread *thread;

  g_mutex_init (&service.mutex);
  g_cond_init (&service.cond);
  thread = g_thread_new ("runner", serve, &service);
  later = apply (bank);
  g_mutex_lock (&service.mutex);
  while (service.written < 2)
    g_cond_wait (&service.cond, &service.mutex);
  g_mutex_unlock (&service.mutex);
  g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  after = look (bank, later);
  g_assert_cmpint (after->state, ==, NHI_APPLICATION_READY);
  g_cond_clear (&service.cond);
  g_mutex_clear (&service.mutex);
}

/* Two runners with a database connection of their own, as two nodes have: each job is done once. */
static void
test_two_runners_share_the_work (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TestBank second = { .uri = bank->uri, .world = test_bank_open_world (bank->uri, &bank->now) };
  Service services[] = { { bank, cancellable }, { &second, cancellable } };
  const guint jobs = 2 * NHI_HEALTH_BANK_MAX_PROCESSING;
  GThread *threads[2];

  for (guint i = 0; i < jobs; i++)
    nhi_application_free (test_bank_apply (bank, i % 2 == 0 ? TEST_ANNA : TEST_BOB, "card-status",
                                           "2025-01", "2026-01", NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_mutex_init (&services[i].mutex);
      g_cond_init (&services[i].cond);
      threads[i] = g_thread_new ("runner", serve, &services[i]);
    }
  while (test_bank_integer (bank, "SELECT COUNT(*) FROM application WHERE state = 'ready'") < jobs)
    g_thread_yield ();
  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < 2; i++)
    {
      g_thread_join (threads[i]);
      g_cond_clear (&services[i].cond);
      g_mutex_clear (&services[i].mutex);
    }
  nhi_world_free (second.world);
  g_assert_cmpuint (services[0].written + services[1].written, ==, jobs);
  g_assert_cmpint (test_bank_integer (bank, "SELECT MAX(attempts) FROM job WHERE kind = 'package'"),
                   ==, 1);
}

static void
test_letters_wait_without_a_way_out (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();

  test_bank_run_sql (bank, "INSERT INTO job (job_id, kind, person_id, subject_id, state, run_at, "
                           "attempts, created_at) VALUES ('m', 'mail', 'anna', 'x', 'waiting', 0, "
                           "0, 0)");
  run_due (bank);
  g_assert_cmpint (
      test_bank_integer (bank, "SELECT attempts FROM job WHERE job_id = 'm' AND state = 'waiting'"),
      ==, 0);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--stop") == 0)
    return run_and_stop (argv[3], argv[2]);
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/runner/lease-is-respected-then-taken-over",
                   test_lease_is_respected_then_taken_over);
  g_test_add_func ("/runner/late-finisher-is-refused", test_late_finisher_is_refused);
  g_test_add_func ("/runner/forgotten-application-gets-no-package",
                   test_forgotten_application_gets_no_package);
  g_test_add_func ("/runner/extended-lease-holds", test_extended_lease_holds);
  g_test_add_func ("/runner/waits-grow", test_waits_grow);
  g_test_add_func ("/runner/given-up-after-five-attempts", test_given_up_after_five_attempts);
  g_test_add_func ("/runner/mended-between-attempts", test_mended_between_attempts);
  g_test_add_func ("/runner/damaged-entry-is-given-up-at-once",
                   test_damaged_entry_is_given_up_at_once);
  g_test_add_func ("/runner/killer-of-runners-is-given-up", test_killer_of_runners_is_given_up);
  g_test_add_data_func ("/runner/killed-before-building", "claimed",
                        test_killed_runner_leaves_nothing);
  g_test_add_data_func ("/runner/killed-after-building", "built",
                        test_killed_runner_leaves_nothing);
  g_test_add_data_func ("/runner/killed-while-writing", "writing",
                        test_killed_runner_leaves_nothing);
  g_test_add_func ("/runner/expiry-deletes-what-has-ended", test_expiry_deletes_what_has_ended);
  g_test_add_func ("/runner/expiry-deletes-a-day-at-once", test_expiry_deletes_a_day_at_once);
  g_test_add_func ("/runner/expiry-comes-each-minute", test_expiry_comes_each_minute);
  g_test_add_func ("/runner/runs-until-cancelled", test_runs_until_cancelled);
  g_test_add_func ("/runner/two-runners-share-the-work", test_two_runners_share_the_work);
  g_test_add_func ("/runner/letters-wait-without-a-way-out", test_letters_wait_without_a_way_out);
  return g_test_run ();
}
