/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicard: hands over to the terminal when a command is given, else opens the window. */
#include <locale.h>
#include <stdio.h>

#include <glib/gi18n.h>

#include "client/application/client.h"
#include "client/application/restart.h"
#include "client/terminal/terminal.h"

static void
set_up_translation (void)
{
  const char *directory = g_getenv ("NHICARD_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, directory != NULL ? directory : NHI_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

/* Names on cards are written in Taiwan's forms whatever language the program speaks; Pango would
 * take another country's glyphs for them in a locale that is not Chinese. */
static void
prefer_taiwanese_glyphs (void)
{
  g_setenv ("PANGO_LANGUAGE", "zh-tw", FALSE);
}

/* GLib ends the program when a schema is missing; a person deserves a sentence instead. */
static gboolean
settings_are_installed (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, NHI_APPLICATION_ID, TRUE);
  return schema != NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (NhiClient) client = NULL;
  g_auto (GStrv) arguments = g_strdupv (argv); /* the run takes the options out of argv */
  gboolean wants_restart;
  int code;

  if (nhi_terminal_wants (argc, argv))
    return nhi_terminal_run (argc, argv);

  set_up_translation ();
  prefer_taiwanese_glyphs ();
  if (!settings_are_installed ())
    {
      fprintf (
          stderr, "%s\n",
          _ ("The program is not installed completely: its settings schema is missing. "
             "Install it again, or set GSETTINGS_SCHEMA_DIR when running from a build folder."));
      return 1;
    }
  client = nhi_client_new ();
  code = g_application_run (G_APPLICATION (client), argc, argv);
  wants_restart = nhi_client_wants_restart (client);
  g_clear_object (&client);
  return wants_restart ? nhi_restart (arguments) : code;
}
