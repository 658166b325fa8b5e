/* SPDX-License-Identifier: GPL-3.0-or-later
 * Asks the Secret Service whether its default collection is there and open; unlocks nothing. */
#include "client/checks/keyring.h"

#define BUS_TIMEOUT_MS 3000
#define BUS_NAME "org.freedesktop.DBus"
#define SECRETS "org.freedesktop.secrets"
#define SECRETS_PATH "/org/freedesktop/secrets"
#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"

static gboolean
list_has (GDBusConnection *bus, const char *method, const char *name, GCancellable *cancellable)
{
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_sync (bus, BUS_NAME, "/org/freedesktop/DBus", BUS_NAME, method, NULL,
                                   G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS,
                                   cancellable, NULL);
  g_autofree const char **names = NULL;

  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(^a&s)", &names);
  return g_strv_contains (names, name);
}

static GDBusConnection *
session_bus (GCancellable *cancellable)
{
  /* Without an address the library would start a bus of its own for us. */
  if (g_getenv ("DBUS_SESSION_BUS_ADDRESS") == NULL)
    {
      g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

      if (!g_file_test (socket, G_FILE_TEST_EXISTS))
        return NULL;
    }
  return g_bus_get_sync (G_BUS_TYPE_SESSION, cancellable, NULL);
}

static gboolean
bus_has (GDBusConnection *bus, const char *name, GCancellable *cancellable)
{
  return bus != NULL && (list_has (bus, "ListNames", name, cancellable) ||
                         list_has (bus, "ListActivatableNames", name, cancellable));
}

gboolean
nhi_session_bus_has (const char *name, GCancellable *cancellable)
{
  g_autoptr (GDBusConnection) bus = session_bus (cancellable);

  return bus_has (bus, name, cancellable);
}

gboolean
nhi_system_bus_has (const char *name, GCancellable *cancellable)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, cancellable, NULL);

  return bus_has (bus, name, cancellable);
}

/* "/" when there is no default collection, NULL when nobody answers. */
static char *
default_collection (GDBusConnection *bus, GCancellable *cancellable)
{
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_sync (bus, SECRETS, SECRETS_PATH, "org.freedesktop.Secret.Service",
                                   "ReadAlias", g_variant_new ("(s)", "default"),
                                   G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS,
                                   cancellable, NULL);
  char *path = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(o)", &path);
  return path;
}

static NhiKeyring
collection_state (GDBusConnection *bus, const char *path, GCancellable *cancellable)
{
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_sync (bus, SECRETS, path, "org.freedesktop.DBus.Properties", "Get",
                                   g_variant_new ("(ss)", "org.freedesktop.Secret.Collection",
                                                  "Locked"),
                                   G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS,
                                   cancellable, NULL);
  g_autoptr (GVariant) locked = NULL;

  if (answer == NULL)
    return NHI_KEYRING_SILENT;
  g_variant_get (answer, "(v)", &locked);
  return g_variant_is_of_type (locked, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (locked)
             ? NHI_KEYRING_LOCKED
             : NHI_KEYRING_OPEN;
}

/* A sandbox sees only the portal's own side; that has this interface when somebody keeps secrets
 * behind it. */
static gboolean
portal_keeps_secrets (GDBusConnection *bus, GCancellable *cancellable)
{
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_sync (bus, PORTAL, PORTAL_PATH, "org.freedesktop.DBus.Properties",
                                   "Get",
                                   g_variant_new ("(ss)", "org.freedesktop.portal.Secret",
                                                  "version"),
                                   G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                   BUS_TIMEOUT_MS, cancellable, NULL);

  return answer != NULL;
}

NhiKeyring
nhi_keyring_state (GCancellable *cancellable)
{
  g_autoptr (GDBusConnection) bus = session_bus (cancellable);
  g_autofree char *path = NULL;

  if (bus == NULL)
    return NHI_KEYRING_NONE;
  if (!bus_has (bus, SECRETS, cancellable))
    return portal_keeps_secrets (bus, cancellable) ? NHI_KEYRING_PORTAL : NHI_KEYRING_NONE;
  path = default_collection (bus, cancellable);
  if (path == NULL)
    return NHI_KEYRING_SILENT;
  return g_str_equal (path, "/") ? NHI_KEYRING_EMPTY : collection_state (bus, path, cancellable);
}
