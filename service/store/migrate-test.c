/* SPDX-License-Identifier: GPL-3.0-or-later
 * Migrations: from nothing, again, by ten at once, broken off, and against a schema from the
 * future. */

#include "service/store/migrate.h"
#include "service/store/sql-text.h"
#include "service/store/test-database.h"

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
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  nhi_db_close (f->db);
  test_folder_remove (f->folder);
}

static void
test_from_nothing_and_again (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint from = 99, to = 0;

  g_assert_false (nhi_db_check_schema (f->db, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA);
  g_clear_error (&error);
  nhi_db_migrate (f->db, &from, &to, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (from, ==, 0);
  g_assert_cmpuint (to, >=, 1);
  nhi_db_check_schema (f->db, &error);
  g_assert_no_error (error);
  nhi_db_migrate (f->db, &from, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (from, ==, to);
}

static void
test_newer_schema_is_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (nhi_db_migrate (f->db, NULL, NULL, NULL));
  test_sql_run (f->db, "INSERT INTO schema_version VALUES (9000, 'future', 0)");
  g_assert_false (nhi_db_check_schema (f->db, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA);
  g_clear_error (&error);
  g_assert_false (nhi_db_migrate (f->db, NULL, NULL, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA);
}

/* Steps of a test's own: data/schema has what it has. */
static const NhiSchemaStep steps[] = {
  { 1, "0001-one.sql",
    "CREATE TABLE one (x TEXT NOT NULL PRIMARY KEY);\n-- then\nCREATE TABLE two (x TEXT)" },
  { 2, "0002-two.sql",
    "ALTER TABLE one ADD COLUMN y TEXT;"
    "INSERT INTO one (x, y) SELECT 'a', 'b' WHERE 1 = 1;"
    "CREATE TABLE three (x TEXT);"
    "CREATE INDEX IF NOT EXISTS one_y ON one (y)" },
};

static void
count_statement (const NhiSchemaStatement *statement, gpointer data)
{
  guint *told = data;

  g_assert_nonnull (statement->sql);
  ++*told;
}

static void
run_steps (NhiDb *db, gsize n_steps, guint expected_statements)
{
  g_autoptr (GError) error = NULL;
  guint told = 0;

  nhi_db_run_steps (db, steps, n_steps, count_statement, &told, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (told, ==, expected_statements);
}

static void
test_a_later_step_runs_alone (Fixture *f, gconstpointer data)
{
  run_steps (f->db, 1, 2);
  run_steps (f->db, 1, 0);
  run_steps (f->db, 2, 4);
  run_steps (f->db, 2, 0);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM schema_version"), ==, 2);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM schema_statement"), ==, 6);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM one"), ==, 1);
}

/* The third statement of the second step finds its table in the way. What ran before it stays and
 * is not run again: the row of the second statement would come twice. */
static void
test_goes_on_behind_a_failed_statement (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint told = 0;

  run_steps (f->db, 1, 2);
  test_sql_run (f->db, "CREATE TABLE three (obstacle TEXT)");
  g_assert_false (nhi_db_run_steps (f->db, steps, 2, count_statement, &told, NULL, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL);
  g_assert_true (
      g_str_has_prefix (error->message, "0002-two.sql, statement 3 (CREATE TABLE three): "));
  g_assert_cmpuint (told, ==, 3);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT max(version) FROM schema_version"), ==, 1);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM schema_statement"), ==, 4);
  test_sql_run (f->db, "DROP TABLE three");
  run_steps (f->db, 2, 2);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM one"), ==, 1);
}

/* A node was killed when every statement had run and nobody had said so yet. */
static void
test_goes_on_behind_the_last_statement (Fixture *f, gconstpointer data)
{
  run_steps (f->db, 2, 6);
  test_sql_run (f->db, "DELETE FROM schema_version WHERE version = 2");
  run_steps (f->db, 2, 0);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT max(version) FROM schema_version"), ==, 2);
}

/* Made when a step was one transaction: there is no record of statements. */
static void
test_a_database_of_the_first_programs_goes_on (Fixture *f, gconstpointer data)
{
  run_steps (f->db, 1, 2);
  test_sql_run (f->db, "DROP TABLE schema_statement");
  run_steps (f->db, 1, 0);
  run_steps (f->db, 2, 4);
}

/* An operator who builds a large index ahead (CONCURRENTLY) finds the step content with it. */
static void
test_an_index_may_be_there_already (Fixture *f, gconstpointer data)
{
  run_steps (f->db, 1, 2);
  test_sql_run (f->db, "ALTER TABLE one ADD COLUMN y TEXT");
  test_sql_run (f->db, "CREATE INDEX one_y ON one (y)");
  test_sql_run (f->db, "INSERT INTO schema_statement VALUES (2, 1, 0)");
  run_steps (f->db, 2, 3);
}

static void
test_what_would_run_is_listed (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) open = NULL;
  const NhiSchemaStatement *first;
  guint from = 99;

  run_steps (f->db, 1, 2);
  open = nhi_db_list_statements (f->db, steps, 2, &from, NULL);
  g_assert_cmpuint (from, ==, 1);
  g_assert_cmpuint (open->len, ==, 4);
  first = g_ptr_array_index (open, 0);
  g_assert_cmpstr (first->sql, ==, "ALTER TABLE one ADD COLUMN y TEXT");
  g_assert_cmpuint (first->number, ==, 1);
  run_steps (f->db, 2, 4);
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
test_ten_at_once (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < 5; round++)
    {
      char *folder = test_folder_new ();
      g_autofree char *uri = test_database_uri (folder);
      GThread *threads[10];
      g_autoptr (NhiDb) db = NULL;

      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("migrating", migrating_thread, uri);
      for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      db = nhi_db_open (uri, 1, NULL);
      g_assert_true (nhi_db_check_schema (db, NULL));
      g_clear_pointer (&db, nhi_db_close);
      test_folder_remove (folder);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/migrate/statements-are-split", test_statements_are_split);
  g_test_add_func ("/migrate/row-locks-are-taken-out", test_row_locks_are_taken_out);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/migrate/from-nothing-and-again", test_from_nothing_and_again);
  ADD ("/migrate/newer-schema-is-refused", test_newer_schema_is_refused);
  ADD ("/migrate/a-later-step-runs-alone", test_a_later_step_runs_alone);
  ADD ("/migrate/goes-on-behind-a-failed-statement", test_goes_on_behind_a_failed_statement);
  ADD ("/migrate/goes-on-behind-the-last-statement", test_goes_on_behind_the_last_statement);
  ADD ("/migrate/a-database-of-the-first-programs-goes-on",
       test_a_database_of_the_first_programs_goes_on);
  ADD ("/migrate/an-index-may-be-there-already", test_an_index_may_be_there_already);
  ADD ("/migrate/what-would-run-is-listed", test_what_would_run_is_listed);
  ADD ("/migrate/ten-at-once", test_ten_at_once);
  return g_test_run ();
}
