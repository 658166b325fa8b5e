/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bulk: every row arrives as it was, or none does. */

#include "service/store/db.h"
#include "service/store/test-database.h"

typedef struct
{
  char *folder;
  NhiDb *db;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;

  f->folder = test_folder_new ();
  uri = test_database_uri (f->folder);
  f->db = nhi_db_open (uri, 2, &error);
  g_assert_no_error (error);
  test_sql_run (f->db, "CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, n BIGINT, b BYTEA)");
  test_sql_run (f->db, "CREATE TABLE small (k SMALLINT, t TEXT, b BYTEA)");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  nhi_db_close (f->db);
  test_folder_remove (f->folder);
}

static const char *const all_columns[] = { "k", "n", "b", NULL };

typedef struct
{
  guint rows;
  guint again; /* this row has the key of the first */
  guint ill;   /* this row's text is not UTF-8 */
} Bulk;

static gboolean
load_rows (NhiDbLoad *load, const Bulk *bulk, GError **error)
{
  g_autofree char *large = g_strnfill (100000, 'z');

  for (guint i = 0; i < bulk->rows; i++)
    {
      g_autofree char *key = g_strdup_printf ("鍵%u", i > 0 && i == bulk->again ? 0 : i);
      const NhiDbValue values[] = {
        nhi_db_text (i > 0 && i == bulk->ill ? "\xa4\x40" : key),
        i % 2 == 0 ? nhi_db_int (G_MININT64 + i) : nhi_db_null (),
        i % 3 == 0 ? nhi_db_bytes (large, i % 2 == 0 ? 100000 : 0) : nhi_db_bytes ("\0\xff\0'", 4),
      };

      if (!nhi_db_load_row (load, values, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
bulk_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  NhiDbLoad *load = nhi_db_load_begin (connection, "t", all_columns, error);

  if (load == NULL)
    return FALSE;
  if (load_rows (load, data, error))
    return nhi_db_load_end (load, error);
  nhi_db_load_cancel (load);
  return FALSE;
}

static void
test_bulk_arrives_as_it_was (Fixture *f, gconstpointer data)
{
  const Bulk bulk = { .rows = 1000 }, none = { 0 };
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_WRITE_LOCKED, bulk_body, (gpointer)&none, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM t"), ==, 0);
  nhi_db_transact (f->db, NHI_DB_WRITE_LOCKED, bulk_body, (gpointer)&bulk, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM t"), ==, 1000);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT n FROM t WHERE k = '鍵998'"), ==,
                   G_MININT64 + 998);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM t WHERE n IS NULL"), ==, 500);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT sum(length(b)) FROM t"), ==,
                   167 * 100000 + 666 * 4);
}

static const struct
{
  const char *name;
  Bulk bulk;
  NhiDbError code;
} wrong_bulks[] = {
  { "a key again at once", { .rows = 2, .again = 1 }, NHI_DB_ERROR_CONSTRAINT },
  { "a key again later", { .rows = 1000, .again = 700 }, NHI_DB_ERROR_CONSTRAINT },
  { "text that is none", { .rows = 1000, .ill = 700 }, NHI_DB_ERROR_INTERNAL },
  { "at once", { .rows = 2, .ill = 1 }, NHI_DB_ERROR_INTERNAL },
};

static void
test_bulk_is_whole_or_absent (Fixture *f, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_bulks); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", wrong_bulks[i].name);
      g_assert_false (nhi_db_transact (f->db, NHI_DB_WRITE_LOCKED, bulk_body,
                                       (gpointer)&wrong_bulks[i].bulk, &error));
      g_assert_error (error, NHI_DB_ERROR, (gint)wrong_bulks[i].code);
      g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM t"), ==, 0);
    }
  test_sql_run (f->db, "INSERT INTO t (k) VALUES ('after')");
}

/* What PostgreSQL's binary COPY cannot convert, and SQLite would not. */

static const NhiDbValue misfits[][3] = {
  { { .type = NHI_DB_INT, .integer = 40000 } },
  { { .type = NHI_DB_TEXT, .text = "1" } },
  { { .type = NHI_DB_NULL }, { .type = NHI_DB_INT, .integer = 1 } },
  { { .type = NHI_DB_NULL }, { .type = NHI_DB_NULL }, { .type = NHI_DB_TEXT, .text = "1" } },
};

static gboolean
misfit_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  static const char *const columns[] = { "k", "t", "b", NULL };
  NhiDbLoad *load = nhi_db_load_begin (connection, "small", columns, error);

  if (load == NULL)
    return FALSE;
  if (nhi_db_load_row (load, data, error))
    return nhi_db_load_end (load, error);
  nhi_db_load_cancel (load);
  return FALSE;
}

static void
test_bulk_refuses_what_does_not_fit (Fixture *f, gconstpointer data)
{
  const NhiDbValue fitting[] = { nhi_db_int (-32768), nhi_db_text ("t"), nhi_db_bytes ("b", 1) };
  gint64 backend = test_sql_integer (f->db, "SELECT pg_backend_pid()");
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_WRITE_LOCKED, misfit_body, (gpointer)fitting, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (misfits); i++)
    {
      g_autoptr (GError) misfit = NULL;

      g_assert_false (
          nhi_db_transact (f->db, NHI_DB_WRITE_LOCKED, misfit_body, (gpointer)misfits[i], &misfit));
      g_assert_error (misfit, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL);
    }
  g_assert_cmpint (test_sql_integer (f->db, "SELECT k FROM small"), ==, -32768);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT pg_backend_pid()"), ==, backend);
}

static gboolean
no_table_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  static const char *const columns[] = { "k", NULL };
  NhiDbLoad *load = nhi_db_load_begin (connection, data, columns, error);
  const NhiDbValue value = nhi_db_text ("k");

  if (load == NULL)
    return FALSE;
  if (nhi_db_load_row (load, &value, error))
    return nhi_db_load_end (load, error);
  nhi_db_load_cancel (load);
  return FALSE;
}

static void
test_bulk_into_nothing_fails (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_WRITE_LOCKED, no_table_body, (gpointer) "nothing", &error);
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/db-load/bulk-arrives-as-it-was", test_bulk_arrives_as_it_was);
  ADD ("/db-load/bulk-is-whole-or-absent", test_bulk_is_whole_or_absent);
  ADD ("/db-load/bulk-into-nothing-fails", test_bulk_into_nothing_fails);
  if (test_database_is_postgres ())
    ADD ("/db-load/bulk-refuses-what-does-not-fit", test_bulk_refuses_what_does_not_fit);
  return g_test_run ();
}
