/* SPDX-License-Identifier: GPL-3.0-or-later
 * Brings the schema to what this program needs, step by step, from data/schema (compiled in). */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/db-engine.h"
#include "service/store/schema-resource.h"
#include "service/store/sql-text.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA_PATH "/tw/nhicard/schema/"
#define VERSION_TABLE                                                                              \
  "CREATE TABLE IF NOT EXISTS schema_version ("                                                    \
  " version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)"

typedef struct
{
  guint version;
  char *name; /* "0001-first.sql" */
} Step;

static void
step_free (Step *step)
{
  g_free (step->name);
  g_free (step);
}

static gint
compare_steps (gconstpointer a, gconstpointer b)
{
  const Step *const *left = a, *const *right = b;

  return (*left)->version < (*right)->version ? -1 : (*left)->version > (*right)->version;
}

/* All steps in order. Their numbers are checked by the schema's test. */
static GPtrArray *
list_steps (void)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func ((GDestroyNotify)step_free);
  g_auto (GStrv) names = NULL;

  names = g_resource_enumerate_children (nhi_schema_get_resource (), SCHEMA_PATH,
                                         G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      Step *step = g_new0 (Step, 1);

      step->version = (guint)strtoul (names[i], NULL, 10);
      step->name = g_strdup (names[i]);
      g_ptr_array_add (steps, step);
    }
  g_ptr_array_sort (steps, compare_steps);
  return steps;
}

/* The newest step that has run; 0 for an empty database. */
static gboolean
read_version (NhiDbConnection *connection, guint *ret_version, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  gboolean has = FALSE;

  if (!connection->engine->has_table (connection, "schema_version", &has, error))
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

static gboolean
read_version_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return read_version (connection, data, error);
}

static gboolean
run_script (NhiDbConnection *connection, const char *script, GError **error)
{
  g_autofree char *statement = NULL;

  while ((statement = nhi_sql_next_statement (&script)) != NULL)
    {
      if (nhi_db_run (connection, statement, NHI_DB_NO_ARGS, error) < 0)
        return FALSE;
      g_clear_pointer (&statement, g_free);
    }
  return TRUE;
}

/* Another node may have run the step between the look and the lock, so look again inside. */
static gboolean
step_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Step *step = data;
  g_autofree char *path = g_strconcat (SCHEMA_PATH, step->name, NULL);
  g_autoptr (GBytes) script = NULL;
  guint version;

  if (nhi_db_run (connection, VERSION_TABLE, NHI_DB_NO_ARGS, error) < 0 ||
      !read_version (connection, &version, error))
    return FALSE;
  if (version >= step->version)
    return TRUE;
  script = g_resource_lookup_data (nhi_schema_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE,
                                   error);
  if (script == NULL)
    return FALSE;
  return run_script (connection, g_bytes_get_data (script, NULL), error) &&
         nhi_db_run (connection, "INSERT INTO schema_version VALUES ($1, $2, $3)",
                     NHI_DB_ARGS (nhi_db_int (step->version), nhi_db_text (step->name),
                                  nhi_db_int (g_get_real_time () / G_USEC_PER_SEC)),
                     error) >= 0;
}

static guint
newest_step (GPtrArray *steps)
{
  return ((Step *)g_ptr_array_index (steps, steps->len - 1))->version;
}

static gboolean
refuse_newer (guint version, guint newest, GError **error)
{
  if (version <= newest)
    return TRUE;
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA,
               "The database has schema %u, this program knows up to %u; use a newer program",
               version, newest);
  return FALSE;
}

gboolean
nhi_db_migrate (NhiDb *db, guint *ret_from, guint *ret_to, GError **error)
{
  g_autoptr (GPtrArray) steps = list_steps ();
  guint from = 0;

  if (!nhi_db_transact (db, NHI_DB_READ, read_version_body, &from, error) ||
      !refuse_newer (from, newest_step (steps), error))
    return FALSE;
  for (guint i = 0; i < steps->len; i++)
    {
      Step *step = g_ptr_array_index (steps, i);

      if (step->version > from && !nhi_db_transact (db, NHI_DB_WRITE, step_body, step, error))
        {
          g_prefix_error (error, "%s: ", step->name);
          return FALSE;
        }
    }
  if (ret_from != NULL)
    *ret_from = from;
  if (ret_to != NULL)
    *ret_to = newest_step (steps);
  return TRUE;
}

gboolean
nhi_db_check_schema (NhiDb *db, GError **error)
{
  g_autoptr (GPtrArray) steps = list_steps ();
  guint version = 0;

  if (!nhi_db_transact (db, NHI_DB_READ, read_version_body, &version, error) ||
      !refuse_newer (version, newest_step (steps), error))
    return FALSE;
  if (version < newest_step (steps))
    {
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA,
                   "The database has schema %u, this program needs %u; run “nhicardctl migrate”",
                   version, newest_step (steps));
      return FALSE;
    }
  return TRUE;
}
