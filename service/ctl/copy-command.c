/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardctl copy-database: from one engine to the other, or to another place of the same. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"
#include "service/store/copy.h"

#include <unistd.h>

#define CONNECTIONS 2
#define LINE_INTERVAL (G_USEC_PER_SEC / 10)
#define JSON_INTERVAL G_USEC_PER_SEC

typedef struct
{
  char *from; /* nullable: the configuration's */
  char *to;
  gboolean check;
} Options;

/* How the operator sees how far it is. */
typedef struct
{
  gboolean json;
  gboolean live; /* one line on a terminal, written over and over */
  gint64 next;
} Display;

static gint
percent (const NhiCopyProgress *progress)
{
  return progress->of > 0 ? (gint)MIN (progress->rows * 100 / progress->of, 100) : 100;
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
print_json_progress (const NhiCopyProgress *progress)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_text (builder, "phase", progress->checking ? "check" : "copy");
  add_text (builder, "table", progress->table);
  add_number (builder, "rows", progress->rows);
  add_number (builder, "of", progress->of);
  add_number (builder, "percent", percent (progress));
  json_builder_end_object (builder);
  nhi_command_print_json (builder);
}

static void
show_progress (const NhiCopyProgress *progress, gpointer data)
{
  Display *display = data;
  gint64 now = g_get_monotonic_time ();

  if (now < display->next)
    return;
  display->next = now + (display->json ? JSON_INTERVAL : LINE_INTERVAL);
  if (display->json)
    print_json_progress (progress);
  else if (display->live)
    g_printerr ("\r%s %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rows, %d %%\033[K",
                progress->checking ? "checking" : "copying", progress->table, progress->rows,
                progress->of, percent (progress));
}

static void
print_json_result (const GPtrArray *tables, gboolean same)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "same");
  json_builder_add_boolean_value (builder, same);
  json_builder_set_member_name (builder, "tables");
  json_builder_begin_array (builder);
  for (guint i = 0; i < tables->len; i++)
    {
      const NhiCopyTable *table = g_ptr_array_index (tables, i);
      g_autofree char *from = nhi_table_sum_format (&table->from);
      g_autofree char *to = nhi_table_sum_format (&table->to);

      json_builder_begin_object (builder);
      add_text (builder, "table", table->table);
      add_number (builder, "rows", table->from.rows);
      add_text (builder, "sum", from);
      add_number (builder, "target_rows", table->to.rows);
      add_text (builder, "target_sum", to);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  nhi_command_print_json (builder);
}

static void
tell (const NhiCommandContext *context, const GPtrArray *tables, gboolean same)
{
  gint64 rows = 0;

  if (context->json)
    print_json_result (tables, same);
  for (guint i = 0; i < tables->len; i++)
    rows += ((NhiCopyTable *)g_ptr_array_index (tables, i))->from.rows;
  if (!context->json && same)
    g_print ("%u tables with %" G_GINT64_FORMAT
             " rows: count and checksum of each are the same on both sides.\n",
             tables->len, rows);
}

/* @side: "source" or "target". */
static NhiDb *
open_side (NhiCommandContext *context, const char *side, const char *uri, NhiExit *ret_exit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = NULL;

  if (nhi_db_is_there (uri, &error))
    db = nhi_db_open (uri, CONNECTIONS, &error);
  if (db != NULL && nhi_db_check_version (db, &error))
    return g_steal_pointer (&db);
  g_prefix_error (&error, "%s: ", side);
  *ret_exit = nhi_command_fail (context, error);
  return NULL;
}

static NhiExit
copy (NhiCommandContext *context, const Options *options)
{
  Display display = { .json = context->json, .live = isatty (STDERR_FILENO) };
  g_autoptr (GPtrArray) tables = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) from = NULL;
  g_autoptr (NhiDb) to = NULL;
  NhiCopyOptions what = { .check_only = options->check,
                          .watch = show_progress,
                          .watch_data = &display };
  NhiExit code;
  gboolean done;

  what.from = from = open_side (context, "source",
                                options->from != NULL ? options->from : context->database, &code);
  if (from == NULL)
    return code;
  what.to = to = open_side (context, "target", options->to, &code);
  if (to == NULL)
    return code;
  done = nhi_copy_run (&what, &tables, &error);
  if (display.live && !context->json)
    g_printerr ("\r\033[K");
  if (tables != NULL)
    tell (context, tables, done);
  return done ? NHI_EXIT_DONE : nhi_command_fail (context, error);
}

static NhiExit
run (NhiCommandContext *context, int argc, char **argv)
{
  Options options = { NULL };
  const GOptionEntry entries[] = {
    { "from", 0, 0, G_OPTION_ARG_STRING, &options.from,
      "the source (otherwise --database, or the configuration's)", "URI" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, "the target: migrated, and empty", "URI" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &options.check, "copy nothing, only compare the two",
      NULL },
    { NULL },
  };
  NhiExit code;

  if (nhi_command_parse (context, &nhi_command_copy_database, entries, &argc, &argv, &code))
    {
      if (argc > 1)
        code = nhi_command_refuse (context, NHI_EXIT_USAGE, "copy-database takes no “%s”", argv[1]);
      else if (options.to == NULL || (options.from == NULL && context->database == NULL))
        code = nhi_command_refuse (context, NHI_EXIT_USAGE,
                                   "name both databases: --from URI --to URI");
      else
        code = copy (context, &options);
    }
  g_free (options.from);
  g_free (options.to);
  return code;
}

const NhiCommand nhi_command_copy_database = {
  .name = "copy-database",
  .arguments = "--from URI --to URI",
  .summary = "copy all rows to another database, of either engine",
  .description =
      "URI: sqlite:PATH or postgresql://HOST/DATABASE. First stop every service that uses either,\n"
      "and run “nhicardctl migrate” on the target. The copy is checked in the end: both sides are\n"
      "read again, and count and checksum of each table must be the same; if something was "
      "written\n"
      "meanwhile, the tables are named and the same command copies them anew.\n"
      "Whatever ends it, the same command goes on where it stopped. Until it is done, no service\n"
      "starts on the target. With --json: one object a line, the last with all tables.",
  .run = run,
};
