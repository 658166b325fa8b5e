/* SPDX-License-Identifier: GPL-3.0-or-later
 * All readers together on the main loop: the list, the state that wins, the profile of the card
 * that was read. */
#include "client/reader/reader-monitor.h"
#include "client/reader/watch-thread.h"

struct _NhiReaderMonitor
{
  GObject parent_instance;

  const NhiPcsc *pcsc;
  char *socket_path;
  NhiWatchThread *watch;

  GListStore *readers;
  NhiCardState state;
  NhiCardProfile *profile;
  char *fault_code;

  gboolean connected;
  gboolean taking_news; /* half of the readers is no state to tell */
  LONG service_result;  /* why it is not connected */
};

enum
{
  PROP_0,
  PROP_READERS,
  PROP_STATE,
  PROP_PROFILE,
  PROP_FAULT_CODE,
  PROP_SERVICE_VERSION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (NhiReaderMonitor, nhi_reader_monitor, G_TYPE_OBJECT)

/* Takes @fault_code. Data before state, so that nobody sees "no card" beside a name. */
static void
publish (NhiReaderMonitor *self, NhiCardState state, NhiCardProfile *profile, char *fault_code)
{
  GObject *object = G_OBJECT (self);
  gboolean state_changes = self->state != state;
  gboolean fault_changes = g_strcmp0 (self->fault_code, fault_code) != 0;
  gboolean profile_changes = self->profile != profile;

  g_object_freeze_notify (object);
  if (profile_changes)
    {
      g_clear_pointer (&self->profile, nhi_card_profile_unref);
      self->profile = profile != NULL ? nhi_card_profile_ref (profile) : NULL;
      g_object_notify_by_pspec (object, properties[PROP_PROFILE]);
    }
  g_free (self->fault_code);
  self->fault_code = fault_code;
  self->state = state;
  if (fault_changes)
    g_object_notify_by_pspec (object, properties[PROP_FAULT_CODE]);
  if (state_changes)
    g_object_notify_by_pspec (object, properties[PROP_STATE]);
  g_object_thaw_notify (object);
}

static NhiReader *
best_reader (NhiReaderMonitor *self)
{
  NhiReader *best = NULL;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->readers));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NhiReader) reader = g_list_model_get_item (G_LIST_MODEL (self->readers), i);

      /* The list keeps it alive. */
      if (best == NULL || nhi_card_state_rank (nhi_reader_get_state (reader)) >
                              nhi_card_state_rank (nhi_reader_get_state (best)))
        best = reader;
    }
  return best;
}

static void
sum_up (NhiReaderMonitor *self)
{
  NhiReader *best = best_reader (self);

  if (!self->connected)
    publish (self, NHI_CARD_STATE_NO_SERVICE, NULL, nhi_pcsc_fault_code (self->service_result));
  else if (best == NULL)
    publish (self, NHI_CARD_STATE_NO_READER, NULL, NULL);
  else
    publish (self, nhi_reader_get_state (best), nhi_reader_get_profile (best),
             g_strdup (nhi_reader_get_fault_code (best)));
}

static void
reader_changed (NhiReader *reader, gpointer user_data)
{
  NhiReaderMonitor *self = NHI_READER_MONITOR (user_data);

  if (!self->taking_news)
    sum_up (self);
}

static const NhiReaderSight *
find_sight (GPtrArray *sights, const char *name)
{
  for (guint i = 0; sights != NULL && i < sights->len; i++)
    {
      const NhiReaderSight *sight = g_ptr_array_index (sights, i);

      if (g_str_equal (sight->name, name))
        return sight;
    }
  return NULL;
}

static void
drop_readers_out_of_sight (NhiReaderMonitor *self, GPtrArray *sights)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->readers)); i > 0; i--)
    {
      g_autoptr (NhiReader) reader = g_list_model_get_item (G_LIST_MODEL (self->readers), i - 1);

      if (find_sight (sights, nhi_reader_get_name (reader)) != NULL)
        continue;
      nhi_reader_close (reader);
      g_list_store_remove (self->readers, i - 1);
    }
}

static NhiReader *
find_or_add_reader (NhiReaderMonitor *self, const char *name)
{
  g_autoptr (NhiReader) added = NULL;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->readers));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NhiReader) reader = g_list_model_get_item (G_LIST_MODEL (self->readers), i);

      if (g_str_equal (nhi_reader_get_name (reader), name))
        return g_steal_pointer (&reader);
    }

  added = nhi_reader_new (name, self->pcsc, reader_changed, self);
  g_list_store_append (self->readers, added);
  return g_steal_pointer (&added);
}

