/* SPDX-License-Identifier: GPL-3.0-or-later
 * PostgreSQL behind db.h: one connection's transactions and prepared statements. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/postgres-private.h"

#include <string.h>

typedef struct
{
  GList link; /* in the connection's queue */
  char name[24];
  char key[]; /* a letter for the type of each value, a colon, SQL */
} Statement;

#define MAX_VALUES 64

/* Values as libpq takes them. */
typedef struct
{
  char letters[MAX_VALUES + 1]; /* of their types, for the statement's key */
  Oid types[MAX_VALUES];
  const char *data[MAX_VALUES];
  int lengths[MAX_VALUES];
  int binary[MAX_VALUES];
  guint64 integers[MAX_VALUES]; /* big endian */
  int count;
} Values;

/* Changes of the schema, and what a copy does to a whole table, whose name it alone quotes. */
static const char *const large_words[] = {
  "CREATE ", "ALTER ", "DROP ", "SELECT count(*) FROM \"", "DELETE FROM \"",
};

/* Such a statement is used once and takes as long as the table is large. */
static gboolean
is_large (const char *sql)
{
  for (gsize i = 0; i < G_N_ELEMENTS (large_words); i++)
    if (g_ascii_strncasecmp (sql, large_words[i], strlen (large_words[i])) == 0)
      return TRUE;
  return FALSE;
}

static void
put_value (Values *values, int at, const NhiDbValue *value)
{
  values->binary[at] = 1;
  switch (value->type)
    {
    case NHI_DB_TEXT:
      values->letters[at] = 't';
      values->types[at] = NHI_POSTGRES_TEXT;
      values->data[at] = value->text;
      values->lengths[at] = (int)strlen (value->text);
      break;
    case NHI_DB_INT:
      values->letters[at] = 'i';
      values->types[at] = NHI_POSTGRES_INT8;
      values->integers[at] = GUINT64_TO_BE ((guint64)value->integer);
      values->data[at] = (const char *)&values->integers[at];
      values->lengths[at] = sizeof values->integers[at];
      break;
    case NHI_DB_BYTES:
      values->letters[at] = 'b';
      values->types[at] = NHI_POSTGRES_BYTEA;
      /* A NULL pointer would be NULL, not an empty value. */
      values->data[at] = value->bytes.length > 0 ? value->bytes.data : "";
      values->lengths[at] = (int)value->bytes.length;
      break;
    case NHI_DB_NULL:
    default:
      values->letters[at] = 'n';
      values->types[at] = 0;
      values->data[at] = NULL;
      values->lengths[at] = 0;
      break;
    }
}

/* Whole numbers go as BIGINT and texts as TEXT, whatever the column is: were the server to choose,
 * "$1 - 60" would be an INTEGER, which ends in 2038. */
static gboolean
put_values (NhiPostgres *self,
            const char *sql,
            const NhiDbValue *values,
            gsize n_values,
            Values *ret_values,
            GError **error)
{
  if (n_values > MAX_VALUES)
    {
      nhi_postgres_refuse (self, "More than 64 values", sql, error);
      return FALSE;
    }
  for (gsize i = 0; i < n_values; i++)
    {
      const char *why = nhi_postgres_check_value (&values[i]);

      if (why != NULL)
        {
          nhi_postgres_refuse (self, why, sql, error);
          return FALSE;
        }
      put_value (ret_values, (int)i, &values[i]);
    }
  ret_values->letters[n_values] = '\0';
  ret_values->count = (int)n_values;
  return TRUE;
}

static void
forget (NhiPostgres *self, Statement *statement)
{
  g_queue_unlink (&self->used, &statement->link);
  g_hash_table_remove (self->statements, statement->key);
}

static gboolean
make_room (NhiPostgres *self, GError **error)
{
  Statement *oldest = g_queue_peek_tail (&self->used);
  g_autofree char *sql = NULL;

  if (g_hash_table_size (self->statements) < NHI_POSTGRES_STATEMENTS)
    return TRUE;
  sql = g_strconcat ("DEALLOCATE ", oldest->name, NULL);
  if (!nhi_postgres_execute (self, sql, NHI_POSTGRES_SILENCE, error))
    return FALSE;
  forget (self, oldest);
  return TRUE;
}

