/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows for every table the schema has, with all that is awkward in a value. */
#include "service/store/test-rows.h"

#include "service/store/catalogue.h"
#include "service/store/row-buffer.h"
#include "service/store/test-database.h"

#include <string.h>

#define MANY_ROWS 4500
#define PIECES 70

static const char *const awkward_texts[] = {
  "", "王𤧟堃", "a'\";\\--\t\n\r$1 \\N \\.", "NULL", "\xEF\xBF\xBD\xF4\x8F\xBF\xBD",
};

static char *
text_value (guint row, gboolean key)
{
  const char *awkward = awkward_texts[row % G_N_ELEMENTS (awkward_texts)];

  return key ? g_strdup_printf ("%s%u", awkward, row) : g_strdup (awkward);
}

static NhiDbValue
invent (int type, guint row, gboolean key, char **ret_held)
{
  static const gint64 numbers[] = { 0, -1, G_MAXINT16, G_MININT16 };

  if (type == NHI_DB_INT)
    return nhi_db_int (key ? row : numbers[row % G_N_ELEMENTS (numbers)]);
  *ret_held = text_value (row, key);
  if (type == NHI_DB_TEXT)
    return nhi_db_text (*ret_held);
  return nhi_db_bytes (*ret_held, strlen (*ret_held) + 1);
}

static gboolean
is_key (const NhiTable *table, guint column)
{
  for (guint i = 0; i < table->key->len; i++)
    if (g_array_index (table->key, guint, i) == column)
      return TRUE;
  return FALSE;
}

static void
add_row (const NhiTable *table, NhiRowBuffer *rows, guint row)
{
  guint n = nhi_table_n_columns (table);
  g_autofree NhiDbValue *values = g_new0 (NhiDbValue, n);
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      char *text = NULL;

      values[i] = invent (g_array_index (table->types, int, i), row, is_key (table, i), &text);
      g_ptr_array_add (held, text);
    }
  nhi_row_buffer_add (rows, values);
}

/* Some rows in every table that the catalogue knows, also in those of a later schema. */
static gboolean
fill_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) tables = nhi_catalogue_read (connection, error);

  g_assert_no_error (*error);
  g_assert_cmpuint (tables->len, >, 15);
  for (guint i = 0; i < tables->len; i++)
    {
      const NhiTable *table = g_ptr_array_index (tables, i);
      g_autoptr (NhiRowBuffer) rows = nhi_row_buffer_new (nhi_table_n_columns (table));

      for (guint row = 0; row < TEST_ROWS_OF_A_TABLE; row++)
        add_row (table, rows, row);
      if (!nhi_row_buffer_load (rows, connection, table->name,
                                (const char *const *)table->columns->pdata, error))
        return FALSE;
    }
  return TRUE;
}

void
test_rows_fill (NhiDb *db)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (db, NHI_DB_WRITE_LOCKED, fill_body, NULL, &error);
  g_assert_no_error (error);
  test_sql_run (db, "UPDATE job SET lease_token = NULL, cursor = NULL WHERE attempts = 0");
  test_sql_run (db, "UPDATE account SET created_at = -9223372036854775807 - 1,"
                    " password_changed_at = 9223372036854775807 WHERE person_id = '0'");
}

void
test_rows_fill_pages (NhiDb *db)
{
  g_autofree char *many = g_strdup_printf (
      "INSERT INTO residence SELECT 'p' || i, 'h', 'v', 1 FROM (WITH RECURSIVE n (i) AS"
      " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n) numbers",
      MANY_ROWS);

  test_sql_run (db, many);
}

static gboolean
pieces_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  static const char *const columns[] = { "person_id", "application_id", "piece", "bytes", NULL };
  g_autofree guint8 *bytes = g_malloc (TEST_ROWS_PIECE);
  NhiDbLoad *load = nhi_db_load_begin (connection, "package_piece", columns, error);

  for (gsize i = 0; i < TEST_ROWS_PIECE; i++)
    bytes[i] = (guint8)(i * 7 + i / 251);
  for (gint64 piece = 0; load != NULL && piece < PIECES; piece++)
    {
      const NhiDbValue values[] = { nhi_db_text ("p"), nhi_db_text ("a"), nhi_db_int (piece),
                                    nhi_db_bytes (bytes, TEST_ROWS_PIECE - (gsize)piece) };

      g_assert_true (nhi_db_load_row (load, values, error));
    }
  return load != NULL && nhi_db_load_end (load, error);
}

void
test_rows_fill_pieces (NhiDb *db)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (db, NHI_DB_WRITE_LOCKED, pieces_body, NULL, &error);
  g_assert_no_error (error);
}
