/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which tables a database has, as it says itself. The one place where the engines answer different
 * questions: each has a catalogue of its own. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/catalogue.h"

#include "service/store/db-engine.h"
#include "service/store/unfinished.h"

#include <string.h>

/* Table, column, type, place in the key or 0; the columns of a table in their order. */
#define SQLITE_COLUMNS                                                                             \
  "SELECT t.name, c.name, c.type, c.pk FROM sqlite_master t, pragma_table_info (t.name) c"         \
  " WHERE t.type = 'table' AND substr (t.name, 1, 7) <> 'sqlite_' ORDER BY t.name, c.cid"
#define STANDARD_COLUMNS                                                                           \
  "SELECT CAST (c.table_name AS TEXT), CAST (c.column_name AS TEXT), CAST (c.data_type AS TEXT),"  \
  " CAST (coalesce (k.ordinal_position, 0) AS BIGINT)"                                             \
  " FROM information_schema.columns c"                                                             \
  " JOIN information_schema.tables t"                                                              \
  " ON t.table_schema = c.table_schema AND t.table_name = c.table_name"                            \
  " LEFT JOIN information_schema.table_constraints p"                                              \
  " ON p.table_schema = c.table_schema AND p.table_name = c.table_name"                            \
  " AND p.constraint_type = 'PRIMARY KEY'"                                                         \
  " LEFT JOIN information_schema.key_column_usage k"                                               \
  " ON k.constraint_schema = p.constraint_schema AND k.constraint_name = p.constraint_name"        \
  " AND k.table_name = c.table_name AND k.column_name = c.column_name"                             \
  " WHERE c.table_schema = current_schema () AND t.table_type = 'BASE TABLE'"                      \
  " ORDER BY c.table_name, c.ordinal_position"

/* SQLite gives the whole path of its file. A cluster of PostgreSQL has a number that its standbys
 * share. */
#define SQLITE_IDENTITY "SELECT 'sqlite:' || file FROM pragma_database_list WHERE name = 'main'"
#define POSTGRESQL_IDENTITY                                                                        \
  "SELECT 'schema ' || current_schema () || ' of database ' || current_database ()"                \
  " || ' in PostgreSQL ' || CAST (system_identifier AS TEXT) FROM pg_control_system ()"

static const struct
{
  const char *name; /* as both engines write it, small or capital */
  int type;
} column_types[] = {
  { "TEXT", NHI_DB_TEXT },
  { "BIGINT", NHI_DB_INT },
  { "SMALLINT", NHI_DB_INT },
  { "BYTEA", NHI_DB_BYTES },
};

static void
table_free (gpointer data)
{
  NhiTable *table = data;

  g_free (table->name);
  g_ptr_array_unref (table->columns);
  g_array_unref (table->types);
  g_array_unref (table->key);
  g_free (table);
}

static NhiTable *
table_new (const char *name)
{
  NhiTable *table = g_new0 (NhiTable, 1);

  table->name = g_strdup (name);
  table->columns = g_ptr_array_new_with_free_func (g_free);
  table->types = g_array_new (FALSE, FALSE, sizeof (int));
  table->key = g_array_new (FALSE, TRUE, sizeof (guint));
  return table;
}

guint
nhi_table_n_columns (const NhiTable *table)
{
  return table->types->len;
}

static gboolean
find_type (const char *table, const char *column, const char *type, int *ret_type, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (column_types); i++)
    if (g_ascii_strcasecmp (column_types[i].name, type) == 0)
      {
        *ret_type = column_types[i].type;
        return TRUE;
      }
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA,
               "The column %s.%s has the type %s, which no table of this service uses", table,
               column, type);
  return FALSE;
}

/* @rows stand at a column of @table. */
static gboolean
add_column (NhiTable *table, NhiDbRows *rows, GError **error)
{
  const char *name = nhi_db_rows_text (rows, 1);
  guint place = (guint)nhi_db_rows_int (rows, 3);
  guint column = table->columns->len;
  int type;

  if (!find_type (table->name, name, nhi_db_rows_text (rows, 2), &type, error))
    return FALSE;
  g_ptr_array_add (table->columns, g_strdup (name));
  g_array_append_val (table->types, type);
  if (place > table->key->len)
    g_array_set_size (table->key, place);
  if (place > 0)
    g_array_index (table->key, guint, place - 1) = column;
  return TRUE;
}

