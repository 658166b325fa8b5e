/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which command lines are the terminal's, and the exit codes that need neither card nor service. */
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/terminal/terminal-private.h"

typedef struct
{
  const char *name;
  const char *line;
  gboolean wanted;
  int code; /* −1: not run */
} LineCase;

static const LineCase LINES[] = {
  { "window", "nhicard", FALSE, -1 },
  { "window-with-file", "nhicard package.zip", FALSE, -1 },
  { "window-with-folder", "nhicard ./package", FALSE, -1 },
  { "nonsense", "nhicard nonsense", TRUE, NHI_EXIT_USAGE },
  { "window-with-option", "nhicard --service-uri https://localhost:1", FALSE, -1 },
  { "check", "nhicard check", TRUE, -1 },
  { "options-first", "nhicard --ca-file ca.pem card --json", TRUE, -1 },
  { "value-that-looks-like-a-command", "nhicard --ca-file check", FALSE, -1 },
  { "help", "nhicard --help", TRUE, NHI_EXIT_OK },
  { "help-word", "nhicard help", TRUE, NHI_EXIT_OK },
  { "version", "nhicard --version", TRUE, NHI_EXIT_OK },
  { "help-of-a-command", "nhicard register --help", TRUE, NHI_EXIT_OK },
  { "help-of-the-bank", "nhicard health-bank --help", TRUE, NHI_EXIT_OK },
  { "bank-without-word", "nhicard health-bank", TRUE, NHI_EXIT_USAGE },
  { "bank-with-nonsense", "nhicard health-bank dance", TRUE, NHI_EXIT_USAGE },
  { "unknown-option", "nhicard card --dance", TRUE, NHI_EXIT_USAGE },
  { "one-word-too-many", "nhicard card now", TRUE, NHI_EXIT_USAGE },
  { "open-without-file", "nhicard health-bank open", TRUE, NHI_EXIT_USAGE },
  { "open-missing-file", "nhicard health-bank open /nonexistent.zip", TRUE, NHI_EXIT_FILE },
  { "register-without-data", "nhicard register", TRUE, NHI_EXIT_REFUSED },
  { "list-signed-out", "nhicard health-bank list", TRUE, NHI_EXIT_SIGNED_OUT },
  { "json-failure", "nhicard --json sign-out", TRUE, NHI_EXIT_SIGNED_OUT },
};

/* A child, so that what it prints does not stand between the lines of the test's own report. */
static int
run_in_child (int argc, char **argv)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    {
      if (freopen ("/dev/null", "w", stdout) == NULL || freopen ("/dev/null", "w", stderr) == NULL)
        _exit (99);
      _exit (nhi_terminal_run (argc, argv));
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

static void
test_line (gconstpointer data)
{
  const LineCase *c = data;
  g_auto (GStrv) words = g_strsplit (c->line, " ", 0);
  g_autofree char **argv = g_memdup2 (words, (g_strv_length (words) + 1) * sizeof *words);
  int argc = (int)g_strv_length (words);

  g_assert_true (nhi_terminal_wants (argc, argv) == c->wanted);
  if (c->code < 0)
    return;
  g_assert_cmpint (run_in_child (argc, argv), ==, c->code);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("nhicard-XXXXXX", NULL);
  g_autofree char *inner = g_build_filename (folder, "nhicard", NULL);
  int result;

  /* No session of the person who runs the tests. */
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (LINES); i++)
    {
      g_autofree char *path = g_strconcat ("/terminal/line/", LINES[i].name, NULL);

      g_test_add_data_func (path, &LINES[i], test_line);
    }
  result = g_test_run ();
  g_rmdir (inner);
  g_rmdir (folder);
  return result;
}
