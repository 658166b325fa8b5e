/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bulk into PostgreSQL: COPY in binary form, which neither doubles bytes nor has anything quoted.
 */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/postgres-private.h"

#include <string.h>

#define SEND_AT (64 * 1024) /* bytes held before they are sent; one value may be more */

static const guint8 head[] = { 'P',  'G', 'C', 'O', 'P', 'Y', '\n', 0xff, '\r', '\n',
                               '\0', 0,   0,   0,   0,   0,   0,    0,    0 };
static const guint8 tail[] = { 0xff, 0xff };

typedef struct
{
  NhiDbLoad parent;
  NhiPostgres *connection;
  char *sql;
  GByteArray *buffer;
  Oid *types;
  guint16 columns;
} PostgresLoad;

static void
load_free (PostgresLoad *self)
{
  g_byte_array_unref (self->buffer);
  g_free (self->types);
  g_free (self->sql);
  g_free (self);
}

/* Binary COPY converts nothing, so the columns' types must be known. */
static gboolean
learn_types (PostgresLoad *self, const char *table, const char *columns, GError **error)
{
  NhiPostgres *connection = self->connection;
  g_autofree char *sql = g_strdup_printf ("SELECT %s FROM %s LIMIT 0", columns, table);
  g_autoptr (PGresult) result = NULL;

  if (PQsendQueryParams (connection->handle, sql, 0, NULL, NULL, NULL, NULL, 1) == 1)
    result = nhi_postgres_collect (connection, NHI_POSTGRES_SILENCE);
  if (result == NULL || PQresultStatus (result) != PGRES_TUPLES_OK)
    {
      nhi_postgres_set_error (connection, result, sql, error);
      return FALSE;
    }
  self->columns = (guint16)PQnfields (result);
  self->types = g_new (Oid, self->columns);
  for (int i = 0; i < self->columns; i++)
    self->types[i] = PQftype (result, i);
  return TRUE;
}

static gboolean
begin_copy (PostgresLoad *self, GError **error)
{
  NhiPostgres *connection = self->connection;
  g_autoptr (PGresult) result = NULL;

  /* One statement however many its rows: it may take longer than others. */
  if (!nhi_postgres_execute (connection, "SET LOCAL statement_timeout = 0", NHI_POSTGRES_SILENCE,
                             error))
    return FALSE;
  if (PQsendQuery (connection->handle, self->sql) == 1)
    result = nhi_postgres_collect (connection, NHI_POSTGRES_SILENCE);
  if (result != NULL && PQresultStatus (result) == PGRES_COPY_IN)
    return TRUE;
  nhi_postgres_set_error (connection, result, self->sql, error);
  return FALSE;
}

NhiDbLoad *
nhi_postgres_load_begin (NhiDbConnection *connection,
                         const char *table,
                         const char *const *columns,
                         GError **error)
{
  g_autofree char *list = g_strjoinv (", ", (char **)columns);
  PostgresLoad *self = g_new0 (PostgresLoad, 1);

  self->parent.engine = connection->engine;
  self->connection = (NhiPostgres *)connection;
  self->sql = g_strdup_printf ("COPY %s (%s) FROM STDIN (FORMAT binary)", table, list);
  self->buffer = g_byte_array_new ();
  if (learn_types (self, table, list, error) && begin_copy (self, error))
    {
      g_byte_array_append (self->buffer, head, sizeof head);
      return &self->parent;
    }
  load_free (self);
  return NULL;
}

static gboolean
send_buffer (PostgresLoad *self, GError **error)
{
  NhiPostgres *connection = self->connection;

  if (PQputCopyData (connection->handle, (const char *)self->buffer->data,
                     (int)self->buffer->len) != 1 ||
      !nhi_postgres_flush (connection, NHI_POSTGRES_SILENCE))
    {
      nhi_postgres_set_error (connection, NULL, self->sql, error);
      return FALSE;
    }
  g_byte_array_set_size (self->buffer, 0);
  return TRUE;
}

