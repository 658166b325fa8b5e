/* SPDX-License-Identifier: GPL-3.0-or-later
 * The application object: makes the reader monitor, the remote and the window, and owns the actions
 * without a window. */
#define G_LOG_DOMAIN "nhi-application"

#include <glib/gi18n.h>

#include "client/application/client.h"
#include "client/application/preferences.h"
#include "client/application/presence.h"
#include "client/application/window.h"
#include "client/pages/context.h"

struct _NhiClient
{
  AdwApplication parent_instance;

  GSettings *settings;
  NhiReaderMonitor *monitor;
  NhiContext *context;
  char *service_uri; /* from the command line, or NULL */
  char *ca_file;
  gboolean wants_restart;
};

G_DEFINE_FINAL_TYPE (NhiClient, nhi_client, ADW_TYPE_APPLICATION)

/* The command line wins over the environment, which wins over the setting. */
static char *
resolve (const char *option, const char *variable, GSettings *settings, const char *key)
{
  const char *environment = g_getenv (variable);

  if (option != NULL)
    return g_strdup (option);
  if (environment != NULL && environment[0] != '\0')
    return g_strdup (environment);
  return g_settings_get_string (settings, key);
}

static void
nhi_client_startup (GApplication *application)
{
  NhiClient *self = NHI_CLIENT (application);
  g_autofree char *service_uri = NULL;
  g_autofree char *ca_file = NULL;
  g_autoptr (NhiRemote) remote = NULL;

  G_APPLICATION_CLASS (nhi_client_parent_class)->startup (application);

  nhi_presence_install ();
  self->settings = g_settings_new (NHI_APPLICATION_ID);
  service_uri = resolve (self->service_uri, "NHICARD_SERVICE_URI", self->settings, "service-uri");
  ca_file = resolve (self->ca_file, "NHICARD_CA_FILE", self->settings, "ca-file");
  remote = nhi_remote_new (service_uri, ca_file[0] != '\0' ? ca_file : NULL);
  self->monitor = nhi_reader_monitor_new ();
  self->context = nhi_context_new (remote, self->monitor, self->settings);
  nhi_reader_monitor_start (self->monitor);
  gtk_window_set_default_icon_name (NHI_APPLICATION_ID);
}

static void
nhi_client_shutdown (GApplication *application)
{
  NhiClient *self = NHI_CLIENT (application);

  if (self->context != NULL && nhi_remote_get_signed_in (nhi_context_get_remote (self->context)))
    nhi_remote_sign_out (nhi_context_get_remote (self->context));
  if (self->monitor != NULL)
    nhi_reader_monitor_stop (self->monitor);

  G_APPLICATION_CLASS (nhi_client_parent_class)->shutdown (application);
}

static NhiWindow *
ensure_window (NhiClient *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (NHI_IS_WINDOW (window))
    return NHI_WINDOW (window);
  return nhi_window_new (GTK_APPLICATION (self), self->context);
}

static void
nhi_client_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (ensure_window (NHI_CLIENT (application))));
}

static void
nhi_client_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  NhiWindow *window = ensure_window (NHI_CLIENT (application));

  gtk_window_present (GTK_WINDOW (window));
  nhi_window_open_package (window, files[0]);
}

static void
nhi_client_finalize (GObject *object)
{
  NhiClient *self = NHI_CLIENT (object);

  g_clear_object (&self->context);
  g_clear_object (&self->monitor);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->service_uri, g_free);
  g_clear_pointer (&self->ca_file, g_free);

  G_OBJECT_CLASS (nhi_client_parent_class)->finalize (object);
}

static void
nhi_client_class_init (NhiClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->finalize = nhi_client_finalize;
  application_class->startup = nhi_client_startup;
  application_class->shutdown = nhi_client_shutdown;
  application_class->activate = nhi_client_activate;
  application_class->open = nhi_client_open;
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_application_quit (G_APPLICATION (user_data));
}

static void
on_restart (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  NHI_CLIENT (user_data)->wants_restart = TRUE;
  g_application_quit (G_APPLICATION (user_data));
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  NhiClient *self = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  gtk_window_present (GTK_WINDOW (nhi_preferences_new (window, self->context)));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (user_data));
  GtkWidget *about = adw_about_window_new ();
  g_autofree char *debug = NULL;

  debug = g_strdup_printf ("nhicard %s\nGTK %u.%u.%u\nlibadwaita %u.%u.%u\n", NHI_VERSION,
                           gtk_get_major_version (), gtk_get_minor_version (),
                           gtk_get_micro_version (), adw_get_major_version (),
                           adw_get_minor_version (), adw_get_micro_version ());
  g_object_set (about, "application-name", _ ("NHI Card Online Services"), "application-icon",
                NHI_APPLICATION_ID, "version", NHI_VERSION, "developer-name",
                _ ("The nhicard authors"), "license-type", GTK_LICENSE_GPL_3_0, "comments",
                _ ("The online services of Taiwan’s National Health Insurance card on a free "
                   "desktop. Not a product of the insurer."),
                "debug-info", debug, "transient-for", window, "modal", TRUE, NULL);
  gtk_window_present (GTK_WINDOW (about));
}

static const GActionEntry action_entries[] = {
  { .name = "quit", .activate = on_quit },
  { .name = "restart", .activate = on_restart },
  { .name = "preferences", .activate = on_preferences },
  { .name = "about", .activate = on_about },
};

static void
set_accels (GtkApplication *application, const char *action, const char *accel)
{
  const char *accels[] = { accel, NULL };

  gtk_application_set_accels_for_action (application, action, accels);
}

static void
nhi_client_init (NhiClient *self)
{
  const GOptionEntry options[] = {
    { "service-uri", 0, 0, G_OPTION_ARG_STRING, &self->service_uri,
      N_ ("Address of the service, such as https://localhost:8443"), N_ ("URI") },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &self->ca_file,
      N_ ("One more trusted certificate authority, as a PEM file"), N_ ("FILE") },
    { NULL },
  };
  GtkApplication *application = GTK_APPLICATION (self);

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_action_map_add_action_entries (G_ACTION_MAP (self), action_entries,
                                   G_N_ELEMENTS (action_entries), self);
  set_accels (application, "app.quit", "<Control>q");
  set_accels (application, "app.preferences", "<Control>comma");
  set_accels (application, "window.close", "<Control>w");
  set_accels (application, "win.open-package", "<Control>o");
  set_accels (application, "win.show-help-overlay", "<Control>question");
  set_accels (application, "win.back", "<Alt>Left");
  set_accels (application, "win.show-page::home", "<Control>1");
  set_accels (application, "win.show-page::check", "<Control>2");
  set_accels (application, "win.show-page::card", "<Control>3");
  set_accels (application, "win.show-page::account", "<Control>4");
  set_accels (application, "win.show-page::health-bank", "<Control>5");
}

NhiClient *
nhi_client_new (void)
{
  return g_object_new (NHI_TYPE_CLIENT, "application-id", NHI_APPLICATION_ID, "resource-base-path",
                       "/tw/nhicard/Client", "flags", G_APPLICATION_HANDLES_OPEN, NULL);
}

gboolean
nhi_client_wants_restart (NhiClient *self)
{
  g_return_val_if_fail (NHI_IS_CLIENT (self), FALSE);
  return self->wants_restart;
}
