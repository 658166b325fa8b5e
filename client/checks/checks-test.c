/* SPDX-License-Identifier: GPL-3.0-or-later
 * Each check fails for its own cause only: a computer where all is well, and one thing broken at a
 * time. */
#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "client/checks/fake-computer.h"
#include "client/reader/fake-pcsc.h"

static gboolean
has_nothing (const char *name, GCancellable *cancellable)
{
  return FALSE;
}

static gboolean
no (void)
{
  return FALSE;
}

/* ---- one thing broken ---- */

static void
nothing (NhiFakeComputer *computer)
{
}

static void
unit_disabled (NhiFakeComputer *computer)
{
  nhi_fake_start_up = "disabled";
}

static void
unit_masked (NhiFakeComputer *computer)
{
  nhi_fake_start_up = "masked";
}

static void
unit_missing (NhiFakeComputer *computer)
{
  nhi_fake_start_up = NULL;
}

static void
daemon_dead (NhiFakeComputer *computer)
{
  nhi_fake_daemon = (NhiDaemonSight){ .state = NHI_DAEMON_ABSENT, .error = ECONNREFUSED };
}

static void
daemon_stopped (NhiFakeComputer *computer)
{
  nhi_fake_daemon = (NhiDaemonSight){ .state = NHI_DAEMON_ABSENT, .error = ENOENT };
}

static void
daemon_not_for_us (NhiFakeComputer *computer)
{
  nhi_fake_daemon = (NhiDaemonSight){ .state = NHI_DAEMON_ABSENT, .error = EACCES };
}

static void
daemon_silent (NhiFakeComputer *computer)
{
  nhi_fake_daemon = (NhiDaemonSight){ .state = NHI_DAEMON_SILENT };
}

static void
daemon_hangs_up (NhiFakeComputer *computer)
{
  nhi_fake_daemon = (NhiDaemonSight){ .state = NHI_DAEMON_HANGS_UP };
}

static void
daemon_garbled (NhiFakeComputer *computer)
{
  nhi_fake_pcsc_fail_call (1, (LONG)0x53204253);
}

static void
sandbox (NhiFakeComputer *computer)
{
  g_free (nhi_fake_computer_write (computer, "flatpak-info", ""));
}

static void
sandbox_missing (NhiFakeComputer *computer)
{
  sandbox (computer);
  daemon_stopped (computer);
}

static void
sandbox_stale (NhiFakeComputer *computer)
{
  sandbox (computer);
  daemon_dead (computer);
}

static void
sandbox_silent (NhiFakeComputer *computer)
{
  sandbox (computer);
  daemon_silent (computer);
}

static void
no_systemd (NhiFakeComputer *computer)
{
  daemon_stopped (computer);
  computer->environment.systemd_folder = "/nonexistent";
  g_assert_cmpint (g_chmod (computer->environment.daemon_program, 0700), ==, 0);
}

static void
nothing_installed (NhiFakeComputer *computer)
{
  daemon_stopped (computer);
  computer->environment.systemd_folder = "/nonexistent";
}

static void
daemon_mismatch (NhiFakeComputer *computer)
{
  nhi_fake_pcsc_fail_call (1, (LONG)SCARD_E_SERVICE_STOPPED);
}

static void
daemon_refuses (NhiFakeComputer *computer)
{
  nhi_fake_pcsc_fail_call (1, (LONG)SCARD_W_SECURITY_VIOLATION);
}

static void
no_reader (NhiFakeComputer *computer)
{
  computer->readers[0] = NULL;
  computer->context.card_state = NHI_CARD_STATE_NO_READER;
}

static void
reader_without_driver (NhiFakeComputer *computer)
{
  no_reader (computer);
  g_free (nhi_fake_computer_write (computer, "usb/1-1:1.0/bInterfaceClass", "0b\n"));
}

static void
castles_reader (NhiFakeComputer *computer)
{
  no_reader (computer);
  g_free (nhi_fake_computer_write (computer, "usb/1-1/idVendor", "0ca6\n"));
  g_free (nhi_fake_computer_write (computer, "usb/1-1/idProduct", "0010\n"));
}

