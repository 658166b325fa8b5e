/* SPDX-License-Identifier: GPL-3.0-or-later
 * PostgreSQL's SQLSTATEs in the words of db.h. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/postgres-private.h"

#include <string.h>

typedef enum
{
  NOTHING,
  CONFLICT = 1 << 0, /* run it all again */
  DOUBTFUL = 1 << 1, /* run it again to see: a race, or a mistake */
  BROKEN = 1 << 2,   /* the connection is of no use any more */
  AWAY = 1 << 3,     /* … nor is this server, for a while; run it again elsewhere */
} Effect;

/* The first prefix that fits. */
static const struct
{
  const char *state;
  NhiDbError kind;
  guint effect;
} states[] = {
  { "40P01", NHI_DB_ERROR_BUSY, CONFLICT },          /* deadlock */
  { "40003", NHI_DB_ERROR_UNAVAILABLE, AWAY },       /* nobody knows whether it was done */
  { "40", NHI_DB_ERROR_BUSY, CONFLICT },             /* 40001 */
  { "55P03", NHI_DB_ERROR_BUSY, CONFLICT },          /* lock_timeout */
  { "57014", NHI_DB_ERROR_BUSY, NOTHING },           /* statement_timeout: again is as slow */
  { "57P04", NHI_DB_ERROR_UNAVAILABLE, BROKEN },     /* database dropped */
  { "57P", NHI_DB_ERROR_UNAVAILABLE, AWAY },         /* the server ends, crashed or starts */
  { "25P03", NHI_DB_ERROR_UNAVAILABLE, AWAY },       /* idle_in_transaction_session_timeout */
  { "08P01", NHI_DB_ERROR_INTERNAL, NOTHING },       /* values that do not fit the placeholders */
  { "08", NHI_DB_ERROR_UNAVAILABLE, AWAY },          /* also 08007 */
  { "53100", NHI_DB_ERROR_FULL, NOTHING },           /* disk full */
  { "53300", NHI_DB_ERROR_UNAVAILABLE, AWAY },       /* too many connections */
  { "53", NHI_DB_ERROR_UNAVAILABLE, NOTHING },       /* memory */
  { "58", NHI_DB_ERROR_UNAVAILABLE, BROKEN },        /* its disk */
  { "28", NHI_DB_ERROR_UNAVAILABLE, BROKEN },        /* who are you */
  { "42501", NHI_DB_ERROR_UNAVAILABLE, NOTHING },    /* privilege */
  { "23505", NHI_DB_ERROR_CONSTRAINT, DOUBTFUL },    /* duplicate key */
  { "42P06", NHI_DB_ERROR_INTERNAL, DOUBTFUL },      /* two nodes migrate: it is there already */
  { "42P07", NHI_DB_ERROR_INTERNAL, DOUBTFUL },      /* … a table or an index */
  { "42701", NHI_DB_ERROR_INTERNAL, DOUBTFUL },      /* … a column */
  { "42710", NHI_DB_ERROR_INTERNAL, DOUBTFUL },      /* … a constraint */
  { "XX000", NHI_DB_ERROR_INTERNAL, DOUBTFUL },      /* … “tuple concurrently updated” */
  { "XX00", NHI_DB_ERROR_DAMAGED, BROKEN },          /* a page or an index */
  { "26000", NHI_DB_ERROR_BUSY, CONFLICT | BROKEN }, /* somebody else dropped what we prepared */
  { "42P05", NHI_DB_ERROR_BUSY, CONFLICT | BROKEN }, /* … or has one of the same name */
  { "", NHI_DB_ERROR_INTERNAL, NOTHING },
};

