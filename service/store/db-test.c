/* SPDX-License-Identifier: GPL-3.0-or-later
 * What db.h promises: values in and out, whole or absent, conflicts retried, errors by their kind.
 */

#include "service/store/db-engine.h"
#include "service/store/test-database.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TABLE "CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, n BIGINT, b BYTEA)"

typedef struct
{
  char *folder;
  char *path; /* of SQLite's file */
  char *uri;
  NhiDb *db;
} Fixture;

static gboolean
run_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_db_run (connection, data, NHI_DB_NO_ARGS, error) >= 0;
}

static gboolean
write_sql (NhiDb *db, const char *sql, GError **error)
{
  return nhi_db_transact (db, NHI_DB_WRITE, run_body, (gpointer)sql, error);
}

static gboolean
count_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection, "SELECT count(*) FROM t", NHI_DB_NO_ARGS, error);
  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return FALSE;
  *(gint64 *)data = nhi_db_rows_int (rows, 0);
  return TRUE;
}

static gint64
count (NhiDb *db)
{
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  nhi_db_transact (db, NHI_DB_READ, count_body, &n, &error);
  g_assert_no_error (error);
  return n;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = test_folder_new ();
  f->path = g_build_filename (f->folder, "test.db", NULL);
  f->uri = test_database_uri (f->folder);
  f->db = nhi_db_open (f->uri, 8, &error);
  g_assert_no_error (error);
  write_sql (f->db, TABLE, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->db, nhi_db_close);
  test_folder_remove (f->folder);
  g_free (f->path);
  g_free (f->uri);
}

static const guint8 awkward_bytes[] = { 0x00, 0xff, 0x00, 0x27 };

static gboolean
values_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GBytes) bytes = NULL, empty = NULL;

  /* The placeholders stand out of order, so that numbering by appearance would show. */
  g_assert_cmpint (nhi_db_run (connection, "INSERT INTO t (b, n, k) VALUES ($3, $2, $1)",
                               NHI_DB_ARGS (nhi_db_text ("王𤧟堃'\"; --"), nhi_db_int (G_MININT64),
                                            nhi_db_bytes (awkward_bytes, sizeof awkward_bytes)),
                               error),
                   ==, 1);
  g_assert_cmpint (nhi_db_run (connection, "INSERT INTO t VALUES ($1, $2, $3)",
                               NHI_DB_ARGS (nhi_db_text (""), nhi_db_null (),
                                            nhi_db_bytes (NULL, 0)),
                               error),
                   ==, 1);
  rows = nhi_db_query (connection, "SELECT k, n, b FROM t ORDER BY k DESC", NHI_DB_NO_ARGS, error);
  g_assert_true (nhi_db_rows_next (rows, error));
  g_assert_cmpstr (nhi_db_rows_text (rows, 0), ==, "王𤧟堃'\"; --");
  g_assert_cmpint (nhi_db_rows_int (rows, 1), ==, G_MININT64);
  bytes = nhi_db_rows_bytes (rows, 2);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), awkward_bytes,
                   sizeof awkward_bytes);
  g_assert_false (nhi_db_rows_is_null (rows, 1));
  g_assert_true (nhi_db_rows_next (rows, error));
  g_assert_cmpstr (nhi_db_rows_text (rows, 0), ==, "");
  g_assert_true (nhi_db_rows_is_null (rows, 1));
  g_assert_cmpint (nhi_db_rows_int (rows, 1), ==, 0);
  empty = nhi_db_rows_bytes (rows, 2);
  g_assert_cmpuint (g_bytes_get_size (empty), ==, 0);
  g_assert_false (nhi_db_rows_next (rows, error));
  g_assert_no_error (*error);
  return TRUE;
}

static void
test_values_return_as_they_were (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_WRITE, values_body, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (f->db), ==, 2);
}

static gboolean
null_text_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_db_run (connection, "INSERT INTO t (k) VALUES ($1)", NHI_DB_ARGS (nhi_db_text (data)),
                     error) >= 0;
}

