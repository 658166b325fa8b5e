/* SPDX-License-Identifier: GPL-3.0-or-later
 * Migrations: from nothing, again, by two at once, and against a schema from the future. */

#include "service/store/db-engine.h"
#include "service/store/sql-text.h"

#include <glib/gstdio.h>
#include <string.h>

static const struct
{
  const char *script;
  const char *statements; /* joined by | */
} scripts[] = {
  { "", "" },
  { "  ;;\n-- only a comment", "" },
  { "SELECT 1", "SELECT 1" },
  { "SELECT 1;SELECT 2;", "SELECT 1|SELECT 2" },
  { "-- a; b\nSELECT 1; /* c; d */ SELECT 2", "SELECT 1|SELECT 2" },
  { "SELECT ';' ; SELECT 'it''s; so'", "SELECT ';'|SELECT 'it''s; so'" },
  { "SELECT \"a;b\"; SELECT 1", "SELECT \"a;b\"|SELECT 1" },
  { "SELECT 1 -- last; word\n; SELECT 2", "SELECT 1 -- last; word|SELECT 2" },
  { "DO $x$ a; $$ b; $x$; SELECT $1; SELECT 2", "DO $x$ a; $$ b; $x$|SELECT $1|SELECT 2" },
  { "SELECT '; never closed", "SELECT '; never closed" },
  { "SELECT 1 /* ; never closed", "SELECT 1 /* ; never closed" },
  { "SELECT '村里；';\r\nSELECT 2\r\n", "SELECT '村里；'|SELECT 2" },
};

static void
test_statements_are_split (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
      g_autofree char *joined = NULL;
      const char *script = scripts[i].script;
      char *statement;

      while ((statement = nhi_sql_next_statement (&script)) != NULL)
        g_ptr_array_add (found, statement);
      g_ptr_array_add (found, NULL);
      joined = g_strjoinv ("|", (char **)found->pdata);
      g_assert_cmpstr (joined, ==, scripts[i].statements);
    }
}

static const struct
{
  const char *sql;
  const char *plain;
} locks[] = {
  { "SELECT 1", "SELECT 1" },
  { "SELECT 1 FOR UPDATE", "SELECT 1 " },
  { "SELECT 1 for  update\nskip locked", "SELECT 1 " },
  { "SELECT 1 FOR UPDATE NOWAIT;", "SELECT 1 ;" },
  { "(SELECT 1 FOR UPDATE SKIP LOCKED)", "(SELECT 1 )" },
  { "SELECT 'FOR UPDATE'", "SELECT 'FOR UPDATE'" },
  { "SELECT before FOR UPDATED", "SELECT before FOR UPDATED" },
  { "SELECT xFOR UPDATE", "SELECT xFOR UPDATE" },
  { "SELECT 1 -- FOR UPDATE\n", "SELECT 1 -- FOR UPDATE\n" },
};

static void
test_row_locks_are_taken_out (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (locks); i++)
    {
      g_autofree char *plain = nhi_sql_without_row_locks (locks[i].sql);

      g_assert_cmpstr (plain, ==, locks[i].plain);
    }
}

static gboolean
run_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_db_run (connection, data, NHI_DB_NO_ARGS, error) >= 0;
}

static void
test_from_nothing_and_again (void)
{
  g_autoptr (NhiDb) db = nhi_db_open ("sqlite::memory:", 1, NULL);
  g_autoptr (GError) error = NULL;
  guint from = 99, to = 0;

  g_assert_false (nhi_db_check_schema (db, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA);
  g_clear_error (&error);
  nhi_db_migrate (db, &from, &to, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (from, ==, 0);
  g_assert_cmpuint (to, >=, 1);
  nhi_db_check_schema (db, &error);
  g_assert_no_error (error);
  nhi_db_migrate (db, &from, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (from, ==, to);
}

static void
test_newer_schema_is_refused (void)
{
  g_autoptr (NhiDb) db = nhi_db_open ("sqlite::memory:", 1, NULL);
  const char *future = "INSERT INTO schema_version VALUES (9000, 'future', 0)";
  g_autoptr (GError) error = NULL;

  g_assert_true (nhi_db_migrate (db, NULL, NULL, NULL));
  g_assert_true (nhi_db_transact (db, NHI_DB_WRITE, run_body, (gpointer)future, NULL));
  g_assert_false (nhi_db_check_schema (db, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA);
  g_clear_error (&error);
  g_assert_false (nhi_db_migrate (db, NULL, NULL, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA);
}

/* A table of the step is in the way: nothing of the step may stay. */
static void
test_failed_step_leaves_nothing (void)
{
  g_autoptr (NhiDb) db = nhi_db_open ("sqlite::memory:", 1, NULL);
  const char *obstacle = "CREATE TABLE job (x TEXT)";
  g_autoptr (GError) error = NULL;

  g_assert_true (nhi_db_transact (db, NHI_DB_WRITE, run_body, (gpointer)obstacle, NULL));
  g_assert_false (nhi_db_migrate (db, NULL, NULL, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL);
  g_clear_error (&error);
  g_assert_true (nhi_db_transact (db, NHI_DB_WRITE, run_body, (gpointer) "DROP TABLE job", NULL));
  nhi_db_migrate (db, NULL, NULL, &error);
  g_assert_no_error (error);
}

static gpointer
migrating_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = nhi_db_open (data, 1, &error);

  g_assert_no_error (error);
  nhi_db_migrate (db, NULL, NULL, &error);
  g_assert_no_error (error);
  return NULL;
}

static void
test_two_at_once (void)
{
  g_autofree char *folder = g_dir_make_tmp ("nhi-migrate-XXXXXX", NULL);

  for (guint round = 0; round < 10; round++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.db", folder, round);
      g_autofree char *uri = g_strconcat ("sqlite:", path, NULL);
      GThread *threads[4];
      g_autoptr (NhiDb) db = NULL;

      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("migrating", migrating_thread, uri);
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      db = nhi_db_open (uri, 1, NULL);
      g_assert_true (nhi_db_check_schema (db, NULL));
      g_clear_pointer (&db, nhi_db_close);
      g_unlink (path);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/migrate/statements-are-split", test_statements_are_split);
  g_test_add_func ("/migrate/row-locks-are-taken-out", test_row_locks_are_taken_out);
  g_test_add_func ("/migrate/from-nothing-and-again", test_from_nothing_and_again);
  g_test_add_func ("/migrate/newer-schema-is-refused", test_newer_schema_is_refused);
  g_test_add_func ("/migrate/failed-step-leaves-nothing", test_failed_step_leaves_nothing);
  g_test_add_func ("/migrate/two-at-once", test_two_at_once);
  return g_test_run ();
}
