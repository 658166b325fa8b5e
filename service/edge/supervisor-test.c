/* SPDX-License-Identifier: GPL-3.0-or-later
 * The supervisor with workers that die, stay or do not listen, each a real process; every wait is
 * for what they say. */
#include "service/edge/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  OBEDIENT,
  MORTAL, /* dies at once */
  DEAF,   /* does not hear SIGTERM */
};

#define RELOADED 100
#define RELOAD_FAILED 101
#define PREPARED 102
#define RESTING 104
#define STOPPING 105

typedef struct
{
  guint what; /* a kind that has started, or what became of a reload */
  pid_t pid;
} Word;

typedef struct
{
  int words[2];
  gboolean good_reload;
  gboolean keeps; /* things for its workers */
  pid_t supervisor;
} Fixture;

static void
say (const Fixture *f, guint what)
{
  const Word word = { what, getpid () };

  if (write (f->words[1], &word, sizeof word) != sizeof word)
    abort ();
}

static Word
hear (const Fixture *f)
{
  Word word;

  g_assert_cmpint (read (f->words[0], &word, sizeof word), ==, sizeof word);
  return word;
}

static int
work (guint kind, gpointer data)
{
  if (kind == DEAF)
    {
      (void)signal (SIGTERM, SIG_IGN);
      (void)signal (SIGUSR1, SIG_IGN);
    }
  say (data, kind);
  if (kind == MORTAL)
    _exit (EXIT_FAILURE);
  for (;;)
    (void)pause ();
}

static gboolean
reload (gpointer data)
{
  const Fixture *f = data;

  say (f, f->good_reload ? RELOADED : RELOAD_FAILED);
  return f->good_reload;
}

static gboolean
prepare (guint kind, gpointer data)
{
  say (data, PREPARED);
  return TRUE;
}

static void
rest (guint kind, gpointer data)
{
  say (data, RESTING);
}

static void
stopping (gpointer data)
{
  say (data, STOPPING);
}

static void
begin (Fixture *f, const guint *kinds, guint count, guint stop_seconds)
{
  g_assert_cmpint (pipe (f->words), ==, 0);
  (void)fflush (NULL);
  f->supervisor = fork ();
  g_assert_cmpint (f->supervisor, >=, 0);
  if (f->supervisor == 0)
    {
      g_log_set_always_fatal (G_LOG_FATAL_MASK); /* it warns of the dead, which is right here */
      _exit (nhi_supervisor_run (&(NhiSupervisor){ .kinds = kinds,
                                                   .count = count,
                                                   .stop_seconds = stop_seconds,
                                                   .run = work,
                                                   .reload = reload,
                                                   .prepare = f->keeps ? prepare : NULL,
                                                   .rest = f->keeps ? rest : NULL,
                                                   .stopping = f->keeps ? stopping : NULL,
                                                   .data = f }));
    }
  close (f->words[1]);
}

/* Nobody says anything more, because nobody is left. */
static void
end (Fixture *f)
{
  int status = -1;
  Word word;

  g_assert_cmpint (kill (f->supervisor, SIGTERM), ==, 0);
  g_assert_cmpint (waitpid (f->supervisor, &status, 0), ==, f->supervisor);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, EXIT_SUCCESS);
  g_assert_cmpint (read (f->words[0], &word, sizeof word), ==, 0);
  close (f->words[0]);
}

static int
watch_end (pid_t pid)
{
  int fd = (int)syscall (SYS_pidfd_open, pid, 0);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
wait_end (int fd)
{
  struct pollfd one = { .fd = fd, .events = POLLIN };

  g_assert_cmpint (poll (&one, 1, -1), ==, 1);
  close (fd);
}

static void
test_starts_each_kind (void)
{
  const guint kinds[] = { OBEDIENT, OBEDIENT, DEAF };
  Fixture f = { 0 };
  guint sum = 0;

  begin (&f, kinds, G_N_ELEMENTS (kinds), 0);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    sum += hear (&f).what;
  g_assert_cmpuint (sum, ==, OBEDIENT + OBEDIENT + DEAF);
  end (&f);
}

static void
test_starts_the_dead_again (void)
{
  const guint kinds[] = { MORTAL };
  Fixture f = { 0 };
  pid_t last = 0;
  int status;

  begin (&f, kinds, 1, 5);
  for (guint i = 0; i < 3; i++)
    {
      const Word word = hear (&f);

      g_assert_cmpuint (word.what, ==, MORTAL);
      g_assert_cmpint (word.pid, !=, last);
      last = word.pid;
    }
  g_assert_cmpint (kill (f.supervisor, SIGTERM), ==, 0);
  g_assert_cmpint (waitpid (f.supervisor, &status, 0), ==, f.supervisor);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_SUCCESS);
  close (f.words[0]);
}