static const struct
{
  const char *name;
  const char *sql;
  NhiDbMode mode;
  NhiDbError code;
} wrong_statements[] = {
  { "syntax", "SELEKT 1", NHI_DB_WRITE, NHI_DB_ERROR_INTERNAL },
  { "two statements", "DELETE FROM t; DELETE FROM t", NHI_DB_WRITE, NHI_DB_ERROR_INTERNAL },
  { "nothing", " -- nothing", NHI_DB_WRITE, NHI_DB_ERROR_INTERNAL },
  { "missing values", "INSERT INTO t (k) VALUES ($1)", NHI_DB_WRITE, NHI_DB_ERROR_INTERNAL },
  { "question marks", "INSERT INTO t (k) VALUES (?)", NHI_DB_WRITE, NHI_DB_ERROR_INTERNAL },
  { "double-quoted text", "INSERT INTO t (k) VALUES (\"a\")", NHI_DB_WRITE, NHI_DB_ERROR_INTERNAL },
  { "not null", "INSERT INTO t (k) VALUES (NULL)", NHI_DB_WRITE, NHI_DB_ERROR_INTERNAL },
  { "same key", "INSERT INTO t (k) VALUES ('a')", NHI_DB_WRITE, NHI_DB_ERROR_CONSTRAINT },
  { "write while reading", "DELETE FROM t", NHI_DB_READ, NHI_DB_ERROR_INTERNAL },
};

static void
test_wrong_statements_are_told_apart (Fixture *f, gconstpointer data)
{
  g_assert_true (write_sql (f->db, "INSERT INTO t (k) VALUES ('a')", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_statements); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", wrong_statements[i].name);
      g_assert_false (nhi_db_transact (f->db, wrong_statements[i].mode, run_body,
                                       (gpointer)wrong_statements[i].sql, &error));
      g_assert_error (error, NHI_DB_ERROR, (gint)wrong_statements[i].code);
    }
  g_assert_cmpint (count (f->db), ==, 1);
}

static void
test_text_must_be_utf8 (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_WRITE, null_text_body, (gpointer) "\xa4\x40", &error);
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL);
}

static gboolean
swallowing_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  for (guint i = 0; i < 2; i++)
    nhi_db_run (connection, "INSERT INTO t (k) VALUES ('a')", NHI_DB_NO_ARGS, NULL);
  return TRUE;
}

static void
test_failed_statement_dooms_transaction (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_WRITE, swallowing_body, NULL, &error);
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL);
  g_assert_cmpint (count (f->db), ==, 0);
}

static gboolean
nesting_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return write_sql (data, "INSERT INTO t (k) VALUES ('a')", error);
}

static void
test_nested_transaction_is_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_WRITE, nesting_body, f->db, &error);
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL);
}

static gboolean
claiming_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  /* The rows are not asked for: the change must be made all the same. */
  rows = nhi_db_query (connection,
                       "UPDATE t SET n = 1 WHERE k IN (SELECT k FROM t WHERE k <> 'FOR UPDATE'"
                       " ORDER BY k LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING k",
                       NHI_DB_NO_ARGS, error);
  return rows != NULL;
}

static gboolean
changed_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection, "SELECT k FROM t WHERE n = 1", NHI_DB_NO_ARGS, error);
  g_assert_true (nhi_db_rows_next (rows, error));
  g_assert_cmpstr (nhi_db_rows_text (rows, 0), ==, "a");
  g_assert_false (nhi_db_rows_next (rows, error));
  return TRUE;
}

static void
test_row_locks_are_understood (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (write_sql (f->db, "INSERT INTO t (k) VALUES ('a'), ('b'), ('FOR UPDATE')", NULL));
  nhi_db_transact (f->db, NHI_DB_WRITE, claiming_body, NULL, &error);
  g_assert_no_error (error);
  nhi_db_transact (f->db, NHI_DB_READ, changed_body, NULL, &error);
  g_assert_no_error (error);
}

static void
test_file_is_private (Fixture *f, gconstpointer data)
{
  g_autofree char *log = g_strconcat (f->path, "-wal", NULL);
  struct stat status;

  g_assert_cmpint (stat (f->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (log, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
}

/* Conflicts: two pools on one file are as two programs. */

typedef struct
{
  NhiDb *rival;
  gboolean finished;
  GError *error;
  GThread *thread;
} Rivalry;

static gpointer
rival_thread (gpointer data)
{
  Rivalry *rivalry = data;

  write_sql (rivalry->rival, "INSERT INTO t (k) VALUES ('rival')", &rivalry->error);
  return NULL;
}

static gboolean
holding_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Rivalry *rivalry = data;

  rivalry->thread = g_thread_new ("rival", rival_thread, rivalry);
  while (nhi_db_conflicts (rivalry->rival) < 2)
    g_thread_yield ();
  return nhi_db_run (connection, "INSERT INTO t (k) VALUES ('holder')", NHI_DB_NO_ARGS, error) == 1;
}

static void
test_conflict_is_retried (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Rivalry rivalry = { .rival = nhi_db_open (f->uri, 1, NULL) };

  nhi_db_transact (f->db, NHI_DB_WRITE, holding_body, &rivalry, &error);
  g_thread_join (rivalry.thread);
  g_assert_no_error (error);
  g_assert_no_error (rivalry.error);
  g_assert_cmpint (count (f->db), ==, 2);
  nhi_db_close (rivalry.rival);
}

static gboolean
refusing_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  g_assert_false (write_sql (data, "INSERT INTO t (k) VALUES ('rival')", &refusal));
  g_assert_error (refusal, NHI_DB_ERROR, NHI_DB_ERROR_BUSY);
  return TRUE;
}

static void
test_conflict_ends_in_busy (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) rival = nhi_db_open (f->uri, 1, NULL);
  g_autoptr (GError) error = NULL;

  nhi_db_set_patience (rival, 0);
  nhi_db_transact (f->db, NHI_DB_WRITE, refusing_body, rival, &error);
  g_assert_no_error (error);
  g_assert_true (write_sql (rival, "INSERT INTO t (k) VALUES ('rival')", &error));
}

