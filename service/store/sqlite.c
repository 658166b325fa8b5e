/* SPDX-License-Identifier: GPL-3.0-or-later
 * SQLite behind db.h: one connection, its statements and their rows. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/sqlite-bind.h"
#include "service/store/sqlite-error.h"
#include "service/store/sql-text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SCHEME NHI_SQLITE_SCHEME
#define MAX_STATEMENTS 256
#define OPEN_PATIENCE 5000 /* ms, while a connection is made ready */

typedef struct
{
  sqlite3_stmt *handle;
  gboolean in_use;
  gboolean cached;
} Statement;

typedef struct
{
  NhiDbConnection parent;
  sqlite3 *handle;
  GHashTable *statements; /* SQL -> Statement */
  guint open_rows;
} SqliteConnection;

typedef struct
{
  NhiDbRows parent;
  SqliteConnection *connection;
  Statement *statement;
  gboolean waiting; /* a row was fetched that next () has not handed out yet */
  gboolean ended;
} SqliteRows;

static void
statement_free (Statement *statement)
{
  sqlite3_finalize (statement->handle);
  g_free (statement);
}

static gboolean
is_idle (gpointer key, gpointer value, gpointer data)
{
  return !((Statement *)value)->in_use;
}

static Statement *
prepare (SqliteConnection *connection, const char *sql, GError **error)
{
  g_autofree char *plain = nhi_sql_without_row_locks (sql);
  sqlite3_stmt *handle = NULL;
  const char *tail = NULL;
  Statement *statement;
  int code;

  code =
      sqlite3_prepare_v3 (connection->handle, plain, -1, SQLITE_PREPARE_PERSISTENT, &handle, &tail);
  if (code == SQLITE_OK && (handle == NULL || tail[strspn (tail, " \t\r\n;")] != '\0'))
    {
      sqlite3_finalize (handle);
      connection->parent.failed = TRUE;
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL, "Not exactly one statement: %s",
                   sql);
      return NULL;
    }
  if (code != SQLITE_OK)
    {
      nhi_sqlite_set_error (&connection->parent, connection->handle, code, sql, error);
      return NULL;
    }
  statement = g_new0 (Statement, 1);
  statement->handle = handle;
  return statement;
}

static Statement *
take_statement (SqliteConnection *connection, const char *sql, GError **error)
{
  Statement *statement = g_hash_table_lookup (connection->statements, sql);

  if (statement == NULL || statement->in_use)
    {
      gboolean keep = statement == NULL;

      statement = prepare (connection, sql, error);
      if (statement == NULL)
        return NULL;
      if (keep && g_hash_table_size (connection->statements) >= MAX_STATEMENTS)
        g_hash_table_foreach_remove (connection->statements, is_idle, NULL);
      if (keep)
        g_hash_table_insert (connection->statements, g_strdup (sql), statement);
      statement->cached = keep;
    }
  statement->in_use = TRUE;
  return statement;
}

static void
release_statement (Statement *statement)
{
  sqlite3_reset (statement->handle);
  sqlite3_clear_bindings (statement->handle);
  statement->in_use = FALSE;
  if (!statement->cached)
    statement_free (statement);
}

/* A statement with its values in it, ready to step. */
static Statement *
start (SqliteConnection *connection,
       const char *sql,
       const NhiDbValue *values,
       gsize n_values,
       GError **error)
{
  Statement *statement = take_statement (connection, sql, error);

  if (statement == NULL)
    return NULL;
  if (connection->parent.mode == NHI_DB_READ && !sqlite3_stmt_readonly (statement->handle))
    {
      connection->parent.failed = TRUE;
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL,
                   "A transaction for reading cannot write: %s", sql);
      release_statement (statement);
      return NULL;
    }
  if (!nhi_sqlite_bind (&connection->parent, statement->handle, values, n_values, error))
    {
      release_statement (statement);
      return NULL;
    }
  return statement;
}

static gint64
sqlite_run (NhiDbConnection *parent,
            const char *sql,
            const NhiDbValue *values,
            gsize n_values,
            GError **error)
{
  SqliteConnection *connection = (SqliteConnection *)parent;
  Statement *statement = start (connection, sql, values, n_values, error);
  gint64 changes = sqlite3_total_changes64 (connection->handle);
  int code;

  if (statement == NULL)
    return -1;
  do
    code = sqlite3_step (statement->handle);
  while (code == SQLITE_ROW);
  if (code != SQLITE_DONE)
    nhi_sqlite_set_error (parent, connection->handle, code, sql, error);
  release_statement (statement);
  return code == SQLITE_DONE ? sqlite3_total_changes64 (connection->handle) - changes : -1;
}

