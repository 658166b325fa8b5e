/* SPDX-License-Identifier: GPL-3.0-or-later
 * A server that goes away at any moment: what was asked for happens once, or it is said that the
 * database is away. */

#include "service/store/db-engine.h"
#include "service/store/postgres-private.h"
#include "service/store/test-cutter.h"
#include "service/store/test-database.h"

#include <string.h>

#define SHORT_PATIENCE (G_USEC_PER_SEC / 5)
#define LONG_PATIENCE (60 * G_USEC_PER_SEC)

typedef struct
{
  char *folder;
  char *uri;
  NhiDb *admin; /* not through the cutter */
  TestCutter *cutter;
  char *cut_uri;
  guint runs; /* of the body */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = test_folder_new ();
  f->uri = test_database_uri (f->folder);
  f->admin = nhi_db_open (f->uri, 1, &error);
  g_assert_no_error (error);
  test_sql_run (f->admin, "CREATE TABLE done (k TEXT NOT NULL PRIMARY KEY)");
  test_sql_run (f->admin, "CREATE TABLE counter (k TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)");
  test_sql_run (f->admin, "INSERT INTO counter VALUES ('c', 0)");
  f->cutter = test_cutter_new (f->uri);
  f->cut_uri = test_cutter_uri (f->cutter);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_cutter_free (f->cutter);
  nhi_db_close (f->admin);
  test_folder_remove (f->folder);
  g_free (f->uri);
  g_free (f->cut_uri);
}

static NhiDb *
open_through (Fixture *f, guint connections)
{
  g_autoptr (GError) error = NULL;
  NhiDb *db = nhi_db_open (f->cut_uri, connections, &error);

  g_assert_no_error (error);
  nhi_db_set_patience (db, LONG_PATIENCE);
  return db;
}

/* Once for each key, however often it runs: as every create of the service. */
static gboolean
count_once (NhiDbConnection *connection, const char *key, GError **error)
{
  gint64 added = nhi_db_run (connection, "INSERT INTO done VALUES ($1) ON CONFLICT (k) DO NOTHING",
                             NHI_DB_ARGS (nhi_db_text (key)), error);

  return added == 0 ||
         (added == 1 && nhi_db_run (connection, "UPDATE counter SET n = n + $1 WHERE k = 'c'",
                                    NHI_DB_ARGS (nhi_db_int (1)), error) == 1);
}

static gint64
counter (Fixture *f)
{
  return test_sql_integer (f->admin, "SELECT n FROM counter WHERE k = 'c'");
}

static gboolean
once_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return count_once (connection, data, error);
}

static gboolean
once (NhiDb *db, const char *key, GError **error)
{
  return nhi_db_transact (db, NHI_DB_WRITE, once_body, (gpointer)key, error);
}

/* ---- the backend is killed ---- */

static gint64
own_pid (NhiDbConnection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection, "SELECT pg_backend_pid ()", NHI_DB_NO_ARGS, &error);

  g_assert_no_error (error);
  g_assert_true (nhi_db_rows_next (rows, NULL));
  return nhi_db_rows_int (rows, 0);
}

static void
kill_backend (Fixture *f, gint64 pid)
{
  g_autofree char *sql =
      g_strdup_printf ("SELECT pg_terminate_backend (%" G_GINT64_FORMAT ", 60000)", pid);

  g_assert_cmpint (test_sql_integer (f->admin, sql), ==, 1);
}

static gboolean
killed_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Fixture *f = data;

  if (!count_once (connection, "killed", error))
    return FALSE;
  if (f->runs++ == 0)
    kill_backend (f, own_pid (connection));
  return nhi_db_run (connection, "UPDATE counter SET n = n + 10 WHERE k = 'c'", NHI_DB_NO_ARGS,
                     error) == 1;
}

static void
test_killed_within_a_transaction (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) db = open_through (f, 2);
  g_autoptr (GError) error = NULL;

  nhi_db_transact (db, NHI_DB_WRITE, killed_body, f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (f->runs, ==, 2);
  g_assert_cmpint (counter (f), ==, 11);
}

static gboolean
killed_before_commit_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Fixture *f = data;

  if (!count_once (connection, "killed", error))
    return FALSE;
  if (f->runs++ == 0)
    kill_backend (f, own_pid (connection));
  return TRUE;
}

