/* SPDX-License-Identifier: GPL-3.0-or-later
 * The scripted PC/SC: one lock, one condition that stands for the daemon's events. */
#include "client/reader/fake-pcsc.h"

#include <string.h>

#define MAX_READERS 4
#define CONTEXT 7
#define HANDLES 64 /* a handle is the daemon's generation and the reader */

typedef struct
{
  char *name;
  NhiFakeCard card;
  guint32 flags;
  guint16 events;
} FakeReader;

static struct
{
  GMutex lock;
  GCond changed;
  gboolean stopped;
  gboolean cancelled;
  guint generation; /* of the daemon: contexts of an older one are dead */
  FakeReader readers[MAX_READERS];
  guint n_readers;
  guint16 events; /* of all readers, so that a reader that comes back is not taken for itself */

  LONG connect_result;
  guint connect_failures;
  guint transmit_nth, call_nth, watch_nth, strike_nth;
  LONG transmit_result, call_result, watch_result;
  NhiFakeStrike strike;

  guint connects, disconnects, begins, ends, contexts, waits;
  gboolean card_disturbed;
} fake;

static FakeReader *
find (const char *name)
{
  for (guint i = 0; i < fake.n_readers; i++)
    if (g_str_equal (fake.readers[i].name, name))
      return &fake.readers[i];
  return NULL;
}

static FakeReader *
find_plugged (const char *name)
{
  FakeReader *found = find (name);

  if (found == NULL)
    g_error ("the test has no reader “%s”", name);
  return found;
}

void
nhi_fake_pcsc_reset (void)
{
  g_mutex_lock (&fake.lock);
  for (guint i = 0; i < fake.n_readers; i++)
    g_free (fake.readers[i].name);
  memset (fake.readers, 0, sizeof fake.readers);
  fake.n_readers = 0;
  fake.stopped = fake.cancelled = fake.card_disturbed = FALSE;
  fake.connect_failures = fake.transmit_nth = fake.call_nth = 0;
  fake.watch_nth = fake.strike_nth = 0;
  fake.connects = fake.disconnects = fake.begins = fake.ends = fake.contexts = fake.waits = 0;
  g_mutex_unlock (&fake.lock);
}

static void
changed (void)
{
  g_cond_broadcast (&fake.changed);
  g_mutex_unlock (&fake.lock);
}

void
nhi_fake_pcsc_set_running (gboolean running)
{
  g_mutex_lock (&fake.lock);
  fake.stopped = !running;
  fake.generation++;
  changed ();
}

void
nhi_fake_pcsc_plug (const char *reader)
{
  g_mutex_lock (&fake.lock);
  fake.readers[fake.n_readers++] =
      (FakeReader){ .name = g_strdup (reader), .flags = SCARD_STATE_EMPTY };
  changed ();
}

void
nhi_fake_pcsc_unplug (const char *reader)
{
  FakeReader *found;

  g_mutex_lock (&fake.lock);
  found = find_plugged (reader);
  g_free (found->name);
  *found = fake.readers[--fake.n_readers];
  memset (&fake.readers[fake.n_readers], 0, sizeof fake.readers[0]);
  changed ();
}

static void
put (const char *reader, NhiFakeCard card, guint32 flags)
{
  FakeReader *found;

  g_mutex_lock (&fake.lock);
  found = find_plugged (reader);
  found->card = card;
  found->flags = flags;
  found->events = ++fake.events;
  changed ();
}

void
nhi_fake_pcsc_insert (const char *reader, NhiFakeCard card)
{
  put (reader, card, SCARD_STATE_PRESENT);
}

void
nhi_fake_pcsc_insert_mute (const char *reader)
{
  put (reader, NULL, SCARD_STATE_PRESENT | SCARD_STATE_MUTE);
}

void
nhi_fake_pcsc_remove (const char *reader)
{
  put (reader, NULL, SCARD_STATE_EMPTY);
}

void
nhi_fake_pcsc_set_flag (const char *reader, guint32 flag, gboolean on)
{
  FakeReader *found;

  g_mutex_lock (&fake.lock);
  found = find_plugged (reader);
  found->flags = on ? found->flags | flag : found->flags & ~flag;
  changed ();
}

void
nhi_fake_pcsc_fail_connect (LONG result, guint times)
{
  g_mutex_lock (&fake.lock);
  fake.connect_result = result;
  fake.connect_failures = times;
  g_mutex_unlock (&fake.lock);
}

void
nhi_fake_pcsc_fail_transmit (guint nth, LONG result)
{
  g_mutex_lock (&fake.lock);
  fake.transmit_nth = nth;
  fake.transmit_result = result;
  g_mutex_unlock (&fake.lock);
}

void
nhi_fake_pcsc_fail_call (guint nth, LONG result)
{
  g_mutex_lock (&fake.lock);
  fake.call_nth = nth;
  fake.call_result = result;
  g_mutex_unlock (&fake.lock);
}

