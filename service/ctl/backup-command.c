/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardctl backup and restore: a SQLite database as one file, and back. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"
#include "service/store/backup.h"

#include <unistd.h>

typedef gboolean (*Copy) (const char *uri,
                          const char *file,
                          gboolean replace,
                          NhiBackupProgress progress,
                          gpointer data,
                          NhiBackupReport *ret_report,
                          GError **error);

static void
show_progress (gint64 done, gint64 all, gpointer data)
{
  int *shown = data;
  int percent = (int)(all > 0 ? done * 100 / all : 100);

  if (percent == *shown)
    return;
  *shown = percent;
  g_printerr ("\r%3d %% copied%s", percent, done == all ? "; now every page is checked …\n" : "");
}

static void
tell (const NhiCommandContext *context,
      const char *verb,
      const char *file,
      const NhiBackupReport *report,
      double seconds)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!context->json)
    {
      g_print ("%s %s: %" G_GINT64_FORMAT " bytes, schema %u, %" G_GINT64_FORMAT
               " rows in %u tables, %.1f s.\n",
               file, verb, report->bytes, report->schema, report->rows, report->tables, seconds);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "file");
  json_builder_add_string_value (builder, file);
  json_builder_set_member_name (builder, "bytes");
  json_builder_add_int_value (builder, report->bytes);
  json_builder_set_member_name (builder, "schema");
  json_builder_add_int_value (builder, report->schema);
  json_builder_set_member_name (builder, "tables");
  json_builder_add_int_value (builder, report->tables);
  json_builder_set_member_name (builder, "rows");
  json_builder_add_int_value (builder, report->rows);
  json_builder_set_member_name (builder, "seconds");
  json_builder_add_double_value (builder, seconds);
  json_builder_end_object (builder);
  nhi_command_print_json (builder);
}

static NhiExit
copy (NhiCommandContext *context, Copy function, const char *verb, const char *file, gboolean force)
{
  gboolean show = !context->json && isatty (STDERR_FILENO);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  NhiBackupReport report;
  int shown = -1;

  if (!function (context->database, file, force, show ? show_progress : NULL, &shown, &report,
                 &error))
    return nhi_command_fail (context, error);
  tell (context, verb, file, &report, (double)(g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  return NHI_EXIT_DONE;
}

static NhiExit
check (NhiCommandContext *context,
       const char *name,
       const char *option,
       const char *file,
       int argc,
       char **argv,
       const char *instead)
{
  if (argc > 1)
    return nhi_command_refuse (context, NHI_EXIT_USAGE, "%s takes no “%s”", name, argv[1]);
  if (file == NULL || *file == '\0')
    return nhi_command_refuse (context, NHI_EXIT_USAGE, "name the file: %s FILE", option);
  if (context->database == NULL)
    return nhi_command_refuse (context, NHI_EXIT_USAGE,
                               "name the database: --database sqlite:PATH");
  if (!nhi_backup_is_for (context->database))
    return nhi_command_refuse (context, NHI_EXIT_FAILED,
                               "%s is for SQLite; PostgreSQL has its own tools: %s "
                               "(service/OPERATING.md)",
                               name, instead);
  return NHI_EXIT_DONE;
}

static NhiExit
run_backup (NhiCommandContext *context, int argc, char **argv)
{
  g_autofree char *file = NULL;
  gboolean force = FALSE;
  const GOptionEntry entries[] = {
    { "to", 0, 0, G_OPTION_ARG_FILENAME, &file, "the backup", "FILE" },
    { "force", 0, 0, G_OPTION_ARG_NONE, &force,
      "replace FILE; it stays what it was until the new one is whole", NULL },
    { NULL },
  };
  NhiExit code;

  if (!nhi_command_parse (context, &nhi_command_backup, entries, &argc, &argv, &code))
    return code;
  code = check (context, "backup", "--to", file, argc, argv,
                "pg_dump --format=custom, or pg_basebackup with WAL archiving");
  return code == NHI_EXIT_DONE ? copy (context, nhi_backup_write, "written", file, force) : code;
}

static NhiExit
run_restore (NhiCommandContext *context, int argc, char **argv)
{
  g_autofree char *file = NULL;
  gboolean force = FALSE;
  const GOptionEntry entries[] = {
    { "from", 0, 0, G_OPTION_ARG_FILENAME, &file, "the backup", "FILE" },
    { "force", 0, 0, G_OPTION_ARG_NONE, &force, "replace everything that is in the database",
      NULL },
    { NULL },
  };
  NhiExit code;

  if (!nhi_command_parse (context, &nhi_command_restore, entries, &argc, &argv, &code))
    return code;
  code = check (context, "restore", "--from", file, argc, argv,
                "pg_restore, or a base backup started with its archived WAL");
  return code == NHI_EXIT_DONE ? copy (context, nhi_backup_restore, "restored", file, force) : code;
}

const NhiCommand nhi_command_backup = {
  .name = "backup",
  .arguments = "--to FILE",
  .summary = "copy a SQLite database to a file while the service runs",
  .description = "The file (mode 0600) appears when it is whole and every page of it was checked.\n"
                 "It holds personal data and password hashes: encrypt what leaves the machine.",
  .run = run_backup,
};

const NhiCommand nhi_command_restore = {
  .name = "restore",
  .arguments = "--from FILE",
  .summary = "make a SQLite database what a backup holds",
  .description = "nhicardd must not run. Afterwards “nhicardctl migrate”, then start nhicardd.",
  .run = run_restore,
};