static const char *
sentence (NhiDbError kind, const char *state)
{
  if (g_str_equal (state, "42501"))
    return "The user in the database's address may not do this; make it the owner of the database "
           "and of its tables";
  if (g_str_equal (state, "42P07"))
    return "The database holds something else under this name; give the service a database of its "
           "own";
  switch (kind)
    {
    case NHI_DB_ERROR_UNAVAILABLE:
      return "The database server cannot be used; check that it runs and lets this service in";
    case NHI_DB_ERROR_BUSY:
      return "The database is busy; try again later";
    case NHI_DB_ERROR_CONSTRAINT:
      return "The key is already there";
    case NHI_DB_ERROR_FULL:
      return "The disk of the database server is full; make room on it";
    case NHI_DB_ERROR_DAMAGED:
      return "The database is damaged; restore it from a backup";
    case NHI_DB_ERROR_SCHEMA:
    case NHI_DB_ERROR_INTERNAL:
    default:
      return "A database statement is wrong";
    }
}

char *
nhi_postgres_one_line (const char *words)
{
  g_auto (GStrv) lines = g_strsplit (words, "\n", -1);
  GString *line = g_string_new (NULL);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *part = g_strstrip (lines[i]);

      if (*part != '\0')
        g_string_append_printf (line, "%s%s", line->len > 0 ? "; " : "", part);
    }
  return g_string_free (line, FALSE);
}

static void
mark (NhiDbConnection *connection, guint effect)
{
  connection->failed = TRUE;
  if ((effect & (BROKEN | AWAY)) != 0)
    connection->broken = TRUE;
  if ((effect & (CONFLICT | AWAY)) != 0)
    connection->conflict = TRUE;
  if ((effect & AWAY) != 0)
    connection->away = TRUE;
  /* Whoever locks or fences instead of reading first has no race to blame. */
  if ((effect & DOUBTFUL) != 0 && connection->mode == NHI_DB_WRITE)
    connection->doubtful = TRUE;
}

static void
set_lost (NhiPostgres *self, GError **error)
{
  g_autofree char *detail = nhi_postgres_one_line (PQerrorMessage (self->handle));

  mark (&self->parent, AWAY);
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
               "The connection to the database server was lost; check that it runs (%s)",
               *detail != '\0' ? detail : "it does not answer");
}

/* The server that we are connected to does not write (any more): a standby, or one that was. */
static gboolean
is_read_only (NhiPostgres *self, const char *state)
{
  return (g_str_equal (state, "25006") && self->parent.mode != NHI_DB_READ) ||
         (g_str_equal (state, "0A000") && self->beginning);
}

void
nhi_postgres_set_error (NhiPostgres *self, const PGresult *result, const char *sql, GError **error)
{
  const char *state = result != NULL ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : NULL;
  const char *words = result != NULL ? PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
  gboolean only_reads = state != NULL && is_read_only (self, state);
  NhiDbError kind = NHI_DB_ERROR_UNAVAILABLE;
  guint effect = AWAY;

  if (state == NULL &&
      (result == NULL || self->parent.broken || PQstatus (self->handle) == CONNECTION_BAD))
    {
      set_lost (self, error);
      return;
    }
  state = state != NULL ? state : "";
  for (gsize i = 0; !only_reads; i++)
    if (g_str_has_prefix (state, states[i].state))
      {
        kind = states[i].kind;
        effect = states[i].effect;
        break;
      }
  /* The words may name a constraint, never a value: those stand in the detail, but for class 22. */
  if (g_str_has_prefix (state, "22"))
    words = "a value cannot be used as it is";
  mark (&self->parent, self->parent.broken ? effect | AWAY : effect);
  g_set_error (error, NHI_DB_ERROR, kind, "%s (%s%s%s)%s%s",
               only_reads ? "The database server only reads; check which one writes now"
                          : sentence (kind, state),
               state, *state != '\0' ? ": " : "", words != NULL ? words : "no result",
               kind == NHI_DB_ERROR_INTERNAL && sql != NULL ? ": " : "",
               kind == NHI_DB_ERROR_INTERNAL && sql != NULL ? sql : "");
}

void
nhi_postgres_refuse (NhiPostgres *self, const char *why, const char *sql, GError **error)
{
  self->parent.failed = TRUE;
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL, "%s: %s", why, sql);
}
