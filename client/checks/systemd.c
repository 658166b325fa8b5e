/* SPDX-License-Identifier: GPL-3.0-or-later
 * The few methods of systemd's manager that the checks need. */
#include "client/checks/systemd.h"

#include <glib/gi18n.h>

#define LOOK_MS 3000
#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define UNIT "org.freedesktop.systemd1.Unit"

static GVariant *
look (GDBusConnection *bus,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments,
      const char *type,
      GCancellable *cancellable)
{
  return g_dbus_connection_call_sync (bus, NAME, path, interface, method, arguments,
                                      G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE, LOOK_MS,
                                      cancellable, NULL);
}

static char *
unit_file_state (GDBusConnection *bus, const char *unit, GCancellable *cancellable)
{
  g_autoptr (GVariant) answer = look (bus, PATH, MANAGER, "GetUnitFileState",
                                      g_variant_new ("(s)", unit), "(s)", cancellable);
  char *state = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(s)", &state);
  return state;
}

static char *
unit_active_state (GDBusConnection *bus, const char *unit, GCancellable *cancellable)
{
  g_autoptr (GVariant) path =
      look (bus, PATH, MANAGER, "LoadUnit", g_variant_new ("(s)", unit), "(o)", cancellable);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *object_path;

  if (path == NULL)
    return NULL;
  g_variant_get (path, "(&o)", &object_path);
  answer = look (bus, object_path, "org.freedesktop.DBus.Properties", "Get",
                 g_variant_new ("(ss)", UNIT, "ActiveState"), "(v)", cancellable);
  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(v)", &value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                             : NULL;
}

gboolean
nhi_systemd_state (const char *unit,
                   GCancellable *cancellable,
                   char **ret_start_up,
                   char **ret_active,
                   GError **error)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, cancellable, error);
  g_autoptr (GVariant) version = NULL;

  if (bus == NULL)
    return FALSE;
  /* Whether systemd is there at all, so that its silence is not taken for a missing unit. */
  version = g_dbus_connection_call_sync (bus, NAME, PATH, "org.freedesktop.DBus.Properties", "Get",
                                         g_variant_new ("(ss)", MANAGER, "Version"),
                                         G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, LOOK_MS,
                                         cancellable, error);
  if (version == NULL)
    return FALSE;
  *ret_start_up = unit_file_state (bus, unit, cancellable);
  *ret_active = unit_active_state (bus, unit, cancellable);
  return TRUE;
}

/* ---- changing something ---- */

static gboolean
is_remote (const GError *error, const char *name)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (remote, name) == 0;
}

static void
set_silent (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                       _ ("The card reader service was not started: the system did not answer in "
                          "time. Try again, or type the command that its row shows."));
}

static void
set_failed (GError **error, const char *why)
{
  /* Translators: %s is the system's own reason. */
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               _ ("The card reader service could not be started: %s"), why);
}

static void
explain (GError **error, const GError *cause)
{
  if (is_remote (cause, "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired") ||
      is_remote (cause, "org.freedesktop.DBus.Error.AccessDenied") ||
      is_remote (cause, "org.freedesktop.PolicyKit1.Error.Failed"))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                         _ ("The card reader service was not started, because the permission was "
                            "not given. Try again, or type the command that its row shows."));
  else if (is_remote (cause, "org.freedesktop.systemd1.NoSuchUnit") ||
           is_remote (cause, "org.freedesktop.DBus.Error.FileNotFound"))
    g_set_error_literal (
        error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        _ ("The card reader service is not installed. Install the package pcscd."));
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
           g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
    set_silent (error);
  else
    set_failed (error, cause->message);
}

static GVariant *
change (GDBusConnection *bus,
        const char *method,
        GVariant *arguments,
        guint seconds,
        GCancellable *cancellable,
        GError **error)
{
  g_autoptr (GError) cause = NULL;
  GVariant *answer = g_dbus_connection_call_sync (bus, NAME, PATH, MANAGER, method, arguments, NULL,
                                                  G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                                                  (int)(seconds * 1000), cancellable, &cause);

  if (answer == NULL)
    explain (error, cause);
  return answer;
}

