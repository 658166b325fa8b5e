/* SPDX-License-Identifier: GPL-3.0-or-later
 * All checks together: they run, report, follow what changes, and mend. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "client/checks/fake-computer.h"
#include "client/reader/fake-pcsc.h"
#include "client/reader/reader-private.h"

static void
keep (GObject *source, GAsyncResult *result, gpointer slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

static void
run_suite (NhiCheckSuite *suite)
{
  g_autoptr (GAsyncResult) result = NULL;

  nhi_check_suite_run_async (suite, NULL, keep, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (nhi_check_suite_run_finish (suite, result, NULL));
}

static void
assert_report (NhiCheckSuite *suite, guint n_checks)
{
  g_autofree char *text = nhi_check_suite_to_text (suite);
  g_autofree char *json = nhi_check_suite_to_json (suite);
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonArray *checks = json_object_get_array_member (json_node_get_object (root), "checks");

  g_assert_cmpuint (json_array_get_length (checks), ==, n_checks);
  g_assert_null (strstr (text, g_get_home_dir ()));
  g_assert_null (strstr (json, "A299000015"));
  g_assert_null (strstr (json, "900000000018"));
  g_assert_null (strstr (json, "陳美玲"));
}

static void
test_suite (void)
{
  NhiFakeComputer computer = { 0 };
  g_autoptr (NhiReaderMonitor) monitor = NULL;
  g_autoptr (NhiRemote) remote = nhi_remote_new ("https://127.0.0.1:1", NULL);
  g_autoptr (NhiCheckSuite) suite = NULL;
  guint n_checks;

  nhi_fake_computer_set_up (&computer);
  nhi_fake_pcsc_plug ("Reader 00");
  nhi_fake_pcsc_insert ("Reader 00", nhi_fake_card_nhi);
  monitor = nhi_reader_monitor_new_for_pcsc (&NHI_PCSC_FAKE, computer.socket_path);
  suite = nhi_check_suite_new_for_environment (monitor, remote, &computer.environment);
  n_checks = g_list_model_get_n_items (G_LIST_MODEL (suite));
  nhi_reader_monitor_start (monitor);
  run_suite (suite);
  /* The service is not there; all else is well. */
  g_assert_cmpuint (nhi_check_suite_get_failures (suite), ==, 1);
  assert_report (suite, n_checks);

  /* Live: nobody asks, the page changes. */
  nhi_fake_pcsc_remove ("Reader 00");
  while (nhi_check_suite_get_warnings (suite) != 1)
    g_main_context_iteration (NULL, TRUE);
  nhi_fake_pcsc_unplug ("Reader 00");
  while (nhi_check_suite_get_failures (suite) != 2)
    g_main_context_iteration (NULL, TRUE);

  nhi_reader_monitor_stop (monitor);
  while (nhi_check_suite_get_running (suite))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&suite);
  nhi_fake_computer_tear_down (&computer);
}

/* One button: what is missing is installed before what is stopped is started; a refusal is told
 * and stops nothing else. */
static void
test_fix (void)
{
  NhiFakeComputer computer = { 0 };
  g_autoptr (NhiReaderMonitor) monitor = NULL;
  g_autoptr (NhiRemote) remote = nhi_remote_new ("https://127.0.0.1:1", NULL);
  g_autoptr (NhiCheckSuite) suite = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint fixed = 0;

  nhi_fake_computer_set_up (&computer);
  nhi_fake_mended = g_string_new (NULL);
  nhi_fake_start_up = "disabled";
  computer.environment.count_fonts = nhi_fake_no_fonts;
  monitor = nhi_reader_monitor_new_for_pcsc (&NHI_PCSC_FAKE, computer.socket_path);
  suite = nhi_check_suite_new_for_environment (monitor, remote, &computer.environment);
  nhi_reader_monitor_start (monitor);
  run_suite (suite);
  g_assert_cmpuint (nhi_check_suite_get_fixable (suite), ==, 2);

  nhi_check_suite_fix_async (suite, NULL, 5, NULL, keep, &result);
  g_assert_true (nhi_check_suite_get_fixing (suite));
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (nhi_check_suite_fix_finish (suite, result, &fixed, &error));
  g_assert_cmpstr (error->message, ==, "not today");
  g_assert_cmpuint (fixed, ==, 1);
  g_assert_cmpstr (nhi_fake_mended->str, ==, "install fonts-noto-cjk;start pcscd.socket;");
  g_assert_cmpuint (nhi_check_suite_get_fixable (suite), ==, 1); /* the font */
  g_assert_false (nhi_check_suite_get_fixing (suite));

  nhi_reader_monitor_stop (monitor);
  while (nhi_check_suite_get_running (suite))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&suite);
  g_string_free (nhi_fake_mended, TRUE);
  nhi_fake_computer_tear_down (&computer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/check-suite/runs-reports-and-follows", test_suite);
  g_test_add_func ("/check-suite/mends-and-looks-again", test_fix);
  return g_test_run ();
}
