/* SPDX-License-Identifier: GPL-3.0-or-later
 * Plain fork and wait, without a main loop: the parent holds no connection and no database, so
 * nothing a stranger sends can reach it. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_WAIT_MS 100
#define LONGEST_WAIT_MS 10000
#define REST_MS 1000 /* whoever waits longer for a worker than so is better sent to another one */
#define HANDOVER_MS                                                                                \
  2000 /* a new worker needs less until it listens; so long the old one does too */
#define SETTLED_SECONDS 10 /* a worker that lived so long starts again without waiting */

typedef struct
{
  guint kind;
  pid_t pid;         /* 0: to be started at @start_at */
  gint64 started_at; /* monotonic microseconds */
  gint64 start_at;
  guint wait_ms;
} Slot;

/* Replaced, still answering its last requests. */
typedef struct
{
  pid_t pid;
  gint64 end_at; /* 0: it was told to end */
  gint64 kill_at;
} Retiring;

typedef struct
{
  const NhiSupervisor *setup;
  Slot *slots;
  GArray *retiring; /* Retiring */
  sigset_t signals;
  gboolean stopping;
  gint64 kill_at;
} State;

/* FALSE: no process could be made; the slot is as it was. */
static gboolean
start (State *state, Slot *slot)
{
  const NhiSupervisor *setup = state->setup;
  pid_t parent = getpid ();
  pid_t pid;

  if (setup->prepare != NULL && !setup->prepare (slot->kind, setup->data))
    return FALSE;
  pid = fork ();
  if (pid < 0)
    {
      g_warning ("No worker could be started: %s", g_strerror (errno));
      return FALSE;
    }
  if (pid == 0)
    {
      (void)sigprocmask (SIG_UNBLOCK, &state->signals, NULL);
      (void)prctl (PR_SET_PDEATHSIG, SIGTERM);
      if (getppid () != parent)
        _exit (EXIT_SUCCESS);
      exit (setup->run (slot->kind, setup->data));
    }
  slot->pid = pid;
  slot->started_at = g_get_monotonic_time ();
  return TRUE;
}

static void
start_due (State *state)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < state->setup->count && !state->stopping; i++)
    if (state->slots[i].pid == 0 && state->slots[i].start_at <= now &&
        !start (state, &state->slots[i]))
      state->slots[i].start_at = now + LONGEST_WAIT_MS * 1000;
}

static void
put_off (State *state, Slot *slot, int status)
{
  gint64 now = g_get_monotonic_time ();

  if (now - slot->started_at > SETTLED_SECONDS * G_USEC_PER_SEC)
    slot->wait_ms = 0;
  slot->wait_ms = CLAMP (slot->wait_ms * 2, FIRST_WAIT_MS, LONGEST_WAIT_MS);
  slot->start_at = now + (gint64)slot->wait_ms * 1000;
  if (WIFSIGNALED (status))
    g_warning ("Worker %d died of signal %d; the next one starts in %u ms", (int)slot->pid,
               WTERMSIG (status), slot->wait_ms);
  else
    g_warning ("Worker %d ended with status %d; the next one starts in %u ms", (int)slot->pid,
               WEXITSTATUS (status), slot->wait_ms);
  slot->pid = 0;
  if (slot->wait_ms > REST_MS && state->setup->rest != NULL)
    state->setup->rest (slot->kind, state->setup->data);
}

static void
bury (State *state, pid_t pid, int status)
{
  for (guint i = 0; i < state->retiring->len; i++)
    if (g_array_index (state->retiring, Retiring, i).pid == pid)
      {
        g_array_remove_index_fast (state->retiring, i);
        return;
      }
  for (guint i = 0; i < state->setup->count; i++)
    if (state->slots[i].pid == pid)
      {
        if (state->stopping)
          state->slots[i].pid = 0;
        else
          put_off (state, &state->slots[i], status);
        return;
      }
}

static void
signal_all (State *state, int number)
{
  for (guint i = 0; i < state->setup->count; i++)
    if (state->slots[i].pid != 0)
      (void)kill (state->slots[i].pid, number);
  for (guint i = 0; i < state->retiring->len; i++)
    (void)kill (g_array_index (state->retiring, Retiring, i).pid, number);
}

