/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the commands share: options, the database, errors and their exit codes. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"

#define DEFAULT_DATABASE "sqlite:/var/lib/nhicard/nhicard.db"
#define CONNECTIONS 4

/* The configuration that nhicardd reads too: [service] database=URI. */
static gboolean
read_config (NhiCommandContext *context, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) cause = NULL;

  if (context->config == NULL || context->database != NULL)
    return TRUE;
  if (!g_key_file_load_from_file (file, context->config, G_KEY_FILE_NONE, &cause))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", context->config,
                   cause->message);
      return FALSE;
    }
  context->database = g_key_file_get_string (file, "service", "database", NULL);
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
      "the database, sqlite:PATH (otherwise of --config, otherwise " DEFAULT_DATABASE ")", "URI" },
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &context->config, "the service's configuration file",
      "FILE" },
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

NhiDb *
nhi_command_open (NhiCommandContext *context, gboolean check, NhiExit *ret_exit)
{
  const char *uri = context->database != NULL ? context->database : DEFAULT_DATABASE;
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = nhi_db_open (uri, CONNECTIONS, &error);

  if (db != NULL && (!check || nhi_db_check_schema (db, &error)))
    return g_steal_pointer (&db);
  *ret_exit = nhi_command_fail (context, error);
  return NULL;
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
