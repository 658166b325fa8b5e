/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rows of a PostgreSQL result, which libpq holds whole: who reads a large table reads it in
 * pages. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/postgres-private.h"

typedef struct
{
  NhiDbRows parent;
  NhiPostgres *connection;
  PGresult *result;
  char *sql; /* for what is warned of */
  int at;    /* -1 before the first */
} PostgresRows;

NhiDbRows *
nhi_postgres_rows_new (NhiPostgres *self, PGresult *result, const char *sql)
{
  PostgresRows *rows = g_new0 (PostgresRows, 1);

  rows->parent.engine = self->parent.engine;
  rows->connection = self;
  rows->result = result;
  rows->sql = g_strdup (sql);
  rows->at = -1;
  self->open_rows++;
  return &rows->parent;
}

gboolean
nhi_postgres_rows_next (NhiDbRows *parent, GError **error)
{
  PostgresRows *rows = (PostgresRows *)parent;

  if (rows->at < PQntuples (rows->result))
    rows->at++;
  return rows->at < PQntuples (rows->result);
}

static gboolean
is_there (PostgresRows *rows, guint column)
{
  if (rows->at >= 0 && rows->at < PQntuples (rows->result) &&
      column < (guint)PQnfields (rows->result))
    return TRUE;
  g_critical ("there is no column %u in a row of: %s", column, rows->sql);
  return FALSE;
}

gboolean
nhi_postgres_rows_is_null (NhiDbRows *parent, guint column)
{
  PostgresRows *rows = (PostgresRows *)parent;

  return !is_there (rows, column) || PQgetisnull (rows->result, rows->at, (int)column) == 1;
}

static void
warn (PostgresRows *rows, guint column, const char *type)
{
  g_critical ("column %u is not %s: %s", column, type, rows->sql);
}

const char *
nhi_postgres_rows_text (NhiDbRows *parent, guint column)
{
  PostgresRows *rows = (PostgresRows *)parent;
  Oid type;

  if (nhi_postgres_rows_is_null (parent, column))
    return NULL;
  type = PQftype (rows->result, (int)column);
  if (type == NHI_POSTGRES_TEXT || type == NHI_POSTGRES_VARCHAR || type == NHI_POSTGRES_NAME)
    return PQgetvalue (rows->result, rows->at, (int)column);
  warn (rows, column, "text");
  return NULL;
}

gint64
nhi_postgres_rows_int (NhiDbRows *parent, guint column)
{
  PostgresRows *rows = (PostgresRows *)parent;
  gint64 value = 0;

  if (!nhi_postgres_rows_is_null (parent, column) &&
      !nhi_postgres_read_int (PQftype (rows->result, (int)column),
                              PQgetvalue (rows->result, rows->at, (int)column),
                              PQgetlength (rows->result, rows->at, (int)column), &value))
    warn (rows, column, "a whole number");
  return value;
}

GBytes *
nhi_postgres_rows_bytes (NhiDbRows *parent, guint column)
{
  PostgresRows *rows = (PostgresRows *)parent;

  if (nhi_postgres_rows_is_null (parent, column))
    return NULL;
  if (PQftype (rows->result, (int)column) == NHI_POSTGRES_BYTEA)
    return g_bytes_new (PQgetvalue (rows->result, rows->at, (int)column),
                        (gsize)PQgetlength (rows->result, rows->at, (int)column));
  warn (rows, column, "bytes");
  return NULL;
}

void
nhi_postgres_rows_free (NhiDbRows *parent)
{
  PostgresRows *rows = (PostgresRows *)parent;

  rows->connection->open_rows--;
  PQclear (rows->result);
  g_free (rows->sql);
  g_free (rows);
}
