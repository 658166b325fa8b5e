/* SPDX-License-Identifier: GPL-3.0-or-later
 * Brings the schema to what this program needs, statement by statement, from data/schema (compiled
 * in). */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/migrate.h"

#include "service/store/db-engine.h"
#include "service/store/schema-resource.h"
#include "service/store/sql-text.h"
#include "service/store/unfinished.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA_PATH "/tw/nhicard/schema/"
#define CREATE_TRIES 10 /* each node at once loses at most one race a table */
#define BUSY_TRIES 6    /* of ten seconds each (db.c) */
#define SUMMARY_CHARACTERS 60

/* What has run: whole steps, and the statements of the steps since the second table exists. */
static const struct
{
  const char *name;
  const char *create;
} records[] = {
  { "schema_version",
    "CREATE TABLE IF NOT EXISTS schema_version ("
    " version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)" },
  { "schema_statement",
    "CREATE TABLE IF NOT EXISTS schema_statement ("
    " version BIGINT NOT NULL, statement BIGINT NOT NULL, applied_at BIGINT NOT NULL,"
    " PRIMARY KEY (version, statement))" },
};

static gint
compare_steps (gconstpointer a, gconstpointer b)
{
  const NhiSchemaStep *left = a, *right = b;

  return left->version < right->version ? -1 : left->version > right->version;
}

static GArray *
read_steps (void)
{
  GArray *steps = g_array_new (FALSE, TRUE, sizeof (NhiSchemaStep));
  g_auto (GStrv) names = NULL;

  names = g_resource_enumerate_children (nhi_schema_get_resource (), SCHEMA_PATH,
                                         G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (SCHEMA_PATH, names[i], NULL);
      GBytes *script = g_resource_lookup_data (nhi_schema_get_resource (), path,
                                               G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      NhiSchemaStep step = { (guint)strtoul (names[i], NULL, 10), g_intern_string (names[i]),
                             g_bytes_get_data (script, NULL) };

      g_array_append_val (steps, step);
      g_bytes_unref (script); /* what is compiled in stays where it is */
    }
  g_array_sort (steps, compare_steps);
  return steps;
}

const NhiSchemaStep *
nhi_schema_steps (gsize *ret_n_steps)
{
  static GArray *steps;

  if (g_once_init_enter (&steps))
    g_once_init_leave (&steps, read_steps ());
  *ret_n_steps = steps->len;
  return (const NhiSchemaStep *)(gpointer)steps->data;
}

static gboolean
has_table (NhiDbConnection *connection, const char *table, gboolean *ret_has, GError **error)
{
  *ret_has = FALSE;
  return connection->engine->has_table (connection, table, ret_has, error);
}

/* The newest step that has run; 0 for an empty database. */
static gboolean
read_version_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  guint *ret_version = data;
  g_autoptr (NhiDbRows) rows = NULL;
  gboolean has;

  if (!has_table (connection, "schema_version", &has, error))
    return FALSE;
  *ret_version = 0;
  if (!has)
    return TRUE;
  rows = nhi_db_query (connection, "SELECT coalesce(max(version), 0) FROM schema_version",
                       NHI_DB_NO_ARGS, error);
  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return FALSE;
  *ret_version = (guint)nhi_db_rows_int (rows, 0);
  return TRUE;
}

static guint
newest (const NhiSchemaStep *steps, gsize n_steps)
{
  return n_steps > 0 ? steps[n_steps - 1].version : 0;
}

/* FALSE also for a schema from the future. */
static gboolean
read_version (NhiDb *db, guint known, guint *ret_version, GError **error)
{
  if (!nhi_db_transact (db, NHI_DB_READ, read_version_body, ret_version, error))
    return FALSE;
  if (*ret_version <= known)
    return TRUE;
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA,
               "The database has schema %u, this program knows up to %u; use a newer program",
               *ret_version, known);
  return FALSE;
}

typedef struct
{
  const char *name;
  const char *create; /* %NULL: only look */
  gboolean has;
} Record;

static gboolean
record_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Record *record = data;

  if (!has_table (connection, record->name, &record->has, error))
    return FALSE;
  if (record->has || record->create == NULL)
    return TRUE;
  return nhi_db_run (connection, record->create, NHI_DB_NO_ARGS, error) >= 0;
}

/* On PostgreSQL IF NOT EXISTS does not keep two who create the same table at once apart: one of
 * them meets a key of the catalogue that is there already. Whoever loses looks again. */
