/* SPDX-License-Identifier: GPL-3.0-or-later
 * `nhicard check`: the same objects as the page, printed. */
#include <glib/gi18n.h>

#include "client/checks/check-suite.h"
#include "client/terminal/terminal-private.h"

NhiExit
nhi_command_check (NhiTerminal *terminal, int argc, char **argv)
{
  g_autoptr (NhiReaderMonitor) monitor = NULL;
  g_autoptr (NhiCheckSuite) suite = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *report = NULL;
  GAsyncResult *slot = NULL;
  NhiExit code = NHI_EXIT_OK;

  if (!nhi_terminal_parse (terminal, "check", NULL, 0, &argc, &argv, &code))
    return code;

  monitor = nhi_reader_monitor_new ();
  suite = nhi_check_suite_new (monitor, nhi_terminal_remote (terminal));
  nhi_reader_monitor_start (monitor);
  nhi_check_suite_run_async (suite, NULL, nhi_terminal_keep, &slot);
  result = nhi_terminal_wait (&slot);
  nhi_check_suite_run_finish (suite, result, NULL);

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