static void
claimed_reader (NhiFakeComputer *computer)
{
  g_autofree char *link = NULL;

  reader_without_driver (computer);
  link = g_build_filename (computer->environment.usb_folder, "1-1:1.0", "driver", NULL);
  g_assert_cmpint (symlink ("../../drivers/pn533_usb", link), ==, 0);
}

static void
held_card (NhiFakeComputer *computer)
{
  computer->context.card_state = NHI_CARD_STATE_BUSY;
  g_free (nhi_fake_computer_write (computer, "proc/4711/comm", "scdaemon\n"));
}

static void
certificate_card (NhiFakeComputer *computer)
{
  static const char *const atrs[] = { "3BB813008131FA524348544D4F494341A5", NULL };

  computer->context.card_state = NHI_CARD_STATE_OTHER_CARD;
  computer->context.atrs = atrs;
}

static void
no_card (NhiFakeComputer *computer)
{
  computer->context.card_state = NHI_CARD_STATE_NO_CARD;
}

static void
mute_card (NhiFakeComputer *computer)
{
  computer->context.card_state = NHI_CARD_STATE_MUTE;
}

static void
other_card (NhiFakeComputer *computer)
{
  computer->context.card_state = NHI_CARD_STATE_OTHER_CARD;
}

static void
cancelled_card (NhiFakeComputer *computer)
{
  computer->context.termination = NHI_CARD_TERMINATION_YES;
}

static void
service_error (NhiFakeComputer *computer, NhiRemoteError code)
{
  computer->context.service = NULL;
  computer->error = g_error_new_literal (NHI_REMOTE_ERROR, (int)code, "why");
  computer->context.service_error = computer->error;
}

static void
offline (NhiFakeComputer *computer)
{
  service_error (computer, NHI_REMOTE_ERROR_OFFLINE);
}

static void
no_network (NhiFakeComputer *computer)
{
  offline (computer);
  computer->route = (NhiRoute){ .name = NHI_NAME_SILENT };
}

static void
no_such_name (NhiFakeComputer *computer)
{
  offline (computer);
  computer->route = (NhiRoute){ .has_network = TRUE, .name = NHI_NAME_UNKNOWN };
}

static void
silent_names (NhiFakeComputer *computer)
{
  offline (computer);
  computer->route = (NhiRoute){ .has_network = TRUE, .name = NHI_NAME_SILENT };
}

static void
refused (NhiFakeComputer *computer)
{
  offline (computer);
  computer->route.ipv4 = NHI_TOUCH_REFUSED;
}

static void
swallowed (NhiFakeComputer *computer)
{
  offline (computer);
  computer->route.ipv4 = NHI_TOUCH_SILENT;
}

static void
proxy_dead (NhiFakeComputer *computer)
{
  offline (computer);
  computer->route.proxy = NHI_PROXY_DEAD;
}

static void
ipv6_hangs (NhiFakeComputer *computer)
{
  computer->route.ipv6 = NHI_TOUCH_SILENT;
}

static void
clock_so_wrong (NhiFakeComputer *computer)
{
  service_error (computer, NHI_REMOTE_ERROR_TLS);
  computer->context.skew_known = TRUE;
  computer->context.skew = 10 * 365 * 86400;
}

static void
untrusted (NhiFakeComputer *computer)
{
  service_error (computer, NHI_REMOTE_ERROR_TLS);
}

static void
old_tls (NhiFakeComputer *computer)
{
  computer->service.tls_protocol = (char *)"TLS 1.1";
}

static void
slow (NhiFakeComputer *computer)
{
  computer->service.latency = 2;
}

static void
old_client (NhiFakeComputer *computer)
{
  computer->service.minimum_client = (char *)"1.11";
}

static void
wrong_clock (NhiFakeComputer *computer)
{
  computer->service.clock_skew = -3600;
}

static void
proxy_unknown (NhiFakeComputer *computer)
{
  computer->route.proxy = NHI_PROXY_UNKNOWN;
}

static void
old_system (NhiFakeComputer *computer)
{
  g_free (nhi_fake_computer_write (computer, "os-release", "ID=debian\nVERSION_ID=\"10\"\n"));
}

