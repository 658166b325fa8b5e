/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a check offers to do: which way this computer allows, and the command for all others. */
#include "client/checks/check-private.h"

#include <string.h>

typedef struct
{
  const char *debian;
  const char *fedora;
  const char *arch;
  const char *suse;
} Package;

static const Package PACKAGES[] = {
  { "pcscd", "pcsc-lite", "pcsclite", "pcsc-lite" },
  { "libccid", "pcsc-lite-ccid", "ccid", "pcsc-ccid" },
  { "fonts-noto-cjk", "google-noto-sans-cjk-fonts", "noto-fonts-cjk",
    "google-noto-sans-cjk-fonts" },
  { "gnome-keyring", "gnome-keyring", "gnome-keyring", "gnome-keyring" },
  { "cups", "cups", "cups", "cups" },
  { "opensc", "opensc", "opensc", "opensc" },
};

typedef enum
{
  FAMILY_DEBIAN,
  FAMILY_FEDORA,
  FAMILY_ARCH,
  FAMILY_SUSE,
} Family;

static const char *const INSTALL_COMMANDS[] = {
  [FAMILY_DEBIAN] = "sudo apt install",
  [FAMILY_FEDORA] = "sudo dnf install",
  [FAMILY_ARCH] = "sudo pacman -S",
  [FAMILY_SUSE] = "sudo zypper install",
};

gboolean
nhi_check_in_sandbox (const NhiCheckContext *context)
{
  return g_file_test (context->environment->flatpak_info, G_FILE_TEST_EXISTS);
}

gboolean
nhi_check_has_systemd (const NhiCheckContext *context)
{
  return g_file_test (context->environment->systemd_folder, G_FILE_TEST_IS_DIR);
}

char *
nhi_os_release_value (const char *text, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 200);
  gsize length = strlen (name);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], name, length) == 0 && lines[i][length] == '=')
      return g_shell_unquote (lines[i] + length + 1, NULL);
  return NULL;
}

static Family
family_of (const NhiCheckContext *context)
{
  g_autofree char *text = NULL;
  g_autofree char *id = NULL;
  g_autofree char *like = NULL;
  g_autofree char *both = NULL;

  if (!g_file_get_contents (context->environment->os_release, &text, NULL, NULL))
    return FAMILY_DEBIAN;
  id = nhi_os_release_value (text, "ID");
  like = nhi_os_release_value (text, "ID_LIKE");
  both = g_strdup_printf ("%s %s", id != NULL ? id : "", like != NULL ? like : "");
  if (strstr (both, "fedora") != NULL || strstr (both, "rhel") != NULL)
    return FAMILY_FEDORA;
  if (strstr (both, "arch") != NULL)
    return FAMILY_ARCH;
  if (strstr (both, "suse") != NULL)
    return FAMILY_SUSE;
  return FAMILY_DEBIAN;
}

static const char *
package_name (Family family, const char *debian)
{
  for (gsize i = 0; i < G_N_ELEMENTS (PACKAGES); i++)
    if (g_str_equal (PACKAGES[i].debian, debian))
      switch (family)
        {
        case FAMILY_FEDORA:
          return PACKAGES[i].fedora;
        case FAMILY_ARCH:
          return PACKAGES[i].arch;
        case FAMILY_SUSE:
          return PACKAGES[i].suse;
        case FAMILY_DEBIAN:
        default:
          return PACKAGES[i].debian;
        }
  return debian;
}

void
nhi_check_offer_package (const NhiCheckContext *context,
                         NhiCheckOutcome *outcome,
                         const char *package)
{
  Family family = family_of (context);
  const char *name = package_name (family, package);
  g_autofree char *command = g_strdup_printf ("%s %s", INSTALL_COMMANDS[family], name);
  gboolean can =
      !nhi_check_in_sandbox (context) &&
      context->environment->system_bus_has ("org.freedesktop.PackageKit", context->cancellable);

  nhi_check_offer (outcome, can ? NHI_FIX_INSTALL_PACKAGE : NHI_FIX_COMMAND, name, command);
}

static char *
unit_command (NhiFixKind fix, const char *unit)
{
  switch (fix)
    {
    case NHI_FIX_UNMASK_UNIT:
      return g_strdup_printf ("sudo systemctl unmask pcscd.service %s && sudo systemctl enable "
                              "--now %s",
                              unit, unit);
    case NHI_FIX_RESTART_UNIT:
      return g_strdup_printf ("sudo systemctl restart %s", unit);
    default:
      return g_strdup_printf ("sudo systemctl enable --now %s", unit);
    }
}

void
nhi_check_offer_unit (const NhiCheckContext *context,
                      NhiCheckOutcome *outcome,
                      NhiFixKind fix,
                      const char *unit)
{
  g_autofree char *command = unit_command (fix, unit);

  /* From the sandbox nobody sees whether the computer has systemd: nearly all have. */
  if (nhi_check_in_sandbox (context))
    nhi_check_offer (outcome, NHI_FIX_COMMAND, NULL, command);
  else if (nhi_check_has_systemd (context))
    nhi_check_offer (outcome, fix, unit, command);
  else
    nhi_check_offer (outcome, NHI_FIX_COMMAND, NULL,
                     fix == NHI_FIX_RESTART_UNIT ? "sudo pkill -x pcscd; sudo pcscd"
                                                 : "sudo pcscd");
}

void
nhi_check_offer_settings (const NhiCheckContext *context,
                          NhiCheckOutcome *outcome,
                          const char *panel,
                          const char *command)
{
  if (!nhi_check_in_sandbox (context) && context->environment->has_settings (panel))
    nhi_check_offer (outcome, NHI_FIX_OPEN_SETTINGS, panel, command);
  else if (command != NULL)
    nhi_check_offer (outcome, NHI_FIX_COMMAND, NULL, command);
}
