/* SPDX-License-Identifier: GPL-3.0-or-later
 * `nhicard check`: the same objects as the page, printed; with --fix it mends what can be mended.
 */
#include <glib/gi18n.h>

#include "client/checks/check-suite.h"
#include "client/terminal/terminal-private.h"

#define FIX_SECONDS 120 /* for one step: a person may have to type a password */
#define FIX_SECONDS_MOST 3600

static void
run (NhiCheckSuite *suite)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  nhi_check_suite_run_async (suite, NULL, nhi_terminal_keep, &slot);
  result = nhi_terminal_wait (&slot);
  nhi_check_suite_run_finish (suite, result, NULL);
}

/* What was mended and what was not goes to the standard error: the report is the output. */
static void
mend (NhiCheckSuite *suite, guint seconds)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;
  guint fixed = 0;

  if (nhi_check_suite_get_fixable (suite) == 0)
    return;
  nhi_check_suite_fix_async (suite, NULL, seconds, NULL, nhi_terminal_keep, &slot);
  result = nhi_terminal_wait (&slot);
  if (!nhi_check_suite_fix_finish (suite, result, &fixed, &error))
    g_printerr ("%s\n", error->message);
  if (fixed > 0)
    {
      g_printerr (ngettext ("%u item was mended", "%u items were mended", fixed), fixed);
      g_printerr ("\n");
    }
}

NhiExit
nhi_command_check (NhiTerminal *terminal, int argc, char **argv)
{
  gboolean fix = FALSE;
  int seconds = FIX_SECONDS;
  const GOptionEntry entries[] = {
    { "fix", 0, 0, G_OPTION_ARG_NONE, &fix, N_ ("Mend what can be mended, then check again"),
      NULL },
    { "fix-seconds", 0, 0, G_OPTION_ARG_INT, &seconds,
      N_ ("How long one step of mending may take (120)"), N_ ("SECONDS") },
    { NULL },
  };
  g_autoptr (NhiReaderMonitor) monitor = NULL;
  g_autoptr (NhiCheckSuite) suite = NULL;
  g_autofree char *report = NULL;
  NhiExit code = NHI_EXIT_OK;

  if (!nhi_terminal_parse (terminal, "check", entries, 0, &argc, &argv, &code))
    return code;
  if (seconds < 1 || seconds > FIX_SECONDS_MOST)
    return nhi_terminal_fail (terminal, NHI_EXIT_USAGE, "usage",
                              _ ("--fix-seconds takes a number from 1 to 3600."));

  monitor = nhi_reader_monitor_new ();
  suite = nhi_check_suite_new (monitor, nhi_terminal_remote (terminal));
  nhi_reader_monitor_start (monitor);
  run (suite);
  if (fix)
    mend (suite, (guint)seconds);

  report = terminal->json ? nhi_check_suite_to_json (suite) : nhi_check_suite_to_text (suite);
  if (terminal->json)
    nhi_put_json (report);
  else
    nhi_print ("%s", report);
  if (nhi_check_suite_get_failures (suite) > 0)
    code = NHI_EXIT_FAILED;
  nhi_reader_monitor_stop (monitor);
  return code;
}
