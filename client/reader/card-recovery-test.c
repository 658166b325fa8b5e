/* SPDX-License-Identifier: GPL-3.0-or-later
 * Faults by chance, in the middle of everything: the monitor says something true and helpful each
 * time, and has the card again when the fault is gone. NHI_SEED repeats a run, NHI_FAULTS sets its
 * length. */
#include <glib/gstdio.h>
#include <string.h>

#include "client/reader/card-help.h"
#include "client/reader/fake-pcsc.h"
#include "client/reader/reader-private.h"

#define READER "Reader 00"
#define GIVE_UP_SECONDS 60
#define FAULTS 150 /* of the quick run */
#define CALLS 6    /* of one reading */

typedef struct
{
  NhiReaderMonitor *monitor;
  char *folder;
  char *socket;
  const char *fault; /* for the message when nothing comes of it */
  guint number;
} Run;

static Run run;

static gboolean
give_up (gpointer data)
{
  g_error ("fault %u, %s: still “%s” (%s)", run.number, run.fault,
           nhi_card_state_nick (nhi_reader_monitor_get_state (run.monitor)),
           nhi_reader_monitor_get_fault_code (run.monitor));
  return G_SOURCE_REMOVE;
}

static void
assert_there_is_help (void)
{
  const char *code = nhi_reader_monitor_get_fault_code (run.monitor);
  NhiCardState state = nhi_reader_monitor_get_state (run.monitor);
  NhiCardHelp help;

  if (code != NULL && !nhi_card_help_find (code, &help))
    g_error ("fault %u, %s: the code %s has no entry", run.number, run.fault, code);
  nhi_card_help_for (state, code, &help);
  g_assert_cmpstr (help.action, !=, "");
  g_assert_true ((nhi_reader_monitor_get_profile (run.monitor) != NULL) ==
                 (state == NHI_CARD_STATE_READ));
}

static void
on_state (void)
{
  assert_there_is_help ();
}

static gboolean
is_settled (void)
{
  NhiCardState state = nhi_reader_monitor_get_state (run.monitor);

  return state != NHI_CARD_STATE_STARTING && state != NHI_CARD_STATE_READING &&
         state != NHI_CARD_STATE_BUSY;
}

static gboolean
is_read (void)
{
  return nhi_reader_monitor_get_state (run.monitor) == NHI_CARD_STATE_READ;
}

static gboolean
has_come (void)
{
  return !nhi_fake_pcsc_is_armed ();
}

