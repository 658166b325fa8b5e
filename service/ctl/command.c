/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the commands share: options, the database, errors and their exit codes. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"
#include "service/configuration.h"

#define CONNECTIONS 4

/* Of the configuration that nhicardd reads; what else is in there is checked by nhicardd. */
static gboolean
read_config (NhiCommandContext *context, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  const char *path = context->config != NULL ? context->config : NHI_CONFIGURATION_PATH;

  if (context->config == NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  if (context->database == NULL)
    context->database = g_key_file_get_string (file, "service", "database", NULL);
  context->mail = g_key_file_get_string (file, "service", "mail", NULL);
  context->mail_from = g_key_file_get_string (file, "service", "mail-from", NULL);
  return TRUE;
}

gboolean
nhi_command_parse (NhiCommandContext *context,
                   const NhiCommand *command,
                   const GOptionEntry *entries,
                   int *argc,
                   char ***argv,
                   NhiExit *ret_exit)
{
  const GOptionEntry common[] = {
    { "database", 'd', 0, G_OPTION_ARG_STRING, &context->database,
      "the database (otherwise the configuration's)", "sqlite:PATH|postgresql://…" },
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &context->config,
      "nhicardd's configuration (" NHI_CONFIGURATION_PATH ")", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &context->json, "answer in JSON, for programs", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) options = NULL;
  g_autofree char *usage = g_strdup_printf ("%s %s", command->name, command->arguments);
  g_autoptr (GError) error = NULL;

  options = g_option_context_new (usage);
  g_option_context_set_summary (options, command->summary);
  g_option_context_set_description (options, command->description);
  g_option_context_add_main_entries (options, common, NULL);
  if (entries != NULL)
    g_option_context_add_main_entries (options, entries, NULL);
  if (g_option_context_parse (options, argc, argv, &error) && read_config (context, &error))
    return TRUE;
  *ret_exit = nhi_command_refuse (context, NHI_EXIT_USAGE, "%s", error->message);
  return FALSE;
}

/* @check: what the database must stand, or NULL when it need not even be there. */
static NhiDb *
open_checked (NhiCommandContext *context,
              gboolean (*check) (NhiDb *db, GError **error),
              NhiExit *ret_exit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = NULL;

  if (context->database == NULL)
    {
      *ret_exit = nhi_command_refuse (
          context, NHI_EXIT_USAGE,
          "name the database: --database sqlite:PATH or postgresql://HOST/NAME");
      return NULL;
    }
  if (check == NULL || nhi_db_is_there (context->database, &error))
    db = nhi_db_open (context->database, CONNECTIONS, &error);
  if (db != NULL && (check == NULL || check (db, &error)))
    return g_steal_pointer (&db);
  *ret_exit = nhi_command_fail (context, error);
  return NULL;
}

NhiDb *
nhi_command_open (NhiCommandContext *context, gboolean check, NhiExit *ret_exit)
{
  return open_checked (context, check ? nhi_db_check_schema : NULL, ret_exit);
}

NhiDb *
nhi_command_open_unfinished (NhiCommandContext *context, NhiExit *ret_exit)
{
  return open_checked (context, nhi_db_check_version, ret_exit);
}

static NhiExit
exit_code_of (const GError *error)
{
  if (error->domain != NHI_DB_ERROR)
    return NHI_EXIT_FAILED;
  switch ((NhiDbError)error->code)
    {
    case NHI_DB_ERROR_UNAVAILABLE:
    case NHI_DB_ERROR_BUSY:
    case NHI_DB_ERROR_FULL:
    case NHI_DB_ERROR_DAMAGED:
      return NHI_EXIT_DATABASE;
    case NHI_DB_ERROR_SCHEMA:
      return NHI_EXIT_SCHEMA;
    case NHI_DB_ERROR_CONSTRAINT:
    case NHI_DB_ERROR_INTERNAL:
    default:
      return NHI_EXIT_FAILED;
    }
}

void
nhi_command_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);

  g_print ("%s\n", text);
}

static NhiExit
tell (NhiCommandContext *context, NhiExit code, const char *message)
{
  g_autoptr (JsonBuilder) builder = NULL;

  g_printerr ("nhicardctl: %s\n", message);
  if (!context->json)
    return code;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_add_string_value (builder, message);
  json_builder_set_member_name (builder, "exit");
  json_builder_add_int_value (builder, code);
  json_builder_end_object (builder);
  nhi_command_print_json (builder);
  return code;
}

NhiExit
nhi_command_fail (NhiCommandContext *context, const GError *error)
{
  return tell (context, exit_code_of (error), error->message);
}

NhiExit
nhi_command_refuse (NhiCommandContext *context, NhiExit code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return tell (context, code, message);
}