static gboolean
sqlite_rows_next (NhiDbRows *parent, GError **error)
{
  SqliteRows *rows = (SqliteRows *)parent;
  sqlite3_stmt *handle = rows->statement->handle;
  int code;

  if (rows->waiting)
    {
      rows->waiting = FALSE;
      return TRUE;
    }
  if (rows->ended)
    return FALSE;
  code = sqlite3_step (handle);
  if (code == SQLITE_ROW)
    return TRUE;
  rows->ended = TRUE;
  if (code != SQLITE_DONE)
    nhi_sqlite_set_error (&rows->connection->parent, rows->connection->handle, code,
                          sqlite3_sql (handle), error);
  return FALSE;
}

static void
sqlite_rows_free (NhiDbRows *parent)
{
  SqliteRows *rows = (SqliteRows *)parent;

  rows->connection->open_rows--;
  release_statement (rows->statement);
  g_free (rows);
}

/* Takes the first step at once: a statement that changes something must do so also when nobody asks
 * for its rows. */
static NhiDbRows *
sqlite_query (NhiDbConnection *parent,
              const char *sql,
              const NhiDbValue *values,
              gsize n_values,
              GError **error)
{
  SqliteConnection *connection = (SqliteConnection *)parent;
  Statement *statement = start (connection, sql, values, n_values, error);
  g_autoptr (GError) cause = NULL;
  SqliteRows *rows;

  if (statement == NULL)
    return NULL;
  rows = g_new0 (SqliteRows, 1);
  rows->parent.engine = parent->engine;
  rows->connection = connection;
  rows->statement = statement;
  connection->open_rows++;
  rows->waiting = sqlite_rows_next (&rows->parent, &cause);
  if (cause != NULL)
    {
      sqlite_rows_free (&rows->parent);
      g_propagate_error (error, g_steal_pointer (&cause));
      return NULL;
    }
  return &rows->parent;
}

/* TRUE when the column holds @type; FALSE for NULL. Anything else is a defect of the query. */
static gboolean
column_is (SqliteRows *rows, guint column, int type, const char *type_name)
{
  sqlite3_stmt *handle = rows->statement->handle;
  int found;

  if (rows->ended || column >= (guint)sqlite3_data_count (handle))
    {
      g_critical ("there is no column %u in a row of: %s", column, sqlite3_sql (handle));
      return FALSE;
    }
  found = sqlite3_column_type (handle, (int)column);
  if (found != type && found != SQLITE_NULL)
    g_critical ("column %u is not %s: %s", column, type_name, sqlite3_sql (handle));
  return found == type;
}

static const char *
sqlite_rows_text (NhiDbRows *parent, guint column)
{
  SqliteRows *rows = (SqliteRows *)parent;

  if (!column_is (rows, column, SQLITE_TEXT, "text"))
    return NULL;
  return (const char *)sqlite3_column_text (rows->statement->handle, (int)column);
}

static gint64
sqlite_rows_int (NhiDbRows *parent, guint column)
{
  SqliteRows *rows = (SqliteRows *)parent;

  if (!column_is (rows, column, SQLITE_INTEGER, "a whole number"))
    return 0;
  return sqlite3_column_int64 (rows->statement->handle, (int)column);
}

static GBytes *
sqlite_rows_bytes (NhiDbRows *parent, guint column)
{
  SqliteRows *rows = (SqliteRows *)parent;
  sqlite3_stmt *handle = rows->statement->handle;
  const void *data;

  if (!column_is (rows, column, SQLITE_BLOB, "bytes"))
    return NULL;
  data = sqlite3_column_blob (handle, (int)column);
  return g_bytes_new (data, (gsize)sqlite3_column_bytes (handle, (int)column));
}

static gboolean
sqlite_rows_is_null (NhiDbRows *parent, guint column)
{
  SqliteRows *rows = (SqliteRows *)parent;

  return sqlite3_column_type (rows->statement->handle, (int)column) == SQLITE_NULL;
}

