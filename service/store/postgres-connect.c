/* SPDX-License-Identifier: GPL-3.0-or-later
 * To PostgreSQL and back: what is added to the operator's URI, what the server must be like, and
 * whether an idle connection still is one. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/postgres-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* libpq's own settings, where the URI does not say otherwise. */
static const struct
{
  const char *keyword;
  const char *value;
} defaults[] = {
  { "target_session_attrs", "read-write" }, /* of several hosts the one that writes */
  { "application_name", "nhicardd" },       /* as pg_stat_activity shows us */
  { "connect_timeout", "3" },               /* seconds for each host */
  { "keepalives_idle", "4" },               /* a server that died without a word … */
  { "keepalives_interval", "2" },           /* … is noticed within these seconds, */
  { "tcp_user_timeout", "6000" },           /* also while it owes us an answer (ms) */
};

/* The session's settings, where neither the URI (options=-c …) nor the server says otherwise. */
#define SESSION                                                                                    \
  "SELECT set_config (name, CASE name"   /* A statement of ours takes milliseconds; what takes     \
                                            longer than this is lost. */                           \
  " WHEN 'statement_timeout' THEN '60s'" /* Who waits for a row longer than this begins again, and \
                                            lets others pass meanwhile. */                         \
  " WHEN 'lock_timeout' THEN '5s'" /* A node that froze inside a transaction must not hold its     \
                                      rows from the others. */                                     \
  " WHEN 'idle_in_transaction_session_timeout' THEN '60s'" /* To compile such statements takes     \
                                                              longer than to run them. */          \
  " WHEN 'jit' THEN 'off' END, FALSE) FROM pg_settings WHERE source = 'default' AND name IN"       \
  " ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'jit')"

/* An answer sooner than this came from a server or from its machine. */
#define SOON (1 * G_USEC_PER_SEC)

static void
drop_notice (void *data, const PGresult *result)
{
  g_debug ("PostgreSQL: %s", PQresultErrorMessage (result));
}

/* libpq looks for the end of the password at the first "@" or "/"; what comes after would be taken
 * for the host, and be told to everybody. */
static gboolean
is_readable (const char *uri)
{
  const char *rest = strstr (uri, "://") + strlen ("://");
  const char *at = strchr (rest, '@');
  const char *slash = strchr (rest, '/');

  return at == NULL || ((slash == NULL || at < slash) && strchr (at + 1, '@') == NULL);
}

static PQconninfoOption *
parse (const char *uri, GError **error)
{
  g_autofree char *words = NULL;
  char *allocated = NULL;
  PQconninfoOption *options;

  if (!is_readable (uri))
    {
      g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
                           "The database's address cannot be read; write a “@” or “/” within the "
                           "user's name or the password as %40 or %2F");
      return NULL;
    }
  options = PQconninfoParse (uri, &allocated);
  if (options != NULL)
    return options;
  /* What libpq quotes may hold the password. */
  words = g_strdup (allocated != NULL ? allocated : "out of memory");
  PQfreemem (allocated);
  words[strcspn (words, ":\"\n")] = '\0';
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
               "The database's address cannot be read; write postgresql://USER@HOST:PORT/NAME (%s)",
               g_strchomp (words));
  return NULL;
}

static const char *
default_of (const char *keyword)
{
  for (gsize i = 0; i < G_N_ELEMENTS (defaults); i++)
    if (g_str_equal (defaults[i].keyword, keyword))
      return defaults[i].value;
  return NULL;
}

static PGconn *
dial (const char *uri, GError **error)
{
  PQconninfoOption *options = parse (uri, error);
  g_autoptr (GPtrArray) keywords = g_ptr_array_new (), values = g_ptr_array_new ();
  PGconn *handle;

  if (options == NULL)
    return NULL;
  for (PQconninfoOption *option = options; option->keyword != NULL; option++)
    {
      const char *value = option->val != NULL ? option->val : default_of (option->keyword);

      if (value == NULL || g_str_equal (option->keyword, "client_encoding"))
        continue;
      g_ptr_array_add (keywords, option->keyword);
      g_ptr_array_add (values, (gpointer)value);
    }
  g_ptr_array_add (keywords, (gpointer) "client_encoding");
  g_ptr_array_add (values, (gpointer) "UTF8");
  g_ptr_array_add (keywords, NULL);
  g_ptr_array_add (values, NULL);
  handle = PQconnectdbParams ((const char *const *)keywords->pdata,
                              (const char *const *)values->pdata, 0);
  PQconninfoFree (options);
  return handle;
}

