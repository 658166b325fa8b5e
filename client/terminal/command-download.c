/* SPDX-License-Identifier: GPL-3.0-or-later
 * `nhicard health-bank download`. */
#include <glib/gi18n.h>
#include <unistd.h>

#include "client/terminal/application-print.h"

static NhiApplication *
fetch_application (NhiTerminal *terminal, const char *application_id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  nhi_remote_application_async (terminal->remote, application_id, NULL, nhi_terminal_keep, &slot);
  result = nhi_terminal_wait (&slot);
  return nhi_remote_application_finish (terminal->remote, result, error);
}

/* The newest that can be downloaded; NULL after the failure was told. */
static char *
newest_ready (NhiTerminal *terminal, NhiExit *ret_exit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) applications = nhi_terminal_applications (terminal, &error);

  if (applications == NULL)
    {
      *ret_exit = nhi_terminal_fail_error (terminal, error);
      return NULL;
    }
  for (guint i = 0; i < applications->len; i++)
    {
      const NhiApplication *application = g_ptr_array_index (applications, i);

      if (g_str_equal (application->state, "ready"))
        return g_strdup (application->application_id);
    }
  *ret_exit = nhi_terminal_fail (terminal, NHI_EXIT_FAILED, "nothing-to-download",
                                 _ ("There is no package that can be downloaded. “nhicard "
                                    "health-bank apply --wait” makes one."));
  return NULL;
}

/* A folder, a file, or nothing: then the package's own name in the current folder. */
static GFile *
choose_destination (const char *output, const char *file_name)
{
  if (output == NULL)
    return g_file_new_for_path (file_name);
  if (g_file_test (output, G_FILE_TEST_IS_DIR))
    return g_file_new_build_filename (output, file_name, NULL);
  return g_file_new_for_commandline_arg (output);
}

static void
print_progress (gint64 received, gint64 total, gpointer user_data)
{
  gboolean on_screen = isatty (STDERR_FILENO);
  int percent = total > 0 ? (int)(received * 100 / total) : 0;
  g_autofree char *text = g_strdup_printf ("%3d %%  %" G_GINT64_FORMAT " / %" G_GINT64_FORMAT,
                                           percent, received, total);

  g_printerr ("%s%s%s", on_screen ? "\r" : "", text, on_screen && received < total ? "" : "\n");
}

static void
print_saved (NhiTerminal *terminal, const NhiApplication *application, GFile *destination)
{
  g_autofree char *path = g_file_get_path (destination);
  g_autofree char *text = NULL;
  g_autoptr (JsonBuilder) builder = NULL;

  if (terminal->json)
    {
      builder = json_builder_new ();
      json_builder_begin_object (builder);
      nhi_json_string (builder, "file", path);
      nhi_json_integer (builder, "size", application->size);
      nhi_json_string (builder, "sha256", application->sha256);
      json_builder_end_object (builder);
      nhi_print_json (builder);
      return;
    }
  /* Translators: %s is a file. */
  text = g_strdup_printf (_ ("Saved as %s. Its password is the ID number with a capital letter."),
                          path);
  nhi_print ("%s\n", text);
}

static NhiExit
download (NhiTerminal *terminal,
          const NhiApplication *application,
          GFile *destination,
          gboolean progress)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;

  nhi_remote_download_async (terminal->remote, application, destination,
                             progress ? print_progress : NULL, NULL, NULL, nhi_terminal_keep,
                             &slot);
  result = nhi_terminal_wait (&slot);
  if (!nhi_remote_download_finish (terminal->remote, result, &error))
    return nhi_terminal_fail_error (terminal, error);
  print_saved (terminal, application, destination);
  return NHI_EXIT_OK;
}

/* Looks before it asks the service for a megabyte. */
static NhiExit
download_into (NhiTerminal *terminal,
               const NhiApplication *application,
               const char *output,
               gboolean force,
               gboolean progress)
{
  g_autoptr (GFile) destination = NULL;

  if (application->file_name == NULL)
    return nhi_terminal_fail (terminal, NHI_EXIT_WAIT, "package-not-ready",
                              _ ("The package is still being prepared. Try again in a moment."));
  destination = choose_destination (output, application->file_name);
  if (!force && g_file_query_exists (destination, NULL))
    return nhi_terminal_fail (terminal, NHI_EXIT_FILE, "file-exists",
                              _ ("There is a file of this name already. Give another name with "
                                 "--output, or --force to replace it."));
  return download (terminal, application, destination, progress);
}

NhiExit
nhi_command_download (NhiTerminal *terminal, int argc, char **argv)
{
  g_autofree char *output = NULL;
  g_autofree char *application_id = NULL;
  gboolean progress = FALSE, force = FALSE;
  g_autoptr (NhiApplication) application = NULL;
  g_autoptr (GError) error = NULL;
  NhiExit code = NHI_EXIT_OK;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("file or folder to save into"),
      N_ ("PATH") },
    { "progress", 0, 0, G_OPTION_ARG_NONE, &progress, N_ ("show how far it is"), NULL },
    { "force", 0, 0, G_OPTION_ARG_NONE, &force, N_ ("replace a file that is there"), NULL },
    { NULL },
  };

  if (!nhi_terminal_parse (terminal, "health-bank download", entries, 1, &argc, &argv, &code) ||
      !nhi_terminal_take_session (terminal, &code))
    return code;
  application_id = argc > 1 ? g_strdup (argv[1]) : newest_ready (terminal, &code);
  if (application_id == NULL)
    return code;

  application = fetch_application (terminal, application_id, &error);
  if (application == NULL)
    return nhi_terminal_fail_error (terminal, error);
  return download_into (terminal, application, output, force, progress);
}
