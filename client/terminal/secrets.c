/* SPDX-License-Identifier: GPL-3.0-or-later
 * Passwords, which never stand on a command line, and the session that is kept between two
 * commands. */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "client/terminal/terminal-private.h"

#define MAX_LINE 1024 /* bytes of a password's file that are looked at */
#define MAX_SESSION 8192

void
nhi_terminal_wipe (char *password)
{
  if (password == NULL)
    return;
  explicit_bzero (password, strlen (password));
  g_free (password);
}

/* The first line, or NULL when nothing came. */
static char *
read_line (int fd)
{
  char buffer[MAX_LINE + 1] = { 0 };
  gsize length = 0;
  char *line = NULL;

  while (length < MAX_LINE && memchr (buffer, '\n', length) == NULL)
    {
      ssize_t n = read (fd, buffer + length, MAX_LINE - length);

      if (n <= 0)
        break;
      length += (gsize)n;
    }
  if (length > 0)
    {
      buffer[strcspn (buffer, "\r\n")] = '\0';
      line = g_strdup (buffer);
    }
  explicit_bzero (buffer, sizeof buffer);
  return line;
}

static volatile sig_atomic_t interrupted;

static void
note_interrupt (int signal_number)
{
  interrupted = TRUE;
}

/* Ctrl+C during the question must not leave a terminal without echo. */
static char *
ask (const char *question)
{
  struct termios before, silent;
  struct sigaction action = { .sa_handler = note_interrupt }, old_action;
  char *answer;

  if (tcgetattr (STDIN_FILENO, &before) < 0)
    return NULL;
  interrupted = FALSE;
  sigaction (SIGINT, &action, &old_action);
  silent = before;
  silent.c_lflag &= ~(tcflag_t)ECHO;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);

  g_printerr ("%s", question);
  answer = read_line (STDIN_FILENO);
  g_printerr ("\n");

  tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
  sigaction (SIGINT, &old_action, NULL);
  if (interrupted)
    raise (SIGINT);
  return answer;
}

static char *
ask_twice (NhiTerminal *terminal, NhiExit *ret_exit)
{
  char *first = ask (_ ("Password: "));
  char *second = ask (_ ("The same password again: "));

  if (first == NULL || g_strcmp0 (first, second) != 0)
    {
      nhi_terminal_wipe (first);
      first = NULL;
      *ret_exit = nhi_terminal_fail (terminal, NHI_EXIT_REFUSED, "password-differs",
                                     _ ("The two passwords are not the same."));
    }
  nhi_terminal_wipe (second);
  return first;
}

static char *
read_password_file (NhiTerminal *terminal, const char *file, NhiExit *ret_exit)
{
  gboolean from_input = g_str_equal (file, "-");
  int fd = from_input ? STDIN_FILENO : open (file, O_RDONLY | O_CLOEXEC);
  char *password = fd >= 0 ? read_line (fd) : NULL;

  if (fd >= 0 && !from_input)
    close (fd);
  if (password == NULL)
    *ret_exit = nhi_terminal_fail (terminal, NHI_EXIT_FILE, "password-file",
                                   _ ("The file with the password cannot be read or is empty."));
  return password;
}

char *
nhi_terminal_password (NhiTerminal *terminal, const char *file, gboolean twice, NhiExit *ret_exit)
{
  char *password;

  if (file != NULL)
    return read_password_file (terminal, file, ret_exit);
  if (!isatty (STDIN_FILENO))
    {
      *ret_exit = nhi_terminal_fail (terminal, NHI_EXIT_USAGE, "password-missing",
                                     _ ("Give the password in a file: --password-file FILE, or - "
                                        "for the standard input."));
      return NULL;
    }
  if (twice)
    return ask_twice (terminal, ret_exit);
  password = ask (_ ("Password: "));
  if (password == NULL)
    *ret_exit = nhi_terminal_fail (terminal, NHI_EXIT_REFUSED, "password-missing",
                                   _ ("Without a password this cannot be done."));
  return password;
}

/* ---- the session ---- */

static char *
session_path (void)
{
  return g_build_filename (g_get_user_runtime_dir (), "nhicard", "session.json", NULL);
}

/* Nobody else's file, and nobody else can read it. */
static char *
read_session (void)
{
  g_autofree char *path = session_path ();
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;
  char *text = NULL;
  ssize_t length;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_uid == geteuid () &&
      (status.st_mode & 077) == 0 && status.st_size > 0 && status.st_size <= MAX_SESSION)
    {
      text = g_malloc0 ((gsize)status.st_size + 1);
      length = read (fd, text, (gsize)status.st_size);
      if (length != status.st_size)
        g_clear_pointer (&text, nhi_terminal_wipe);
    }
  close (fd);
  return text;
}

gboolean
nhi_terminal_take_session (NhiTerminal *terminal, NhiExit *ret_exit)
{
  char *text = read_session ();
  gboolean taken = nhi_remote_import_session (nhi_terminal_remote (terminal), text);

  nhi_terminal_wipe (text);
  if (!taken)
    *ret_exit = nhi_terminal_fail (terminal, NHI_EXIT_SIGNED_OUT, "session-required",
                                   _ ("You are not signed in. Run “nhicard sign-in” first."));
  return taken;
}

gboolean
nhi_terminal_store_session (NhiTerminal *terminal, GError **error)
{
  g_autofree char *path = session_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  char *text = nhi_remote_export_session (nhi_terminal_remote (terminal));
  gboolean stored;

  g_mkdir_with_parents (folder, 0700);
  stored = g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
  nhi_terminal_wipe (text);
  return stored;
}

void
nhi_terminal_drop_session (void)
{
  g_autofree char *path = session_path ();

  g_unlink (path);
}