static void
fonts_missing (NhiFakeComputer *computer)
{
  computer->environment.count_fonts = nhi_fake_no_fonts;
}

static void
not_utf8 (NhiFakeComputer *computer)
{
  computer->environment.charset_is_utf8 = no;
}

static void
folder_missing (NhiFakeComputer *computer)
{
  computer->environment.download_folder = "/nonexistent";
}

static void
no_keyring (NhiFakeComputer *computer)
{
  nhi_fake_keyring = NHI_KEYRING_NONE;
}

static void
locked_keyring (NhiFakeComputer *computer)
{
  nhi_fake_keyring = NHI_KEYRING_LOCKED;
}

static void
empty_keyring (NhiFakeComputer *computer)
{
  nhi_fake_keyring = NHI_KEYRING_EMPTY;
}

static void
silent_keyring (NhiFakeComputer *computer)
{
  nhi_fake_keyring = NHI_KEYRING_SILENT;
}

static void
no_printing (NhiFakeComputer *computer)
{
  g_unlink (computer->environment.cups_socket);
  computer->environment.session_bus_has = has_nothing;
}

typedef struct
{
  const char *name;
  void (*break_it) (NhiFakeComputer *computer);
  const char *id; /* of the one check that says so; NULL: none */
  NhiVerdict verdict;
  const char *code;
  NhiFixKind fix;
  const char *command; /* or NULL */
  const char *also;    /* a second one that the same cause breaks, or NULL */
} Case;

#define ENABLE "sudo systemctl enable --now pcscd.socket"