void
nhi_fake_pcsc_fail_watch (guint nth, LONG result)
{
  g_mutex_lock (&fake.lock);
  fake.watch_nth = nth;
  fake.watch_result = result;
  g_mutex_unlock (&fake.lock);
}

void
nhi_fake_pcsc_strike_at_call (guint nth, NhiFakeStrike strike)
{
  g_mutex_lock (&fake.lock);
  fake.strike_nth = nth;
  fake.strike = strike;
  g_mutex_unlock (&fake.lock);
}

void
nhi_fake_pcsc_heal (void)
{
  g_mutex_lock (&fake.lock);
  fake.connect_failures = fake.transmit_nth = fake.call_nth = 0;
  fake.watch_nth = fake.strike_nth = 0;
  g_mutex_unlock (&fake.lock);
}

gboolean
nhi_fake_pcsc_is_armed (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);

  return fake.call_nth > 0 || fake.watch_nth > 0 || fake.strike_nth > 0 ||
         fake.connect_failures > 0;
}

guint
nhi_fake_pcsc_connects (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);

  return fake.connects;
}

guint
nhi_fake_pcsc_waits (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);

  return fake.waits;
}

gboolean
nhi_fake_pcsc_is_balanced (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);

  return fake.connects == fake.disconnects && fake.begins == fake.ends && fake.contexts == 0 &&
         !fake.card_disturbed;
}

/* What the test does in the middle of a reading, when its call has come. */
static void
strike (void)
{
  NhiFakeStrike due = NULL;

  g_mutex_lock (&fake.lock);
  if (fake.strike_nth > 0 && --fake.strike_nth == 0)
    due = fake.strike;
  g_mutex_unlock (&fake.lock);
  if (due != NULL)
    due ();
}

/* Handles of a daemon that was started anew since are dead. Held lock. */
static gboolean
is_dead (SCARDHANDLE card)
{
  return fake.stopped || (guint)(card / HANDLES) != fake.generation;
}

/* The N-th wait or listing fails. Held lock. */
static gboolean
is_watch_to_fail (LONG *result)
{
  if (fake.watch_nth == 0 || --fake.watch_nth > 0)
    return FALSE;
  *result = fake.watch_result;
  return TRUE;
}

/* The N-th call fails. Held lock. */
static gboolean
is_to_fail (LONG *result)
{
  if (fake.call_nth == 0 || --fake.call_nth > 0)
    return FALSE;
  *result = fake.call_result;
  return TRUE;
}

static LONG
fake_establish_context (SCARDCONTEXT *ret_context)
{
  g_autoptr (GMutexLocker) locker = NULL;
  LONG result = SCARD_E_NO_SERVICE;

  strike ();
  locker = g_mutex_locker_new (&fake.lock);
  if (fake.stopped || is_to_fail (&result))
    return result;
  fake.contexts++;
  *ret_context = CONTEXT;
  return SCARD_S_SUCCESS;
}

static LONG
fake_release_context (SCARDCONTEXT context)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);

  fake.contexts--;
  return SCARD_S_SUCCESS;
}

static LONG
fake_cancel (SCARDCONTEXT context)
{
  g_mutex_lock (&fake.lock);
  fake.cancelled = TRUE;
  changed ();
  return SCARD_S_SUCCESS;
}

static LONG
fake_list_readers (SCARDCONTEXT context, char *ret_readers, DWORD *length)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);
  char *end = ret_readers;
  LONG result = SCARD_E_NO_SERVICE;

  if (fake.stopped || is_watch_to_fail (&result))
    return result;
  if (fake.n_readers == 0)
    return SCARD_E_NO_READERS_AVAILABLE;
  for (guint i = 0; i < fake.n_readers; i++)
    end = g_stpcpy (end, fake.readers[i].name) + 1;
  *end++ = '\0';
  *length = (DWORD)(end - ret_readers);
  return SCARD_S_SUCCESS;
}

/* TRUE when a state differs from what the caller knows. Held lock. */
static gboolean
fill_states (SCARD_READERSTATE *states, DWORD n_states, guint known_readers)
{
  gboolean differs = FALSE;

  for (DWORD i = 0; i < n_states; i++)
    {
      const FakeReader *reader = find (states[i].szReader);
      DWORD now = SCARD_STATE_UNKNOWN;

      if (g_str_equal (states[i].szReader, NHI_PCSC_PNP_READER))
        now = fake.n_readers != known_readers ? SCARD_STATE_CHANGED : states[i].dwCurrentState;
      else if (reader != NULL)
        now = (DWORD)reader->events << 16 | reader->flags;
      if (now != states[i].dwCurrentState)
        {
          differs = TRUE;
          now |= SCARD_STATE_CHANGED;
        }
      states[i].dwEventState = now;
      states[i].cbAtr = 0;
    }
  return differs;
}

