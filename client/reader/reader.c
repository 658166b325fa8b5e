/* SPDX-License-Identifier: GPL-3.0-or-later
 * One reader on the main loop: what is in it, and the reading of its card in a worker thread. */
#include "client/reader/reader-private.h"

#include <string.h>

#define SLOW_READ_MS 2000 /* longer than any card needs: another program holds it */
#define RETRY_FIRST_MS 200u
#define RETRY_LONGEST_MS 5000u
#define RETRY_TIMES 16 /* about a minute; after that only an event of the reader helps */
#define BOUNCE_MS 600u /* pcscd looks at some readers every 0.4 s only */

struct _NhiReader
{
  GObject parent_instance;

  char *name;
  char *atr;
  NhiCardState state;
  NhiCardProfile *profile;
  char *fault_code;

  const NhiPcsc *pcsc;
  NhiReaderChanged changed;
  gpointer changed_data;

  guint32 flags;
  guint16 events;
  gboolean seen;
  GCancellable *reading; /* of the running work, or NULL */
  guint slow_source;
  guint retry_source;
  guint retries;
  gboolean bounced; /* this card had its second look */
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_STATE,
  PROP_ATR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (NhiReader, nhi_reader, G_TYPE_OBJECT)

static void start_reading (NhiReader *self);

NhiReaderSight *
nhi_reader_sight_new (const SCARD_READERSTATE *state)
{
  NhiReaderSight *sight = g_new0 (NhiReaderSight, 1);

  sight->name = g_strdup (state->szReader);
  sight->flags = (guint32)(state->dwEventState & 0xFFFF) & ~(guint32)SCARD_STATE_CHANGED;
  sight->events = (guint16)(state->dwEventState >> 16);
  sight->atr_length = MIN (state->cbAtr, sizeof sight->atr);
  memcpy (sight->atr, state->rgbAtr, sight->atr_length);
  return sight;
}

void
nhi_reader_sight_free (NhiReaderSight *sight)
{
  g_free (sight->name);
  g_free (sight);
}

static char *
format_atr (const guint8 *atr, gsize length)
{
  GString *text = g_string_sized_new (length * 2);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02X", atr[i]);
  return g_string_free (text, length == 0);
}

static void
clear_work (NhiReader *self)
{
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_handle_id (&self->slow_source, g_source_remove);
  g_clear_handle_id (&self->retry_source, g_source_remove);
}

/* Takes @fault_code. The profile goes first, so that no observer sees a state without its card
 * beside the data. */
static void
set_state (NhiReader *self, NhiCardState state, NhiCardProfile *profile, char *fault_code)
{
  gboolean changes = self->state != state;

  if (self->profile != profile)
    {
      g_clear_pointer (&self->profile, nhi_card_profile_unref);
      self->profile = profile != NULL ? nhi_card_profile_ref (profile) : NULL;
    }
  g_free (self->fault_code);
  self->fault_code = fault_code;
  self->state = state;

  if (self->changed != NULL)
    self->changed (self, self->changed_data);
  if (changes)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static gboolean
retry_now (gpointer user_data)
{
  NhiReader *self = user_data;

  self->retry_source = 0;
  start_reading (self);
  return G_SOURCE_REMOVE;
}

static void
retry_later (NhiReader *self)
{
  guint delay = RETRY_LONGEST_MS;

  if (self->retries >= RETRY_TIMES)
    return;
  if (self->retries < 5)
    delay = MIN (delay, RETRY_FIRST_MS << self->retries);
  self->retries++;
  self->retry_source = g_timeout_add (delay, retry_now, self);
}

/* A card that slipped and came back faster than pcscd looks makes the talk fail and no event: the
 * reader still calls it present. One more look when pcscd had its own tells that from a bad card.
 */
static gboolean
may_have_bounced (NhiReader *self, const NhiCardReading *reading)
{
  return reading->state == NHI_CARD_STATE_UNREADABLE && !self->bounced &&
         reading->fault_code != NULL && g_str_has_prefix (reading->fault_code, "PCSC-") &&
         (self->flags & SCARD_STATE_PRESENT) != 0;
}

static void
reading_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NhiReader *self = NHI_READER (source);
  GCancellable *cancellable = g_task_get_cancellable (G_TASK (result));
  g_autoptr (NhiCardReading) reading = g_task_propagate_pointer (G_TASK (result), NULL);

  /* Another card, or none, is in the reader by now. */
  if (reading == NULL || cancellable != self->reading)
    return;

  g_clear_object (&self->reading);
  g_clear_handle_id (&self->slow_source, g_source_remove);
  /* That the reader or the daemon went is said by the monitor. When it says nothing, the reader is
   * back at once, and a daemon that refuses one more context is too busy. */
  if (reading->state == NHI_CARD_STATE_NO_READER)
    reading->state = NHI_CARD_STATE_NO_CARD;
  else if (reading->state == NHI_CARD_STATE_NO_SERVICE)
    reading->state = NHI_CARD_STATE_BUSY;

  if (may_have_bounced (self, reading))
    {
      self->bounced = TRUE;
      self->retry_source = g_timeout_add (BOUNCE_MS, retry_now, self);
      return;
    }

  set_state (self, reading->state, reading->profile, g_steal_pointer (&reading->fault_code));
  if (self->state == NHI_CARD_STATE_BUSY)
    retry_later (self);
  else
    self->retries = 0;
}

static gboolean
reading_is_slow (gpointer user_data)
{
  NhiReader *self = user_data;

  self->slow_source = 0;
  set_state (self, NHI_CARD_STATE_BUSY, NULL,
             nhi_pcsc_fault_code ((LONG)SCARD_E_SHARING_VIOLATION));
  return G_SOURCE_REMOVE;
}

typedef struct
{
  const NhiPcsc *pcsc;
  char *name;
} ReadWork;

static void
read_work_free (ReadWork *work)
{
  g_free (work->name);
  g_free (work);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const ReadWork *work = task_data;

  g_task_return_pointer (task, nhi_card_session_read (work->pcsc, work->name, cancellable),
                         (GDestroyNotify)nhi_card_reading_free);
}

static void
start_reading (NhiReader *self)
{
  g_autoptr (GTask) task = NULL;
  ReadWork *work = g_new0 (ReadWork, 1);

  clear_work (self);
  self->reading = g_cancellable_new ();
  work->pcsc = self->pcsc;
  work->name = g_strdup (self->name);

  task = g_task_new (self, self->reading, reading_done, NULL);
  g_task_set_source_tag (task, start_reading);
  g_task_set_priority (task, G_PRIORITY_HIGH);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, work, (GDestroyNotify)read_work_free);
  g_task_run_in_thread (task, read_in_thread);

