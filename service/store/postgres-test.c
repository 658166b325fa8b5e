/* SPDX-License-Identifier: GPL-3.0-or-later
 * What PostgreSQL alone can do or refuse: its isolation, its SQLSTATEs, its plans, COPY, and a
 * COMMIT that nothing cancels. */

#include "service/store/db-engine.h"
#include "service/store/test-database.h"

#include <libpq-fe.h>
#include <string.h>

#define PATIENCE (60 * G_USEC_PER_SEC)

typedef struct
{
  char *folder;
  char *uri;
  NhiDb *db;
  guint runs; /* of the body */
} Fixture;

static NhiDb *
open_with (const Fixture *f, const char *options)
{
  g_autofree char *uri = g_strconcat (f->uri, options, NULL);
  g_autoptr (GError) error = NULL;
  NhiDb *db = nhi_db_open (uri, 4, &error);

  g_assert_no_error (error);
  nhi_db_set_patience (db, PATIENCE);
  return db;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = test_folder_new ();
  f->uri = test_database_uri (f->folder);
  f->db = open_with (f, "");
  test_sql_run (f->db,
                "CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, n BIGINT, s SMALLINT, b BYTEA)");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  nhi_db_close (f->db);
  test_folder_remove (f->folder);
  g_free (f->uri);
}

static gboolean
run_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_db_run (connection, data, NHI_DB_NO_ARGS, error) >= 0;
}

static gboolean
run (NhiDb *db, NhiDbMode mode, const char *sql, GError **error)
{
  return nhi_db_transact (db, mode, run_body, (gpointer)sql, error);
}

/* ---- values ---- */

static const struct
{
  const char *sql;
  gint64 value;
} numbers[] = {
  { "SELECT 7::SMALLINT", 7 },
  { "SELECT (-7)::SMALLINT", -7 },
  { "SELECT -2147483648", G_MININT32 },
  { "SELECT 9223372036854775807", G_MAXINT64 },
  { "SELECT sum (v) FROM (VALUES (9223372036854775806::BIGINT), (1)) AS x (v)", G_MAXINT64 },
  { "SELECT sum (v) FROM (VALUES ((-9223372036854775807)::BIGINT), (-1)) AS x (v)", G_MININT64 },
  { "SELECT sum (v) FROM (VALUES (20000::BIGINT), (-20000)) AS x (v)", 0 },
  { "SELECT sum (v) FROM (VALUES (120000000::BIGINT)) AS x (v)", 120000000 },
  { "SELECT 30000.0000", 30000 },
  { "SELECT count (*) FROM t", 0 },
  { "SELECT 1 = 1", 1 },
  { "SELECT 1 = 2", 0 },
};

static void
test_whole_numbers_of_every_type_are_read (Fixture *f, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_test_message ("%s", numbers[i].sql);
      g_assert_cmpint (test_sql_integer (f->db, numbers[i].sql), ==, numbers[i].value);
    }
}

static const struct
{
  const char *sql;
  const char *warning;
} no_numbers[] = {
  { "SELECT 0.5", "*not a whole number*" },
  { "SELECT 9223372036854775808", "*not a whole number*" },
  { "SELECT 'NaN'::NUMERIC", "*not a whole number*" },
  { "SELECT 1.0::DOUBLE PRECISION", "*not a whole number*" },
  { "SELECT '7'", "*not a whole number*" },
};

static void
test_what_is_no_whole_number_is_warned_of (Fixture *f, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (no_numbers); i++)
    {
      g_test_message ("%s", no_numbers[i].sql);
      g_test_expect_message ("nhi-store", G_LOG_LEVEL_CRITICAL, no_numbers[i].warning);
      g_assert_cmpint (test_sql_integer (f->db, no_numbers[i].sql), ==, 0);
      g_test_assert_expected_messages ();
    }
}

/* Were the server to guess the type from "- 60", it would be an INTEGER. */
static gboolean
large_number_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection, "SELECT $1 - 60", NHI_DB_ARGS (nhi_db_int (G_MAXINT64)), error);

  g_assert_nonnull (rows);
  g_assert_true (nhi_db_rows_next (rows, NULL));
  g_assert_cmpint (nhi_db_rows_int (rows, 0), ==, G_MAXINT64 - 60);
  return TRUE;
}