static const Case CASES[] = {
  { "all-is-well", nothing, NULL, NHI_VERDICT_PASS, NULL, 0, NULL, NULL },
  { "unit-disabled", unit_disabled, "pcsc-startup", NHI_VERDICT_WARN, "PCSCD-DISABLED",
    NHI_FIX_START_UNIT, ENABLE, NULL },
  { "unit-masked", unit_masked, "pcsc-startup", NHI_VERDICT_FAIL, "PCSCD-MASKED",
    NHI_FIX_UNMASK_UNIT, "sudo systemctl unmask pcscd.service pcscd.socket && " ENABLE, NULL },
  { "unit-missing", unit_missing, "pcsc-startup", NHI_VERDICT_FAIL, "PCSCD-NOT-INSTALLED",
    NHI_FIX_INSTALL_PACKAGE, "sudo apt install pcscd", NULL },
  { "daemon-stopped", daemon_stopped, "pcsc-service", NHI_VERDICT_FAIL, "PCSCD-NOT-RUNNING",
    NHI_FIX_START_UNIT, ENABLE, NULL },
  { "daemon-dead", daemon_dead, "pcsc-service", NHI_VERDICT_FAIL, "PCSCD-STALE-SOCKET",
    NHI_FIX_RESTART_UNIT, "sudo systemctl restart pcscd.socket", NULL },
  { "daemon-not-for-us", daemon_not_for_us, "pcsc-service", NHI_VERDICT_FAIL, "PCSCD-PERMISSION", 0,
    NULL, NULL },
  { "daemon-silent", daemon_silent, "pcsc-reachable", NHI_VERDICT_FAIL, "PCSCD-SILENT",
    NHI_FIX_RESTART_UNIT, "sudo systemctl restart pcscd.service", NULL },
  { "daemon-hangs-up", daemon_hangs_up, "pcsc-reachable", NHI_VERDICT_FAIL, "PCSCD-REFUSED", 0,
    NULL, NULL },
  { "daemon-mismatch", daemon_mismatch, "pcsc-protocol", NHI_VERDICT_FAIL, "PCSC-8010001E", 0, NULL,
    NULL },
  { "daemon-garbled", daemon_garbled, "pcsc-protocol", NHI_VERDICT_FAIL, "PCSC-53204253", 0, NULL,
    NULL },
  { "daemon-refuses", daemon_refuses, "pcsc-reachable", NHI_VERDICT_FAIL, "PCSC-8010006A", 0, NULL,
    NULL },
  { "sandbox", sandbox, NULL, NHI_VERDICT_PASS, NULL, 0, NULL, NULL },
  { "sandbox-missing", sandbox_missing, "pcsc-service", NHI_VERDICT_FAIL, "PCSCD-SANDBOX",
    NHI_FIX_RESTART_APP, ENABLE, NULL },
  { "sandbox-stale", sandbox_stale, "pcsc-service", NHI_VERDICT_FAIL, "PCSCD-SANDBOX-STALE",
    NHI_FIX_RESTART_APP, NULL, NULL },
  { "sandbox-silent", sandbox_silent, "pcsc-reachable", NHI_VERDICT_FAIL, "PCSCD-SILENT",
    NHI_FIX_COMMAND, "sudo systemctl restart pcscd.service", NULL },
  { "no-systemd", no_systemd, "pcsc-service", NHI_VERDICT_FAIL, "PCSCD-NOT-RUNNING",
    NHI_FIX_COMMAND, "sudo pcscd", NULL },
  { "nothing-installed", nothing_installed, "pcsc-startup", NHI_VERDICT_FAIL, "PCSCD-NOT-INSTALLED",
    NHI_FIX_INSTALL_PACKAGE, "sudo apt install pcscd", NULL },
  { "no-reader", no_reader, "reader", NHI_VERDICT_FAIL, "READER-NONE", 0, NULL, NULL },
  { "no-driver", reader_without_driver, "reader", NHI_VERDICT_FAIL, "READER-NO-DRIVER",
    NHI_FIX_INSTALL_PACKAGE, "sudo apt install libccid", NULL },
  { "claimed-reader", claimed_reader, "reader", NHI_VERDICT_FAIL, "READER-CLAIMED", NHI_FIX_COMMAND,
    "sudo modprobe -r pn533_usb pn533 nfc", NULL },
  { "castles-reader", castles_reader, "reader", NHI_VERDICT_FAIL, "READER-EZ100PU", 0, NULL, NULL },
  { "no-card", no_card, "card", NHI_VERDICT_WARN, "CARD-NONE", 0, NULL, NULL },
  { "mute-card", mute_card, "card", NHI_VERDICT_FAIL, "CARD-MUTE", 0, NULL, NULL },
  { "held-card", held_card, "card", NHI_VERDICT_WARN, NULL, 0, NULL, NULL },
  { "other-card", other_card, "nhi-card", NHI_VERDICT_FAIL, "CARD-OTHER", 0, NULL, NULL },
  { "certificate-card", certificate_card, "nhi-card", NHI_VERDICT_FAIL, "CARD-OTHER", 0, NULL,
    "pkcs11" },
  { "cancelled-card", cancelled_card, "nhi-card", NHI_VERDICT_FAIL, "CARD-TERMINATED", 0, NULL,
    NULL },
  { "no-network", no_network, "network", NHI_VERDICT_FAIL, "NETWORK-NONE", NHI_FIX_OPEN_SETTINGS,
    NULL, NULL },
  { "no-such-name", no_such_name, "service", NHI_VERDICT_FAIL, "name-not-found", 0, NULL, NULL },
  { "silent-names", silent_names, "service", NHI_VERDICT_FAIL, "name-silent", 0, NULL, NULL },
  { "refused", refused, "service", NHI_VERDICT_FAIL, "connection-refused", 0, NULL, NULL },
  { "swallowed", swallowed, "service", NHI_VERDICT_FAIL, "no-answer", 0, NULL, NULL },
  { "offline", offline, "service", NHI_VERDICT_FAIL, NULL, 0, NULL, NULL },
  { "untrusted", untrusted, "tls-trust", NHI_VERDICT_FAIL, NULL, 0, NULL, NULL },
  { "old-tls", old_tls, "tls-version", NHI_VERDICT_FAIL, "TLS-OLD", 0, NULL, NULL },
  { "slow", slow, "latency", NHI_VERDICT_WARN, "SLOW", 0, NULL, NULL },
  { "old-client", old_client, "client-version", NHI_VERDICT_FAIL, "CLIENT-OLD", 0, NULL, NULL },
  { "wrong-clock", wrong_clock, "clock", NHI_VERDICT_FAIL, "CLOCK", NHI_FIX_OPEN_SETTINGS,
    "timedatectl set-ntp true", NULL },
  { "clock-so-wrong", clock_so_wrong, "clock", NHI_VERDICT_FAIL, "CLOCK", NHI_FIX_OPEN_SETTINGS,
    "timedatectl set-ntp true", NULL },
  { "proxy-unknown", proxy_unknown, "proxy", NHI_VERDICT_WARN, "PROXY", 0, NULL, NULL },
  { "proxy-dead", proxy_dead, "proxy", NHI_VERDICT_FAIL, "PROXY-DEAD", NHI_FIX_OPEN_SETTINGS, NULL,
    NULL },
  { "ipv6-hangs", ipv6_hangs, "ipv6", NHI_VERDICT_WARN, "IPV6-HANGS", NHI_FIX_OPEN_SETTINGS, NULL,
    NULL },
  { "old-system", old_system, "system", NHI_VERDICT_WARN, "SYSTEM-OLD", 0, NULL, NULL },
  { "fonts-missing", fonts_missing, "font", NHI_VERDICT_FAIL, "FONT-NONE", NHI_FIX_INSTALL_PACKAGE,
    "sudo apt install fonts-noto-cjk", NULL },
  { "not-utf-8", not_utf8, "locale", NHI_VERDICT_WARN, "LOCALE-NOT-UTF8", 0, NULL, NULL },
  { "folder-missing", folder_missing, "disk", NHI_VERDICT_WARN, "FOLDER-MISSING", 0, NULL, NULL },
  { "no-keyring", no_keyring, "secrets", NHI_VERDICT_WARN, "SECRETS-NONE", NHI_FIX_INSTALL_PACKAGE,
    "sudo apt install gnome-keyring", NULL },
  { "locked-keyring", locked_keyring, "secrets", NHI_VERDICT_WARN, "SECRETS-LOCKED", 0, NULL,
    NULL },
  { "empty-keyring", empty_keyring, "secrets", NHI_VERDICT_WARN, "SECRETS-EMPTY", 0, NULL, NULL },
  { "silent-keyring", silent_keyring, "secrets", NHI_VERDICT_WARN, "SECRETS-SILENT", 0, NULL,
    NULL },
  { "no-printing", no_printing, "printing", NHI_VERDICT_WARN, "PRINT-NONE", NHI_FIX_INSTALL_PACKAGE,
    "sudo apt install cups", NULL },
};

