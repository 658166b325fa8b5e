/* SPDX-License-Identifier: GPL-3.0-or-later
 * The client's own monitor without a window: a line for each state, until the input ends. */
#include <glib-unix.h>
#include <unistd.h>

#include "client/reader/card-help.h"
#include "client/reader/reader-monitor.h"

static void
tell (NhiReaderMonitor *monitor)
{
  const char *code = nhi_reader_monitor_get_fault_code (monitor);
  NhiCardHelp help;

  g_print ("%s %s %s\n", nhi_card_state_nick (nhi_reader_monitor_get_state (monitor)),
           code != NULL ? code : "-",
           code == NULL || nhi_card_help_find (code, &help) ? "helped" : "helpless");
}

static gboolean
end (int fd, GIOCondition condition, gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (NhiReaderMonitor) monitor = nhi_reader_monitor_new ();

  g_signal_connect (monitor, "notify::state", G_CALLBACK (tell), NULL);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, end, loop);
  nhi_reader_monitor_start (monitor);
  g_main_loop_run (loop);
  nhi_reader_monitor_stop (monitor);
  return 0;
}