static Statement *
prepare (NhiPostgres *self, const char *key, const char *sql, const Values *values, GError **error)
{
  g_autoptr (PGresult) result = NULL;
  gsize length = strlen (key) + 1;
  Statement *statement;

  if (!make_room (self, error))
    return NULL;
  statement = g_malloc0 (sizeof (Statement) + length);
  statement->link.data = statement;
  memcpy (statement->key, key, length);
  g_snprintf (statement->name, sizeof statement->name, "nhi%" G_GUINT64_FORMAT, ++self->named);
  if (PQsendPrepare (self->handle, statement->name, sql, values->count, values->types) == 1)
    result = nhi_postgres_collect (self, NHI_POSTGRES_SILENCE);
  if (result == NULL || PQresultStatus (result) != PGRES_COMMAND_OK)
    {
      nhi_postgres_set_error (self, result, sql, error);
      g_free (statement);
      return NULL;
    }
  g_hash_table_insert (self->statements, statement->key, statement);
  g_queue_push_head_link (&self->used, &statement->link);
  return statement;
}

/* What it was prepared for has another shape now, because a migration came in between. */
static gboolean
is_outdated (const PGresult *result)
{
  return g_strcmp0 (PQresultErrorField (result, PG_DIAG_SQLSTATE), "0A000") == 0;
}

static PGresult *
execute_prepared (NhiPostgres *self, const char *sql, const Values *values, GError **error)
{
  g_autofree char *key = g_strconcat (values->letters, ":", sql, NULL);
  Statement *statement = g_hash_table_lookup (self->statements, key);
  gboolean kept = statement != NULL;
  g_autoptr (PGresult) result = NULL;

  if (statement == NULL)
    statement = prepare (self, key, sql, values, error);
  if (statement == NULL)
    return NULL;
  g_queue_unlink (&self->used, &statement->link);
  g_queue_push_head_link (&self->used, &statement->link);
  if (PQsendQueryPrepared (self->handle, statement->name, values->count, values->data,
                           values->lengths, values->binary, 1) == 1)
    result = nhi_postgres_collect (self, NHI_POSTGRES_SILENCE);
  if (kept && result != NULL && is_outdated (result))
    {
      /* It stays on the server under a name that is never used again. */
      forget (self, statement);
      self->parent.conflict = TRUE;
    }
  return g_steal_pointer (&result);
}

/* The answer to one statement, checked. NULL with @error. */
static PGresult *
send (NhiPostgres *self, const char *sql, const NhiDbValue *values, gsize n_values, GError **error)
{
  g_autoptr (PGresult) result = NULL;
  g_autoptr (GError) cause = NULL;
  ExecStatusType status;
  Values ready;

  if (!put_values (self, sql, values, n_values, &ready, error))
    return NULL;
  if (!is_large (sql))
    result = execute_prepared (self, sql, &ready, &cause);
  else if (nhi_postgres_execute (self, "SET LOCAL statement_timeout = 0", NHI_POSTGRES_SILENCE,
                                 &cause) &&
           PQsendQueryParams (self->handle, sql, ready.count, ready.types, ready.data,
                              ready.lengths, ready.binary, 1) == 1)
    result = nhi_postgres_collect (self, NHI_POSTGRES_FOREVER);
  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return NULL;
    }
  status = result != NULL ? PQresultStatus (result) : PGRES_FATAL_ERROR;
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
    return g_steal_pointer (&result);
  if (status == PGRES_EMPTY_QUERY)
    nhi_postgres_refuse (self, "Not exactly one statement", sql, error);
  else
    nhi_postgres_set_error (self, result, sql, error);
  return NULL;
}

static gint64
postgres_run (NhiDbConnection *connection,
              const char *sql,
              const NhiDbValue *values,
              gsize n_values,
              GError **error)
{
  g_autoptr (PGresult) result = send ((NhiPostgres *)connection, sql, values, n_values, error);

  if (result == NULL)
    return -1;
  /* A SELECT counts its rows, which have not changed; what changes no rows has no count. */
  if (g_str_has_prefix (PQcmdStatus (result), "SELECT"))
    return 0;
  return g_ascii_strtoll (PQcmdTuples (result), NULL, 10);
}

