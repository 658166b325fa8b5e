/* SPDX-License-Identifier: GPL-3.0-or-later
 * The scripted PC/SC: one lock, one condition that stands for the daemon's events. */
#include "client/reader/fake-pcsc.h"

#include <string.h>

#include "shared/card/profile.h"

#define MAX_READERS 4
#define CONTEXT 7
#define FIRST_CARD 100

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

  LONG connect_result;
  guint connect_failures;
  guint transmit_nth, call_nth;
  LONG transmit_result, call_result;

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
  found->events++;
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
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);
  LONG result = SCARD_E_NO_SERVICE;

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

  if (fake.stopped)
    return SCARD_E_NO_SERVICE;
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

  fake.waits++;
  fake.cancelled = FALSE;
  while (!fill_states (states, n_states, known_readers))
    {
      if (timeout == 0)
        return SCARD_E_TIMEOUT;
      g_cond_wait (&fake.changed, &fake.lock);
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
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);
  FakeReader *reader = find (name);
  LONG result;

  g_assert_cmpuint (share_mode, ==, SCARD_SHARE_SHARED);
  g_assert_cmpuint (protocols, ==, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
  if (is_to_fail (&result))
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
  *ret_card = FIRST_CARD + (reader - fake.readers);
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
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);
  LONG result;

  if (is_to_fail (&result))
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
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fake.lock);
  NhiFakeCard inserted = fake.readers[card - FIRST_CARD].card;
  LONG result;

  if (is_to_fail (&result))
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

/* ---- cards ---- */

static gsize
say (guint8 *answer, guint16 word)
{
  answer[0] = word >> 8;
  answer[1] = word & 0xFF;
  return 2;
}

static gsize
basic_data (guint8 *answer)
{
  static const char text[] = "900000000018"
                             "\xb3\xaf\xac\xfc\xac\xc2\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                             "A2990000150750505F1080312";

  G_STATIC_ASSERT (sizeof text - 1 == NHI_CARD_BASIC_DATA_LENGTH);
  memcpy (answer, text, NHI_CARD_BASIC_DATA_LENGTH);
  return NHI_CARD_BASIC_DATA_LENGTH + say (answer + NHI_CARD_BASIC_DATA_LENGTH, 0x9000);
}

static gboolean
is (const guint8 *command, guint8 instruction, guint8 p1)
{
  return command[1] == instruction && command[2] == p1;
}

gsize
nhi_fake_card_nhi (const guint8 *command, gsize length, guint8 *answer)
{
  if (is (command, 0xCA, 0x11))
    return basic_data (answer);
  if (is (command, 0xCA, 0x24))
    {
      answer[0] = '0';
      return 1 + say (answer + 1, 0x9000);
    }
  return say (answer, is (command, 0xA4, 0x04) ? 0x9000 : 0x6D00);
}

gsize
nhi_fake_card_newest (const guint8 *command, gsize length, guint8 *answer)
{
  return is (command, 0xCA, 0x11) ? basic_data (answer) : say (answer, 0x6D00);
}

gsize
nhi_fake_card_other (const guint8 *command, gsize length, guint8 *answer)
{
  return say (answer, is (command, 0xA4, 0x04) ? 0x6A82 : 0x6A86);
}

gsize
nhi_fake_card_broken (const guint8 *command, gsize length, guint8 *answer)
{
  gsize answer_length = nhi_fake_card_nhi (command, length, answer);

  if (is (command, 0xCA, 0x11))
    answer[49] = 'X';
  return answer_length;
}

/* Wants the right Le first, then gives the data in two pieces. */
gsize
nhi_fake_card_chained (const guint8 *command, gsize length, guint8 *answer)
{
  guint8 whole[64];

  if (is (command, 0xCA, 0x11) && length == 7)
    return say (answer, 0x6C39);
  basic_data (whole);
  if (is (command, 0xCA, 0x11))
    {
      g_assert_cmpuint (length, ==, 8);
      g_assert_cmpuint (command[7], ==, 0x39);
      memcpy (answer, whole, 30);
      return 30 + say (answer + 30, 0x611B);
    }
  if (command[1] == 0xC0)
    {
      g_assert_cmpuint (length, ==, 5);
      g_assert_cmpuint (command[4], ==, 0x1B);
      memcpy (answer, whole + 30, 27);
      return 27 + say (answer + 27, 0x9000);
    }
  return say (answer, 0x6D00);
}

gsize
nhi_fake_card_endless (const guint8 *command, gsize length, guint8 *answer)
{
  memset (answer, 'A', 200);
  return 200 + say (answer + 200, 0x61FF);
}

gsize
nhi_fake_card_short (const guint8 *command, gsize length, guint8 *answer)
{
  memset (answer, '0', 20);
  return 20 + say (answer + 20, 0x9000);
}