static LONG
fake_get_status_change (SCARDCONTEXT context,
                        DWORD timeout,
                        SCARD_READERSTATE *states,
                        DWORD n_states)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);
  guint known_readers = fake.n_readers;
  guint generation = fake.generation;
  gint64 deadline = timeout == INFINITE ? G_MAXINT64 : g_get_monotonic_time () + timeout * 1000;
  LONG result;

  if (is_watch_to_fail (&result))
    return result;
  fake.waits++;
  fake.cancelled = FALSE;
  while (!fill_states (states, n_states, known_readers))
    {
      if (timeout == INFINITE)
        g_cond_wait (&fake.changed, &fake.lock);
      else if (!g_cond_wait_until (&fake.changed, &fake.lock, deadline))
        return SCARD_E_TIMEOUT;
      if (fake.cancelled)
        return SCARD_E_CANCELLED;
      if (fake.generation != generation)
        return SCARD_E_NO_SERVICE;
    }
  return SCARD_S_SUCCESS;
}

static LONG
fake_connect (SCARDCONTEXT context,
              const char *name,
              DWORD share_mode,
              DWORD protocols,
              SCARDHANDLE *ret_card,
              DWORD *ret_protocol)
{
  g_autoptr (GMutexLocker) locker = NULL;
  const FakeReader *reader;
  LONG result = SCARD_E_NO_SERVICE;

  g_assert_cmpuint (share_mode, ==, SCARD_SHARE_SHARED);
  g_assert_cmpuint (protocols, ==, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
  strike ();
  locker = g_mutex_locker_new (&fake.lock);
  reader = find (name);
  if (fake.stopped || is_to_fail (&result))
    return result;
  if (fake.connect_failures > 0)
    {
      fake.connect_failures--;
      return fake.connect_result;
    }
  if (reader == NULL)
    return SCARD_E_UNKNOWN_READER;
  if (reader->card == NULL)
    return SCARD_E_NO_SMARTCARD;
  fake.connects++;
  *ret_card = (SCARDHANDLE)fake.generation * HANDLES + (reader - fake.readers);
  *ret_protocol = SCARD_PROTOCOL_T1;
  return SCARD_S_SUCCESS;
}

static LONG
fake_reconnect (SCARDHANDLE card,
                DWORD share_mode,
                DWORD protocols,
                DWORD initialization,
                DWORD *ret_protocol)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);
  LONG result;

  fake.card_disturbed |= initialization != SCARD_LEAVE_CARD;
  *ret_protocol = SCARD_PROTOCOL_T1;
  return is_to_fail (&result) ? result : SCARD_S_SUCCESS;
}

static LONG
fake_disconnect (SCARDHANDLE card, DWORD disposition)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);

  fake.disconnects++;
  fake.card_disturbed |= disposition != SCARD_LEAVE_CARD;
  return SCARD_S_SUCCESS;
}

static LONG
fake_begin_transaction (SCARDHANDLE card)
{
  g_autoptr (GMutexLocker) locker = NULL;
  LONG result = SCARD_E_NO_SERVICE;

  strike ();
  locker = g_mutex_locker_new (&fake.lock);
  if (is_dead (card) || is_to_fail (&result))
    return result;
  fake.begins++;
  return SCARD_S_SUCCESS;
}

static LONG
fake_end_transaction (SCARDHANDLE card, DWORD disposition)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);

  fake.ends++;
  fake.card_disturbed |= disposition != SCARD_LEAVE_CARD;
  return SCARD_S_SUCCESS;
}

static LONG
fake_transmit (SCARDHANDLE card,
               DWORD protocol,
               const guint8 *command,
               DWORD command_length,
               guint8 *answer,
               DWORD *answer_length)
{
  g_autoptr (GMutexLocker) locker = NULL;
  NhiFakeCard inserted;
  LONG result = SCARD_E_NO_SERVICE;

  strike ();
  locker = g_mutex_locker_new (&fake.lock);
  inserted = fake.readers[card % HANDLES].card;
  if (is_dead (card) || is_to_fail (&result))
    return result;
  if (fake.transmit_nth > 0 && --fake.transmit_nth == 0)
    return fake.transmit_result;
  if (inserted == NULL)
    return SCARD_W_REMOVED_CARD;
  *answer_length = (DWORD)inserted (command, command_length, answer);
  return SCARD_S_SUCCESS;
}

const NhiPcsc NHI_PCSC_FAKE = {
  .establish_context = fake_establish_context,
  .release_context = fake_release_context,
  .cancel = fake_cancel,
  .list_readers = fake_list_readers,
  .get_status_change = fake_get_status_change,
  .connect = fake_connect,
  .reconnect = fake_reconnect,
  .disconnect = fake_disconnect,
  .begin_transaction = fake_begin_transaction,
  .end_transaction = fake_end_transaction,
  .transmit = fake_transmit,
};