/* migrate.c's notes, and those of unfinished work: each database has its own. */
static gboolean
is_bookkeeping (const char *table)
{
  return g_str_has_prefix (table, "schema_") || g_str_equal (table, NHI_UNFINISHED_TABLE);
}

/* @rows stand at a column of the last table of @tables, or of one that comes after it. */
static gboolean
take_row (GPtrArray *tables, NhiDbRows *rows, GError **error)
{
  const char *name = nhi_db_rows_text (rows, 0);
  NhiTable *last = tables->len > 0 ? g_ptr_array_index (tables, tables->len - 1) : NULL;

  if (is_bookkeeping (name))
    return TRUE;
  if (last == NULL || !g_str_equal (last->name, name))
    {
      last = table_new (name);
      g_ptr_array_add (tables, last);
    }
  return add_column (last, rows, error);
}

static gboolean
finish_tables (GPtrArray *tables, GError **error)
{
  for (guint i = 0; i < tables->len; i++)
    {
      const NhiTable *table = g_ptr_array_index (tables, i);

      g_ptr_array_add (table->columns, NULL);
      if (table->key->len > 0)
        continue;
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA, "The table %s has no primary key",
                   table->name);
      return FALSE;
    }
  return TRUE;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  const NhiTable *const *left = a, *const *right = b;

  return strcmp ((*left)->name, (*right)->name);
}

static gboolean
is_sqlite (NhiDbConnection *connection)
{
  return connection->engine == &nhi_sqlite_engine;
}

GPtrArray *
nhi_catalogue_read (NhiDbConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) tables = g_ptr_array_new_with_free_func (table_free);
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GError) cause = NULL;

  rows = nhi_db_query (connection, is_sqlite (connection) ? SQLITE_COLUMNS : STANDARD_COLUMNS,
                       NHI_DB_NO_ARGS, error);
  if (rows == NULL)
    return NULL;
  while (nhi_db_rows_next (rows, &cause))
    if (!take_row (tables, rows, error))
      return NULL;
  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return NULL;
    }
  if (!finish_tables (tables, error))
    return NULL;
  g_ptr_array_sort (tables, compare_names);
  return g_steal_pointer (&tables);
}

static gboolean
is_same_table (const NhiTable *one, const NhiTable *other)
{
  const guint columns = nhi_table_n_columns (one);

  return columns == nhi_table_n_columns (other) && one->key->len == other->key->len &&
         g_strv_equal ((const char *const *)one->columns->pdata,
                       (const char *const *)other->columns->pdata) &&
         memcmp (one->types->data, other->types->data, columns * sizeof (int)) == 0 &&
         memcmp (one->key->data, other->key->data, one->key->len * sizeof (guint)) == 0;
}

const char *
nhi_catalogue_difference (const GPtrArray *one, const GPtrArray *other)
{
  const GPtrArray *longer = one->len > other->len ? one : other;

  for (guint i = 0; i < MIN (one->len, other->len); i++)
    {
      const NhiTable *left = g_ptr_array_index (one, i);
      const NhiTable *right = g_ptr_array_index (other, i);
      int order = strcmp (left->name, right->name);

      if (order != 0 || !is_same_table (left, right))
        return order > 0 ? right->name : left->name;
    }
  if (one->len == other->len)
    return NULL;
  return ((const NhiTable *)g_ptr_array_index (longer, MIN (one->len, other->len)))->name;
}

char *
nhi_catalogue_identity (NhiDbConnection *connection, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection, is_sqlite (connection) ? SQLITE_IDENTITY : POSTGRESQL_IDENTITY,
                       NHI_DB_NO_ARGS, error);
  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return NULL;
  return g_strdup (nhi_db_rows_text (rows, 0));
}
