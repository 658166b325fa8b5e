/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two transactions of PackageKit, one after the other: which package has this name, and its
 * installation. */
#include "client/checks/package-kit.h"

#include <glib/gi18n.h>
#include <string.h>

#define NAME "org.freedesktop.PackageKit"
#define PATH "/org/freedesktop/PackageKit"
#define TRANSACTION "org.freedesktop.PackageKit.Transaction"
/* Numbers of PackageKit's pk-enum.h. */
#define FILTER_NOT_INSTALLED (G_GUINT64_CONSTANT (1) << 3)
#define FLAG_ONLY_TRUSTED (G_GUINT64_CONSTANT (1) << 1)
#define EXIT_SUCCESS_ENUM 1
#define EXIT_CANCELLED_ENUM 3
#define ERROR_NO_NETWORK 2
#define ERROR_NOT_AUTHORIZED 48

typedef struct
{
  GDBusConnection *bus;
  const char *package;
  guint seconds;
  GCancellable *cancellable;

  GMainContext *context;
  GMainLoop *loop;
  gint64 heard_at; /* the last news of the transaction */
  gboolean finished;
  guint exit;
  guint error_code; /* 0: none */
  char *error_text;
  char *package_id;
} Transaction;

static void
on_signal (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *arguments,
           gpointer user_data)
{
  Transaction *transaction = user_data;

  transaction->heard_at = g_get_monotonic_time ();
  if (g_str_equal (signal, "Finished") && g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(uu)")))
    {
      g_variant_get (arguments, "(uu)", &transaction->exit, NULL);
      transaction->finished = TRUE;
      g_main_loop_quit (transaction->loop);
    }
  else if (g_str_equal (signal, "ErrorCode") &&
           g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(us)")))
    {
      g_free (transaction->error_text);
      g_variant_get (arguments, "(us)", &transaction->error_code, &transaction->error_text);
    }
  else if (g_str_equal (signal, "Package") &&
           g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(uss)")))
    {
      g_free (transaction->package_id);
      g_variant_get (arguments, "(us&s)", NULL, &transaction->package_id, NULL);
    }
}

static gboolean
look_at_clock (gpointer user_data)
{
  const Transaction *transaction = user_data;

  if (g_get_monotonic_time () - transaction->heard_at >
          (gint64)transaction->seconds * G_USEC_PER_SEC ||
      g_cancellable_is_cancelled (transaction->cancellable))
    g_main_loop_quit (transaction->loop);
  return G_SOURCE_CONTINUE;
}

static void
set_silent (GError **error, const char *package)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
               _ ("%s was not installed: the system did not answer in time. Try again, or type the "
                  "command that its row shows."),
               package);
}

static void
set_refused (GError **error, const char *package)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
               _ ("%s was not installed, because the permission was not given. Try again, or type "
                  "the command that its row shows."),
               package);
}

static void
explain_exit (GError **error, const Transaction *transaction)
{
  if (!transaction->finished)
    set_silent (error, transaction->package);
  else if (transaction->error_code == ERROR_NOT_AUTHORIZED ||
           transaction->exit == EXIT_CANCELLED_ENUM)
    set_refused (error, transaction->package);
  else if (transaction->error_code == ERROR_NO_NETWORK)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 _ ("%s was not installed, because there is no network. Connect to the network and "
                    "try again."),
                 transaction->package);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 /* Translators: a package, then the system's own words. */
                 _ ("%s was not installed: %s"), transaction->package,
                 transaction->error_text != NULL ? transaction->error_text : "PackageKit");
}

static void
explain_call (GError **error, const GError *cause, const char *package)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
      g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
    set_silent (error, package);
  else if (g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED) ||
           strstr (cause->message, "RefusedByPolicy") != NULL)
    set_refused (error, package);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("%s was not installed: %s"), package,
                 cause->message);
}

static GVariant *
call (Transaction *transaction,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments,
      GError **error)
{
  g_autoptr (GError) cause = NULL;
  GVariant *answer =
      g_dbus_connection_call_sync (transaction->bus, NAME, path, interface, method, arguments, NULL,
                                   G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                                   (int)(transaction->seconds * 1000), transaction->cancellable,
                                   &cause);

  if (answer == NULL)
    explain_call (error, cause, transaction->package);
  return answer;
}

static void
wait_for_end (Transaction *transaction)
{
  g_autoptr (GSource) timer = g_timeout_source_new (250);

  transaction->heard_at = g_get_monotonic_time ();
  g_source_set_callback (timer, look_at_clock, transaction, NULL);
  g_source_attach (timer, transaction->context);
  if (!transaction->finished)
    g_main_loop_run (transaction->loop);
  g_source_destroy (timer);
}

/* One transaction with one order, until it is finished. Takes @arguments. */
static gboolean
carry_out (Transaction *transaction, const char *method, GVariant *arguments, GError **error)
{
  g_autoptr (GVariant) floating = g_variant_ref_sink (arguments);
  const char *const hints[] = { "interactive=true", NULL };
  g_autoptr (GVariant) made = call (transaction, PATH, NAME, "CreateTransaction", NULL, error);
  g_autoptr (GVariant) hinted = NULL;
  g_autoptr (GVariant) ordered = NULL;
  const char *path;
  guint subscription;

  if (made == NULL)
    return FALSE;
  g_variant_get (made, "(&o)", &path);
  transaction->finished = FALSE;
  transaction->exit = 0;
  transaction->error_code = 0;
  subscription =
      g_dbus_connection_signal_subscribe (transaction->bus, NAME, TRANSACTION, NULL, path, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, on_signal, transaction, NULL);
  hinted = call (transaction, path, TRANSACTION, "SetHints", g_variant_new ("(^as)", hints), NULL);
  ordered = call (transaction, path, TRANSACTION, method, floating, error);
  if (ordered != NULL)
    wait_for_end (transaction);
  g_dbus_connection_signal_unsubscribe (transaction->bus, subscription);
  if (ordered != NULL && transaction->exit != EXIT_SUCCESS_ENUM)
    explain_exit (error, transaction);
  return ordered != NULL && transaction->exit == EXIT_SUCCESS_ENUM;
}

static gboolean
find_and_install (Transaction *transaction, GError **error)
{
  const char *names[] = { transaction->package, NULL };
  const char *identifiers[] = { NULL, NULL };

  if (!carry_out (transaction, "Resolve", g_variant_new ("(t^as)", FILTER_NOT_INSTALLED, names),
                  error))
    return FALSE;
  if (transaction->package_id == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   _ ("The package %s is not in the sources of this computer."),
                   transaction->package);
      return FALSE;
    }
  identifiers[0] = transaction->package_id;
  return carry_out (transaction, "InstallPackages",
                    g_variant_new ("(t^as)", FLAG_ONLY_TRUSTED, identifiers), error);
}

gboolean
nhi_package_kit_install (const char *package,
                         guint seconds,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, cancellable, error);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  Transaction transaction = { .bus = bus,
                              .package = package,
                              .seconds = seconds,
                              .cancellable = cancellable,
                              .context = context,
                              .loop = loop };
  gboolean done;

  if (bus == NULL)
    return FALSE;
  g_main_context_push_thread_default (context);
  done = find_and_install (&transaction, error);
  while (g_main_context_iteration (context, FALSE))
    continue;
  g_main_context_pop_thread_default (context);
  g_free (transaction.error_text);
  g_free (transaction.package_id);
  return done;
}