static void
put_field (PostgresLoad *self, const void *data, gsize length)
{
  guint32 size = GUINT32_TO_BE ((guint32)length);

  g_byte_array_append (self->buffer, (const guint8 *)&size, sizeof size);
  g_byte_array_append (self->buffer, data, (guint)length);
}

static gboolean
put_int (PostgresLoad *self, Oid type, gint64 value)
{
  guint64 eight = GUINT64_TO_BE ((guint64)value);
  guint32 four = GUINT32_TO_BE ((guint32)value);
  guint16 two = GUINT16_TO_BE ((guint16)value);

  if (type == NHI_POSTGRES_INT8)
    put_field (self, &eight, sizeof eight);
  else if (type == NHI_POSTGRES_INT4 && value == (gint32)value)
    put_field (self, &four, sizeof four);
  else if (type == NHI_POSTGRES_INT2 && value == (gint16)value)
    put_field (self, &two, sizeof two);
  else
    return FALSE;
  return TRUE;
}

/* FALSE when a column of @type cannot hold it. */
static gboolean
put_value (PostgresLoad *self, Oid type, const NhiDbValue *value)
{
  static const guint32 none = 0xffffffff;

  switch (value->type)
    {
    case NHI_DB_TEXT:
      if (type != NHI_POSTGRES_TEXT)
        return FALSE;
      put_field (self, value->text, strlen (value->text));
      return TRUE;
    case NHI_DB_INT:
      return put_int (self, type, value->integer);
    case NHI_DB_BYTES:
      if (type != NHI_POSTGRES_BYTEA)
        return FALSE;
      put_field (self, value->bytes.length > 0 ? value->bytes.data : "", value->bytes.length);
      return TRUE;
    case NHI_DB_NULL:
    default:
      g_byte_array_append (self->buffer, (const guint8 *)&none, sizeof none);
      return TRUE;
    }
}

gboolean
nhi_postgres_load_row (NhiDbLoad *load, const NhiDbValue *values, GError **error)
{
  PostgresLoad *self = (PostgresLoad *)load;
  guint16 columns = GUINT16_TO_BE (self->columns);

  g_byte_array_append (self->buffer, (const guint8 *)&columns, sizeof columns);
  for (guint16 i = 0; i < self->columns; i++)
    {
      const char *why = nhi_postgres_check_value (&values[i]);

      if (why == NULL && !put_value (self, self->types[i], &values[i]))
        why = "A value does not fit its column";
      if (why != NULL)
        {
          nhi_postgres_refuse (self->connection, why, self->sql, error);
          return FALSE;
        }
    }
  return self->buffer->len < SEND_AT || send_buffer (self, error);
}

gboolean
nhi_postgres_load_end (NhiDbLoad *load, GError **error)
{
  PostgresLoad *self = (PostgresLoad *)load;
  NhiPostgres *connection = self->connection;
  g_autoptr (PGresult) result = NULL;
  gboolean done = FALSE;

  g_byte_array_append (self->buffer, tail, sizeof tail);
  if (send_buffer (self, error))
    {
      if (PQputCopyEnd (connection->handle, NULL) == 1)
        result = nhi_postgres_collect (connection, NHI_POSTGRES_SILENCE);
      done = result != NULL && PQresultStatus (result) == PGRES_COMMAND_OK;
      if (!done)
        nhi_postgres_set_error (connection, result, self->sql, error);
    }
  load_free (self);
  return done;
}

/* The server answers with an error, which is what was asked for. */
void
nhi_postgres_load_cancel (NhiDbLoad *load)
{
  PostgresLoad *self = (PostgresLoad *)load;
  NhiPostgres *connection = self->connection;

  connection->parent.failed = TRUE;
  if (!connection->parent.broken && PQputCopyEnd (connection->handle, "cancelled") == 1)
    PQclear (nhi_postgres_collect (connection, NHI_POSTGRES_SILENCE));
  load_free (self);
}
