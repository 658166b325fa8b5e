/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one object that pages share; it draws nothing. */
#define G_LOG_DOMAIN "nhi-pages"

#include "client/pages/context.h"

struct _NhiContext
{
  GObject parent_instance;

  NhiRemote *remote;
  NhiReaderMonitor *monitor;
  GSettings *settings;
  NhiCheckSuite *suite;

  gint64 last_sign_in_at;
  guint idle_seconds;
  char *registration_email;
  gint64 registration_expires_at;
  gboolean downloaded;
};

G_DEFINE_FINAL_TYPE (NhiContext, nhi_context, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LAST_SIGN_IN_AT,
  PROP_REGISTRATION_EMAIL,
  PROP_REGISTRATION_EXPIRES_AT,
  PROP_DOWNLOADED,
  N_PROPS
};
enum
{
  ANNOUNCE,
  TOAST,
  SHOW_PAGE,
  OPEN_PACKAGE,
  RECHECK,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
nhi_context_finalize (GObject *object)
{
  NhiContext *self = NHI_CONTEXT (object);

  g_clear_object (&self->suite);
  g_clear_object (&self->remote);
  g_clear_object (&self->monitor);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->registration_email, g_free);

  G_OBJECT_CLASS (nhi_context_parent_class)->finalize (object);
}

static void
nhi_context_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  NhiContext *self = NHI_CONTEXT (object);

  switch (prop_id)
    {
    case PROP_LAST_SIGN_IN_AT:
      g_value_set_int64 (value, self->last_sign_in_at);
      break;
    case PROP_REGISTRATION_EMAIL:
      g_value_set_string (value, self->registration_email);
      break;
    case PROP_REGISTRATION_EXPIRES_AT:
      g_value_set_int64 (value, self->registration_expires_at);
      break;
    case PROP_DOWNLOADED:
      g_value_set_boolean (value, self->downloaded);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static guint
add_signal (const char *name, GType argument)
{
  if (argument == G_TYPE_NONE)
    return g_signal_new (name, NHI_TYPE_CONTEXT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                         G_TYPE_NONE, 0);
  return g_signal_new (name, NHI_TYPE_CONTEXT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       1, argument);
}

static void
nhi_context_class_init (NhiContextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = nhi_context_finalize;
  object_class->get_property = nhi_context_get_property;

  properties[PROP_LAST_SIGN_IN_AT] =
      g_param_spec_int64 ("last-sign-in-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_REGISTRATION_EMAIL] =
      g_param_spec_string ("registration-email", NULL, NULL, NULL, flags);
  properties[PROP_REGISTRATION_EXPIRES_AT] =
      g_param_spec_int64 ("registration-expires-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_DOWNLOADED] = g_param_spec_boolean ("downloaded", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ANNOUNCE] = add_signal ("announce", G_TYPE_STRING);
  signals[TOAST] = add_signal ("toast", G_TYPE_STRING);
  signals[SHOW_PAGE] = add_signal ("show-page", G_TYPE_STRING);
  signals[OPEN_PACKAGE] = add_signal ("open-package", G_TYPE_FILE);
  signals[RECHECK] = add_signal ("recheck", G_TYPE_NONE);
}

static void
nhi_context_init (NhiContext *self)
{
}

NhiContext *
nhi_context_new (NhiRemote *remote, NhiReaderMonitor *monitor, GSettings *settings)
{
  NhiContext *self = g_object_new (NHI_TYPE_CONTEXT, NULL);

  self->remote = g_object_ref (remote);
  self->monitor = g_object_ref (monitor);
  self->settings = g_object_ref (settings);
  return self;
}

NhiRemote *
nhi_context_get_remote (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), NULL);
  return self->remote;
}

NhiReaderMonitor *
nhi_context_get_monitor (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), NULL);
  return self->monitor;
}

GSettings *
nhi_context_get_settings (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), NULL);
  return self->settings;
}

NhiCheckSuite *
nhi_context_get_suite (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), NULL);

  if (self->suite == NULL)
    {
      self->suite = nhi_check_suite_new (self->monitor, self->remote);
      nhi_check_suite_run_async (self->suite, NULL, NULL, NULL);
    }
  return self->suite;
}

NhiCheckSuite *
nhi_context_peek_suite (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), NULL);
  return self->suite;
}

void
nhi_context_announce (NhiContext *self, const char *text)
{
  g_return_if_fail (NHI_IS_CONTEXT (self));
  g_signal_emit (self, signals[ANNOUNCE], 0, text);
}

void
nhi_context_toast (NhiContext *self, const char *text)
{
  g_return_if_fail (NHI_IS_CONTEXT (self));
  g_signal_emit (self, signals[TOAST], 0, text);
  nhi_context_announce (self, text);
}

void
nhi_context_show_page (NhiContext *self, const char *name)
{
  g_return_if_fail (NHI_IS_CONTEXT (self));
  g_signal_emit (self, signals[SHOW_PAGE], 0, name);
}

void
nhi_context_open_package (NhiContext *self, GFile *file)
{
  g_return_if_fail (NHI_IS_CONTEXT (self));
  g_signal_emit (self, signals[OPEN_PACKAGE], 0, file);
}

void
nhi_context_recheck (NhiContext *self)
{
  g_return_if_fail (NHI_IS_CONTEXT (self));
  g_signal_emit (self, signals[RECHECK], 0);
}

void
nhi_context_note_registration (NhiContext *self, const char *email_masked, gint64 expires_at)
{
  g_return_if_fail (NHI_IS_CONTEXT (self));

  g_free (self->registration_email);
  self->registration_email = g_strdup (email_masked);
  self->registration_expires_at = expires_at;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REGISTRATION_EMAIL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REGISTRATION_EXPIRES_AT]);
}

const char *
nhi_context_get_registration_email (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), NULL);
  return self->registration_email;
}

void
nhi_context_note_sign_in (NhiContext *self, const NhiSignInReceipt *receipt)
{
  g_return_if_fail (NHI_IS_CONTEXT (self));

  self->last_sign_in_at = receipt->last_sign_in_at;
  self->idle_seconds = receipt->idle_seconds;
  g_settings_set_boolean (self->settings, "signed-in-before", TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_SIGN_IN_AT]);
}

gint64
nhi_context_get_last_sign_in_at (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), 0);
  return self->last_sign_in_at;
}

guint
nhi_context_get_idle_seconds (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), 0);
  return self->idle_seconds > 0 ? self->idle_seconds : 15 * 60;
}

void
nhi_context_note_download (NhiContext *self)
{
  g_return_if_fail (NHI_IS_CONTEXT (self));

  self->downloaded = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DOWNLOADED]);
}

gboolean
nhi_context_get_downloaded (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), FALSE);
  return self->downloaded;
}

NhiCardProfile *
nhi_context_get_profile (NhiContext *self)
{
  g_return_val_if_fail (NHI_IS_CONTEXT (self), NULL);
  return nhi_reader_monitor_get_profile (self->monitor);
}

GFile *
nhi_context_get_download_folder (NhiContext *self)
{
  g_autofree char *folder = NULL;
  const char *fallback;

  g_return_val_if_fail (NHI_IS_CONTEXT (self), NULL);

  folder = g_settings_get_string (self->settings, "download-folder");
  if (folder[0] != '\0')
    return g_file_new_for_path (folder);
  fallback = g_get_user_special_dir (G_USER_DIRECTORY_DOWNLOAD);
  if (fallback == NULL && g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS))
    return NULL;
  return g_file_new_for_path (fallback != NULL ? fallback : g_get_home_dir ());
}
