/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walks a table of any size in pages, in the order of its primary key, with bounded memory. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/table-page.h"

#include "service/store/first-row.h"
#include "service/store/row-code.h"

typedef struct
{
  const NhiTable *table;
  GBytes *after;
  NhiRowBuffer *page;
} Walk;

/* “"a", "b"”, of all columns or of those of the key. */
static void
append_columns (GString *sql, const NhiTable *table, gboolean key_only)
{
  guint n = key_only ? table->key->len : nhi_table_n_columns (table);

  for (guint i = 0; i < n; i++)
    {
      guint column = key_only ? g_array_index (table->key, guint, i) : i;
      const char *name = g_ptr_array_index (table->columns, column);

      g_string_append_printf (sql, "%s\"%s\"", i > 0 ? ", " : "", name);
    }
}

/* FROM … WHERE (key) > ($1, …) ORDER BY key LIMIT $n: one range of the key's own index. */
static void
append_range (GString *sql, const NhiTable *table, gboolean has_after)
{
  guint n_key = table->key->len;

  g_string_append_printf (sql, " FROM \"%s\"", table->name);
  if (has_after)
    {
      g_string_append (sql, " WHERE (");
      append_columns (sql, table, TRUE);
      g_string_append (sql, ") > (");
      for (guint i = 0; i < n_key; i++)
        g_string_append_printf (sql, "%s$%u", i > 0 ? ", " : "", i + 1);
      g_string_append_c (sql, ')');
    }
  g_string_append (sql, " ORDER BY ");
  append_columns (sql, table, TRUE);
  g_string_append_printf (sql, " LIMIT $%u", has_after ? n_key + 1 : 1);
}

/* Runs @sql, which ends with append_range ()'s clauses. */
static NhiDbRows *
query_range (NhiDbConnection *connection,
             const Walk *walk,
             const char *sql,
             guint limit,
             GError **error)
{
  guint n_key = walk->after != NULL ? walk->table->key->len : 0;
  g_autofree NhiDbValue *values = g_new0 (NhiDbValue, n_key + 1);

  if (walk->after != NULL && !nhi_row_code_read (walk->after, values, n_key, error))
    return NULL;
  values[n_key] = nhi_db_int (limit);
  return nhi_db_query (connection, sql, values, n_key + 1, error);
}

static gboolean
is_of_key (const NhiTable *table, guint column)
{
  for (guint i = 0; i < table->key->len; i++)
    if (g_array_index (table->key, guint, i) == column)
      return TRUE;
  return FALSE;
}

/* SELECT the lengths of what may be long: BYTEA outside the key. NULL when there is nothing. */
static GString *
select_lengths (const NhiTable *table)
{
  GString *sql = g_string_new (NULL);

  for (guint i = 0; i < nhi_table_n_columns (table); i++)
    if (g_array_index (table->types, int, i) == NHI_DB_BYTES && !is_of_key (table, i))
      g_string_append_printf (sql, "%scoalesce (length (\"%s\"), 0)",
                              sql->len > 0 ? " + " : "SELECT ",
                              (const char *)g_ptr_array_index (table->columns, i));
  if (sql->len > 0)
    return sql;
  g_string_free (sql, TRUE);
  return NULL;
}

/* How many of the next rows fit in a page: their lengths are read without themselves. */
static gboolean
measure (NhiDbConnection *connection, const Walk *walk, guint *ret_limit, GError **error)
{
  g_autoptr (GString) sql = select_lengths (walk->table);
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GError) cause = NULL;
  gint64 size = 0;
  guint fitting = 0;

  *ret_limit = NHI_TABLE_PAGE_ROWS;
  if (sql == NULL)
    return TRUE;
  append_range (sql, walk->table, walk->after != NULL);
  rows = query_range (connection, walk, sql->str, NHI_TABLE_PAGE_ROWS, error);
  if (rows == NULL)
    return FALSE;
  while (nhi_db_rows_next (rows, &cause))
    {
      size += nhi_db_rows_int (rows, 0);
      fitting += size <= NHI_TABLE_PAGE_BYTES;
    }
  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  *ret_limit = MAX (fitting, 1);
  return TRUE;
}

/* A column of the row the cursor is at. SQLite lets any column hold anything: what is not of the
 * column's type was written by hand and cannot be copied. */