static void
await (gboolean (*condition) (void))
{
  guint source = g_timeout_add_seconds (GIVE_UP_SECONDS, give_up, NULL);

  while (!condition ())
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

/* The fault comes in another thread, and nothing wakes this one when it has. */
static gboolean
look_again (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
await_fault (void)
{
  guint source = g_timeout_add (1, look_again, NULL);

  await (has_come);
  g_source_remove (source);
}

static void
touch_socket (void)
{
  g_assert_true (g_file_set_contents (run.socket, "", 0, NULL));
}

/* ---- what may happen ---- */

static void
pull (void)
{
  nhi_fake_pcsc_remove (READER);
}

static void
insert (void)
{
  nhi_fake_pcsc_insert (READER, nhi_fake_card_nhi);
}

static void
slip (void)
{
  pull ();
  insert ();
}

static void
unplug (void)
{
  nhi_fake_pcsc_unplug (READER);
}

static void
plug (void)
{
  nhi_fake_pcsc_plug (READER);
  insert ();
}

static void
kill_daemon (void)
{
  nhi_fake_pcsc_set_running (FALSE);
}

static void
start_daemon (void)
{
  nhi_fake_pcsc_set_running (TRUE);
  touch_socket ();
}

/* The daemon survives a sleep of the computer; its readers come back as new ones. */
static void
sleep_and_wake (void)
{
  unplug ();
  plug ();
}

static void
nothing (void)
{
}

typedef struct
{
  const char *name;
  void (*strike) (void);
  void (*mend) (void);
} Blow;

static const Blow BLOWS[] = {
  { "the card is pulled", pull, insert },
  { "the card slips", slip, nothing },
  { "the reader is unplugged", unplug, plug },
  { "the daemon is killed", kill_daemon, start_daemon },
  { "the computer sleeps", sleep_and_wake, nothing },
};

static const LONG RESULTS[] = {
  (LONG)SCARD_F_COMM_ERROR,
  (LONG)SCARD_W_RESET_CARD,
  (LONG)SCARD_E_NOT_TRANSACTED,
  (LONG)SCARD_W_REMOVED_CARD,
  (LONG)SCARD_E_NO_SERVICE,
  (LONG)SCARD_E_SHARING_VIOLATION,
  (LONG)SCARD_E_READER_UNAVAILABLE,
  (LONG)SCARD_W_UNRESPONSIVE_CARD,
  (LONG)SCARD_E_INVALID_HANDLE,
  (LONG)SCARD_E_NO_MEMORY,
  (LONG)SCARD_E_TIMEOUT,
  (LONG)SCARD_W_SECURITY_VIOLATION,
  (LONG)SCARD_E_PROTO_MISMATCH,
  (LONG)SCARD_E_SERVER_TOO_BUSY,
  (LONG)SCARD_E_SERVICE_STOPPED,
};

/* A blow at a call of a reading that begins now, or while nothing happens at all. */
static void
deal_blow (GRand *rand)
{
  const Blow *blow = &BLOWS[g_rand_int_range (rand, 0, G_N_ELEMENTS (BLOWS))];
  guint nth = (guint)g_rand_int_range (rand, 0, CALLS + 1);

  run.fault = blow->name;
  if (nth == 0)
    blow->strike ();
  else
    {
      nhi_fake_pcsc_strike_at_call (nth, blow->strike);
      slip ();
      await_fault ();
    }
  /* Sometimes it is mended before anything was noticed. */
  if (g_rand_boolean (rand))
    await (is_settled);
  blow->mend ();
}

static void
deal_result (GRand *rand)
{
  LONG result = RESULTS[g_rand_int_range (rand, 0, G_N_ELEMENTS (RESULTS))];

  run.fault = pcsc_stringify_error (result);
  nhi_fake_pcsc_fail_call ((guint)g_rand_int_range (rand, 1, CALLS), result);
  slip ();
  await_fault ();
  await (is_settled);
  if (result == (LONG)SCARD_E_NO_SERVICE)
    touch_socket ();
  if (!is_read ())
    insert ();
}

static void
deal_exclusive (GRand *rand)
{
  run.fault = "another program holds the card";
  nhi_fake_pcsc_fail_connect ((LONG)SCARD_E_SHARING_VIOLATION,
                              (guint)g_rand_int_range (rand, 1, 3));
  nhi_fake_pcsc_set_flag (READER, SCARD_STATE_EXCLUSIVE, TRUE);
  slip ();
  await_fault ();
  nhi_fake_pcsc_set_flag (READER, SCARD_STATE_EXCLUSIVE, FALSE);
}

/* Listing or waiting fails although the daemon is there. */
static void
deal_watch (GRand *rand)
{
  LONG result = RESULTS[g_rand_int_range (rand, 0, G_N_ELEMENTS (RESULTS))];

  run.fault = "the watch of the readers breaks";
  nhi_fake_pcsc_fail_watch (1, result);
  slip ();
  await_fault ();
  touch_socket ();
}

static void (*const DEALERS[]) (GRand *rand) = { deal_blow,   deal_blow,      deal_blow,
                                                 deal_blow,   deal_blow,      deal_result,
                                                 deal_result, deal_exclusive, deal_watch };

/* ---- the run ---- */

static guint
count_entries (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  guint n = 0;

  g_assert_nonnull (directory);
  while (g_dir_read_name (directory) != NULL)
    n++;
  return n;
}

static guint
number_from_environment (const char *name, guint otherwise)
{
  const char *text = g_getenv (name);

  return text != NULL ? (guint)g_ascii_strtoull (text, NULL, 10) : otherwise;
}

static guint threads_before;

static gboolean
threads_are_gone (void)
{
  g_thread_pool_stop_unused_threads ();
  return count_entries ("/proc/self/task") <= threads_before;
}

/* GLib's own worker threads come with the first use and stay: they are there before the count. */
static void
begin_run (void)
{
  nhi_fake_pcsc_reset ();
  run.folder = g_dir_make_tmp ("nhicard-XXXXXX", NULL);
  run.socket = g_build_filename (run.folder, "pcscd.comm", NULL);
  run.monitor = nhi_reader_monitor_new_for_pcsc (&NHI_PCSC_FAKE, run.socket);
  g_signal_connect (run.monitor, "notify", G_CALLBACK (on_state), NULL);
  plug ();
  nhi_reader_monitor_start (run.monitor);
  run.fault = "none yet";
  await (is_read);
}

static void
end_run (void)
{
  guint source = g_timeout_add (10, look_again, NULL);

  nhi_reader_monitor_stop (run.monitor);
  run.fault = "threads stay";
  await (threads_are_gone);
  g_source_remove (source);
  g_assert_true (nhi_fake_pcsc_is_balanced ());
  g_assert_finalize_object (run.monitor);
  g_unlink (run.socket);
  g_rmdir (run.folder);
  g_free (run.socket);
  g_free (run.folder);
}

static void
count_before (void)
{
  begin_run ();
  threads_before = G_MAXUINT;
  end_run ();
  g_thread_pool_stop_unused_threads ();
  threads_before = count_entries ("/proc/self/task");
}

static void
test_random_faults (void)
{
  guint seed = number_from_environment ("NHI_SEED", g_random_int ());
  guint faults = number_from_environment ("NHI_FAULTS", FAULTS);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint descriptors;

  g_test_message ("NHI_SEED=%u NHI_FAULTS=%u", seed, faults);
  count_before ();
  descriptors = count_entries ("/proc/self/fd");
  begin_run ();
  for (run.number = 1; run.number <= faults; run.number++)
    {
      DEALERS[g_rand_int_range (rand, 0, G_N_ELEMENTS (DEALERS))](rand);
      await (is_read);
      assert_there_is_help ();
      nhi_fake_pcsc_heal ();
    }
  end_run ();
  g_assert_cmpuint (count_entries ("/proc/self/fd"), <=, descriptors);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card-recovery/random-faults", test_random_faults);
  return g_test_run ();
}