#define THREADS 8
#define ROUNDS 50

static gboolean
increment_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  gint64 n;

  rows = nhi_db_query (connection, "SELECT n FROM t WHERE k = $1", NHI_DB_ARGS (nhi_db_text ("c")),
                       error);
  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return FALSE;
  n = nhi_db_rows_int (rows, 0);
  return nhi_db_run (connection, "UPDATE t SET n = $2 WHERE k = $1",
                     NHI_DB_ARGS (nhi_db_text ("c"), nhi_db_int (n + 1)), error) == 1;
}

static gpointer
counting_thread (gpointer data)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;

      nhi_db_transact (data, NHI_DB_WRITE, increment_body, NULL, &error);
      g_assert_no_error (error);
      count (data);
    }
  return NULL;
}

static gboolean
counter_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection, "SELECT n FROM t WHERE k = 'c'", NHI_DB_NO_ARGS, error);
  g_assert_true (nhi_db_rows_next (rows, error));
  g_assert_cmpint (nhi_db_rows_int (rows, 0), ==, THREADS * ROUNDS);
  return TRUE;
}

/* Half of the threads on a pool of their own, and fewer connections than threads on both. */
static void
test_eight_threads_lose_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (NhiDb) other = nhi_db_open (f->uri, 2, NULL);
  GThread *threads[THREADS];

  g_assert_true (write_sql (f->db, "INSERT INTO t (k, n) VALUES ('c', 0)", NULL));
  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("counting", counting_thread, i % 2 == 0 ? f->db : other);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_true (nhi_db_transact (f->db, NHI_DB_READ, counter_body, NULL, NULL));
}

static gpointer
opening_thread (gpointer uri)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NhiDb) db = nhi_db_open (uri, 1, &error);

      g_assert_no_error (error);
    }
  return NULL;
}

/* Whoever makes the file must not take their locks from those who already use it. */
static void
test_new_file_is_opened_by_many_at_once (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autofree char *uri = g_strdup_printf ("sqlite:%s/%u.db", f->folder, round);
      GThread *threads[THREADS];

      for (guint i = 0; i < THREADS; i++)
        threads[i] = g_thread_new ("opening", opening_thread, uri);
      for (guint i = 0; i < THREADS; i++)
        g_thread_join (threads[i]);
    }
}

/* Processes that end badly. The parent closes its pool before it forks. */

static gboolean
stuffing_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  static const guint8 stuffing[4096];

  for (gint64 i = 0; i < 1000; i++)
    {
      g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT, i);

      if (nhi_db_run (connection, "INSERT INTO t (k, b) VALUES ($1, $2)",
                      NHI_DB_ARGS (nhi_db_text (key), nhi_db_bytes (stuffing, sizeof stuffing)),
                      error) < 0)
        return FALSE;
    }
  if (data != NULL)
    raise (SIGKILL);
  return TRUE;
}

static int
run_in_child (Fixture *f, int (*child) (const char *uri))
{
  int status;
  pid_t pid;

  g_clear_pointer (&f->db, nhi_db_close);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    _exit (child (f->uri));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  f->db = nhi_db_open (f->uri, 8, NULL);
  g_assert_nonnull (f->db);
  return status;
}

static int
killed_child (const char *uri)
{
  NhiDb *db = nhi_db_open (uri, 1, NULL);

  if (!write_sql (db, "INSERT INTO t (k) VALUES ('committed')", NULL))
    return 1;
  nhi_db_transact (db, NHI_DB_WRITE, stuffing_body, db, NULL);
  return 1;
}

