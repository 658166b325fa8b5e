/* SPDX-License-Identifier: GPL-3.0-or-later
 * The made-up computer of the tests: a folder, and answers for all that is no file. */
#include "client/checks/fake-computer.h"

#include <glib/gstdio.h>

#include "client/reader/fake-pcsc.h"

/* ---- a computer where all is well ---- */

const char *nhi_fake_start_up = "enabled";

static gboolean
fake_unit_state (const char *unit,
                 GCancellable *cancellable,
                 char **ret_start_up,
                 char **ret_active,
                 GError **error)
{
  *ret_start_up = g_strdup (nhi_fake_start_up);
  *ret_active = g_strdup ("active");
  return TRUE;
}

static gboolean
has_everything (const char *name, GCancellable *cancellable)
{
  return TRUE;
}

static guint
three_fonts (const char *language)
{
  return g_str_equal (language, "zh-tw") ? 3 : 0;
}

static gboolean
yes (void)
{
  return TRUE;
}

static const char *
chinese (void)
{
  return "zh_TW";
}

static char **
no_proxy (const char *uri, GCancellable *cancellable, GError **error)
{
  return g_strsplit ("direct://", " ", 0);
}

NhiDaemonSight nhi_fake_daemon;

static void
fake_daemon (const char *socket_path, NhiDaemonSight *ret_sight)
{
  *ret_sight = nhi_fake_daemon;
}

static void
fake_route (const char *uri,
            NhiProxyLookup proxies_for,
            GCancellable *cancellable,
            NhiRoute *ret_route)
{
  *ret_route = (NhiRoute){ .has_network = TRUE, .is_local = TRUE, .ipv4 = NHI_TOUCH_REFUSED };
}

NhiKeyring nhi_fake_keyring;

static NhiKeyring
fake_keyring (GCancellable *cancellable)
{
  return nhi_fake_keyring;
}

static gboolean
has_panel (const char *panel)
{
  return TRUE;
}

/* Everything that is asked for is done; what was asked for is kept. */
GString *nhi_fake_mended;

static gboolean
fake_fix (NhiFixKind kind,
          const char *argument,
          guint seconds,
          GCancellable *cancellable,
          GError **error)
{
  g_string_append_printf (nhi_fake_mended, "%s %s;", nhi_fix_kind_nick (kind), argument);
  if (kind == NHI_FIX_INSTALL_PACKAGE)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "not today");
      return FALSE;
    }
  nhi_fake_start_up = "enabled";
  return TRUE;
}

char *
nhi_fake_computer_write (NhiFakeComputer *computer, const char *name, const char *text)
{
  char *path = g_build_filename (computer->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

void
nhi_fake_computer_set_up (NhiFakeComputer *computer)
{
  NhiCheckEnvironment *environment = &computer->environment;

  nhi_fake_pcsc_reset ();
  nhi_fake_start_up = "enabled";
  computer->folder = g_dir_make_tmp ("nhicard-XXXXXX", NULL);
  computer->socket_path = g_build_filename (computer->folder, "pcscd.comm", NULL);
  g_free (nhi_fake_computer_write (computer, "pcscd.comm", ""));
  nhi_fake_daemon = (NhiDaemonSight){ .state = NHI_DAEMON_ANSWERS, .major = 4, .minor = 4 };
  nhi_fake_keyring = NHI_KEYRING_OPEN;
  *environment = (NhiCheckEnvironment){
    .pcsc = &NHI_PCSC_FAKE,
    .socket_path = computer->socket_path,
    .systemd_folder = computer->folder,
    .daemon_program = nhi_fake_computer_write (computer, "daemon", ""),
    .proc_folder = g_build_filename (computer->folder, "proc", NULL),
    .module_folder = g_build_filename (computer->folder, "modules", NULL),
    .usb_folder = g_build_filename (computer->folder, "usb", NULL),
    .os_release =
        nhi_fake_computer_write (computer, "os-release",
                                 "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n"),
    .flatpak_info = g_build_filename (computer->folder, "flatpak-info", NULL),
    .cups_socket = nhi_fake_computer_write (computer, "cups.sock", ""),
    .download_folder = computer->folder,
    .client_version = "1.10.0",
    .unit_state = fake_unit_state,
    .session_bus_has = has_everything,
    .system_bus_has = has_everything,
    .keyring = fake_keyring,
    .probe_daemon = fake_daemon,
    .probe_route = fake_route,
    .fix = fake_fix,
    .has_settings = has_panel,
    .count_fonts = three_fonts,
    .charset_is_utf8 = yes,
    .message_locale = chinese,
    .proxies_for = no_proxy,
  };
  computer->readers[0] = "Reader 00";
  computer->service = (NhiServiceInfo){ .name = (char *)"Service",
                                        .version = (char *)"1.0",
                                        .minimum_client = (char *)"1.9",
                                        .service_time = 1,
                                        .latency = 0.01,
                                        .tls_protocol = (char *)"TLS 1.3",
                                        .tls_issuer = (char *)"CA" };
  computer->route = (NhiRoute){ .has_network = TRUE, .ipv4 = NHI_TOUCH_GOOD };
  computer->context = (NhiCheckContext){ .environment = environment,
                                         .route = &computer->route,
                                         .card_state = NHI_CARD_STATE_READ,
                                         .reader_names = computer->readers,
                                         .termination = NHI_CARD_TERMINATION_NO,
                                         .service = &computer->service };
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

void
nhi_fake_computer_tear_down (NhiFakeComputer *computer)
{
  g_free ((char *)computer->environment.daemon_program);
  g_free ((char *)computer->environment.proc_folder);
  g_free ((char *)computer->environment.module_folder);
  g_free ((char *)computer->environment.usb_folder);
  g_free ((char *)computer->environment.os_release);
  g_free ((char *)computer->environment.flatpak_info);
  g_free ((char *)computer->environment.cups_socket);
  remove_tree (computer->folder);
  g_free (computer->socket_path);
  g_free (computer->folder);
  g_clear_error (&computer->error);
}

guint
nhi_fake_no_fonts (const char *language)
{
  return 0;
}