static gboolean
make_record (NhiDb *db, const char *name, const char *create, GError **error)
{
  for (guint tries = 0;; tries++)
    {
      Record making = { .name = name, .create = create };
      Record looking = { .name = name };
      g_autoptr (GError) cause = NULL;

      if (nhi_db_transact (db, NHI_DB_WRITE, record_body, &making, &cause) ||
          (nhi_db_transact (db, NHI_DB_READ, record_body, &looking, NULL) && looking.has))
        return TRUE;
      if (tries >= CREATE_TRIES)
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&cause), "%s: ", name);
          return FALSE;
        }
    }
}

static gboolean
make_records (NhiDb *db, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (records); i++)
    if (!make_record (db, records[i].name, records[i].create, error))
      return FALSE;
  return TRUE;
}

typedef struct
{
  const NhiSchemaStep *step;
  gboolean *done; /* by number */
  guint n_statements;
} Done;

static gboolean
done_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Done *self = data;
  g_autoptr (NhiDbRows) rows = NULL;
  GError *cause = NULL;
  gboolean has;

  if (!has_table (connection, "schema_statement", &has, error))
    return FALSE;
  if (!has)
    return TRUE;
  rows = nhi_db_query (connection, "SELECT statement FROM schema_statement WHERE version = $1",
                       NHI_DB_ARGS (nhi_db_int (self->step->version)), error);
  if (rows == NULL)
    return FALSE;
  while (nhi_db_rows_next (rows, &cause))
    {
      gint64 number = nhi_db_rows_int (rows, 0);

      if (number >= 1 && number <= self->n_statements)
        self->done[number] = TRUE;
    }
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, cause);
  return FALSE;
}

static void
statement_free (NhiSchemaStatement *statement)
{
  g_free (statement->sql);
  g_free (statement);
}

/* All statements of @step, those that have run already left out. */
static GPtrArray *
list_open (NhiDb *db, const NhiSchemaStep *step, GError **error)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func ((GDestroyNotify)statement_free);
  g_autofree gboolean *done = NULL;
  Done lookup = { .step = step };
  const char *script = step->script;
  char *sql;

  for (guint number = 1; (sql = nhi_sql_next_statement (&script)) != NULL; number++)
    {
      NhiSchemaStatement *statement = g_new (NhiSchemaStatement, 1);

      *statement = (NhiSchemaStatement){ step, number, sql };
      g_ptr_array_add (open, statement);
    }
  lookup.n_statements = open->len;
  lookup.done = done = g_new0 (gboolean, open->len + 1);
  if (!nhi_db_transact (db, NHI_DB_READ, done_body, &lookup, error))
    return NULL;
  for (guint number = open->len; number >= 1; number--)
    if (done[number])
      g_ptr_array_remove_index (open, number - 1);
  return g_steal_pointer (&open);
}

GPtrArray *
nhi_db_list_statements (NhiDb *db,
                        const NhiSchemaStep *steps,
                        gsize n_steps,
                        guint *ret_from,
                        GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify)statement_free);

  if (!read_version (db, newest (steps, n_steps), ret_from, error))
    return NULL;
  for (gsize i = 0; i < n_steps; i++)
    if (steps[i].version > *ret_from)
      {
        GPtrArray *open = list_open (db, &steps[i], error);

        if (open == NULL)
          return NULL;
        g_ptr_array_extend_and_steal (all, open);
      }
  return g_steal_pointer (&all);
}

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* The row comes first: who finds it waits for the transaction that wrote it, or knows that the
 * statement has run. So its key is the only lock there is. */
static gboolean
statement_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const NhiSchemaStatement *statement = data;
  gint64 added;

  added = nhi_db_run (connection,
                      "INSERT INTO schema_statement (version, statement, applied_at)"
                      " VALUES ($1, $2, $3) ON CONFLICT (version, statement) DO NOTHING",
                      NHI_DB_ARGS (nhi_db_int (statement->step->version),
                                   nhi_db_int (statement->number), nhi_db_int (now ())),
                      error);
  if (added <= 0)
    return added == 0;
  return nhi_db_run (connection, statement->sql, NHI_DB_NO_ARGS, error) >= 0;
}

static gboolean
version_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const NhiSchemaStep *step = data;

  return nhi_db_run (connection,
                     "INSERT INTO schema_version (version, name, applied_at) VALUES ($1, $2, $3)"
                     " ON CONFLICT (version) DO NOTHING",
                     NHI_DB_ARGS (nhi_db_int (step->version), nhi_db_text (step->name),
                                  nhi_db_int (now ())),
                     error) >= 0;
}

