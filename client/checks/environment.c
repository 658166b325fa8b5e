/* SPDX-License-Identifier: GPL-3.0-or-later
 * The computer as it is: systemd, the session's bus, fonts, proxies. */
#include "client/checks/check-private.h"

#include <fontconfig/fontconfig.h>
#include <locale.h>

#define BUS_TIMEOUT_MS 3000
#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"
#define SYSTEMD_UNIT "org.freedesktop.systemd1.Unit"
#define BUS_NAME "org.freedesktop.DBus"

static char *
unit_file_state (GDBusConnection *bus, const char *unit, GCancellable *cancellable)
{
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_sync (bus, SYSTEMD_NAME, "/org/freedesktop/systemd1", SYSTEMD_MANAGER,
                                   "GetUnitFileState", g_variant_new ("(s)", unit),
                                   G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS,
                                   cancellable, NULL);
  char *state = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(s)", &state);
  return state;
}

static char *
unit_active_state (GDBusConnection *bus, const char *unit, GCancellable *cancellable)
{
  g_autoptr (GVariant) path =
      g_dbus_connection_call_sync (bus, SYSTEMD_NAME, "/org/freedesktop/systemd1", SYSTEMD_MANAGER,
                                   "LoadUnit", g_variant_new ("(s)", unit), G_VARIANT_TYPE ("(o)"),
                                   G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS, cancellable, NULL);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *object_path;

  if (path == NULL)
    return NULL;
  g_variant_get (path, "(&o)", &object_path);
  answer = g_dbus_connection_call_sync (bus, SYSTEMD_NAME, object_path,
                                        "org.freedesktop.DBus.Properties", "Get",
                                        g_variant_new ("(ss)", SYSTEMD_UNIT, "ActiveState"),
                                        G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE,
                                        BUS_TIMEOUT_MS, cancellable, NULL);
  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(v)", &value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                             : NULL;
}

static gboolean
unit_state (const char *unit,
            GCancellable *cancellable,
            char **ret_start_up,
            char **ret_active,
            GError **error)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, cancellable, error);

  if (bus == NULL)
    return FALSE;
  *ret_start_up = unit_file_state (bus, unit, cancellable);
  *ret_active = unit_active_state (bus, unit, cancellable);
  return TRUE;
}

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

static gboolean
session_bus_has (const char *name, GCancellable *cancellable)
{
  g_autoptr (GDBusConnection) bus = NULL;

  /* Without an address the library would start a bus of its own for us. */
  if (g_getenv ("DBUS_SESSION_BUS_ADDRESS") == NULL)
    {
      g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

      if (!g_file_test (socket, G_FILE_TEST_EXISTS))
        return FALSE;
    }
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, cancellable, NULL);
  return bus != NULL && (list_has (bus, "ListNames", name, cancellable) ||
                         list_has (bus, "ListActivatableNames", name, cancellable));
}

static guint
count_fonts (const char *language)
{
  FcConfig *config = FcInitLoadConfigAndFonts ();
  FcPattern *pattern = FcPatternCreate ();
  FcLangSet *languages = FcLangSetCreate ();
  FcObjectSet *wanted = FcObjectSetBuild (FC_FAMILY, NULL);
  FcFontSet *fonts;
  guint count = 0;

  FcLangSetAdd (languages, (const FcChar8 *)language);
  FcPatternAddLangSet (pattern, FC_LANG, languages);
  fonts = FcFontList (config, pattern, wanted);
  if (fonts != NULL)
    {
      count = (guint)fonts->nfont;
      FcFontSetDestroy (fonts);
    }
  FcObjectSetDestroy (wanted);
  FcLangSetDestroy (languages);
  FcPatternDestroy (pattern);
  if (config != NULL)
    FcConfigDestroy (config);
  return count;
}

static gboolean
charset_is_utf8 (void)
{
  return g_get_charset (NULL);
}

static const char *
message_locale (void)
{
  return g_get_language_names ()[0];
}

static char **
proxies_for (const char *uri, GCancellable *cancellable, GError **error)
{
  return g_proxy_resolver_lookup (g_proxy_resolver_get_default (), uri, cancellable, error);
}

const NhiCheckEnvironment *
nhi_check_environment_system (void)
{
  static NhiCheckEnvironment environment;
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      const char *folder = g_get_user_special_dir (G_USER_DIRECTORY_DOWNLOAD);
      const char *host_release = "/run/host/os-release";

      environment = (NhiCheckEnvironment){
        .pcsc = &NHI_PCSC_SYSTEM,
        .socket_path = nhi_pcsc_socket_path (),
        .systemd_folder = "/run/systemd/system",
        .usb_folder = "/sys/bus/usb/devices",
        .os_release =
            g_file_test (host_release, G_FILE_TEST_EXISTS) ? host_release : "/etc/os-release",
        .flatpak_info = "/.flatpak-info",
        .cups_socket = "/run/cups/cups.sock",
        .download_folder = folder != NULL ? folder : g_get_home_dir (),
        .client_version = NHI_VERSION,
        .unit_state = unit_state,
        .session_bus_has = session_bus_has,
        .count_fonts = count_fonts,
        .charset_is_utf8 = charset_is_utf8,
        .message_locale = message_locale,
        .proxies_for = proxies_for,
      };
      g_once_init_leave (&ready, 1);
    }
  return &environment;
}