static void
test_killed_before_the_commit (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) db = open_through (f, 2);
  g_autoptr (GError) error = NULL;

  nhi_db_transact (db, NHI_DB_WRITE, killed_before_commit_body, f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (f->runs, ==, 2);
  g_assert_cmpint (counter (f), ==, 1);
}

static gboolean
refusing_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Fixture *f = data;

  f->runs++;
  kill_backend (f, own_pid (connection));
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "the body's own");
  return FALSE;
}

static void
test_killed_before_the_rollback (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) db = open_through (f, 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (nhi_db_transact (db, NHI_DB_WRITE, refusing_body, f, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_cmpuint (f->runs, ==, 1);
  g_assert_true (once (db, "after", NULL));
}

#define IDLE 6

typedef struct
{
  NhiDb *db;
  gint met; /* atomic */
  gint64 pids[IDLE];
} Meeting;

/* All connections of the pool are in use at once, so that there are so many. */
static gboolean
meeting_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Meeting *meeting = data;
  gint64 pid = own_pid (connection);

  meeting->pids[g_atomic_int_add (&meeting->met, 1)] = pid;
  while (g_atomic_int_get (&meeting->met) < IDLE)
    g_thread_yield ();
  return TRUE;
}

static gpointer
meeting_thread (gpointer data)
{
  Meeting *meeting = data;

  g_assert_true (nhi_db_transact (meeting->db, NHI_DB_READ, meeting_body, meeting, NULL));
  return NULL;
}

static void
test_killed_while_idle_costs_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = nhi_db_open (f->uri, IDLE, &error);
  Meeting meeting = { .db = db };
  GThread *threads[IDLE];

  for (guint i = 0; i < IDLE; i++)
    threads[i] = g_thread_new ("meeting", meeting_thread, &meeting);
  for (guint i = 0; i < IDLE; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < IDLE; i++)
    kill_backend (f, meeting.pids[i]);
  nhi_db_set_patience (db, 0);
  once (db, "after", &error);
  g_assert_no_error (error);
  g_assert_cmpint (counter (f), ==, 1);
  g_assert_cmpuint (nhi_db_conflicts (db), ==, 0);
}

/* ---- the connection is cut ---- */

static gboolean
load_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  static const char *const columns[] = { "k", "n", NULL };
  static const NhiDbValue rows[][2] = {
    { { .type = NHI_DB_TEXT, .text = "x" }, { .type = NHI_DB_INT, .integer = 1 } },
    { { .type = NHI_DB_TEXT, .text = "y" }, { .type = NHI_DB_INT, .integer = 2 } },
  };
  gint64 there =
      nhi_db_run (connection, "DELETE FROM counter WHERE k <> 'c'", NHI_DB_NO_ARGS, error);
  NhiDbLoad *load = there >= 0 ? nhi_db_load_begin (connection, "counter", columns, error) : NULL;

  if (load == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!nhi_db_load_row (load, rows[i], error))
      {
        nhi_db_load_cancel (load);
        return FALSE;
      }
  return nhi_db_load_end (load, error);
}

/* Opens, counts once and loads; FALSE only when opening failed. */
static gboolean
whole_life (Fixture *f, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = nhi_db_open (f->cut_uri, 2, &error);

  if (db == NULL)
    {
      g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE);
      return FALSE;
    }
  nhi_db_set_patience (db, LONG_PATIENCE);
  once (db, key, &error);
  g_assert_no_error (error);
  nhi_db_transact (db, NHI_DB_WRITE_LOCKED, load_body, NULL, &error);
  g_assert_no_error (error);
  return TRUE;
}

static const struct
{
  const char *name;
  TestCut cut;
} cuts[] = {
  { "before", TEST_CUT_BEFORE },
  { "after", TEST_CUT_AFTER },
  { "within", TEST_CUT_WITHIN },
};

/* At the first message, the second, … until the work is done before the cut comes. */
static void
test_cut_at_each_message (Fixture *f, gconstpointer data)
{
  gint64 expected = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    for (guint nth = 1;; nth++)
      {
        g_autofree char *key = g_strdup_printf ("%s %u", cuts[i].name, nth);
        gboolean opened;

        test_cutter_cut (f->cutter, cuts[i].cut, nth);
        opened = whole_life (f, key);
        if (!opened)
          g_assert_true (whole_life (f, key));
        g_assert_cmpint (counter (f), ==, ++expected);
        g_assert_cmpint (
            test_sql_integer (f->admin,
                              "SELECT count (*) FROM counter WHERE (k, n) IN (('x', 1), ('y', 2))"),
            ==, 2);
        if (!test_cutter_is_done (f->cutter))
          {
            g_test_message ("%s: %u messages", cuts[i].name, nth - 1);
            g_assert_cmpuint (nth, >, 15);
            break;
          }
      }
}

