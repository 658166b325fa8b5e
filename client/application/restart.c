/* SPDX-License-Identifier: GPL-3.0-or-later
 * Restarting: exec, or Flatpak's portal. */
#define G_LOG_DOMAIN "nhi-application"

#include "client/application/restart.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SANDBOX_FILE "/.flatpak-info"
#define PORTAL "org.freedesktop.portal.Flatpak"
#define PORTAL_PATH "/org/freedesktop/portal/Flatpak"
#define PORTAL_MS 10000

static gboolean
spawn_through_portal (char **argv, GError **error)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  g_autoptr (GVariant) answer = NULL;
  GVariantBuilder arguments, files, variables, options;

  if (bus == NULL)
    return FALSE;
  g_variant_builder_init (&arguments, G_VARIANT_TYPE ("aay"));
  for (gsize i = 0; argv[i] != NULL; i++)
    g_variant_builder_add (&arguments, "^ay", argv[i]);
  g_variant_builder_init (&files, G_VARIANT_TYPE ("a{uh}"));
  g_variant_builder_init (&variables, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_init (&options, G_VARIANT_TYPE ("a{sv}"));
  answer = g_dbus_connection_call_sync (bus, PORTAL, PORTAL_PATH, PORTAL, "Spawn",
                                        g_variant_new ("(^ayaaya{uh}a{ss}ua{sv})", "/", &arguments,
                                                       &files, &variables, 0, &options),
                                        G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, PORTAL_MS,
                                        NULL, error);
  return answer != NULL;
}

int
nhi_restart (char **argv)
{
  g_autoptr (GError) error = NULL;

  if (!g_file_test (SANDBOX_FILE, G_FILE_TEST_EXISTS))
    {
      execv ("/proc/self/exe", argv);
      g_warning ("the program cannot be opened anew: %s", g_strerror (errno));
      return EXIT_FAILURE;
    }
  if (spawn_through_portal (argv, &error))
    return EXIT_SUCCESS;
  g_warning ("the program cannot be opened anew: %s", error->message);
  return EXIT_FAILURE;
}
