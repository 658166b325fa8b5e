/* SPDX-License-Identifier: GPL-3.0-or-later
 * The computer as it is: systemd, the session's bus, fonts, proxies. */
#include "client/checks/keyring.h"
#include "client/checks/package-kit.h"
#include "client/checks/systemd.h"

#include <fontconfig/fontconfig.h>
#include <gio/gdesktopappinfo.h>
#include <locale.h>

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

static gboolean
fix (NhiFixKind kind,
     const char *argument,
     guint seconds,
     GCancellable *cancellable,
     GError **error)
{
  const char *const both[] = { argument, "pcscd.service", NULL };

  switch (kind)
    {
    case NHI_FIX_START_UNIT:
      return nhi_systemd_start (argument, FALSE, seconds, cancellable, error);
    case NHI_FIX_RESTART_UNIT:
      return nhi_systemd_start (argument, TRUE, seconds, cancellable, error);
    case NHI_FIX_UNMASK_UNIT:
      return nhi_systemd_unmask (both, seconds, cancellable, error) &&
             nhi_systemd_start (argument, FALSE, seconds, cancellable, error);
    case NHI_FIX_INSTALL_PACKAGE:
      return nhi_package_kit_install (argument, seconds, cancellable, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

/* GNOME's panels; elsewhere the sentence says where to look. */
static gboolean
has_settings (const char *panel)
{
  g_autofree char *id = g_strdup_printf ("gnome-%s-panel.desktop", panel);
  g_autoptr (GDesktopAppInfo) application = g_desktop_app_info_new (id);

  return application != NULL;
}

/* The person's choice, or the desktop's. Never freed: the environment lasts as long as the program.
 */
static const char *
download_folder (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema =
      source != NULL ? g_settings_schema_source_lookup (source, NHI_APPLICATION_ID, TRUE) : NULL;
  const char *folder = g_get_user_special_dir (G_USER_DIRECTORY_DOWNLOAD);

  if (schema != NULL)
    {
      g_autoptr (GSettings) settings = g_settings_new_full (schema, NULL, NULL);
      g_autofree char *chosen = g_settings_get_string (settings, "download-folder");

      if (chosen[0] != '\0')
        return g_intern_string (chosen);
    }
  if (folder != NULL)
    return folder;
  /* What a portal takes lies here until it is whole. */
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) ? g_get_user_cache_dir ()
                                                            : g_get_home_dir ();
}

const NhiCheckEnvironment *
nhi_check_environment_system (void)
{
  static NhiCheckEnvironment environment;
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      const char *host_release = "/run/host/os-release";

      environment = (NhiCheckEnvironment){
        .pcsc = &NHI_PCSC_SYSTEM,
        .socket_path = nhi_pcsc_socket_path (),
        .systemd_folder = "/run/systemd/system",
        .daemon_program = "/usr/sbin/pcscd",
        .proc_folder = "/proc",
        .usb_folder = "/sys/bus/usb/devices",
        .module_folder = "/usr/share/p11-kit/modules",
        .os_release =
            g_file_test (host_release, G_FILE_TEST_EXISTS) ? host_release : "/etc/os-release",
        .flatpak_info = "/.flatpak-info",
        .cups_socket = "/run/cups/cups.sock",
        .download_folder = download_folder (),
        .client_version = NHI_VERSION,
        .unit_state = nhi_systemd_state,
        .session_bus_has = nhi_session_bus_has,
        .system_bus_has = nhi_system_bus_has,
        .keyring = nhi_keyring_state,
        .probe_daemon = nhi_daemon_probe,
        .probe_route = nhi_route_probe,
        .fix = fix,
        .has_settings = has_settings,
        .count_fonts = count_fonts,
        .charset_is_utf8 = charset_is_utf8,
        .message_locale = message_locale,
        .proxies_for = proxies_for,
      };
      g_once_init_leave (&ready, 1);
    }
  return &environment;
}