/* Another node may be at the same statement for as long as an index on a large table takes. */
static gboolean
run_statement (NhiDb *db,
               NhiSchemaStatement *statement,
               NhiMigrateProgress progress,
               gpointer data,
               GError **error)
{
  for (guint tries = 1;; tries++)
    {
      g_autoptr (GError) cause = NULL;

      if (progress != NULL)
        progress (statement, data);
      if (nhi_db_transact (db, NHI_DB_WRITE_LOCKED, statement_body, statement, &cause))
        return TRUE;
      if (tries >= BUSY_TRIES || !g_error_matches (cause, NHI_DB_ERROR, NHI_DB_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
    }
}

/* "0002-devices.sql, statement 3 (CREATE TABLE device): " */
static void
prefix_error (GError **error, const NhiSchemaStatement *statement)
{
  gsize length = strcspn (statement->sql, "(\n");
  g_autofree char *head = g_strchomp (g_strndup (statement->sql, length));

  if (strlen (head) > SUMMARY_CHARACTERS)
    head[SUMMARY_CHARACTERS] = '\0';
  g_prefix_error (error, "%s, statement %u (%s): ", statement->step->name, statement->number, head);
}

static gboolean
run_step (NhiDb *db,
          const NhiSchemaStep *step,
          NhiMigrateProgress progress,
          gpointer data,
          GError **error)
{
  g_autoptr (GPtrArray) open = list_open (db, step, error);

  if (open == NULL)
    return FALSE;
  for (guint i = 0; i < open->len; i++)
    {
      NhiSchemaStatement *statement = g_ptr_array_index (open, i);

      if (!run_statement (db, statement, progress, data, error))
        {
          prefix_error (error, statement);
          return FALSE;
        }
    }
  return nhi_db_transact (db, NHI_DB_WRITE_LOCKED, version_body, (gpointer)step, error);
}

gboolean
nhi_db_run_steps (NhiDb *db,
                  const NhiSchemaStep *steps,
                  gsize n_steps,
                  NhiMigrateProgress progress,
                  gpointer data,
                  guint *ret_from,
                  GError **error)
{
  guint from = 0;

  if (!read_version (db, newest (steps, n_steps), &from, error))
    return FALSE;
  if (ret_from != NULL)
    *ret_from = from;
  if (from < newest (steps, n_steps) && !make_records (db, error))
    return FALSE;
  for (gsize i = 0; i < n_steps; i++)
    if (steps[i].version > from && !run_step (db, &steps[i], progress, data, error))
      return FALSE;
  return TRUE;
}

gboolean
nhi_db_migrate (NhiDb *db, guint *ret_from, guint *ret_to, GError **error)
{
  gsize n_steps;
  const NhiSchemaStep *steps = nhi_schema_steps (&n_steps);

  if (!nhi_db_run_steps (db, steps, n_steps, NULL, NULL, ret_from, error))
    return FALSE;
  if (ret_to != NULL)
    *ret_to = newest (steps, n_steps);
  return TRUE;
}

static gboolean
check_version (NhiDb *db, guint needed, guint known, GError **error)
{
  guint version = 0;

  if (!read_version (db, known, &version, error))
    return FALSE;
  if (version < needed)
    {
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA,
                   "The database has schema %u, this program needs %u; run “nhicardctl migrate”",
                   version, needed);
      return FALSE;
    }
  return TRUE;
}

gboolean
nhi_db_check_version (NhiDb *db, GError **error)
{
  gsize n_steps;
  const NhiSchemaStep *steps = nhi_schema_steps (&n_steps);

  return check_version (db, newest (steps, n_steps), newest (steps, n_steps), error);
}

gboolean
nhi_db_serves_schema (NhiDb *db, GError **error)
{
  gsize n_steps;
  const NhiSchemaStep *steps = nhi_schema_steps (&n_steps);

  return check_version (db, newest (steps, n_steps), G_MAXUINT, error);
}

static gboolean
refuse_unfinished_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_unfinished_refuse (connection, NULL, error);
}

gboolean
nhi_db_check_schema (NhiDb *db, GError **error)
{
  return nhi_db_check_version (db, error) &&
         nhi_db_transact (db, NHI_DB_READ, refuse_unfinished_body, NULL, error);
}