static gint64
end_of_patience (const State *state)
{
  return g_get_monotonic_time () + (gint64)state->setup->stop_seconds * G_USEC_PER_SEC;
}

/* @number: what was asked for; SIGINT after SIGTERM makes it quicker. */
static void
stop (State *state, int number)
{
  if (!state->stopping)
    state->kill_at = end_of_patience (state);
  state->stopping = TRUE;
  if (state->setup->stopping != NULL)
    state->setup->stopping (state->setup->data);
  signal_all (state, number);
}

/* New workers first, so that somebody always accepts; the old ones finish what they have. */
static void
replace_all (State *state)
{
  if (state->stopping || !state->setup->reload (state->setup->data))
    return;
  for (guint i = 0; i < state->setup->count; i++)
    {
      Retiring old = { .pid = state->slots[i].pid };

      if (!start (state, &state->slots[i]) || old.pid == 0)
        continue;
      old.end_at = g_get_monotonic_time () + HANDOVER_MS * 1000;
      old.kill_at = old.end_at + (gint64)state->setup->stop_seconds * G_USEC_PER_SEC;
      g_array_append_val (state->retiring, old);
    }
}

static gboolean
anyone_left (const State *state)
{
  for (guint i = 0; i < state->setup->count; i++)
    if (state->slots[i].pid != 0)
      return TRUE;
  return state->retiring->len > 0;
}

/* Until a signal, the next start, or the moment to kill. */
static int
wait_for_signal (State *state)
{
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC, left;
  struct timespec timeout;

  for (guint i = 0; i < state->setup->count && !state->stopping; i++)
    if (state->slots[i].pid == 0)
      until = MIN (until, state->slots[i].start_at);
  for (guint i = 0; i < state->retiring->len; i++)
    {
      const Retiring *old = &g_array_index (state->retiring, Retiring, i);

      until = MIN (until, old->end_at != 0 ? old->end_at : old->kill_at);
    }
  if (state->stopping)
    until = MIN (until, state->kill_at);
  left = MAX (until - g_get_monotonic_time (), 0);
  timeout = (struct timespec){ left / G_USEC_PER_SEC, (left % G_USEC_PER_SEC) * 1000 };
  return sigtimedwait (&state->signals, NULL, &timeout);
}

/* Who is replaced is told to end; who does not end by itself is ended; asked again after a second,
 * in case that a signal got lost.
 */
static void
end_late (State *state)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < state->retiring->len; i++)
    {
      Retiring *old = &g_array_index (state->retiring, Retiring, i);

      if (old->end_at != 0 && now >= old->end_at)
        {
          (void)kill (old->pid, SIGUSR1);
          old->end_at = 0;
        }
      if (now < old->kill_at)
        continue;
      (void)kill (old->pid, SIGKILL);
      old->kill_at = now + G_USEC_PER_SEC;
    }
  if (!state->stopping || now < state->kill_at)
    return;
  signal_all (state, SIGKILL);
  state->kill_at = now + G_USEC_PER_SEC;
}

static void
handle (State *state, int number)
{
  int status;
  pid_t pid;

  if (number == SIGTERM || number == SIGINT)
    stop (state, number);
  else if (number == SIGHUP)
    replace_all (state);
  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    bury (state, pid, status);
  end_late (state);
}

int
nhi_supervisor_run (const NhiSupervisor *supervisor)
{
  g_autofree Slot *slots = g_new0 (Slot, supervisor->count);
  g_autoptr (GArray) retiring = g_array_new (FALSE, FALSE, sizeof (Retiring));
  State state = { .setup = supervisor, .slots = slots, .retiring = retiring };

  sigemptyset (&state.signals);
  sigaddset (&state.signals, SIGTERM);
  sigaddset (&state.signals, SIGINT);
  sigaddset (&state.signals, SIGHUP);
  sigaddset (&state.signals, SIGCHLD);
  if (sigprocmask (SIG_BLOCK, &state.signals, NULL) < 0)
    return EXIT_FAILURE;
  for (guint i = 0; i < supervisor->count; i++)
    slots[i].kind = supervisor->kinds[i];
  while (!state.stopping || anyone_left (&state))
    {
      start_due (&state);
      handle (&state, wait_for_signal (&state));
    }
  return EXIT_SUCCESS;
}
