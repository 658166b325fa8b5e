/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardctl jobs: what waits, runs or has failed, and running what is due at once. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"
#include "service/jobs/runner.h"
#include "service/store/job-list.h"

#define LIST_LIMIT 1000

static char *
format_moment (gint64 seconds)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_unix_utc (seconds);

  return moment != NULL ? g_date_time_format (moment, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("-");
}

static void
build_job (JsonBuilder *builder, NhiDbRows *rows)
{
  g_autofree char *run_at = format_moment (nhi_db_rows_int (rows, NHI_JOB_LIST_RUN_AT));

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "job_id");
  json_builder_add_string_value (builder, nhi_db_rows_text (rows, NHI_JOB_LIST_ID));
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, nhi_db_rows_text (rows, NHI_JOB_LIST_KIND));
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (builder, nhi_db_rows_text (rows, NHI_JOB_LIST_STATE));
  json_builder_set_member_name (builder, "run_at");
  json_builder_add_string_value (builder, run_at);
  json_builder_set_member_name (builder, "attempts");
  json_builder_add_int_value (builder, nhi_db_rows_int (rows, NHI_JOB_LIST_ATTEMPTS));
  json_builder_set_member_name (builder, "error");
  json_builder_add_string_value (builder, nhi_db_rows_text (rows, NHI_JOB_LIST_ERROR));
  json_builder_end_object (builder);
}

static void
append_job (GString *text, NhiDbRows *rows)
{
  g_autofree char *run_at = format_moment (nhi_db_rows_int (rows, NHI_JOB_LIST_RUN_AT));
  const char *error = nhi_db_rows_text (rows, NHI_JOB_LIST_ERROR);

  g_string_append_printf (text, "%-8s %-8s %s  %" G_GINT64_FORMAT " attempts  %s%s%s\n",
                          nhi_db_rows_text (rows, NHI_JOB_LIST_STATE),
                          nhi_db_rows_text (rows, NHI_JOB_LIST_KIND), run_at,
                          nhi_db_rows_int (rows, NHI_JOB_LIST_ATTEMPTS),
                          nhi_db_rows_text (rows, NHI_JOB_LIST_ID), error != NULL ? "  " : "",
                          error != NULL ? error : "");
}

typedef struct
{
  JsonBuilder *builder; /* one of the two */
  GString *text;
} Listing;

/* Gathered, not printed: the transaction may be run again. */
static gboolean
list_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Listing *listing = data;
  g_autoptr (NhiDbRows) rows = nhi_job_list (connection, LIST_LIMIT, error);
  g_autoptr (GError) cause = NULL;

  if (rows == NULL)
    return FALSE;
  json_builder_reset (listing->builder);
  json_builder_begin_array (listing->builder);
  g_string_truncate (listing->text, 0);
  while (nhi_db_rows_next (rows, &cause))
    {
      build_job (listing->builder, rows);
      append_job (listing->text, rows);
    }
  json_builder_end_array (listing->builder);
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static NhiExit
list (NhiCommandContext *context, NhiDb *db)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  Listing listing = { builder, text };
  g_autoptr (GError) error = NULL;

  if (!nhi_db_transact (db, NHI_DB_READ, list_body, &listing, &error))
    return nhi_command_fail (context, error);
  if (context->json)
    nhi_command_print_json (builder);
  else
    g_print ("%s", text->len > 0 ? text->str : "There are no jobs.\n");
  return NHI_EXIT_DONE;
}

static NhiExit
run_once (NhiCommandContext *context, NhiDb *db, const char *mail_route)
{
  g_autoptr (NhiWorld) world = nhi_world_new (db);
  const NhiJobsOptions options = { .mail_route = mail_route };
  g_autoptr (GError) error = NULL;

  if (context->mail_from != NULL)
    {
      g_free (world->mail_from);
      world->mail_from = g_strdup (context->mail_from);
    }
  if (!nhi_jobs_run_due (world, &options, &error))
    return nhi_command_fail (context, error);
  return list (context, world->db);
}

static NhiExit
dispatch (NhiCommandContext *context, const char *what, const char *mail_route)
{
  gboolean listing = g_strcmp0 (what, "list") == 0;
  g_autoptr (NhiDb) db = NULL;
  NhiExit code;

  if (!listing && g_strcmp0 (what, "run-once") != 0)
    return nhi_command_refuse (context, NHI_EXIT_USAGE, "write “jobs list” or “jobs run-once”");
  db = nhi_command_open (context, TRUE, &code);
  if (db == NULL)
    return code;
  return listing ? list (context, db) : run_once (context, g_steal_pointer (&db), mail_route);
}

static NhiExit
run (NhiCommandContext *context, int argc, char **argv)
{
  g_autofree char *mail_route = NULL;
  const GOptionEntry entries[] = {
    { "mail", 0, 0, G_OPTION_ARG_STRING, &mail_route,
      "where letters go (otherwise the configuration's way; without one they stay waiting)",
      "smtp://HOST:PORT|folder:PATH" },
    { NULL },
  };
  NhiExit code;

  if (!nhi_command_parse (context, &nhi_command_jobs, entries, &argc, &argv, &code))
    return code;
  return dispatch (context, argc == 2 ? argv[1] : NULL,
                   mail_route != NULL ? mail_route : context->mail);
}

const NhiCommand nhi_command_jobs = {
  .name = "jobs",
  .arguments = "list|run-once",
  .summary = "show what happens later, or do now what is due",
  .description =
      "run-once does everything that is due and ends; nhicardd does the same all the time.",
  .run = run,
};