static void
test_numbers_are_large_everywhere (Fixture *f, gconstpointer data)
{
  g_assert_true (nhi_db_transact (f->db, NHI_DB_READ, large_number_body, NULL, NULL));
}

/* ---- isolation ---- */

typedef struct
{
  NhiDb *db;
  gint met; /* atomic: bodies that have read */
  const char *write;
  gboolean failed_busy;
} Rivals;

/* Two at once read the same and decide upon it. */
static gboolean
rival_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Rivals *rivals = data;
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection, "SELECT count (*) FROM t", NHI_DB_NO_ARGS, error);
  gint64 there;

  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return FALSE;
  there = nhi_db_rows_int (rows, 0);
  g_atomic_int_inc (&rivals->met);
  while (g_atomic_int_get (&rivals->met) < 2)
    g_thread_yield ();
  return nhi_db_run (connection, rivals->write, NHI_DB_ARGS (nhi_db_int (there)), error) == 1;
}

static gpointer
rival_thread (gpointer data)
{
  Rivals *rivals = data;
  g_autoptr (GError) error = NULL;

  if (nhi_db_transact (rivals->db, NHI_DB_WRITE, rival_body, rivals, &error))
    return NULL;
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_BUSY);
  rivals->failed_busy = TRUE;
  return NULL;
}

static void
run_rivals (Rivals *rivals)
{
  GThread *thread = g_thread_new ("rival", rival_thread, rivals);

  rival_thread (rivals);
  g_thread_join (thread);
}

static void
test_what_was_read_is_still_so (Fixture *f, gconstpointer data)
{
  Rivals rivals = { .db = f->db, .write = "INSERT INTO t VALUES ('key ' || $1::TEXT, $1)" };

  run_rivals (&rivals);
  g_assert_false (rivals.failed_busy);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count (*) FROM t"), ==, 2);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT sum (n) FROM t"), ==, 1);
  g_assert_cmpuint (nhi_db_conflicts (f->db), <=, 1); /* or the race was told as a duplicate key */
}

static void
test_conflict_ends_in_busy (Fixture *f, gconstpointer data)
{
  Rivals rivals = { .db = f->db, .write = "UPDATE t SET n = n + 1 + $1 * 0 WHERE k = 'one'" };

  test_sql_run (f->db, "INSERT INTO t VALUES ('one', 0)");
  nhi_db_set_patience (f->db, 0);
  run_rivals (&rivals);
  g_assert_true (rivals.failed_busy);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT n FROM t"), ==, 1);
}

static gboolean
create_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  ((Fixture *)data)->runs++;
  return nhi_db_run (connection, "INSERT INTO t VALUES ('same', 1)", NHI_DB_NO_ARGS, error) == 1;
}

static void
test_duplicate_key_is_run_again_to_be_sure (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL, locked = NULL;

  test_sql_run (f->db, "INSERT INTO t VALUES ('same', 0)");
  g_assert_false (nhi_db_transact (f->db, NHI_DB_WRITE, create_body, f, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT);
  g_assert_cmpuint (f->runs, ==, 3);
  g_assert_null (strstr (error->message, "same"));
  g_assert_false (nhi_db_transact (f->db, NHI_DB_WRITE_LOCKED, create_body, f, &locked));
  g_assert_error (locked, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT);
  g_assert_cmpuint (f->runs, ==, 4);
}

/* ---- SQLSTATEs ---- */

static const struct
{
  const char *state;
  NhiDbError code;
  guint runs; /* with no time for another: a lost server is worth a second try all the same */
} states[] = {
  { "40001", NHI_DB_ERROR_BUSY, 1 },        { "40P01", NHI_DB_ERROR_BUSY, 1 },
  { "55P03", NHI_DB_ERROR_BUSY, 1 },        { "57014", NHI_DB_ERROR_BUSY, 1 },
  { "08007", NHI_DB_ERROR_UNAVAILABLE, 2 }, { "08006", NHI_DB_ERROR_UNAVAILABLE, 2 },
  { "57P01", NHI_DB_ERROR_UNAVAILABLE, 2 }, { "57P02", NHI_DB_ERROR_UNAVAILABLE, 2 },
  { "57P03", NHI_DB_ERROR_UNAVAILABLE, 2 }, { "57P04", NHI_DB_ERROR_UNAVAILABLE, 1 },
  { "25006", NHI_DB_ERROR_UNAVAILABLE, 2 }, { "25P03", NHI_DB_ERROR_UNAVAILABLE, 2 },
  { "40003", NHI_DB_ERROR_UNAVAILABLE, 2 }, { "53300", NHI_DB_ERROR_UNAVAILABLE, 2 },
  { "53200", NHI_DB_ERROR_UNAVAILABLE, 1 }, { "53100", NHI_DB_ERROR_FULL, 1 },
  { "58030", NHI_DB_ERROR_UNAVAILABLE, 1 }, { "42501", NHI_DB_ERROR_UNAVAILABLE, 1 },
  { "28000", NHI_DB_ERROR_UNAVAILABLE, 1 }, { "XX001", NHI_DB_ERROR_DAMAGED, 1 },
  { "XX002", NHI_DB_ERROR_DAMAGED, 1 },     { "23502", NHI_DB_ERROR_INTERNAL, 1 },
  { "42601", NHI_DB_ERROR_INTERNAL, 1 },    { "0A000", NHI_DB_ERROR_INTERNAL, 1 },
  { "08P01", NHI_DB_ERROR_INTERNAL, 1 },    { "99999", NHI_DB_ERROR_INTERNAL, 1 },
};

typedef struct
{
  const char *sql;
  guint runs;
} Raising;

static gboolean
raising_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Raising *raising = data;

  raising->runs++;
  return nhi_db_run (connection, raising->sql, NHI_DB_NO_ARGS, error) >= 0;
}