static void
test_reload_replaces (void)
{
  const guint kinds[] = { OBEDIENT };
  Fixture f = { .good_reload = TRUE };
  int old;

  begin (&f, kinds, 1, 600);
  old = watch_end (hear (&f).pid);
  g_assert_cmpint (kill (f.supervisor, SIGHUP), ==, 0);
  g_assert_cmpuint (hear (&f).what, ==, RELOADED);
  g_assert_cmpuint (hear (&f).what, ==, OBEDIENT);
  wait_end (old);
  end (&f);
}

static void
test_failed_reload_keeps (void)
{
  const guint kinds[] = { OBEDIENT };
  Fixture f = { .good_reload = FALSE };

  begin (&f, kinds, 1, 600);
  (void)hear (&f);
  g_assert_cmpint (kill (f.supervisor, SIGHUP), ==, 0);
  g_assert_cmpuint (hear (&f).what, ==, RELOAD_FAILED);
  end (&f); /* hears of no other worker */
}

static void
test_late_old_worker_is_killed (void)
{
  const guint kinds[] = { DEAF };
  Fixture f = { .good_reload = TRUE };
  int old;

  begin (&f, kinds, 1, 0);
  old = watch_end (hear (&f).pid);
  g_assert_cmpint (kill (f.supervisor, SIGHUP), ==, 0);
  g_assert_cmpuint (hear (&f).what, ==, RELOADED);
  g_assert_cmpuint (hear (&f).what, ==, DEAF);
  wait_end (old);
  end (&f);
}

/* Whoever dies again and again rests: what was prepared for the first start is given up, and made
 * again for the next. */
static void
test_rest (void)
{
  const guint kinds[] = { MORTAL };
  Fixture f = { .keeps = TRUE };
  guint starts = 0, what;
  int status;

  begin (&f, kinds, 1, 5);
  while ((what = hear (&f).what) != RESTING)
    {
      g_assert_cmpuint (what, ==, PREPARED);
      g_assert_cmpuint (hear (&f).what, ==, MORTAL);
      starts++;
    }
  g_assert_cmpuint (starts, >, 1);
  g_assert_cmpuint (hear (&f).what, ==, PREPARED);
  g_assert_cmpint (kill (f.supervisor, SIGTERM), ==, 0);
  g_assert_cmpint (waitpid (f.supervisor, &status, 0), ==, f.supervisor);
  close (f.words[0]);
}

static void
test_stopping (void)
{
  const guint kinds[] = { OBEDIENT };
  Fixture f = { .keeps = TRUE };
  int status;
  Word word;

  begin (&f, kinds, 1, 600);
  g_assert_cmpuint (hear (&f).what, ==, PREPARED);
  g_assert_cmpuint (hear (&f).what, ==, OBEDIENT);
  g_assert_cmpint (kill (f.supervisor, SIGTERM), ==, 0);
  g_assert_cmpuint (hear (&f).what, ==, STOPPING);
  g_assert_cmpint (waitpid (f.supervisor, &status, 0), ==, f.supervisor);
  g_assert_cmpint (read (f.words[0], &word, sizeof word), ==, 0);
  close (f.words[0]);
}

/* Workers that take their time after SIGTERM are told when somebody is in a hurry. */
static void
test_hurry (void)
{
  const guint kinds[] = { DEAF };
  Fixture f = { .keeps = TRUE };
  int status;

  begin (&f, kinds, 1, 600);
  g_assert_cmpuint (hear (&f).what, ==, PREPARED);
  g_assert_cmpuint (hear (&f).what, ==, DEAF);
  g_assert_cmpint (kill (f.supervisor, SIGTERM), ==, 0);
  g_assert_cmpuint (hear (&f).what, ==, STOPPING);
  g_assert_cmpint (kill (f.supervisor, SIGINT), ==, 0);
  g_assert_cmpint (waitpid (f.supervisor, &status, 0), ==, f.supervisor);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_SUCCESS);
  close (f.words[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/supervisor/starts-each-kind-and-ends-with-them", test_starts_each_kind);
  g_test_add_func ("/supervisor/starts-the-dead-again", test_starts_the_dead_again);
  g_test_add_func ("/supervisor/reload-replaces-the-workers", test_reload_replaces);
  g_test_add_func ("/supervisor/failed-reload-keeps-the-workers", test_failed_reload_keeps);
  g_test_add_func ("/supervisor/old-worker-that-stays-is-killed", test_late_old_worker_is_killed);
  g_test_add_func ("/supervisor/who-dies-for-ever-rests", test_rest);
  g_test_add_func ("/supervisor/tells-before-it-stops", test_stopping);
  g_test_add_func ("/supervisor/passes-on-that-somebody-is-in-a-hurry", test_hurry);
  return g_test_run ();
}