static void
watch_news (GPtrArray *sights, LONG result, gpointer user_data)
{
  g_autoptr (NhiReaderMonitor) self = g_object_ref (NHI_READER_MONITOR (user_data));

  self->connected = sights != NULL;
  self->service_result = result;
  self->taking_news = TRUE;
  drop_readers_out_of_sight (self, sights);
  for (guint i = 0; sights != NULL && i < sights->len; i++)
    {
      const NhiReaderSight *sight = g_ptr_array_index (sights, i);
      g_autoptr (NhiReader) reader = find_or_add_reader (self, sight->name);

      nhi_reader_see (reader, sight);
    }
  self->taking_news = FALSE;
  sum_up (self);
}

void
nhi_reader_monitor_start (NhiReaderMonitor *self)
{
  g_return_if_fail (NHI_IS_READER_MONITOR (self));

  if (self->watch == NULL)
    self->watch = nhi_watch_thread_start (self->pcsc, self->socket_path, watch_news, self);
}

void
nhi_reader_monitor_stop (NhiReaderMonitor *self)
{
  g_return_if_fail (NHI_IS_READER_MONITOR (self));

  g_clear_pointer (&self->watch, nhi_watch_thread_stop);
  self->connected = FALSE;
  drop_readers_out_of_sight (self, NULL);
  publish (self, NHI_CARD_STATE_STARTING, NULL, NULL);
}

static void
nhi_reader_monitor_dispose (GObject *object)
{
  NhiReaderMonitor *self = NHI_READER_MONITOR (object);

  if (self->readers != NULL)
    nhi_reader_monitor_stop (self);
  g_clear_object (&self->readers);
  G_OBJECT_CLASS (nhi_reader_monitor_parent_class)->dispose (object);
}

static void
nhi_reader_monitor_finalize (GObject *object)
{
  NhiReaderMonitor *self = NHI_READER_MONITOR (object);

  g_free (self->socket_path);
  g_free (self->fault_code);
  G_OBJECT_CLASS (nhi_reader_monitor_parent_class)->finalize (object);
}

static void
nhi_reader_monitor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NhiReaderMonitor *self = NHI_READER_MONITOR (object);

  switch (id)
    {
    case PROP_READERS:
      g_value_set_object (value, self->readers);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_PROFILE:
      g_value_set_boxed (value, self->profile);
      break;
    case PROP_FAULT_CODE:
      g_value_set_string (value, self->fault_code);
      break;
    case PROP_SERVICE_VERSION:
      g_value_set_static_string (value, "pcsc-lite " PCSCLITE_VERSION_NUMBER);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
nhi_reader_monitor_class_init (NhiReaderMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = nhi_reader_monitor_dispose;
  object_class->finalize = nhi_reader_monitor_finalize;
  object_class->get_property = nhi_reader_monitor_get_property;

  properties[PROP_READERS] = g_param_spec_object ("readers", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, NHI_TYPE_CARD_STATE, NHI_CARD_STATE_STARTING, flags);
  properties[PROP_PROFILE] =
      g_param_spec_boxed ("profile", NULL, NULL, NHI_TYPE_CARD_PROFILE, flags);
  properties[PROP_FAULT_CODE] = g_param_spec_string ("fault-code", NULL, NULL, NULL, flags);
  properties[PROP_SERVICE_VERSION] =
      g_param_spec_string ("service-version", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
nhi_reader_monitor_init (NhiReaderMonitor *self)
{
  self->readers = g_list_store_new (NHI_TYPE_READER);
  self->state = NHI_CARD_STATE_STARTING;
}

NhiReaderMonitor *
nhi_reader_monitor_new_for_pcsc (const NhiPcsc *pcsc, const char *socket_path)
{
  NhiReaderMonitor *self = g_object_new (NHI_TYPE_READER_MONITOR, NULL);

  self->pcsc = pcsc;
  self->socket_path = g_strdup (socket_path);
  return self;
}

NhiReaderMonitor *
nhi_reader_monitor_new (void)
{
  return nhi_reader_monitor_new_for_pcsc (&NHI_PCSC_SYSTEM, nhi_pcsc_socket_path ());
}

GListModel *
nhi_reader_monitor_get_readers (NhiReaderMonitor *self)
{
  g_return_val_if_fail (NHI_IS_READER_MONITOR (self), NULL);
  return G_LIST_MODEL (self->readers);
}

NhiCardState
nhi_reader_monitor_get_state (NhiReaderMonitor *self)
{
  g_return_val_if_fail (NHI_IS_READER_MONITOR (self), NHI_CARD_STATE_NO_SERVICE);
  return self->state;
}

NhiCardProfile *
nhi_reader_monitor_get_profile (NhiReaderMonitor *self)
{
  g_return_val_if_fail (NHI_IS_READER_MONITOR (self), NULL);
  return self->profile;
}

const char *
nhi_reader_monitor_get_fault_code (NhiReaderMonitor *self)
{
  g_return_val_if_fail (NHI_IS_READER_MONITOR (self), NULL);
  return self->fault_code;
}