static void
run_entry (NhiFakeComputer *computer, const NhiCheckEntry *entry, const Case *c)
{
  NhiCheckOutcome outcome = { 0 };

  /* A fault of one call is for the one check that looks at it. */
  if (c->break_it == daemon_mismatch || c->break_it == daemon_refuses ||
      c->break_it == daemon_garbled)
    c->break_it (computer);
  entry->run (&computer->context, &outcome);
  g_assert_cmpint (outcome.verdict, !=, NHI_VERDICT_RUNNING);

  if (g_strcmp0 (entry->id, c->id) == 0)
    {
      g_assert_cmpint (outcome.verdict, ==, c->verdict);
      g_assert_nonnull (outcome.reason);
      if (c->code != NULL)
        g_assert_cmpstr (outcome.code, ==, c->code);
      g_assert_cmpint (outcome.fix, ==, c->fix);
      g_assert_cmpstr (outcome.command, ==, c->command);
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
  static const NhiCheckEntry *const tables[] = { NHI_CHECKS_PCSC, NHI_CHECKS_READER,
                                                 NHI_CHECKS_SERVICE, NHI_CHECKS_COMPUTER };
  const Case *c = data;
  NhiFakeComputer computer = { 0 };

  nhi_fake_computer_set_up (&computer);
  c->break_it (&computer);
  nhi_fake_pcsc_fail_call (0, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const NhiCheckEntry *entry = tables[i]; entry->id != NULL; entry++)
      run_entry (&computer, entry, c);
  nhi_fake_computer_tear_down (&computer);
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
  return g_test_run ();
}
