/* SPDX-License-Identifier: GPL-3.0-or-later
 * Each check fails for its own cause only: a computer where all is well, and one thing broken at a
 * time. */
#include <errno.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/checks/check-private.h"
#include "client/reader/fake-pcsc.h"
#include "client/reader/reader-private.h"

typedef struct
{
  char *folder;
  char *socket_path;
  int listener;
  NhiCheckEnvironment environment;
  NhiCheckContext context;
  NhiServiceInfo service;
  GError *error;
  const char *readers[2];
} Computer;

/* ---- a computer where all is well ---- */

static const char *start_up = "enabled";

static gboolean
fake_unit_state (const char *unit,
                 GCancellable *cancellable,
                 char **ret_start_up,
                 char **ret_active,
                 GError **error)
{
  *ret_start_up = g_strdup (start_up);
  *ret_active = g_strdup ("active");
  return TRUE;
}

static gboolean
has_everything (const char *name, GCancellable *cancellable)
{
  return TRUE;
}

static gboolean
has_nothing (const char *name, GCancellable *cancellable)
{
  return FALSE;
}

static guint
three_fonts (const char *language)
{
  return g_str_equal (language, "zh-tw") ? 3 : 0;
}

static guint
no_fonts (const char *language)
{
  return 0;
}

static gboolean
yes (void)
{
  return TRUE;
}

