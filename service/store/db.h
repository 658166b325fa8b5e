/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one door to the database: connections, transactions with retry, parameters, rows, bulk.
 * SQLite or PostgreSQL stands behind it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_DB_ERROR (nhi_db_error_quark ())
/**
 * NhiDbError:
 * @NHI_DB_ERROR_UNAVAILABLE: cannot be opened or reached; worth another try later
 * @NHI_DB_ERROR_BUSY: retried to the limit and still locked or conflicting
 * @NHI_DB_ERROR_CONSTRAINT: a key is already there
 * @NHI_DB_ERROR_FULL: the disk is full
 * @NHI_DB_ERROR_DAMAGED: the file is no database, or a wrong one
 * @NHI_DB_ERROR_SCHEMA: the schema is older or newer than this program; "nhicardctl migrate"
 * @NHI_DB_ERROR_INTERNAL: a statement is wrong: a defect of ours
 */
typedef enum
{
  NHI_DB_ERROR_UNAVAILABLE,
  NHI_DB_ERROR_BUSY,
  NHI_DB_ERROR_CONSTRAINT,
  NHI_DB_ERROR_FULL,
  NHI_DB_ERROR_DAMAGED,
  NHI_DB_ERROR_SCHEMA,
  NHI_DB_ERROR_INTERNAL,
} NhiDbError;
GQuark nhi_db_error_quark (void);

typedef struct _NhiDb NhiDb;                     /* a bounded pool of connections; thread safe */
typedef struct _NhiDbConnection NhiDbConnection; /* inside one transaction, one thread */
typedef struct _NhiDbRows NhiDbRows;

/* @uri: "sqlite:PATH" ("sqlite::memory:" has a single connection) or a libpq URI, "postgresql://…",
 * with as many hosts as there are (target_session_attrs=read-write is added where it is not said).
 * @connections: how many at once; the others wait. A new SQLite file has mode 0600. Open it after
 * fork (), never before. A server that is away now is an error at once: who waits for it says so
 * and tries again. */
NhiDb *nhi_db_open (const char *uri, guint connections, GError **error);
void nhi_db_close (NhiDb *db);
/* Whether there is something to open: nhi_db_open () would make a new file, which only migrating
 * should. FALSE with @error. */
gboolean nhi_db_is_there (const char *uri, GError **error);
/* @uri as it may be shown and logged: without its password. (transfer full) */
char *nhi_db_name (const char *uri);

/**
 * NhiDbMode:
 * @NHI_DB_READ: one snapshot, nothing is written
 * @NHI_DB_WRITE: as if it were alone (SQLite: BEGIN IMMEDIATE, so that it never has to upgrade;
 *   PostgreSQL: SERIALIZABLE). What is read may be decided upon.
 * @NHI_DB_WRITE_LOCKED: for bodies that decide only on rows they have locked (FOR UPDATE SKIP
 *   LOCKED), fence (WHERE lease_token = …) or make anew: claims of jobs, bulk. PostgreSQL: READ
 *   COMMITTED, so that neighbours in an index are no conflict. SQLite: as NHI_DB_WRITE.
 */
typedef enum
{
  NHI_DB_READ,
  NHI_DB_WRITE,
  NHI_DB_WRITE_LOCKED,
} NhiDbMode;

/* Runs @body in one transaction: committed when it returns TRUE, rolled back when FALSE. Run again
 * from the start on a conflict (SQLITE_BUSY, 40001, 40P01) or when the connection is lost, also
 * when it is lost during COMMIT and nobody knows whether that was done. So @body must lead to the
 * same state when it runs once more after it has in fact been committed (a create looks for its
 * idempotency key first; ids and tokens are made before the transaction; ON CONFLICT DO NOTHING;
 * WHERE lease_token = …), and must not touch anything outside the database that it cannot touch
 * twice. Blocks, ten seconds at most in the face of conflicts or of a database that is away (half a
 * second while others have found it away). As in
 * PostgreSQL, a statement that failed dooms its transaction: return FALSE; where a key may be there
 * already write ON CONFLICT … DO NOTHING and look at the count. Without it, NHI_DB_WRITE runs again
 * up to twice before it believes NHI_DB_ERROR_CONSTRAINT: it may be a race. No transaction inside
 * another one. */
typedef gboolean (*NhiDbBody) (NhiDbConnection *connection, gpointer data, GError **error);
gboolean nhi_db_transact (NhiDb *db, NhiDbMode mode, NhiDbBody body, gpointer data, GError **error);

typedef struct
{
  enum
  {
    NHI_DB_NULL,
    NHI_DB_TEXT,
    NHI_DB_INT,
    NHI_DB_BYTES
  } type;
  union
  {
    const char *text;
    gint64 integer;
    struct
    {
      const void *data;
      gsize length;
    } bytes;
  };
} NhiDbValue;