static void
test_lost_commit (Fixture *f, gconstpointer done)
{
  g_autoptr (NhiDb) db = open_through (f, 1);
  g_autoptr (GError) error = NULL;

  nhi_db_lose_commit (db, 1, done != NULL);
  once (db, "lost", &error);
  g_assert_no_error (error);
  g_assert_cmpint (counter (f), ==, 1);
  g_assert_cmpuint (nhi_db_conflicts (db), ==, 1);
}

/* The server took the COMMIT and its answer never came. */
static void
test_silent_server_is_left (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) db = NULL;
  g_autoptr (GError) error = NULL;

  nhi_postgres_set_silence (SHORT_PATIENCE);
  db = open_through (f, 1);
  g_assert_true (once (db, "first", &error)); /* statements are prepared, BEGIN … COMMIT are 8 */
  test_cutter_cut (f->cutter, TEST_CUT_SILENT, 8);
  once (db, "second", &error);
  g_assert_no_error (error);
  g_assert_true (test_cutter_is_done (f->cutter));
  g_assert_cmpint (counter (f), ==, 2);
  nhi_postgres_set_silence (NHI_POSTGRES_SILENCE);
}

/* ---- the server cannot be reached ---- */

static void
test_comes_back_within_patience (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) db = open_through (f, 1);
  g_autoptr (GError) error = NULL;

  test_cutter_cut (f->cutter, TEST_CUT_BEFORE, 2);
  test_cutter_refuse (f->cutter, "57P03", 9);
  once (db, "patient", &error);
  g_assert_no_error (error);
  g_assert_cmpint (counter (f), ==, 1);
  g_assert_cmpuint (nhi_db_conflicts (db), >=, 5);
}

/* Who comes after somebody that waited in vain is told soon; once it is back, all are patient. */
static void
test_nobody_waits_in_vain_twice (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) db = open_through (f, 1);
  g_autoptr (GError) error = NULL, later = NULL, last = NULL;
  guint first, second;

  nhi_db_set_patience (db, 5 * G_USEC_PER_SEC);
  test_cutter_cut (f->cutter, TEST_CUT_BEFORE, 1);
  test_cutter_refuse (f->cutter, "57P03", 1000);
  g_assert_false (once (db, "never", &error));
  first = nhi_db_conflicts (db);
  g_assert_false (once (db, "never", &later));
  g_assert_error (later, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE);
  second = nhi_db_conflicts (db) - first;
  g_assert_cmpuint (second, <, first);

  test_cutter_refuse (f->cutter, "57P03", 0);
  g_assert_true (once (db, "back", NULL));
  test_cutter_cut (f->cutter, TEST_CUT_BEFORE, 1);
  test_cutter_refuse (f->cutter, "57P03", first);
  once (db, "patient", &last);
  g_assert_no_error (last);
  g_assert_cmpint (counter (f), ==, 2);
}

static const struct
{
  const char *state;
  guint times;
  const char *says;
} refusals[] = {
  { "28P01", 1, "the user or the password" },
  { "28000", 1, "pg_hba.conf" },
  { "3D000", 1, "createdb" },
  { "42501", 1, "CONNECT" },
  { "53300", 1000, "max_connections" },
  { "57P03", 1000, "starting or ending" },
  { "XX000", 1000, "can be reached" },
};

static void
test_refusals_say_what_to_do (Fixture *f, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *secret = g_strconcat (f->cut_uri, "&password=s3cret", NULL);
      g_autoptr (NhiDb) db = NULL;
      g_autoptr (GError) error = NULL, later = NULL;

      test_cutter_refuse (f->cutter, refusals[i].state, 1000);
      g_assert_null (nhi_db_open (secret, 1, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE);
      g_assert_nonnull (strstr (error->message, refusals[i].says));
      g_assert_null (strstr (error->message, "s3cret"));

      /* A pool that loses its connection meets the same; what time does not mend is told at once.
       */
      test_cutter_refuse (f->cutter, refusals[i].state, 0);
      db = open_through (f, 1);
      nhi_db_set_patience (db, refusals[i].times == 1 ? LONG_PATIENCE : SHORT_PATIENCE);
      test_cutter_cut (f->cutter, TEST_CUT_BEFORE, 1);
      test_cutter_refuse (f->cutter, refusals[i].state, 1000);
      g_assert_false (once (db, "never", &later));
      g_assert_error (later, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE);
      g_assert_nonnull (strstr (later->message, refusals[i].says));
      test_cutter_refuse (f->cutter, refusals[i].state, 0);
    }
  g_assert_cmpint (counter (f), ==, 0);
}

