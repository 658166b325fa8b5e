/* SPDX-License-Identifier: GPL-3.0-or-later
 * The monitor over a scripted PC/SC: what the window is told, and that nothing wakes an idle
 * program. */
#include <glib/gstdio.h>

#include "client/reader/fake-pcsc.h"
#include "client/reader/reader-private.h"

#define FIRST "First 00"
#define SECOND "Second 00"
#define GIVE_UP_SECONDS 20

typedef struct
{
  NhiReaderMonitor *monitor;
  char *folder;
  char *socket;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  nhi_fake_pcsc_reset ();
  fixture->folder = g_dir_make_tmp ("nhicard-XXXXXX", NULL);
  fixture->socket = g_build_filename (fixture->folder, "pcscd.comm", NULL);
  fixture->monitor = nhi_reader_monitor_new_for_pcsc (&NHI_PCSC_FAKE, fixture->socket);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->monitor);
  g_unlink (fixture->socket);
  g_rmdir (fixture->folder);
  g_free (fixture->socket);
  g_free (fixture->folder);
}

static gboolean
give_up (gpointer data)
{
  g_error ("what was waited for did not happen");
  return G_SOURCE_REMOVE;
}

static void
await_state (Fixture *fixture, NhiCardState state)
{
  guint source = g_timeout_add_seconds (GIVE_UP_SECONDS, give_up, NULL);

  while (nhi_reader_monitor_get_state (fixture->monitor) != state)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

static void
await_waiting (guint waits)
{
  while (nhi_fake_pcsc_waits () < waits)
    g_thread_yield ();
}

static void
start_with_card (Fixture *fixture, NhiFakeCard card)
{
  nhi_fake_pcsc_plug (FIRST);
  nhi_fake_pcsc_insert (FIRST, card);
  nhi_reader_monitor_start (fixture->monitor);
}

static void
note_state_without_profile (GObject *object, GParamSpec *pspec, gpointer data)
{
  NhiReaderMonitor *monitor = NHI_READER_MONITOR (object);

  if (nhi_reader_monitor_get_state (monitor) != NHI_CARD_STATE_READ)
    g_assert_null (nhi_reader_monitor_get_profile (monitor));
}

static void
test_insert_and_remove (Fixture *fixture, gconstpointer data)
{
  g_signal_connect (fixture->monitor, "notify", G_CALLBACK (note_state_without_profile), NULL);
  nhi_fake_pcsc_plug (FIRST);
  nhi_reader_monitor_start (fixture->monitor);
  await_state (fixture, NHI_CARD_STATE_NO_CARD);

  nhi_fake_pcsc_insert (FIRST, nhi_fake_card_nhi);
  await_state (fixture, NHI_CARD_STATE_READ);
  g_assert_cmpstr (nhi_reader_monitor_get_profile (fixture->monitor)->card_number, ==,
                   "900000000018");

  nhi_fake_pcsc_remove (FIRST);
  await_state (fixture, NHI_CARD_STATE_NO_CARD);
  g_assert_null (nhi_reader_monitor_get_profile (fixture->monitor));
}

typedef struct
{
  const char *name;
  NhiFakeCard card;
  NhiCardState state;
} StateCase;

static const StateCase STATES[] = {
  { "other-card", nhi_fake_card_other, NHI_CARD_STATE_OTHER_CARD },
  { "unreadable", nhi_fake_card_broken, NHI_CARD_STATE_UNREADABLE },
};

static void
test_state (Fixture *fixture, gconstpointer data)
{
  const StateCase *c = data;

  start_with_card (fixture, c->card);
  await_state (fixture, c->state);
  g_assert_nonnull (nhi_reader_monitor_get_fault_code (fixture->monitor));
  g_assert_null (nhi_reader_monitor_get_profile (fixture->monitor));
}

static void
test_mute (Fixture *fixture, gconstpointer data)
{
  nhi_fake_pcsc_plug (FIRST);
  nhi_fake_pcsc_insert_mute (FIRST);
  nhi_reader_monitor_start (fixture->monitor);
  await_state (fixture, NHI_CARD_STATE_MUTE);
  g_assert_cmpuint (nhi_fake_pcsc_connects (), ==, 0);
}

static void
test_best_reader_wins (Fixture *fixture, gconstpointer data)
{
  nhi_fake_pcsc_plug (SECOND);
  start_with_card (fixture, nhi_fake_card_other);
  await_state (fixture, NHI_CARD_STATE_NO_CARD);

  nhi_fake_pcsc_insert (SECOND, nhi_fake_card_nhi);
  await_state (fixture, NHI_CARD_STATE_READ);
  nhi_fake_pcsc_unplug (SECOND);
  await_state (fixture, NHI_CARD_STATE_OTHER_CARD);
  g_assert_cmpuint (g_list_model_get_n_items (nhi_reader_monitor_get_readers (fixture->monitor)),
                    ==, 1);
}

static void
note_first_state (GObject *object, GParamSpec *pspec, gpointer data)
{
  NhiCardState *first = data;

  if (*first == NHI_CARD_STATE_STARTING)
    *first = nhi_reader_monitor_get_state (NHI_READER_MONITOR (object));
}

/* A window that says "no reader" for a blink tells a lie. */
static void
test_first_state_is_true (Fixture *fixture, gconstpointer data)
{
  NhiCardState first = NHI_CARD_STATE_STARTING;

  g_signal_connect (fixture->monitor, "notify::state", G_CALLBACK (note_first_state), &first);
  nhi_fake_pcsc_plug (SECOND);
  start_with_card (fixture, nhi_fake_card_nhi);
  await_state (fixture, NHI_CARD_STATE_READ);
  g_assert_cmpint (first, ==, NHI_CARD_STATE_READING);
}

static void
test_reader_plugged (Fixture *fixture, gconstpointer data)
{
  nhi_reader_monitor_start (fixture->monitor);
  await_state (fixture, NHI_CARD_STATE_NO_READER);
  await_waiting (1);
  nhi_fake_pcsc_plug (FIRST);
  await_state (fixture, NHI_CARD_STATE_NO_CARD);
  nhi_fake_pcsc_unplug (FIRST);
  await_state (fixture, NHI_CARD_STATE_NO_READER);
}

static void
test_busy_is_tried_again (Fixture *fixture, gconstpointer data)
{
  nhi_fake_pcsc_fail_connect ((LONG)SCARD_E_SHARING_VIOLATION, 2);
  start_with_card (fixture, nhi_fake_card_nhi);
  await_state (fixture, NHI_CARD_STATE_BUSY);
  await_state (fixture, NHI_CARD_STATE_READ);
}

static void
note_unreadable (GObject *object, GParamSpec *pspec, gpointer data)
{
  guint *times = data;

  if (nhi_reader_monitor_get_state (NHI_READER_MONITOR (object)) == NHI_CARD_STATE_UNREADABLE)
    ++*times;
}

/* Both connections of a reading fail, the reader tells no event, the card is well again. */
static void
test_bounced_card_is_read (Fixture *fixture, gconstpointer data)
{
  guint times = 0;

  g_signal_connect (fixture->monitor, "notify::state", G_CALLBACK (note_unreadable), &times);
  nhi_fake_pcsc_fail_connect ((LONG)SCARD_E_NOT_TRANSACTED, 2);
  start_with_card (fixture, nhi_fake_card_nhi);
  await_state (fixture, NHI_CARD_STATE_READ);
  g_assert_cmpuint (times, ==, 0);
}

static void
test_bad_contact_is_told (Fixture *fixture, gconstpointer data)
{
  nhi_fake_pcsc_fail_connect ((LONG)SCARD_E_NOT_TRANSACTED, 4);
  start_with_card (fixture, nhi_fake_card_nhi);
  await_state (fixture, NHI_CARD_STATE_UNREADABLE);
  g_assert_cmpstr (nhi_reader_monitor_get_fault_code (fixture->monitor), ==, "PCSC-80100016");
  g_assert_cmpuint (nhi_fake_pcsc_connects (), ==, 0);

  nhi_fake_pcsc_fail_connect ((LONG)SCARD_E_NOT_TRANSACTED, 2);
  nhi_fake_pcsc_insert (FIRST, nhi_fake_card_nhi);
  await_state (fixture, NHI_CARD_STATE_READ);
}

static void
test_other_card_is_remembered (Fixture *fixture, gconstpointer data)
{
  guint connects;

  start_with_card (fixture, nhi_fake_card_other);
  await_state (fixture, NHI_CARD_STATE_OTHER_CARD);
  connects = nhi_fake_pcsc_connects ();
  /* An event of the reader that is not about the card, then one that proves that the first was
   * seen. */
  nhi_fake_pcsc_set_flag (FIRST, SCARD_STATE_INUSE, TRUE);
  nhi_fake_pcsc_plug (SECOND);
  await_state (fixture, NHI_CARD_STATE_NO_CARD);
  g_assert_cmpuint (nhi_fake_pcsc_connects (), ==, connects);
}

static void
test_daemon_lost_and_back (Fixture *fixture, gconstpointer data)
{
  start_with_card (fixture, nhi_fake_card_nhi);
  await_state (fixture, NHI_CARD_STATE_READ);
  nhi_fake_pcsc_set_running (FALSE);
  await_state (fixture, NHI_CARD_STATE_NO_SERVICE);
  g_assert_null (nhi_reader_monitor_get_profile (fixture->monitor));
  g_assert_cmpstr (nhi_reader_monitor_get_fault_code (fixture->monitor), ==, "PCSC-8010001D");

  nhi_fake_pcsc_set_running (TRUE);
  g_assert_true (g_file_set_contents (fixture->socket, "", 0, NULL));
  await_state (fixture, NHI_CARD_STATE_READ);
}

static void
test_idle_waits_once (Fixture *fixture, gconstpointer data)
{
  guint waits;

  start_with_card (fixture, nhi_fake_card_nhi);
  await_state (fixture, NHI_CARD_STATE_READ);
  waits = nhi_fake_pcsc_waits ();
  /* The next event is the only thing that ends the wait, but for the one look that makes a new list
   * of readers sure: a few more waits, not dozens. */
  nhi_fake_pcsc_remove (FIRST);
  await_state (fixture, NHI_CARD_STATE_NO_CARD);
  await_waiting (waits + 1);
  g_assert_cmpuint (nhi_fake_pcsc_waits (), <=, waits + 4);
}

static void
test_stop_and_start (Fixture *fixture, gconstpointer data)
{
  start_with_card (fixture, nhi_fake_card_nhi);
  for (guint i = 0; i < 20; i++)
    {
      await_state (fixture, NHI_CARD_STATE_READ);
      nhi_reader_monitor_stop (fixture->monitor);
      g_assert_cmpint (nhi_reader_monitor_get_state (fixture->monitor), ==,
                       NHI_CARD_STATE_STARTING);
      g_assert_null (nhi_reader_monitor_get_profile (fixture->monitor));
      nhi_reader_monitor_start (fixture->monitor);
    }
}

static void
test_every_state_has_words (Fixture *fixture, gconstpointer data)
{
  for (int state = NHI_CARD_STATE_STARTING; state <= NHI_CARD_STATE_UNREADABLE; state++)
    {
      g_assert_cmpstr (nhi_card_state_title (state), !=, "");
      g_assert_cmpstr (nhi_card_state_advice (state), !=, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, data, function) g_test_add (path, Fixture, data, set_up, function, tear_down)
  ADD ("/reader-monitor/insert-and-remove", NULL, test_insert_and_remove);
  ADD ("/reader-monitor/state/other-card", &STATES[0], test_state);
  ADD ("/reader-monitor/state/unreadable", &STATES[1], test_state);
  ADD ("/reader-monitor/state/mute-is-not-touched", NULL, test_mute);
  ADD ("/reader-monitor/best-reader-wins", NULL, test_best_reader_wins);
  ADD ("/reader-monitor/first-state-is-true", NULL, test_first_state_is_true);
  ADD ("/reader-monitor/reader-plugged-and-unplugged", NULL, test_reader_plugged);
  ADD ("/reader-monitor/busy-is-tried-again", NULL, test_busy_is_tried_again);
  ADD ("/reader-monitor/a-bounced-card-is-read", NULL, test_bounced_card_is_read);
  ADD ("/reader-monitor/a-bad-contact-is-told", NULL, test_bad_contact_is_told);
  ADD ("/reader-monitor/other-card-is-remembered", NULL, test_other_card_is_remembered);
  ADD ("/reader-monitor/daemon-lost-and-back", NULL, test_daemon_lost_and_back);
  ADD ("/reader-monitor/idle-waits-once", NULL, test_idle_waits_once);
  ADD ("/reader-monitor/stop-and-start", NULL, test_stop_and_start);
  ADD ("/reader-monitor/every-state-has-words", NULL, test_every_state_has_words);
  return g_test_run ();
}