static void
test_errors_tell_no_value (Fixture *f, gconstpointer data)
{
  static const char *const wrong[] = {
    "INSERT INTO t (k, n) VALUES ('x', CAST ('A123456789' AS TEXT)::BIGINT)",
    "INSERT INTO t (k, n) VALUES ('A123456789', 1), ('A123456789', 2)",
    "INSERT INTO t (k) VALUES (NULL) RETURNING 'A123456789'",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      char *sql;

      g_assert_false (run (f->db, NHI_DB_WRITE, wrong[i], &error));
      g_test_message ("%s", error->message);
      sql = strstr (error->message, "): ");
      if (sql != NULL) /* our own text, which holds no values */
        *sql = '\0';
      g_assert_null (strstr (error->message, "A123456789"));
    }
}

static void
test_errors_are_told_apart (Fixture *f, gconstpointer data)
{
  nhi_db_set_patience (f->db, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "DO $$ BEGIN RAISE EXCEPTION 'for the test' USING ERRCODE = '%s'; END $$",
          states[i].state);
      Raising raising = { .sql = sql };
      g_autoptr (GError) error = NULL;

      g_assert_false (nhi_db_transact (f->db, NHI_DB_WRITE, raising_body, &raising, &error));
      g_test_message ("%s: %s", states[i].state, error->message);
      g_assert_error (error, NHI_DB_ERROR, (gint)states[i].code);
      g_assert_cmpuint (raising.runs, ==, states[i].runs);
      g_assert_cmpint (test_sql_integer (f->db, "SELECT 1"), ==, 1);
    }
}

/* What an operator can mend is said as that. */
static void
test_errors_say_what_to_do (Fixture *f, gconstpointer data)
{
  static const char *const cases[][2] = {
    { "42501", "owner of the database" },
    { "42P07", "a database of its own" },
    { "53100", "make room" },
  };

  nhi_db_set_patience (f->db, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "DO $$ BEGIN RAISE EXCEPTION 'for the test' USING ERRCODE = '%s'; END $$", cases[i][0]);
      g_autoptr (GError) error = NULL;

      g_assert_false (run (f->db, NHI_DB_WRITE, sql, &error));
      g_assert_nonnull (strstr (error->message, cases[i][1]));
    }
}

/* ---- bounds of time ---- */

/* A view stands for a table that is read longer than a statement may last. */
static gboolean
count_slowly_body (NhiDbConnection *connection, gpointer sql, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  if (nhi_db_run (connection, "SET LOCAL statement_timeout = '1s'", NHI_DB_NO_ARGS, error) < 0)
    return FALSE;
  rows = nhi_db_query (connection, sql, NHI_DB_NO_ARGS, error);
  return rows != NULL && nhi_db_rows_next (rows, error) && nhi_db_rows_int (rows, 0) == 1;
}

