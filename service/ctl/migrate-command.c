/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardctl migrate: brings the schema to what this program needs. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"
#include "service/store/migrate.h"

#include <string.h>

/* Words as they happen; numbers for JSON at the end. */
static void
tell_statement (const NhiSchemaStatement *statement, gpointer data)
{
  const NhiCommandContext *context = data;
  gsize length = strcspn (statement->sql, "(\n");

  if (!context->json)
    g_print ("%s, statement %u: %.*s\n", statement->step->name, statement->number, (int)length,
             statement->sql);
}

static void
tell_end (const NhiCommandContext *context, guint from, guint to)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!context->json && from == to)
    g_print ("The schema is at version %u already.\n", to);
  if (!context->json && from != to)
    g_print ("The schema went from version %u to %u.\n", from, to);
  if (!context->json)
    return;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "from");
  json_builder_add_int_value (builder, from);
  json_builder_set_member_name (builder, "to");
  json_builder_add_int_value (builder, to);
  json_builder_end_object (builder);
  nhi_command_print_json (builder);
}

static void
show_json (GPtrArray *statements, guint from, guint to)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "from");
  json_builder_add_int_value (builder, from);
  json_builder_set_member_name (builder, "to");
  json_builder_add_int_value (builder, to);
  json_builder_set_member_name (builder, "statements");
  json_builder_begin_array (builder);
  for (guint i = 0; i < statements->len; i++)
    {
      const NhiSchemaStatement *statement = g_ptr_array_index (statements, i);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "step");
      json_builder_add_string_value (builder, statement->step->name);
      json_builder_set_member_name (builder, "number");
      json_builder_add_int_value (builder, statement->number);
      json_builder_set_member_name (builder, "sql");
      json_builder_add_string_value (builder, statement->sql);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  nhi_command_print_json (builder);
}

/* What would be run, as SQL that psql and sqlite3 take. */
static NhiExit
show (NhiCommandContext *context, NhiDb *db, const NhiSchemaStep *steps, gsize n_steps)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) statements = NULL;
  guint from = 0, to = steps[n_steps - 1].version;

  statements = nhi_db_list_statements (db, steps, n_steps, &from, &error);
  if (statements == NULL)
    return nhi_command_fail (context, error);
  if (context->json)
    {
      show_json (statements, from, to);
      return NHI_EXIT_DONE;
    }
  g_print ("-- The schema is at version %u; this program's is %u.\n", from, to);
  for (guint i = 0; i < statements->len; i++)
    {
      const NhiSchemaStatement *statement = g_ptr_array_index (statements, i);

      g_print ("-- %s, statement %u\n%s;\n", statement->step->name, statement->number,
               statement->sql);
    }
  return NHI_EXIT_DONE;
}

static NhiExit
migrate (NhiCommandContext *context, NhiDb *db, const NhiSchemaStep *steps, gsize n_steps)
{
  g_autoptr (GError) error = NULL;
  guint from = 0;

  if (!nhi_db_run_steps (db, steps, n_steps, tell_statement, context, &from, &error))
    return nhi_command_fail (context, error);
  tell_end (context, from, steps[n_steps - 1].version);
  return NHI_EXIT_DONE;
}

/* Showing must not make the file it looks into. */
static gboolean
is_there (NhiCommandContext *context, NhiExit *ret_exit)
{
  g_autoptr (GError) error = NULL;

  if (context->database == NULL || nhi_db_is_there (context->database, &error))
    return TRUE;
  *ret_exit = nhi_command_fail (context, error);
  return FALSE;
}

static NhiExit
run (NhiCommandContext *context, int argc, char **argv)
{
  gboolean only_show = FALSE;
  const GOptionEntry entries[] = {
    { "show", 0, 0, G_OPTION_ARG_NONE, &only_show,
      "run nothing; print the statements that would be run", NULL },
    { NULL },
  };
  gsize n_steps;
  const NhiSchemaStep *steps = nhi_schema_steps (&n_steps);
  g_autoptr (NhiDb) db = NULL;
  NhiExit code;

  if (!nhi_command_parse (context, &nhi_command_migrate, entries, &argc, &argv, &code))
    return code;
  if (argc > 1)
    return nhi_command_refuse (context, NHI_EXIT_USAGE, "migrate takes no “%s”", argv[1]);
  if (only_show && !is_there (context, &code))
    return code;
  db = nhi_command_open (context, FALSE, &code);
  if (db == NULL)
    return code;
  return only_show ? show (context, db, steps, n_steps) : migrate (context, db, steps, n_steps);
}

const NhiCommand nhi_command_migrate = {
  .name = "migrate",
  .arguments = "[OPTION…]",
  .summary = "bring the database's schema to this program's version",
  .description = "Makes the file when there is none (mode 0600). May run on several nodes at once, "
                 "and again:\nit goes on where it, or another, stopped.",
  .run = run,
};