  self->slow_source = g_timeout_add (SLOW_READ_MS, reading_is_slow, self);
  if (self->state != NHI_CARD_STATE_BUSY)
    set_state (self, NHI_CARD_STATE_READING, NULL, NULL);
}

static void
set_atr (NhiReader *self, const NhiReaderSight *sight)
{
  g_autofree char *atr = format_atr (sight->atr, sight->atr_length);

  if (g_strcmp0 (atr, self->atr) == 0)
    return;
  g_free (self->atr);
  self->atr = g_steal_pointer (&atr);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ATR]);
}

/* A card that was found not to be an NHI card stays named so as long as it is in, whatever else
 * happens to the reader; the counter of the reader tells a new card from the old one. */
void
nhi_reader_see (NhiReader *self, const NhiReaderSight *sight)
{
  const guint32 card_flags = SCARD_STATE_PRESENT | SCARD_STATE_MUTE | SCARD_STATE_UNAVAILABLE;
  gboolean same_card = self->seen && self->events == sight->events &&
                       (self->flags & card_flags) == (sight->flags & card_flags);
  gboolean freed =
      (self->flags & SCARD_STATE_EXCLUSIVE) != 0 && (sight->flags & SCARD_STATE_EXCLUSIVE) == 0;

  self->seen = TRUE;
  self->flags = sight->flags;
  self->events = sight->events;

  if (!same_card)
    {
      clear_work (self);
      self->retries = 0;
      self->bounced = FALSE;
      if ((sight->flags & SCARD_STATE_PRESENT) == 0)
        set_state (self, NHI_CARD_STATE_NO_CARD, NULL, NULL);
      else if ((sight->flags & SCARD_STATE_MUTE) != 0)
        set_state (self, NHI_CARD_STATE_MUTE, NULL,
                   nhi_pcsc_fault_code ((LONG)SCARD_W_UNRESPONSIVE_CARD));
      else
        start_reading (self);
    }
  else if (self->state == NHI_CARD_STATE_BUSY && self->reading == NULL && freed)
    start_reading (self);

  set_atr (self, sight);
}

void
nhi_reader_close (NhiReader *self)
{
  self->changed = NULL;
  clear_work (self);
  set_state (self, NHI_CARD_STATE_NO_READER, NULL, NULL);
}

static void
nhi_reader_dispose (GObject *object)
{
  NhiReader *self = NHI_READER (object);

  clear_work (self);
  g_clear_pointer (&self->profile, nhi_card_profile_unref);
  G_OBJECT_CLASS (nhi_reader_parent_class)->dispose (object);
}

static void
nhi_reader_finalize (GObject *object)
{
  NhiReader *self = NHI_READER (object);

  g_free (self->name);
  g_free (self->atr);
  g_free (self->fault_code);
  G_OBJECT_CLASS (nhi_reader_parent_class)->finalize (object);
}

static void
nhi_reader_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NhiReader *self = NHI_READER (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_ATR:
      g_value_set_string (value, self->atr);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
nhi_reader_class_init (NhiReaderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = nhi_reader_dispose;
  object_class->finalize = nhi_reader_finalize;
  object_class->get_property = nhi_reader_get_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, NHI_TYPE_CARD_STATE, NHI_CARD_STATE_NO_CARD, flags);
  properties[PROP_ATR] = g_param_spec_string ("atr", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
nhi_reader_init (NhiReader *self)
{
  self->state = NHI_CARD_STATE_NO_CARD;
}

NhiReader *
nhi_reader_new (const char *name, const NhiPcsc *pcsc, NhiReaderChanged changed, gpointer user_data)
{
  NhiReader *self = g_object_new (NHI_TYPE_READER, NULL);

  self->name = g_strdup (name);
  self->pcsc = pcsc;
  self->changed = changed;
  self->changed_data = user_data;
  return self;
}

const char *
nhi_reader_get_name (NhiReader *self)
{
  g_return_val_if_fail (NHI_IS_READER (self), NULL);
  return self->name;
}

NhiCardState
nhi_reader_get_state (NhiReader *self)
{
  g_return_val_if_fail (NHI_IS_READER (self), NHI_CARD_STATE_NO_READER);
  return self->state;
}

const char *
nhi_reader_get_atr (NhiReader *self)
{
  g_return_val_if_fail (NHI_IS_READER (self), NULL);
  return self->atr;
}

NhiCardProfile *
nhi_reader_get_profile (NhiReader *self)
{
  return self->profile;
}

const char *
nhi_reader_get_fault_code (NhiReader *self)
{
  return self->fault_code;
}