static void
test_whole_tables_have_no_bound (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_db_set_patience (f->db, 0);
  g_assert_true (run (f->db, NHI_DB_WRITE,
                      "CREATE VIEW slow AS SELECT CAST (1 AS BIGINT) AS one FROM pg_sleep (2)",
                      NULL));
  g_assert_false (nhi_db_transact (f->db, NHI_DB_READ, count_slowly_body,
                                   (gpointer) "SELECT one FROM slow", &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_BUSY);
  g_assert_true (nhi_db_transact (f->db, NHI_DB_READ, count_slowly_body,
                                  (gpointer) "SELECT count(*) FROM \"slow\"", NULL));
}

static void
test_session_has_bounds (Fixture *f, gconstpointer data)
{
  static const char *const settings[][2] = {
    { "statement_timeout", "1min" },
    { "lock_timeout", "5s" },
    { "idle_in_transaction_session_timeout", "1min" },
    { "jit", "off" },
    { "application_name", "nhicardd" },
    { "client_encoding", "UTF8" },
  };
  g_autoptr (NhiDb) own = open_with (f, "&options=-c%20lock_timeout%3D3s&application_name=other");
  g_autofree char *lock = test_sql_text (own, "SHOW lock_timeout");
  g_autofree char *name = test_sql_text (own, "SHOW application_name");

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *sql = g_strconcat ("SHOW ", settings[i][0], NULL);
      g_autofree char *value = test_sql_text (f->db, sql);

      g_assert_cmpstr (value, ==, settings[i][1]);
    }
  g_assert_cmpstr (lock, ==, "3s");
  g_assert_cmpstr (name, ==, "other");
}

static void
test_slow_statement_is_given_up (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) hasty = open_with (f, "&options=-c%20statement_timeout%3D50");
  Raising slow = { .sql = "SELECT pg_sleep (600)" };
  g_autoptr (GError) error = NULL;

  g_assert_false (nhi_db_transact (hasty, NHI_DB_READ, raising_body, &slow, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_BUSY);
  g_assert_cmpuint (slow.runs, ==, 1);
}

typedef struct
{
  NhiDb *rival;
  GThread *thread;
} Holder;

static gpointer
waiting_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;

  run (data, NHI_DB_WRITE_LOCKED, "UPDATE t SET n = n + 1 WHERE k = 'held'", &error);
  g_assert_no_error (error);
  return NULL;
}

static gboolean
holding_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Holder *holder = data;

  if (nhi_db_run (connection, "UPDATE t SET n = n + 1 WHERE k = 'held'", NHI_DB_NO_ARGS, error) !=
      1)
    return FALSE;
  holder->thread = g_thread_new ("waiting", waiting_thread, holder->rival);
  while (nhi_db_conflicts (holder->rival) < 2)
    g_thread_yield ();
  return TRUE;
}

static void
test_long_wait_for_a_row_is_begun_again (Fixture *f, gconstpointer data)
{
  Holder holder = { .rival = open_with (f, "&options=-c%20lock_timeout%3D10") };
  g_autoptr (GError) error = NULL;

  test_sql_run (f->db, "INSERT INTO t VALUES ('held', 0)");
  nhi_db_transact (f->db, NHI_DB_WRITE_LOCKED, holding_body, &holder, &error);
  g_assert_no_error (error);
  g_thread_join (holder.thread);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT n FROM t"), ==, 2);
  nhi_db_close (holder.rival);
}

/* Outside of every transaction, as ALTER SYSTEM wants it. */
static void
order (PGconn *admin, const char *sql)
{
  PGresult *result = PQexec (admin, sql);

  g_assert_cmpstr (PQerrorMessage (admin), ==, "");
  PQclear (result);
}

static gboolean
answers (PGconn *admin, const char *question)
{
  PGresult *result = PQexec (admin, question);
  gboolean yes = PQntuples (result) == 1 && strcmp (PQgetvalue (result, 0, 0), "t") == 0;

  g_assert_cmpstr (PQerrorMessage (admin), ==, "");
  PQclear (result);
  return yes;
}

typedef struct
{
  NhiDb *db;
  gint done; /* atomic */
} Committer;

static gpointer
committing_thread (gpointer data)
{
  Committer *committer = data;
  g_autoptr (GError) error = NULL;

  run (committer->db, NHI_DB_WRITE, "INSERT INTO t VALUES ('waited for')", &error);
  g_assert_no_error (error);
  g_atomic_int_set (&committer->done, TRUE);
  return NULL;
}