static NhiDbRows *
postgres_query (NhiDbConnection *connection,
                const char *sql,
                const NhiDbValue *values,
                gsize n_values,
                GError **error)
{
  NhiPostgres *self = (NhiPostgres *)connection;
  PGresult *result = send (self, sql, values, n_values, error);

  return result != NULL ? nhi_postgres_rows_new (self, result, sql) : NULL;
}

static gboolean
postgres_has_table (NhiDbConnection *connection,
                    const char *table,
                    gboolean *ret_has,
                    GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = postgres_query (connection,
                         "SELECT tablename FROM pg_catalog.pg_tables WHERE tablename = $1"
                         " AND schemaname = ANY (current_schemas (FALSE))",
                         NHI_DB_ARGS (nhi_db_text (table)), error);
  if (rows == NULL)
    return FALSE;
  *ret_has = nhi_postgres_rows_next (rows, NULL);
  return TRUE;
}

static const char *
how_to_begin (NhiDbMode mode)
{
  switch (mode)
    {
    case NHI_DB_READ:
      return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    case NHI_DB_WRITE_LOCKED:
      return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    case NHI_DB_WRITE:
    default:
      /* Who reads a whole small table conflicts with everybody who writes to it; an index keeps
       * apart what has nothing to do with each other. */
      return "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; SET LOCAL enable_seqscan = off";
    }
}

static gboolean
postgres_begin (NhiDbConnection *connection, GError **error)
{
  NhiPostgres *self = (NhiPostgres *)connection;
  gboolean begun;

  self->beginning = TRUE;
  begun = nhi_postgres_execute (self, how_to_begin (connection->mode), NHI_POSTGRES_SILENCE, error);
  self->beginning = FALSE;
  return begun;
}

static void
check_rows_are_freed (NhiPostgres *self)
{
  if (self->open_rows > 0)
    g_critical ("%u results were not freed within their transaction", self->open_rows);
}

/* A COMMIT that waits for a standby and is cancelled counts as done without it, so nothing may
 * cancel it: statement_timeout has ended where it waits, and we never send a cancel request. */
static gboolean
postgres_commit (NhiDbConnection *connection, GError **error)
{
  NhiPostgres *self = (NhiPostgres *)connection;

  check_rows_are_freed (self);
  return nhi_postgres_execute (self, "COMMIT", NHI_POSTGRES_SILENCE, error);
}

static void
postgres_rollback (NhiDbConnection *connection)
{
  NhiPostgres *self = (NhiPostgres *)connection;
  gboolean conflict = connection->conflict, away = connection->away;

  check_rows_are_freed (self);
  if (PQtransactionStatus (self->handle) == PQTRANS_IDLE)
    return;
  if (!nhi_postgres_execute (self, "ROLLBACK", NHI_POSTGRES_SILENCE, NULL))
    connection->broken = TRUE;
  /* What became of the ROLLBACK does not change why there was one. */
  connection->conflict = conflict;
  connection->away = away;
}

static const char *const schemes[] = { "postgresql://", "postgres://", NULL };

const NhiDbEngine nhi_postgres_engine = {
  .schemes = schemes,
  .connect = nhi_postgres_connect,
  .disconnect = nhi_postgres_disconnect,
  .is_alive = nhi_postgres_is_alive,
  .begin = postgres_begin,
  .commit = postgres_commit,
  .rollback = postgres_rollback,
  .run = postgres_run,
  .query = postgres_query,
  .has_table = postgres_has_table,
  .rows_next = nhi_postgres_rows_next,
  .rows_text = nhi_postgres_rows_text,
  .rows_int = nhi_postgres_rows_int,
  .rows_bytes = nhi_postgres_rows_bytes,
  .rows_is_null = nhi_postgres_rows_is_null,
  .rows_free = nhi_postgres_rows_free,
  .load_begin = nhi_postgres_load_begin,
  .load_row = nhi_postgres_load_row,
  .load_end = nhi_postgres_load_end,
  .load_cancel = nhi_postgres_load_cancel,
};