/* What a person can mend, by the SQLSTATE with which a server turned us away. */
static const struct
{
  const char *state;
  gboolean away; /* it may be otherwise in a moment */
  const char *sentence;
} refusals[] = {
  { "28P01", FALSE,
    "The database server refuses the user or the password; check them in the database's address "
    "and in ~/.pgpass" },
  { "28", FALSE,
    "The database server does not let this user in from here; check the database's address, "
    "pg_hba.conf and ~/.pgpass" },
  { "3D000", FALSE,
    "The server has no database of this name; check it, or make it with createdb --encoding=UTF8" },
  { "42501", FALSE, "The user may not connect to this database; grant it CONNECT" },
  { "53300", TRUE,
    "The database server has no connection left; raise its max_connections or lower "
    "database-connections" },
  { "57P03", TRUE, "The database server is starting or ending; try again later" },
};

static const char unreachable[] =
    "No database server that writes can be reached; check that it runs and its address";

/* libpq tells the SQLSTATE of a refusal only in these words, and only when asked to be verbose. */
static const char *
explain (PGconn *handle, gboolean *ret_away)
{
  const char *words = PQerrorMessage (handle);

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *mark = g_strconcat (":  ", refusals[i].state, NULL);

      if (strstr (words, mark) == NULL)
        continue;
      *ret_away = refusals[i].away;
      return refusals[i].sentence;
    }
  *ret_away = TRUE;
  return unreachable;
}

/* Asks once more, verbosely, to learn why; who did not answer at all is not asked again. */
static gboolean
try_again (PGconn *handle, gint64 began, gboolean *ret_away, GError **error)
{
  g_autofree char *detail = nhi_postgres_one_line (PQerrorMessage (handle));
  const char *sentence = unreachable;

  *ret_away = TRUE;
  if (PQconnectionNeedsPassword (handle) == 1)
    {
      *ret_away = FALSE;
      sentence = refusals[0].sentence;
    }
  else if (g_get_monotonic_time () - began < SOON)
    {
      PQsetErrorVerbosity (handle, PQERRORS_VERBOSE);
      PQreset (handle);
      if (PQstatus (handle) == CONNECTION_OK)
        return TRUE;
      sentence = explain (handle, ret_away);
    }
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE, "%s (%s)", sentence, detail);
  return FALSE;
}

static gboolean
set_session (NhiPostgres *self, GError **error)
{
  g_autoptr (PGresult) result = NULL;

  if (PQsendQuery (self->handle, SESSION) == 1)
    result = nhi_postgres_collect (self, NHI_POSTGRES_SILENCE);
  if (result != NULL && PQresultStatus (result) == PGRES_TUPLES_OK)
    return TRUE;
  nhi_postgres_set_error (self, result, SESSION, error);
  return FALSE;
}

static gboolean
check_encoding (NhiPostgres *self, GError **error)
{
  const char *encoding = PQparameterStatus (self->handle, "server_encoding");

  if (g_strcmp0 (encoding, "UTF8") == 0)
    return TRUE;
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
               "The database's encoding is %s; make one with createdb --encoding=UTF8 "
               "--template=template0",
               encoding != NULL ? encoding : "unknown");
  return FALSE;
}

static gboolean
make_ready (NhiPostgres *self, gint64 began, gboolean *ret_away, GError **error)
{
  if (self->handle == NULL || (PQstatus (self->handle) != CONNECTION_OK &&
                               !try_again (self->handle, began, ret_away, error)))
    return FALSE;
  PQsetErrorVerbosity (self->handle, PQERRORS_DEFAULT);
  PQsetNoticeReceiver (self->handle, drop_notice, NULL);
  if (!check_encoding (self, error))
    return FALSE;
  *ret_away = TRUE;
  PQsetnonblocking (self->handle, 1);
  return set_session (self, error);
}

NhiDbConnection *
nhi_postgres_connect (const char *uri, gboolean *ret_away, GError **error)
{
  NhiPostgres *self = g_new0 (NhiPostgres, 1);
  gint64 began = g_get_monotonic_time ();
  g_autofree char *name = nhi_db_name (uri);

  *ret_away = FALSE;
  self->parent.engine = &nhi_postgres_engine;
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_queue_init (&self->used);
  self->handle = dial (uri, error);
  if (make_ready (self, began, ret_away, error))
    return &self->parent;
  g_prefix_error (error, "%s: ", name);
  nhi_postgres_disconnect (&self->parent);
  return NULL;
}

void
nhi_postgres_disconnect (NhiDbConnection *connection)
{
  NhiPostgres *self = (NhiPostgres *)connection;

  PQfinish (self->handle);
  g_hash_table_unref (self->statements);
  g_free (self);
}

/* What waits to be read on an idle connection is a notice, a changed setting, or its end. */
gboolean
nhi_postgres_is_alive (NhiDbConnection *connection)
{
  NhiPostgres *self = (NhiPostgres *)connection;
  struct pollfd socket = { .fd = PQsocket (self->handle), .events = POLLIN };
  int ready;

  while ((ready = poll (&socket, 1, 0)) > 0)
    if (PQconsumeInput (self->handle) == 0 || PQisBusy (self->handle) != 0)
      return FALSE;
  return (ready == 0 || errno == EINTR) && PQstatus (self->handle) == CONNECTION_OK;
}
