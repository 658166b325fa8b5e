/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of the PostgreSQL engine share: its connection, and one function for each way to
 * talk on it. */
#pragma once

#include "service/store/db-engine.h"

#include <libpq-fe.h>

G_BEGIN_DECLS

/* How many statements a connection keeps prepared; the one not used for the longest time goes
 * first. */
#define NHI_POSTGRES_STATEMENTS 256

/* How long the server may be silent, in µs. A connection that says nothing for so long is let go
 * of, never cancelled: a cancelled COMMIT would count as done before any standby has it. Longer
 * than statement_timeout, so that a server that lives speaks first. */
#define NHI_POSTGRES_SILENCE (90 * G_USEC_PER_SEC)
#define NHI_POSTGRES_FOREVER G_MAXINT64
/* For tests, before the first connection: another silence for everything. */
void nhi_postgres_set_silence (gint64 microseconds);

typedef struct
{
  NhiDbConnection parent;
  PGconn *handle;
  GHashTable *statements; /* types and SQL -> Statement */
  GQueue used;            /* of Statement: the newest first */
  guint64 named;          /* statements so far, for their names */
  guint open_rows;
  gboolean beginning; /* BEGIN is under way: what a standby refuses there says that it is one */
} NhiPostgres;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)

/* postgres-connect.c */
NhiDbConnection *nhi_postgres_connect (const char *uri, gboolean *ret_away, GError **error);
void nhi_postgres_disconnect (NhiDbConnection *connection);
gboolean nhi_postgres_is_alive (NhiDbConnection *connection);

/* postgres-wire.c. @silence: %NHI_POSTGRES_SILENCE, or %NHI_POSTGRES_FOREVER for no bound. */
/* Everything that was sent is on its way. FALSE: the connection is lost. */
gboolean nhi_postgres_flush (NhiPostgres *self, gint64 silence);
/* The answer to what was sent, to its end; of several the last, or the first that is an error. A
 * COPY ends it early. %NULL: the connection is lost. */
PGresult *nhi_postgres_collect (NhiPostgres *self, gint64 silence);
/* Simple protocol, without values. FALSE with @error. */
gboolean nhi_postgres_execute (NhiPostgres *self, const char *sql, gint64 silence, GError **error);

/* postgres-error.c: @result: what went wrong; %NULL: the connection is lost. @sql: nullable. */
void
nhi_postgres_set_error (NhiPostgres *self, const PGresult *result, const char *sql, GError **error);
/* Of libpq's words one line, without a full stop. (transfer full) */
char *nhi_postgres_one_line (const char *words);
/* An error of ours: the statement cannot be run as it is. Dooms the transaction. */
void nhi_postgres_refuse (NhiPostgres *self, const char *why, const char *sql, GError **error);

/* postgres-value.c: what every value is sent as. */
#define NHI_POSTGRES_BOOL 16
#define NHI_POSTGRES_BYTEA 17
#define NHI_POSTGRES_NAME 19
#define NHI_POSTGRES_INT8 20
#define NHI_POSTGRES_INT2 21
#define NHI_POSTGRES_INT4 23
#define NHI_POSTGRES_TEXT 25
#define NHI_POSTGRES_VARCHAR 1043
#define NHI_POSTGRES_NUMERIC 1700
/* NULL when @value may be sent, else why not. */
const char *nhi_postgres_check_value (const NhiDbValue *value);
/* A whole number in its binary form of any of PostgreSQL's types. FALSE when it is none. */
gboolean nhi_postgres_read_int (Oid type, const char *data, int length, gint64 *ret_value);

/* postgres-rows.c: takes @result. */
NhiDbRows *nhi_postgres_rows_new (NhiPostgres *self, PGresult *result, const char *sql);
gboolean nhi_postgres_rows_next (NhiDbRows *rows, GError **error);
const char *nhi_postgres_rows_text (NhiDbRows *rows, guint column);
gint64 nhi_postgres_rows_int (NhiDbRows *rows, guint column);
GBytes *nhi_postgres_rows_bytes (NhiDbRows *rows, guint column);
gboolean nhi_postgres_rows_is_null (NhiDbRows *rows, guint column);
void nhi_postgres_rows_free (NhiDbRows *rows);

/* postgres-load.c */
NhiDbLoad *nhi_postgres_load_begin (NhiDbConnection *connection,
                                    const char *table,
                                    const char *const *columns,
                                    GError **error);
gboolean nhi_postgres_load_row (NhiDbLoad *load, const NhiDbValue *values, GError **error);
gboolean nhi_postgres_load_end (NhiDbLoad *load, GError **error);
void nhi_postgres_load_cancel (NhiDbLoad *load);

G_END_DECLS