static gboolean
read_value (NhiDbRows *rows, guint column, int type, NhiDbValue *ret_value, GBytes **ret_bytes)
{
  gsize length = 0;
  const void *data;

  *ret_value = nhi_db_null ();
  if (nhi_db_rows_is_null (rows, column))
    return TRUE;
  if (type == NHI_DB_INT)
    *ret_value = nhi_db_int (nhi_db_rows_int (rows, column));
  if (type == NHI_DB_TEXT)
    *ret_value = nhi_db_text (nhi_db_rows_text (rows, column));
  if (type != NHI_DB_BYTES)
    return ret_value->type != NHI_DB_NULL;
  *ret_bytes = nhi_db_rows_bytes (rows, column);
  if (*ret_bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (*ret_bytes, &length);
  *ret_value = nhi_db_bytes (data, length);
  return TRUE;
}

static gboolean
take_row (const Walk *walk, NhiDbRows *rows, GError **error)
{
  guint n = nhi_table_n_columns (walk->table);
  g_autofree NhiDbValue *values = g_new0 (NhiDbValue, n);
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

  for (guint i = 0; i < n; i++)
    {
      GBytes *bytes = NULL;

      if (!read_value (rows, i, g_array_index (walk->table->types, int, i), &values[i], &bytes))
        {
          g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED,
                       "A row of %s holds something in %s that is not of the column's type",
                       walk->table->name,
                       (const char *)g_ptr_array_index (walk->table->columns, i));
          return FALSE;
        }
      if (bytes != NULL)
        g_ptr_array_add (held, bytes);
    }
  nhi_row_buffer_add (walk->page, values);
  return TRUE;
}

static gboolean
read_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Walk *walk = data;
  g_autoptr (GString) sql = g_string_new ("SELECT ");
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GError) cause = NULL;
  guint limit;

  nhi_row_buffer_clear (walk->page);
  if (!measure (connection, walk, &limit, error))
    return FALSE;
  append_columns (sql, walk->table, FALSE);
  append_range (sql, walk->table, walk->after != NULL);
  rows = query_range (connection, walk, sql->str, limit, error);
  if (rows == NULL)
    return FALSE;
  while (nhi_db_rows_next (rows, &cause))
    if (!take_row (walk, rows, error))
      return FALSE;
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

gboolean
nhi_table_page_read (NhiDb *db,
                     const NhiTable *table,
                     GBytes *after,
                     NhiRowBuffer *page,
                     GError **error)
{
  Walk walk = { .table = table, .after = after, .page = page };

  return nhi_db_transact (db, NHI_DB_READ, read_body, &walk, error);
}

GBytes *
nhi_table_page_end (const NhiTable *table, const NhiRowBuffer *page)
{
  const NhiDbValue *last = nhi_row_buffer_get (page, nhi_row_buffer_count (page) - 1);
  g_autoptr (GByteArray) key = g_byte_array_new ();

  for (guint i = 0; i < table->key->len; i++)
    nhi_row_code_append (key, &last[g_array_index (table->key, guint, i)], 1);
  return g_byte_array_free_to_bytes (g_steal_pointer (&key));
}

static gint64
count (NhiDbConnection *connection, const char *sql, GError **error)
{
  g_autoptr (NhiDbRows) rows = nhi_db_query (connection, sql, NHI_DB_NO_ARGS, error);

  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return -1;
  return nhi_db_rows_int (rows, 0);
}

gint64
nhi_table_count (NhiDbConnection *connection, const NhiTable *table, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM \"%s\"", table->name);

  return count (connection, sql, error);
}

gboolean
nhi_table_has_rows (NhiDbConnection *connection,
                    const NhiTable *table,
                    gboolean *ret_has,
                    GError **error)
{
  g_autofree char *sql =
      g_strdup_printf ("SELECT count(*) FROM (SELECT 1 FROM \"%s\" LIMIT 1) first_row",
                       table->name);
  gint64 rows = count (connection, sql, error);

  if (rows < 0)
    return FALSE;
  *ret_has = rows > 0;
  return TRUE;
}

gboolean
nhi_table_empty (NhiDbConnection *connection, const NhiTable *table, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("DELETE FROM \"%s\"", table->name);

  return nhi_db_run (connection, sql, NHI_DB_NO_ARGS, error) >= 0;
}
