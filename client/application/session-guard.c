/* SPDX-License-Identifier: GPL-3.0-or-later
 * Ends a session that nobody sits before any more. */
#define G_LOG_DOMAIN "nhi-application"

#include <glib/gi18n.h>

#include "client/application/idle.h"
#include "client/application/session-guard.h"

struct _NhiSessionGuard
{
  GObject parent_instance;

  NhiContext *context;
  char *card_number; /* of the card that signed in; NULL when signed out */
  gint64 last_activity;
  guint seconds_left;
  guint timer;
};

G_DEFINE_FINAL_TYPE (NhiSessionGuard, nhi_session_guard, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SECONDS_LEFT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static gboolean on_timer (gpointer user_data);

static void
set_seconds_left (NhiSessionGuard *self, guint seconds)
{
  if (self->seconds_left == seconds)
    return;
  self->seconds_left = seconds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SECONDS_LEFT]);
}

/* Monotonic time stands still in suspend; a person who opens the lid again must not find an open
 * session. */
static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
look_again (NhiSessionGuard *self)
{
  gint64 idle = now_seconds () - self->last_activity;
  gint64 limit = nhi_context_get_idle_seconds (self->context);
  NhiRemote *remote = nhi_context_get_remote (self->context);
  guint next = 0;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (!nhi_remote_get_signed_in (remote))
    {
      set_seconds_left (self, 0);
      return;
    }
  switch (nhi_idle_judge (idle, limit, &next))
    {
    case NHI_IDLE_EXPIRED:
      set_seconds_left (self, 0);
      nhi_remote_sign_out (remote);
      nhi_context_toast (self->context, _ ("Signed out, because nothing happened for a while"));
      return;
    case NHI_IDLE_WARNING:
      set_seconds_left (self, (guint)(limit - MAX (idle, 0)));
      break;
    case NHI_IDLE_ACTIVE:
    default:
      set_seconds_left (self, 0);
      break;
    }
  self->timer = g_timeout_add_seconds (next, on_timer, self);
}

static gboolean
on_timer (gpointer user_data)
{
  NhiSessionGuard *self = user_data;

  self->timer = 0;
  look_again (self);
  return G_SOURCE_REMOVE;
}

static void
on_signed_in (NhiSessionGuard *self)
{
  NhiCardProfile *profile = nhi_context_get_profile (self->context);

  g_clear_pointer (&self->card_number, g_free);
  if (nhi_remote_get_signed_in (nhi_context_get_remote (self->context)) && profile != NULL)
    self->card_number = g_strdup (profile->card_number);
  self->last_activity = now_seconds ();
  look_again (self);
}

static void
on_profile (NhiSessionGuard *self)
{
  NhiCardProfile *profile = nhi_context_get_profile (self->context);
  NhiRemote *remote = nhi_context_get_remote (self->context);

  if (!nhi_remote_get_signed_in (remote) || self->card_number == NULL)
    return;
  if (profile != NULL && g_strcmp0 (profile->card_number, self->card_number) == 0)
    return;
  nhi_remote_sign_out (remote);
  nhi_context_toast (self->context, _ ("Signed out, because the card was removed"));
}

static void
nhi_session_guard_dispose (GObject *object)
{
  NhiSessionGuard *self = NHI_SESSION_GUARD (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->card_number, g_free);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (nhi_session_guard_parent_class)->dispose (object);
}

static void
nhi_session_guard_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  NhiSessionGuard *self = NHI_SESSION_GUARD (object);

  switch (prop_id)
    {
    case PROP_SECONDS_LEFT:
      g_value_set_uint (value, self->seconds_left);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
nhi_session_guard_class_init (NhiSessionGuardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = nhi_session_guard_dispose;
  object_class->get_property = nhi_session_guard_get_property;

  properties[PROP_SECONDS_LEFT] = g_param_spec_uint ("seconds-left", NULL, NULL, 0, G_MAXUINT, 0,
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
nhi_session_guard_init (NhiSessionGuard *self)
{
}

NhiSessionGuard *
nhi_session_guard_new (NhiContext *context)
{
  NhiSessionGuard *self = g_object_new (NHI_TYPE_SESSION_GUARD, NULL);

  self->context = g_object_ref (context);
  g_signal_connect_object (nhi_context_get_remote (context), "notify::signed-in",
                           G_CALLBACK (on_signed_in), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (nhi_context_get_monitor (context), "notify::profile",
                           G_CALLBACK (on_profile), self, G_CONNECT_SWAPPED);
  return self;
}

void
nhi_session_guard_note_activity (NhiSessionGuard *self)
{
  g_return_if_fail (NHI_IS_SESSION_GUARD (self));

  self->last_activity = now_seconds ();
  if (self->seconds_left > 0)
    look_again (self); /* takes the warning away and sleeps until the next one */
}

guint
nhi_session_guard_get_seconds_left (NhiSessionGuard *self)
{
  g_return_val_if_fail (NHI_IS_SESSION_GUARD (self), 0);
  return self->seconds_left;
}