static void
test_killed_within_transaction (Fixture *f, gconstpointer data)
{
  int status = run_in_child (f, killed_child);

  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  g_assert_cmpint (count (f->db), ==, 1);
  g_assert_true (write_sql (f->db, "INSERT INTO t (k) VALUES ('after')", NULL));
}

/* A limit on the file's size stands for a disk that is full. */
static int
full_child (const char *uri)
{
  const struct rlimit limit = { .rlim_cur = 256 * 1024, .rlim_max = RLIM_INFINITY };
  const struct rlimit none = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };
  g_autoptr (GError) error = NULL;
  NhiDb *db = nhi_db_open (uri, 1, NULL);

  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &limit);
  if (nhi_db_transact (db, NHI_DB_WRITE, stuffing_body, NULL, &error))
    return 2;
  if (!g_error_matches (error, NHI_DB_ERROR, NHI_DB_ERROR_FULL))
    {
      g_printerr ("%s\n", error->message);
      return 3;
    }
  setrlimit (RLIMIT_FSIZE, &none);
  return write_sql (db, "INSERT INTO t (k) VALUES ('room again')", NULL) ? 0 : 4;
}

static void
test_full_disk_loses_nothing (Fixture *f, gconstpointer data)
{
  int status;

  g_assert_true (write_sql (f->db, "INSERT INTO t (k) VALUES ('before')", NULL));
  status = run_in_child (f, full_child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpint (count (f->db), ==, 2);
}

static void
test_no_database_is_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "not.db", NULL);
  g_autofree char *uri = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *noise = g_strnfill (8192, 'x');

  g_assert_true (g_file_set_contents (path, noise, 8192, NULL));
  g_assert_null (nhi_db_open (uri, 1, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED);
}

/* The header is whole, a table's page is not. */
static void
test_damaged_page_is_found (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gint64 n;
  gsize length;

  g_assert_true (nhi_db_transact (f->db, NHI_DB_WRITE, stuffing_body, NULL, NULL));
  g_clear_pointer (&f->db, nhi_db_close);
  g_assert_true (g_file_get_contents (f->path, &contents, &length, NULL));
  memset (contents + 4096, 0xa5, length - 4096);
  g_assert_true (g_file_set_contents (f->path, contents, (gssize)length, NULL));
  f->db = nhi_db_open (f->uri, 1, &error);
  g_assert_no_error (error);
  nhi_db_transact (f->db, NHI_DB_READ, count_body, &n, &error);
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED);
}

static void
test_memory_is_one_database (void)
{
  g_autoptr (NhiDb) db = nhi_db_open ("sqlite::memory:", 8, NULL);
  GThread *threads[THREADS];

  g_assert_true (write_sql (db, TABLE, NULL));
  g_assert_true (write_sql (db, "INSERT INTO t (k, n) VALUES ('c', 0)", NULL));
  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("counting", counting_thread, db);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_true (nhi_db_transact (db, NHI_DB_READ, counter_body, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/db/values-return-as-they-were", test_values_return_as_they_were);
  ADD ("/db/wrong-statements-are-told-apart", test_wrong_statements_are_told_apart);
  ADD ("/db/text-must-be-utf8", test_text_must_be_utf8);
  ADD ("/db/failed-statement-dooms-transaction", test_failed_statement_dooms_transaction);
  ADD ("/db/nested-transaction-is-refused", test_nested_transaction_is_refused);
  ADD ("/db/row-locks-are-understood", test_row_locks_are_understood);
  ADD ("/db/eight-threads-lose-nothing", test_eight_threads_lose_nothing);
  ADD ("/db/killed-within-transaction", test_killed_within_transaction);
  if (!test_database_is_postgres ())
    {
      ADD ("/db/file-is-private", test_file_is_private);
      ADD ("/db/new-file-is-opened-by-many-at-once", test_new_file_is_opened_by_many_at_once);
      ADD ("/db/conflict-is-retried", test_conflict_is_retried);
      ADD ("/db/conflict-ends-in-busy", test_conflict_ends_in_busy);
      ADD ("/db/full-disk-loses-nothing", test_full_disk_loses_nothing);
      ADD ("/db/no-database-is-damaged", test_no_database_is_damaged);
      ADD ("/db/damaged-page-is-found", test_damaged_page_is_found);
      g_test_add_func ("/db/memory-is-one-database", test_memory_is_one_database);
    }
  return g_test_run ();
}
