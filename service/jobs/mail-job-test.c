/* SPDX-License-Identifier: GPL-3.0-or-later
 * Letters from the outbox to a folder, by the runner, and what is left of them. */
#include "service/domain/account-fixture.h"
#include "service/jobs/runner.h"

#include <glib/gstdio.h>

static void
run_jobs (NhiAccountFixture *f, const char *route)
{
  const NhiJobsOptions options = { .mail_route = route };
  g_autoptr (GError) error = NULL;

  nhi_jobs_run_due (f->world, &options, &error);
  g_assert_no_error (error);
}

static void
assert_outbox (NhiAccountFixture *f, const char *state, gboolean forgotten)
{
  g_autofree char *found = nhi_fixture_text (f, "SELECT state FROM outbox");

  g_assert_cmpstr (found, ==, state);
  g_assert_cmpint (
      nhi_fixture_int (f,
                       "SELECT count(*) FROM outbox WHERE length(message) = 0 AND recipient = ''"),
      ==, forgotten ? 1 : 0);
}

static void
test_sent (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->folder, "letters", NULL);
  g_autofree char *route = g_strconcat ("folder:", folder, NULL);
  guint files = 0;
  const char *name;

  nhi_fixture_apply (f, &nhi_fixture_request);
  assert_outbox (f, "waiting", FALSE);
  run_jobs (f, route);
  assert_outbox (f, "sent", TRUE);
  run_jobs (f, route);

  GDir *dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_assert_true (g_str_has_suffix (name, ".eml"));
      g_assert_cmpint (g_unlink (path), ==, 0);
      files++;
    }
  g_dir_close (dir);
  g_assert_cmpuint (files, ==, 1);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_tried_again (NhiAccountFixture *f, gconstpointer data)
{
  nhi_fixture_apply (f, &nhi_fixture_request);
  run_jobs (f, "folder:/dev/null/letters");
  assert_outbox (f, "waiting", FALSE);
  for (guint i = 0; i < nhi_mail_job.max_attempts; i++)
    {
      f->now += 2 * 60 * 60;
      run_jobs (f, "folder:/dev/null/letters");
    }
  assert_outbox (f, "failed", TRUE);
}

static void
test_no_route (NhiAccountFixture *f, gconstpointer data)
{
  nhi_fixture_apply (f, &nhi_fixture_request);
  run_jobs (f, NULL);
  assert_outbox (f, "waiting", FALSE);
}

#define ADD(path, function)                                                                        \
  g_test_add (path, NhiAccountFixture, NULL, nhi_account_fixture_set_up, function,                 \
              nhi_account_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/mail-job/sent-once-and-forgotten", test_sent);
  ADD ("/mail-job/tried-again-then-given-up", test_tried_again);
  ADD ("/mail-job/without-a-route-letters-wait", test_no_route);
  return g_test_run ();
}