static gboolean
execute (SqliteConnection *connection, const char *sql, GError **error)
{
  int code = sqlite3_exec (connection->handle, sql, NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;
  nhi_sqlite_set_error (&connection->parent, connection->handle, code, sql, error);
  return FALSE;
}

static gboolean
sqlite_begin (NhiDbConnection *parent, GError **error)
{
  gboolean write = parent->mode != NHI_DB_READ;

  return execute ((SqliteConnection *)parent, write ? "BEGIN IMMEDIATE" : "BEGIN", error);
}

/* Rows left open would keep the snapshot, and with it the log, from ever being let go. */
static void
end_open_rows (SqliteConnection *connection)
{
  sqlite3_stmt *handle = NULL;

  if (connection->open_rows == 0)
    return;
  g_critical ("%u results were not freed within their transaction", connection->open_rows);
  while ((handle = sqlite3_next_stmt (connection->handle, handle)) != NULL)
    sqlite3_reset (handle);
}

static gboolean
sqlite_commit (NhiDbConnection *parent, GError **error)
{
  SqliteConnection *connection = (SqliteConnection *)parent;

  end_open_rows (connection);
  return execute (connection, "COMMIT", error);
}

static void
sqlite_rollback (NhiDbConnection *parent)
{
  SqliteConnection *connection = (SqliteConnection *)parent;

  end_open_rows (connection);
  /* After a full disk SQLite has already rolled back by itself. */
  if (!sqlite3_get_autocommit (connection->handle) &&
      sqlite3_exec (connection->handle, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
    parent->broken = TRUE;
}

static gboolean
sqlite_has_table (NhiDbConnection *parent, const char *table, gboolean *ret_has, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = sqlite_query (parent, "SELECT name FROM sqlite_master WHERE type = 'table' AND name = $1",
                       NHI_DB_ARGS (nhi_db_text (table)), error);
  if (rows == NULL)
    return FALSE;
  *ret_has = ((SqliteRows *)rows)->waiting;
  return TRUE;
}

static void
sqlite_disconnect (NhiDbConnection *parent)
{
  SqliteConnection *connection = (SqliteConnection *)parent;

  g_clear_pointer (&connection->statements, g_hash_table_unref);
  sqlite3_close (connection->handle);
  g_free (connection);
}

static gboolean
read_int (SqliteConnection *connection, const char *sql, gint64 *ret_value, GError **error)
{
  g_autoptr (NhiDbRows) rows = sqlite_query (&connection->parent, sql, NHI_DB_NO_ARGS, error);

  if (rows == NULL || !sqlite_rows_next (rows, error))
    return FALSE;
  *ret_value = sqlite_rows_int (rows, 0);
  return TRUE;
}

/* An empty file becomes ours; a file of another program is left alone. Within a transaction. */
static gboolean
claim_file (SqliteConnection *connection, GError **error)
{
  gint64 application_id, tables;

  if (!read_int (connection, "PRAGMA application_id", &application_id, error) ||
      !read_int (connection, "SELECT count(*) FROM sqlite_master", &tables, error))
    return FALSE;
  if (application_id == NHI_SQLITE_APPLICATION_ID)
    return TRUE;
  if (application_id != 0 || tables != 0)
    {
      g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED,
                           "The file is another program's database; name another file");
      return FALSE;
    }
  return execute (connection, "PRAGMA application_id = 1313360195", error);
}

static gboolean
use_log (SqliteConnection *connection, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  const char *journal;

  rows = sqlite_query (&connection->parent, "PRAGMA journal_mode = WAL", NHI_DB_NO_ARGS, error);
  if (rows == NULL || !sqlite_rows_next (rows, error))
    return FALSE;
  journal = sqlite_rows_text (rows, 0);
  if (g_strcmp0 (journal, "wal") == 0 || g_strcmp0 (journal, "memory") == 0)
    return TRUE;
  g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
                       "The file system of the database cannot share memory; use a local disk");
  return FALSE;
}

static gboolean
claim_file_at_once (SqliteConnection *connection, GError **error)
{
  gint64 application_id;

  if (!read_int (connection, "PRAGMA application_id", &application_id, error))
    return FALSE;
  if (application_id == NHI_SQLITE_APPLICATION_ID)
    return TRUE;
  if (!execute (connection, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (claim_file (connection, error) && execute (connection, "COMMIT", error))
    return TRUE;
  sqlite_rollback (&connection->parent);
  return FALSE;
}

/* While another connection is making the same new file ready, SQLite says “busy” at once, without
 * its own patience. */
static gboolean
make_file_ready (SqliteConnection *connection, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + OPEN_PATIENCE * G_TIME_SPAN_MILLISECOND;

  for (;;)
    {
      GError *cause = NULL;

      if (claim_file_at_once (connection, &cause) && use_log (connection, &cause))
        return TRUE;
      if (!g_error_matches (cause, NHI_DB_ERROR, NHI_DB_ERROR_BUSY) ||
          g_get_monotonic_time () >= deadline)
        {
          g_propagate_error (error, cause);
          return FALSE;
        }
      g_error_free (cause);
      g_usleep ((gulong)g_random_int_range (1000, 20000));
    }
}

static gboolean
configure (SqliteConnection *connection, GError **error)
{
  sqlite3_extended_result_codes (connection->handle, 1);
  sqlite3_busy_timeout (connection->handle, OPEN_PATIENCE);
  sqlite3_db_config (connection->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config (connection->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_db_config (connection->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (!make_file_ready (connection, error) ||
      !execute (connection,
                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                "PRAGMA secure_delete = FAST; PRAGMA temp_store = MEMORY;"
                "PRAGMA cache_size = -16384",
                error))
    return FALSE;
  if (sqlite3_db_readonly (connection->handle, "main") == 1)
    {
      nhi_sqlite_set_error (NULL, NULL, SQLITE_READONLY, NULL, error);
      return FALSE;
    }
  /* From here on db.c waits, with the whole transaction. */
  sqlite3_busy_timeout (connection->handle, 0);
  return TRUE;
}

/* SQLite would create it readable by everyone the umask allows; its log takes over the mode. Never
 * opened here when it exists, and by one thread at a time: closing it again drops the locks that
 * this process has on it. */
static void
create_private (const char *path)
{
  static GMutex one_at_a_time;
  int fd;

  if (g_str_equal (path, ":memory:"))
    return;
  g_mutex_lock (&one_at_a_time);
  fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);
  g_mutex_unlock (&one_at_a_time);
}

static const char *
path_of (const char *uri)
{
  return uri + strlen (SCHEME);
}

static NhiDbConnection *
sqlite_connect (const char *uri, gboolean *ret_away, GError **error)
{
  const char *path = path_of (uri);
  SqliteConnection *connection = g_new0 (SqliteConnection, 1);
  int code;

  *ret_away = FALSE;
  connection->parent.engine = &nhi_sqlite_engine;
  connection->parent.mode = NHI_DB_WRITE;
  connection->statements =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)statement_free);
  create_private (path);
  code = sqlite3_open_v2 (path, &connection->handle,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                              SQLITE_OPEN_EXRESCODE,
                          NULL);
  if (code != SQLITE_OK)
    nhi_sqlite_set_error (NULL, connection->handle, code, NULL, error);
  if (code != SQLITE_OK || !configure (connection, error))
    {
      g_prefix_error (error, "%s: ", path);
      sqlite_disconnect (&connection->parent);
      return NULL;
    }
  return &connection->parent;
}

/* Every connection to :memory: is a database of its own. */
static void
sqlite_limit (const char *uri, guint *connections)
{
  if (g_str_equal (path_of (uri), ":memory:"))
    *connections = 1;
}

/* What stands there but cannot be looked at is for connecting to tell. */
static gboolean
sqlite_is_there (const char *uri)
{
  const char *path = path_of (uri);

  return g_str_equal (path, ":memory:") || access (path, F_OK) == 0 || errno != ENOENT;
}

static const char *const schemes[] = { SCHEME, NULL };

const NhiDbEngine nhi_sqlite_engine = {
  .schemes = schemes,
  .single_writer = TRUE,
  .limit = sqlite_limit,
  .is_there = sqlite_is_there,
  .connect = sqlite_connect,
  .disconnect = sqlite_disconnect,
  .begin = sqlite_begin,
  .commit = sqlite_commit,
  .rollback = sqlite_rollback,
  .run = sqlite_run,
  .query = sqlite_query,
  .has_table = sqlite_has_table,
  .rows_next = sqlite_rows_next,
  .rows_text = sqlite_rows_text,
  .rows_int = sqlite_rows_int,
  .rows_bytes = sqlite_rows_bytes,
  .rows_is_null = sqlite_rows_is_null,
  .rows_free = sqlite_rows_free,
};