static gboolean
no (void)
{
  return FALSE;
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

static char **
broken_proxy (const char *uri, GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  return NULL;
}

static char *
write_file (Computer *computer, const char *name, const char *text)
{
  char *path = g_build_filename (computer->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
listen_at (Computer *computer)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_strlcpy (address.sun_path, computer->socket_path, sizeof address.sun_path);
  computer->listener = socket (AF_UNIX, SOCK_STREAM, 0);
  g_assert_cmpint (bind (computer->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (listen (computer->listener, 16), ==, 0);
}

static void
set_up (Computer *computer)
{
  NhiCheckEnvironment *environment = &computer->environment;

  nhi_fake_pcsc_reset ();
  start_up = "enabled";
  computer->folder = g_dir_make_tmp ("nhicard-XXXXXX", NULL);
  computer->socket_path = g_build_filename (computer->folder, "pcscd.comm", NULL);
  listen_at (computer);
  *environment = (NhiCheckEnvironment){
    .pcsc = &NHI_PCSC_FAKE,
    .socket_path = computer->socket_path,
    .systemd_folder = computer->folder,
    .usb_folder = g_build_filename (computer->folder, "usb", NULL),
    .os_release = write_file (computer, "os-release",
                              "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n"),
    .flatpak_info = g_build_filename (computer->folder, "flatpak-info", NULL),
    .cups_socket = write_file (computer, "cups.sock", ""),
    .download_folder = computer->folder,
    .client_version = "1.10.0",
    .unit_state = fake_unit_state,
    .session_bus_has = has_everything,
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
  computer->context = (NhiCheckContext){ .environment = environment,
                                         .base_uri = "https://localhost",
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

static void
tear_down (Computer *computer)
{
  if (computer->listener >= 0)
    close (computer->listener);
  g_free ((char *)computer->environment.usb_folder);
  g_free ((char *)computer->environment.os_release);
  g_free ((char *)computer->environment.flatpak_info);
  g_free ((char *)computer->environment.cups_socket);
  remove_tree (computer->folder);
  g_free (computer->socket_path);
  g_free (computer->folder);
  g_clear_error (&computer->error);
}

/* ---- one thing broken ---- */

static void
nothing (Computer *computer)
{
}

static void
unit_disabled (Computer *computer)
{
  start_up = "disabled";
}

static void
unit_masked (Computer *computer)
{
  start_up = "masked";
}

static void
unit_missing (Computer *computer)
{
  start_up = NULL;
}

static void
daemon_dead (Computer *computer)
{
  close (computer->listener);
  computer->listener = -1;
}

static void
daemon_mismatch (Computer *computer)
{
  nhi_fake_pcsc_fail_call (1, (LONG)SCARD_E_SERVICE_STOPPED);
}

static void
daemon_refuses (Computer *computer)
{
  nhi_fake_pcsc_fail_call (1, (LONG)SCARD_W_SECURITY_VIOLATION);
}

static void
no_reader (Computer *computer)
{
  computer->readers[0] = NULL;
  computer->context.card_state = NHI_CARD_STATE_NO_READER;
}

static void
reader_without_driver (Computer *computer)
{
  no_reader (computer);
  g_free (write_file (computer, "usb/1-1:1.0/bInterfaceClass", "0b\n"));
}

static void
castles_reader (Computer *computer)
{
  no_reader (computer);
  g_free (write_file (computer, "usb/1-1/idVendor", "0ca6\n"));
  g_free (write_file (computer, "usb/1-1/idProduct", "0010\n"));
}

static void
no_card (Computer *computer)
{
  computer->context.card_state = NHI_CARD_STATE_NO_CARD;
}

static void
mute_card (Computer *computer)
{
  computer->context.card_state = NHI_CARD_STATE_MUTE;
}

static void
other_card (Computer *computer)
{
  computer->context.card_state = NHI_CARD_STATE_OTHER_CARD;
}

static void
cancelled_card (Computer *computer)
{
  computer->context.termination = NHI_CARD_TERMINATION_YES;
}

static void
service_error (Computer *computer, NhiRemoteError code)
{
  computer->context.service = NULL;
  computer->error = g_error_new_literal (NHI_REMOTE_ERROR, (int)code, "why");
  computer->context.service_error = computer->error;
}

static void
offline (Computer *computer)
{
  service_error (computer, NHI_REMOTE_ERROR_OFFLINE);
}

static void
untrusted (Computer *computer)
{
  service_error (computer, NHI_REMOTE_ERROR_TLS);
}

static void
old_tls (Computer *computer)
{
  computer->service.tls_protocol = (char *)"TLS 1.1";
}

static void
slow (Computer *computer)
{
  computer->service.latency = 2;
}

static void
old_client (Computer *computer)
{
  computer->service.minimum_client = (char *)"1.11";
}

static void
wrong_clock (Computer *computer)
{
  computer->service.clock_skew = -3600;
}

static void
proxy_unknown (Computer *computer)
{
  computer->environment.proxies_for = broken_proxy;
}

static void
old_system (Computer *computer)
{
  g_free (write_file (computer, "os-release", "ID=debian\nVERSION_ID=\"10\"\n"));
}

static void
fonts_missing (Computer *computer)
{
  computer->environment.count_fonts = no_fonts;
}

static void
not_utf8 (Computer *computer)
{
  computer->environment.charset_is_utf8 = no;
}

static void
folder_missing (Computer *computer)
{
  computer->environment.download_folder = "/nonexistent";
}

static void
no_keyring (Computer *computer)
{
  computer->environment.session_bus_has = has_nothing;
}

static void
no_printing (Computer *computer)
{
  g_unlink (computer->environment.cups_socket);
  computer->environment.session_bus_has = has_nothing;
}

typedef struct
{
  const char *name;
  void (*break_it) (Computer *computer);
  const char *id; /* of the one check that says so; NULL: none */
  NhiVerdict verdict;
  const char *code;
  const char *also; /* a second one that the same cause breaks, or NULL */
} Case;

static const Case CASES[] = {
  { "all-is-well", nothing, NULL, NHI_VERDICT_PASS, NULL, NULL },
  { "unit-disabled", unit_disabled, "pcsc-startup", NHI_VERDICT_WARN, "PCSCD-DISABLED", NULL },
  { "unit-masked", unit_masked, "pcsc-startup", NHI_VERDICT_FAIL, "PCSCD-MASKED", NULL },
  { "unit-missing", unit_missing, "pcsc-startup", NHI_VERDICT_FAIL, "PCSCD-NOT-INSTALLED", NULL },
  { "daemon-dead", daemon_dead, "pcsc-service", NHI_VERDICT_FAIL, "PCSCD-STALE-SOCKET", NULL },
  { "daemon-mismatch", daemon_mismatch, "pcsc-protocol", NHI_VERDICT_FAIL, "PCSC-8010001E", NULL },
  { "daemon-refuses", daemon_refuses, "pcsc-reachable", NHI_VERDICT_FAIL, "PCSC-8010006A", NULL },
  { "no-reader", no_reader, "reader", NHI_VERDICT_FAIL, "READER-NONE", NULL },
  { "no-driver", reader_without_driver, "reader", NHI_VERDICT_FAIL, "READER-NO-DRIVER", NULL },
  { "castles-reader", castles_reader, "reader", NHI_VERDICT_FAIL, "READER-EZ100PU", NULL },
  { "no-card", no_card, "card", NHI_VERDICT_WARN, "CARD-NONE", NULL },
  { "mute-card", mute_card, "card", NHI_VERDICT_FAIL, NULL, NULL },
  { "other-card", other_card, "nhi-card", NHI_VERDICT_FAIL, NULL, NULL },
  { "cancelled-card", cancelled_card, "nhi-card", NHI_VERDICT_FAIL, "CARD-TERMINATED", NULL },
  { "offline", offline, "service", NHI_VERDICT_FAIL, NULL, NULL },
  { "untrusted", untrusted, "tls-trust", NHI_VERDICT_FAIL, NULL, NULL },
  { "old-tls", old_tls, "tls-version", NHI_VERDICT_FAIL, "TLS-OLD", NULL },
  { "slow", slow, "latency", NHI_VERDICT_WARN, "SLOW", NULL },
  { "old-client", old_client, "client-version", NHI_VERDICT_FAIL, "CLIENT-OLD", NULL },
  { "wrong-clock", wrong_clock, "clock", NHI_VERDICT_FAIL, "CLOCK", NULL },
  { "proxy-unknown", proxy_unknown, "proxy", NHI_VERDICT_WARN, "PROXY", NULL },
  { "old-system", old_system, "system", NHI_VERDICT_WARN, "SYSTEM-OLD", NULL },
  { "fonts-missing", fonts_missing, "font", NHI_VERDICT_FAIL, "FONT-NONE", NULL },
  { "not-utf-8", not_utf8, "locale", NHI_VERDICT_WARN, "LOCALE-NOT-UTF8", NULL },
  { "folder-missing", folder_missing, "disk", NHI_VERDICT_WARN, "FOLDER-MISSING", NULL },
  { "no-keyring", no_keyring, "secrets", NHI_VERDICT_WARN, "SECRETS-NONE", NULL },
  { "no-printing", no_printing, "printing", NHI_VERDICT_WARN, "PRINT-NONE", "secrets" },
};

static void
run_entry (Computer *computer, const NhiCheckEntry *entry, const Case *c)
{
  NhiCheckOutcome outcome = { 0 };

  /* A fault of one call is for the one check that looks at it. */
  if (c->break_it == daemon_mismatch || c->break_it == daemon_refuses)
    c->break_it (computer);
  entry->run (&computer->context, &outcome);
  g_assert_cmpint (outcome.verdict, !=, NHI_VERDICT_RUNNING);

  if (g_strcmp0 (entry->id, c->id) == 0)
    {
      g_assert_cmpint (outcome.verdict, ==, c->verdict);
      g_assert_nonnull (outcome.reason);
      if (c->code != NULL)
        g_assert_cmpstr (outcome.code, ==, c->code);
    }
  else if (g_strcmp0 (entry->id, c->also) != 0)
    {
      if (outcome.verdict != NHI_VERDICT_PASS && outcome.verdict != NHI_VERDICT_SKIP)
        g_error ("“%s” blames “%s” too: %s", c->name, entry->id, outcome.found);
      g_assert_null (outcome.reason);
    }
  nhi_check_outcome_clear (&outcome);
}

static void
test_case (gconstpointer data)
{
  static const NhiCheckEntry *const tables[] = { NHI_CHECKS_CARD_READER, NHI_CHECKS_SERVICE,
                                                 NHI_CHECKS_COMPUTER };
  const Case *c = data;
  Computer computer = { 0 };

  set_up (&computer);
  c->break_it (&computer);
  nhi_fake_pcsc_fail_call (0, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const NhiCheckEntry *entry = tables[i]; entry->id != NULL; entry++)
      run_entry (&computer, entry, c);
  tear_down (&computer);
}

/* ---- all together ---- */

static void
keep (GObject *source, GAsyncResult *result, gpointer slot)
{
  *(GAsyncResult **)slot = g_object_ref (result);
}

static void
run_suite (NhiCheckSuite *suite)
{
  g_autoptr (GAsyncResult) result = NULL;

  nhi_check_suite_run_async (suite, NULL, keep, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (nhi_check_suite_run_finish (suite, result, NULL));
}

static void
assert_report (NhiCheckSuite *suite, guint n_checks)
{
  g_autofree char *text = nhi_check_suite_to_text (suite);
  g_autofree char *json = nhi_check_suite_to_json (suite);
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonArray *checks = json_object_get_array_member (json_node_get_object (root), "checks");

  g_assert_cmpuint (json_array_get_length (checks), ==, n_checks);
  g_assert_null (strstr (text, g_get_home_dir ()));
  g_assert_null (strstr (json, "A299000015"));
  g_assert_null (strstr (json, "900000000018"));
  g_assert_null (strstr (json, "陳美玲"));
}

static void
test_suite (void)
{
  Computer computer = { 0 };
  g_autoptr (NhiReaderMonitor) monitor = NULL;
  g_autoptr (NhiRemote) remote = nhi_remote_new ("https://127.0.0.1:1", NULL);
  g_autoptr (NhiCheckSuite) suite = NULL;
  guint n_checks;

  set_up (&computer);
  nhi_fake_pcsc_plug ("Reader 00");
  nhi_fake_pcsc_insert ("Reader 00", nhi_fake_card_nhi);
  monitor = nhi_reader_monitor_new_for_pcsc (&NHI_PCSC_FAKE, computer.socket_path);
  suite = nhi_check_suite_new_for_environment (monitor, remote, &computer.environment);
  n_checks = g_list_model_get_n_items (G_LIST_MODEL (suite));
  nhi_reader_monitor_start (monitor);
  run_suite (suite);
  /* The service is not there; all else is well. */
  g_assert_cmpuint (nhi_check_suite_get_failures (suite), ==, 1);
  assert_report (suite, n_checks);

  /* Live: nobody asks, the page changes. */
  nhi_fake_pcsc_remove ("Reader 00");
  while (nhi_check_suite_get_warnings (suite) != 1)
    g_main_context_iteration (NULL, TRUE);
  nhi_fake_pcsc_unplug ("Reader 00");
  while (nhi_check_suite_get_failures (suite) != 2)
    g_main_context_iteration (NULL, TRUE);

  nhi_reader_monitor_stop (monitor);
  while (nhi_check_suite_get_running (suite))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&suite);
  tear_down (&computer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *path = g_strconcat ("/checks/", CASES[i].name, NULL);

      g_test_add_data_func (path, &CASES[i], test_case);
    }
  g_test_add_func ("/check-suite/runs-reports-and-follows", test_suite);
  return g_test_run ();
}