/* No standby answers. After ten times statement_timeout the COMMIT waits still. */
static void
test_commit_waits_for_its_standby (Fixture *f, gconstpointer data)
{
  PGconn *admin = PQconnectdb (f->uri);
  g_autoptr (NhiDb) db = open_with (f, "&options=-c%20statement_timeout%3D100%20-c%20synchronous_"
                                       "commit%3Don&application_name=patient");
  Committer committer = { .db = db };
  GThread *thread;

  order (admin, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  order (admin, "SELECT pg_reload_conf ()");
  while (!answers (admin, "SELECT current_setting ('synchronous_standby_names') = 'nobody'"))
    g_thread_yield ();
  thread = g_thread_new ("committing", committing_thread, &committer);
  while (!answers (admin, "SELECT count (*) = 1 FROM pg_stat_activity"
                          " WHERE application_name = 'patient' AND wait_event = 'SyncRep'"
                          " AND clock_timestamp () - query_start > interval '1 second'"))
    g_assert_false (g_atomic_int_get (&committer.done));
  order (admin, "ALTER SYSTEM RESET synchronous_standby_names");
  order (admin, "SELECT pg_reload_conf ()");
  g_thread_join (thread);
  g_assert_cmpuint (nhi_db_conflicts (db), ==, 0);
  PQfinish (admin);
}

/* ---- prepared statements ---- */

static gboolean
all_columns_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = nhi_db_query (connection, "SELECT * FROM t", NHI_DB_NO_ARGS, error);

  ((Fixture *)data)->runs++;
  return rows != NULL;
}

static void
test_migration_under_a_prepared_statement (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) other = open_with (f, "");
  g_autoptr (GError) error = NULL;

  g_assert_true (nhi_db_transact (f->db, NHI_DB_READ, all_columns_body, f, NULL));
  test_sql_run (other, "ALTER TABLE t ADD COLUMN more TEXT");
  nhi_db_transact (f->db, NHI_DB_READ, all_columns_body, f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (f->runs, ==, 3);
}

static gboolean
many_statements_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT %u", i % 400);
      g_autoptr (NhiDbRows) rows = nhi_db_query (connection, sql, NHI_DB_NO_ARGS, error);

      if (rows == NULL || !nhi_db_rows_next (rows, error))
        return FALSE;
      g_assert_cmpint (nhi_db_rows_int (rows, 0), ==, i % 400);
    }
  return TRUE;
}

static void
test_prepared_statements_are_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_READ, many_statements_body, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count (*) FROM pg_prepared_statements"), <=,
                   256);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/postgres/whole-numbers-of-every-type-are-read", test_whole_numbers_of_every_type_are_read);
  ADD ("/postgres/what-is-no-whole-number-is-warned-of", test_what_is_no_whole_number_is_warned_of);
  ADD ("/postgres/numbers-are-large-everywhere", test_numbers_are_large_everywhere);
  ADD ("/postgres/what-was-read-is-still-so", test_what_was_read_is_still_so);
  ADD ("/postgres/conflict-ends-in-busy", test_conflict_ends_in_busy);
  ADD ("/postgres/duplicate-key-is-run-again-to-be-sure",
       test_duplicate_key_is_run_again_to_be_sure);
  ADD ("/postgres/errors-tell-no-value", test_errors_tell_no_value);
  ADD ("/postgres/errors-are-told-apart", test_errors_are_told_apart);
  ADD ("/postgres/whole-tables-are-read-as-long-as-it-takes", test_whole_tables_have_no_bound);
  ADD ("/postgres/errors-say-what-to-do", test_errors_say_what_to_do);
  ADD ("/postgres/session-has-bounds", test_session_has_bounds);
  ADD ("/postgres/slow-statement-is-given-up", test_slow_statement_is_given_up);
  ADD ("/postgres/long-wait-for-a-row-is-begun-again", test_long_wait_for_a_row_is_begun_again);
  ADD ("/postgres/commit-waits-for-its-standby", test_commit_waits_for_its_standby);
  ADD ("/postgres/migration-under-a-prepared-statement", test_migration_under_a_prepared_statement);
  ADD ("/postgres/prepared-statements-are-bounded", test_prepared_statements_are_bounded);
  return g_test_run ();
}