/* "host=A,B": the first is not there, or may only read. */
static char *
second_host (Fixture *f, const char *first)
{
  const char *host = strstr (f->cut_uri, "host=") + strlen ("host=");
  g_autofree char *own = g_strndup (host, strcspn (host, "&"));
  g_autofree char *before = g_strndup (f->cut_uri, (gsize)(host - f->cut_uri));

  return g_strconcat (before, first, ",", own, host + strlen (own), NULL);
}

static void
test_dead_host_is_skipped (Fixture *f, gconstpointer data)
{
  g_autofree char *uri = second_host (f, "/nonexistent-folder");
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = nhi_db_open (uri, 1, &error);

  g_assert_no_error (error);
  g_assert_true (once (db, "second", &error));
  g_assert_cmpint (counter (f), ==, 1);
}

static void
test_host_that_only_reads_is_skipped (Fixture *f, gconstpointer data)
{
  g_autoptr (TestCutter) standby = test_cutter_new (f->uri);
  g_autofree char *standby_uri = test_cutter_uri (standby);
  const char *host = strstr (standby_uri, "host=") + strlen ("host=");
  g_autofree char *folder = g_strndup (host, strcspn (host, "&"));
  g_autofree char *uri = second_host (f, folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = NULL;

  test_cutter_claim_read_only (standby);
  g_assert_null (nhi_db_open (standby_uri, 1, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  /* Its first message goes through here, not to the standby. */
  test_cutter_cut (f->cutter, TEST_CUT_BEFORE, 1000);
  db = nhi_db_open (uri, 1, &error);
  g_assert_no_error (error);
  g_assert_true (once (db, "primary", &error));
  g_assert_cmpint (counter (f), ==, 1);
}

/* The primary moved, and what we are connected to now only reads. */
static gboolean
moved_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Fixture *f = data;

  if (f->runs++ == 0 &&
      nhi_db_run (connection, "SET TRANSACTION READ ONLY", NHI_DB_NO_ARGS, error) < 0)
    return FALSE;
  return count_once (connection, "moved", error);
}

static void
test_primary_that_moved_is_looked_for (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) db = open_through (f, 1);
  g_autoptr (GError) error = NULL;

  nhi_db_transact (db, NHI_DB_WRITE, moved_body, f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (f->runs, ==, 2);
  g_assert_cmpint (counter (f), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, data, function) g_test_add (name, Fixture, data, set_up, function, tear_down)
  ADD ("/postgres-lost/killed-within-a-transaction", NULL, test_killed_within_a_transaction);
  ADD ("/postgres-lost/killed-before-the-commit", NULL, test_killed_before_the_commit);
  ADD ("/postgres-lost/killed-before-the-rollback", NULL, test_killed_before_the_rollback);
  ADD ("/postgres-lost/killed-while-idle-costs-nothing", NULL,
       test_killed_while_idle_costs_nothing);
  ADD ("/postgres-lost/cut-at-each-message", NULL, test_cut_at_each_message);
  ADD ("/postgres-lost/commit-that-was-not-done", NULL, test_lost_commit);
  ADD ("/postgres-lost/commit-that-was-done", "done", test_lost_commit);
  ADD ("/postgres-lost/silent-server-is-left", NULL, test_silent_server_is_left);
  ADD ("/postgres-lost/comes-back-within-patience", NULL, test_comes_back_within_patience);
  ADD ("/postgres-lost/nobody-waits-in-vain-twice", NULL, test_nobody_waits_in_vain_twice);
  ADD ("/postgres-lost/refusals-say-what-to-do", NULL, test_refusals_say_what_to_do);
  ADD ("/postgres-lost/dead-host-is-skipped", NULL, test_dead_host_is_skipped);
  ADD ("/postgres-lost/host-that-only-reads-is-skipped", NULL,
       test_host_that_only_reads_is_skipped);
  ADD ("/postgres-lost/primary-that-moved-is-looked-for", NULL,
       test_primary_that_moved_is_looked_for);
  return g_test_run ();
}