/* A job of systemd, and the signal that tells its end. It may come before the answer that names
 * it. */
typedef struct
{
  GMainLoop *loop;
  GHashTable *ended; /* path of job -> result */
  char *path;
} Job;

static void
job_removed (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *arguments,
             gpointer user_data)
{
  Job *job = user_data;
  const char *job_path, *result;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(uoss)")))
    return;
  g_variant_get (arguments, "(u&o&s&s)", NULL, &job_path, NULL, &result);
  g_hash_table_insert (job->ended, g_strdup (job_path), g_strdup (result));
  if (g_strcmp0 (job_path, job->path) == 0)
    g_main_loop_quit (job->loop);
}

static gboolean
give_up (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

/* FALSE with @error when the job did not end with "done". */
static gboolean
wait_for_job (Job *job, GMainContext *context, guint seconds, GError **error)
{
  g_autoptr (GSource) timer = g_timeout_source_new_seconds (seconds);
  const char *result;

  while (g_main_context_iteration (context, FALSE))
    continue;
  if (!g_hash_table_contains (job->ended, job->path))
    {
      g_source_set_callback (timer, give_up, job->loop, NULL);
      g_source_attach (timer, context);
      g_main_loop_run (job->loop);
      g_source_destroy (timer);
    }
  result = g_hash_table_lookup (job->ended, job->path);
  if (g_strcmp0 (result, "done") == 0)
    return TRUE;
  if (result == NULL)
    set_silent (error);
  else
    set_failed (error, result);
  return FALSE;
}

static gboolean
start_job (GDBusConnection *bus,
           const char *unit,
           gboolean anew,
           guint seconds,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GHashTable) ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GVariant) subscribed = NULL;
  g_autoptr (GVariant) answer = NULL;
  Job job = { .loop = loop, .ended = ended };
  gboolean done = FALSE;
  guint subscription;

  g_main_context_push_thread_default (context);
  subscription =
      g_dbus_connection_signal_subscribe (bus, NAME, MANAGER, "JobRemoved", PATH, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, job_removed, &job, NULL);
  subscribed = look (bus, PATH, MANAGER, "Subscribe", NULL, "()", cancellable);
  answer = change (bus, anew ? "RestartUnit" : "StartUnit", g_variant_new ("(ss)", unit, "replace"),
                   seconds, cancellable, error);
  if (answer != NULL)
    {
      g_variant_get (answer, "(o)", &job.path);
      done = wait_for_job (&job, context, seconds, error);
    }
  g_dbus_connection_signal_unsubscribe (bus, subscription);
  while (g_main_context_iteration (context, FALSE))
    continue;
  g_main_context_pop_thread_default (context);
  g_free (job.path);
  return done;
}

gboolean
nhi_systemd_start (const char *unit,
                   gboolean anew,
                   guint seconds,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, cancellable, error);
  g_autoptr (GVariant) enabled = NULL;
  const char *const units[] = { unit, NULL };

  if (bus == NULL)
    return FALSE;
  if (!anew)
    {
      enabled = change (bus, "EnableUnitFiles", g_variant_new ("(^asbb)", units, FALSE, FALSE),
                        seconds, cancellable, error);
      if (enabled == NULL)
        return FALSE;
    }
  return start_job (bus, unit, anew, seconds, cancellable, error);
}

gboolean
nhi_systemd_unmask (const char *const *units,
                    guint seconds,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, cancellable, error);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) reloaded = NULL;

  if (bus == NULL)
    return FALSE;
  answer = change (bus, "UnmaskUnitFiles", g_variant_new ("(^asb)", units, FALSE), seconds,
                   cancellable, error);
  if (answer == NULL)
    return FALSE;
  reloaded = change (bus, "Reload", NULL, seconds, cancellable, error);
  return reloaded != NULL;
}