static inline NhiDbValue
nhi_db_text (const char *text) /* NULL is NULL */
{
  return (NhiDbValue){ .type = text != NULL ? NHI_DB_TEXT : NHI_DB_NULL, .text = text };
}

static inline NhiDbValue
nhi_db_int (gint64 integer)
{
  return (NhiDbValue){ .type = NHI_DB_INT, .integer = integer };
}

static inline NhiDbValue
nhi_db_bytes (const void *data, gsize length)
{
  return (NhiDbValue){ .type = NHI_DB_BYTES, .bytes = { data, length } };
}

static inline NhiDbValue
nhi_db_null (void)
{
  return (NhiDbValue){ .type = NHI_DB_NULL };
}

/* nhi_db_run (c, "INSERT INTO t VALUES ($1, $2)", NHI_DB_ARGS (nhi_db_text (a), nhi_db_int (b)),
 * &error) */
#define NHI_DB_ARGS(...)                                                                           \
  (const NhiDbValue[]){ __VA_ARGS__ }, G_N_ELEMENTS (((const NhiDbValue[]){ __VA_ARGS__ }))
#define NHI_DB_NO_ARGS NULL, 0

/* Placeholders $1, $2 …, each value used at least once. Text must be UTF-8. FOR UPDATE SKIP LOCKED
 * may be written. Returns the number of rows changed, or -1 with @error set. Statements are
 * prepared once per connection. */
gint64 nhi_db_run (NhiDbConnection *connection,
                   const char *sql,
                   const NhiDbValue *values,
                   gsize n_values,
                   GError **error);

/* Never NULL on success, also without rows. Valid until freed and within the transaction.
 * PostgreSQL holds them all in memory: read a large table in pages. */
NhiDbRows *nhi_db_query (NhiDbConnection *connection,
                         const char *sql,
                         const NhiDbValue *values,
                         gsize n_values,
                         GError **error);
/* TRUE: at the next row. FALSE: no more, or @error set. A column is read as what it is: text as
 * text, whole number as int, bytes as bytes; anything else is a defect of the query and warned of.
 * NULL reads as NULL, 0 and NULL. */
gboolean nhi_db_rows_next (NhiDbRows *rows, GError **error);
const char *nhi_db_rows_text (NhiDbRows *rows, guint column); /* NULL for NULL; valid until next */
gint64 nhi_db_rows_int (NhiDbRows *rows, guint column);
GBytes *nhi_db_rows_bytes (NhiDbRows *rows, guint column); /* (transfer full) (nullable) */
gboolean nhi_db_rows_is_null (NhiDbRows *rows, guint column);
void nhi_db_rows_free (NhiDbRows *rows);

/* Bulk: appends rows to one table within the transaction; COPY on PostgreSQL, one prepared INSERT
 * on SQLite. A key that is there already is NHI_DB_ERROR_CONSTRAINT. No other statement on this
 * connection until nhi_db_load_end (). @columns: NULL-terminated; each row gives one value for
 * each, of the column's own type. */
typedef struct _NhiDbLoad NhiDbLoad;
NhiDbLoad *nhi_db_load_begin (NhiDbConnection *connection,
                              const char *table,
                              const char *const *columns,
                              GError **error);
gboolean nhi_db_load_row (NhiDbLoad *load, const NhiDbValue *values, GError **error);
/* Sends the rest and frees @load, whether it succeeds or not. */
gboolean nhi_db_load_end (NhiDbLoad *load, GError **error);
/* After a failed row: frees @load; the body then returns FALSE. */
void nhi_db_load_cancel (NhiDbLoad *load);

/* Runs what has not run yet of data/schema/NNNN-*.sql (compiled in), one transaction a statement.
 * Several nodes may call it at once; who was killed in the middle is followed where it stopped. */
gboolean nhi_db_migrate (NhiDb *db, guint *ret_from, guint *ret_to, GError **error);
/* Whether this program can work with the database: its schema is the program's, and no copy or
 * filling was left unfinished in it. FALSE with NHI_DB_ERROR_SCHEMA. */
gboolean nhi_db_check_schema (NhiDb *db, GError **error);
/* The same for a program that serves already: a newer schema has only more than it needs, because
 * migrations add before they take away. */
gboolean nhi_db_serves_schema (NhiDb *db, GError **error);
/* The schema alone: for who goes on with what is unfinished. */
gboolean nhi_db_check_version (NhiDb *db, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiDb, nhi_db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiDbRows, nhi_db_rows_free)

G_END_DECLS
