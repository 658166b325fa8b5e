/* SPDX-License-Identifier: GPL-3.0-or-later
 * The checks of the computer itself. */
#include "client/checks/check-private.h"

#include <glib/gi18n.h>
#include <errno.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ROOM_FINE (200ULL * 1000 * 1000) /* bytes */
#define ROOM_LEAST (20ULL * 1000 * 1000)
#define PORTAL "org.freedesktop.portal.Desktop"

typedef struct
{
  const char *id;
  guint least_major;
} KnownSystem;

/* From these on the libraries are new enough. */
static const KnownSystem SYSTEMS[] = {
  { "debian", 12 },
  { "ubuntu", 23 },
  { "fedora", 37 },
};

static gboolean
is_too_old (const char *id, const char *version)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SYSTEMS); i++)
    if (g_strcmp0 (id, SYSTEMS[i].id) == 0)
      return version != NULL && g_ascii_strtoull (version, NULL, 10) < SYSTEMS[i].least_major;
  return FALSE;
}

static void
run_system (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;
  g_autofree char *id = NULL;
  g_autofree char *version = NULL;
  g_autofree char *found = NULL;
  struct utsname machine;

  if (g_file_get_contents (context->environment->os_release, &text, NULL, NULL))
    {
      name = nhi_os_release_value (text, "PRETTY_NAME");
      id = nhi_os_release_value (text, "ID");
      version = nhi_os_release_value (text, "VERSION_ID");
    }
  found = g_strdup_printf ("%s, %s", name != NULL ? name : "Linux",
                           uname (&machine) == 0 ? machine.machine : "?");
  if (is_too_old (id, version))
    nhi_check_conclude (outcome, NHI_VERDICT_WARN, found,
                        _ ("This system is older than what this program is tested with. Update "
                           "it, or use the Flatpak."),
                        "SYSTEM-OLD");
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, found, NULL, NULL);
}

static void
run_font (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  guint count = context->environment->count_fonts ("zh-tw");
  g_autofree char *found =
      g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u font", "%u fonts", count), count);

  if (count > 0)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, found, NULL, NULL);
  else
    {
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("none"),
                          _ ("Names would stand as boxes. Install the package fonts-noto-cjk."),
                          "FONT-NONE");
      nhi_check_offer_package (context, outcome, "fonts-noto-cjk");
    }
}

static void
run_locale (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const char *locale = context->environment->message_locale ();

  if (context->environment->charset_is_utf8 ())
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, locale, NULL, NULL);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_WARN, locale,
                        _ ("The language of this computer is set without UTF-8, so that Chinese "
                           "cannot be shown everywhere. Choose a language with UTF-8 in the "
                           "system's settings."),
                        "LOCALE-NOT-UTF8");
}

static void
run_disk (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  struct statvfs status;
  g_autofree char *found = NULL;
  guint64 room;

  if (statvfs (context->environment->download_folder, &status) < 0)
    {
      nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("the folder does not exist"),
                          _ ("Choose another download folder in the preferences."),
                          "FOLDER-MISSING");
      return;
    }
  if (access (context->environment->download_folder, W_OK | X_OK) < 0)
    {
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL,
                          errno == EROFS ? _ ("on a disk that cannot be written")
                                         : _ ("not yours to write into"),
                          _ ("Choose another download folder in the preferences."),
                          "FOLDER-READ-ONLY");
      return;
    }
  room = (guint64)status.f_bavail * status.f_frsize;
  found = g_format_size (room);
  if (room >= ROOM_FINE)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, found, NULL, NULL);
  else
    nhi_check_conclude (outcome, room >= ROOM_LEAST ? NHI_VERDICT_WARN : NHI_VERDICT_FAIL, found,
                        _ ("Make room on the disk before you download a health bank package."),
                        "DISK-FULL");
}

static void
run_secrets (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  switch (context->environment->keyring (context->cancellable))
    {
    case NHI_KEYRING_OPEN:
      nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("there is a keyring"), NULL, NULL);
      break;
    case NHI_KEYRING_PORTAL:
      nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("through the portal"), NULL, NULL);
      break;
    case NHI_KEYRING_LOCKED:
      nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("locked"),
                          _ ("The keyring of this computer is locked, so this program keeps "
                             "nothing. All else works. Open it with the program “Passwords and "
                             "Keys”, or sign in at the computer with your password."),
                          "SECRETS-LOCKED");
      break;
    case NHI_KEYRING_EMPTY:
      nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("there is a keyring, but it is not set up"),
                          _ ("Nothing can be kept safely yet, so this program keeps nothing. All "
                             "else works. Make a keyring with the program “Passwords and Keys”."),
                          "SECRETS-EMPTY");
      break;
    case NHI_KEYRING_SILENT:
      nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("does not answer"),
                          _ ("The keyring of this computer does not answer, so this program keeps "
                             "nothing. All else works. Sign out of the computer and in again."),
                          "SECRETS-SILENT");
      break;
    case NHI_KEYRING_NONE:
    default:
      nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("none"),
                          _ ("Nothing can be kept safely on this computer, so this program keeps "
                             "nothing. All else works. A keyring comes with the package "
                             "gnome-keyring."),
                          "SECRETS-NONE");
      nhi_check_offer_package (context, outcome, "gnome-keyring");
    }
}

static void
run_printing (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const NhiCheckEnvironment *environment = context->environment;

  if (g_file_test (environment->cups_socket, G_FILE_TEST_EXISTS))
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("the print service is running"), NULL, NULL);
  else if (environment->session_bus_has (PORTAL, context->cancellable))
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("through the portal"), NULL, NULL);
  else
    {
      nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("no print service"),
                          _ ("Printing into a PDF file still works. For paper, install the package "
                             "cups."),
                          "PRINT-NONE");
      nhi_check_offer_package (context, outcome, "cups");
    }
}

static void
run_sandbox (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  gboolean inside = nhi_check_in_sandbox (context);

  nhi_check_conclude (outcome, NHI_VERDICT_PASS,
                      inside ? _ ("Flatpak sandbox") : _ ("installed in the system"), NULL, NULL);
}

const NhiCheckEntry NHI_CHECKS_COMPUTER[] = {
  { "system", NHI_CHECK_GROUP_COMPUTER, NHI_CHECK_NEEDS_NOTHING, N_ ("Operating system"),
    N_ ("Debian 12, Ubuntu 23.04, Fedora 37 or newer"), run_system },
  { "sandbox", NHI_CHECK_GROUP_COMPUTER, NHI_CHECK_NEEDS_NOTHING, N_ ("Installation"),
    N_ ("Either way"), run_sandbox },
  { "font", NHI_CHECK_GROUP_COMPUTER, NHI_CHECK_NEEDS_NOTHING, N_ ("Traditional Chinese font"),
    N_ ("At least one"), run_font },
  { "locale", NHI_CHECK_GROUP_COMPUTER, NHI_CHECK_NEEDS_NOTHING, N_ ("Language"), N_ ("With UTF-8"),
    run_locale },
  { "disk", NHI_CHECK_GROUP_COMPUTER, NHI_CHECK_NEEDS_NOTHING,
    N_ ("Free space in the download folder"), N_ ("200 MB or more"), run_disk },
  { "secrets", NHI_CHECK_GROUP_COMPUTER, NHI_CHECK_NEEDS_NOTHING, N_ ("Keyring"),
    N_ ("There is one"), run_secrets },
  { "printing", NHI_CHECK_GROUP_COMPUTER, NHI_CHECK_NEEDS_NOTHING, N_ ("Printing"),
    N_ ("There is a print service"), run_printing },
  { NULL },
};
