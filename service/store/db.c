/* SPDX-License-Identifier: GPL-3.0-or-later
 * The part of the database that is the same for every engine: pool, transactions, retry. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/db-engine.h"

#include <string.h>

G_DEFINE_QUARK (nhi - db - error - quark, nhi_db_error)

#define MAX_CONNECTIONS 256
#define DEFAULT_PATIENCE (10 * G_USEC_PER_SEC)
/* Once somebody has waited in vain for a database that is away, the others do not wait as long: all
 * threads would stand still, and nobody be told. */
#define PATIENCE_AWAY (G_USEC_PER_SEC / 2)
#define SHORTEST_PAUSE 1000 /* µs before the second try, doubled with each, plus chance */
#define LONGEST_PAUSE 100000
#define LONGEST_PAUSE_AWAY 1000000
/* A key that is there may have come from a race. Who still finds it after so many further runs has
 * not looked for it. */
#define DOUBTS 2

static const NhiDbEngine *const engines[] = { &nhi_sqlite_engine, &nhi_postgres_engine };

struct _NhiDb
{
  const NhiDbEngine *engine;
  char *uri;
  guint limit;
  gint64 patience;

  GMutex mutex;
  GCond changed;
  GQueue idle;      /* of NhiDbConnection */
  guint open;       /* idle and in use */
  gboolean writing; /* only kept for engines with a single writer */
  gint conflicts;   /* atomic */
  gint away;        /* atomic: whether the last to end found it away */

  /* nhi_db_lose_commit () */
  gint commits_to_lose; /* atomic: counts down, the one that makes it 0 is lost */
  gboolean lose_done;
};

/* The database in whose transaction this thread is, to catch a transaction inside another: it would
 * wait for itself. */
static GPrivate current_db;

static const NhiDbEngine *
find_engine (const char *uri)
{
  for (gsize i = 0; i < G_N_ELEMENTS (engines); i++)
    for (const char *const *scheme = engines[i]->schemes; *scheme != NULL; scheme++)
      if (g_str_has_prefix (uri, *scheme) && uri[strlen (*scheme)] != '\0')
        return engines[i];
  return NULL;
}

static const NhiDbEngine *
require_engine (const char *uri, GError **error)
{
  const NhiDbEngine *engine = find_engine (uri);
  g_autofree char *name = NULL;

  if (engine != NULL)
    return engine;
  name = nhi_db_name (uri);
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
               "“%s” names no database; write sqlite:PATH or postgresql://USER@HOST/NAME", name);
  return NULL;
}

gboolean
nhi_db_is_there (const char *uri, GError **error)
{
  const NhiDbEngine *engine = require_engine (uri, error);
  g_autofree char *name = nhi_db_name (uri);

  if (engine == NULL)
    return FALSE;
  if (engine->is_there == NULL || engine->is_there (uri))
    return TRUE;
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
               "There is no database %s; check its name, or make it with “nhicardctl migrate”",
               name);
  return FALSE;
}

NhiDb *
nhi_db_open (const char *uri, guint connections, GError **error)
{
  const NhiDbEngine *engine = require_engine (uri, error);
  NhiDbConnection *first;
  gboolean away;
  NhiDb *db;

  if (engine == NULL)
    return NULL;
  first = engine->connect (uri, &away, error);
  if (first == NULL)
    return NULL;

  db = g_new0 (NhiDb, 1);
  db->engine = engine;
  db->uri = g_strdup (uri);
  db->limit = CLAMP (connections, 1, MAX_CONNECTIONS);
  db->patience = DEFAULT_PATIENCE;
  if (engine->limit != NULL)
    engine->limit (uri, &db->limit);
  g_mutex_init (&db->mutex);
  g_cond_init (&db->changed);
  g_queue_init (&db->idle);
  g_queue_push_tail (&db->idle, first);
  db->open = 1;
  return db;
}

void
nhi_db_close (NhiDb *db)
{
  NhiDbConnection *connection;

  if (db == NULL)
    return;
  while ((connection = g_queue_pop_head (&db->idle)) != NULL)
    {
      db->engine->disconnect (connection);
      db->open--;
    }
  if (db->open != 0)
    g_critical ("a database was closed inside %u transactions", db->open);
  g_mutex_clear (&db->mutex);
  g_cond_clear (&db->changed);
  g_free (db->uri);
  g_free (db);
}

void
nhi_db_set_patience (NhiDb *db, gint64 microseconds)
{
  db->patience = microseconds;
}

guint
nhi_db_conflicts (NhiDb *db)
{
  return (guint)g_atomic_int_get (&db->conflicts);
}

static gboolean
may_take (NhiDb *db, NhiDbMode mode)
{
  gboolean gate_is_shut = mode != NHI_DB_READ && db->engine->single_writer && db->writing;

  return !gate_is_shut && (!g_queue_is_empty (&db->idle) || db->open < db->limit);
}

static gboolean
wait_for_turn (NhiDb *db, NhiDbMode mode, gint64 deadline, GError **error)
{
  while (!may_take (db, mode))
    if (!g_cond_wait_until (&db->changed, &db->mutex, deadline) && !may_take (db, mode))
      {
        g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_BUSY,
                             "Every connection to the database is in use; try again later");
        return FALSE;
      }
  return TRUE;
}

static void
give_back (NhiDb *db, NhiDbMode mode, NhiDbConnection *connection)
{
  gboolean keep = connection != NULL && !connection->broken;

  if (connection != NULL && !keep)
    db->engine->disconnect (connection);
  g_mutex_lock (&db->mutex);
  if (keep)
    g_queue_push_head (&db->idle, connection);
  else
    db->open--;
  if (mode != NHI_DB_READ)
    db->writing = FALSE;
  g_cond_broadcast (&db->changed);
  g_mutex_unlock (&db->mutex);
}

/* An idle connection, or NULL: room for a new one. Those that died meanwhile are let go of. */
static NhiDbConnection *
take_idle (NhiDb *db)
{
  NhiDbConnection *connection;

  while ((connection = g_queue_pop_head (&db->idle)) != NULL)
    {
      if (db->engine->is_alive == NULL || db->engine->is_alive (connection))
        return connection;
      db->engine->disconnect (connection);
      db->open--;
    }
  db->open++;
  return NULL;
}

static NhiDbConnection *
take (NhiDb *db, NhiDbMode mode, gint64 deadline, gboolean *ret_away, GError **error)
{
  NhiDbConnection *connection;

  *ret_away = FALSE;
  g_mutex_lock (&db->mutex);
  if (!wait_for_turn (db, mode, deadline, error))
    {
      g_mutex_unlock (&db->mutex);
      return NULL;
    }
  connection = take_idle (db);
  if (mode != NHI_DB_READ)
    db->writing = TRUE;
  g_mutex_unlock (&db->mutex);

  if (connection == NULL)
    {
      connection = db->engine->connect (db->uri, ret_away, error);
      if (connection == NULL)
        give_back (db, mode, NULL);
    }
  return connection;
}

void
nhi_db_lose_commit (NhiDb *db, guint nth, gboolean done)
{
  db->lose_done = done;
  g_atomic_int_set (&db->commits_to_lose, (gint)nth);
}

static gboolean
is_to_be_lost (NhiDb *db, NhiDbMode mode)
{
  return mode != NHI_DB_READ && g_atomic_int_get (&db->commits_to_lose) > 0 &&
         g_atomic_int_dec_and_test (&db->commits_to_lose);
}

/* What the program sees of a connection that breaks inside COMMIT: nobody knows, so try again. */
static gboolean
lose_commit (NhiDb *db, NhiDbConnection *connection, GError **error)
{
  if (db->lose_done && !connection->engine->commit (connection, error))
    return FALSE;
  if (!db->lose_done)
    connection->engine->rollback (connection);
  connection->conflict = TRUE;
  connection->away = TRUE;
  connection->broken = TRUE;
  g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
                       "The connection to the database was lost in a COMMIT");
  return FALSE;
}

static gboolean
commit (NhiDb *db, NhiDbConnection *connection, GError **error)
{
  if (connection->failed)
    {
      g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL,
                           "A statement failed, so its transaction cannot be committed");
      return FALSE;
    }
  if (is_to_be_lost (db, connection->mode))
    return lose_commit (db, connection, error);
  return connection->engine->commit (connection, error);
}

/* One try. On FALSE, connection->conflict tells whether another one is worth it. */
static gboolean
transact_once (NhiDb *db,
               NhiDbConnection *connection,
               NhiDbMode mode,
               NhiDbBody body,
               gpointer data,
               GError **error)
{
  connection->mode = mode;
  connection->conflict = FALSE;
  connection->failed = FALSE;
  connection->away = FALSE;
  connection->doubtful = FALSE;
  if (!connection->engine->begin (connection, error))
    return FALSE;
  if (body (connection, data, error) && commit (db, connection, error))
    return TRUE;
  if (!connection->broken)
    connection->engine->rollback (connection);
  return FALSE;
}

/* How one try ended. */
typedef enum
{
  DONE,
  FAILED,   /* another run would fail as well */
  CONFLICT, /* another transaction was in the way */
  DOUBTFUL, /* perhaps one was */
  AWAY,     /* the database was */
} Outcome;

static Outcome
outcome_of (const NhiDbConnection *connection)
{
  if (connection->away)
    return AWAY;
  if (connection->conflict)
    return CONFLICT;
  return connection->doubtful ? DOUBTFUL : FAILED;
}

static Outcome
try_once (NhiDb *db, NhiDbMode mode, NhiDbBody body, gpointer data, gint64 deadline, GError **error)
{
  gboolean away;
  NhiDbConnection *connection = take (db, mode, deadline, &away, error);
  Outcome outcome;

  if (connection == NULL)
    return away ? AWAY : FAILED;
  outcome =
      transact_once (db, connection, mode, body, data, error) ? DONE : outcome_of (connection);
  give_back (db, mode, connection);
  return outcome;
}

/* @attempt: how many tries there were before the one that ended so. */
static gboolean
is_worth_another (Outcome outcome, guint attempt, guint doubts, gint64 deadline)
{
  gboolean in_time = g_get_monotonic_time () < deadline;

  switch (outcome)
    {
    case CONFLICT:
      return in_time;
    case AWAY:
      /* Losing it may have taken all the time there was: the next server may answer at once. */
      return in_time || attempt == 0;
    case DOUBTFUL:
      return in_time && doubts <= DOUBTS;
    case DONE:
    case FAILED:
    default:
      return FALSE;
    }
}

static void
pause_before_retry (Outcome outcome, guint attempt)
{
  gint64 longest = SHORTEST_PAUSE << MIN (attempt, 10);
  gint64 bound = outcome == AWAY ? LONGEST_PAUSE_AWAY : LONGEST_PAUSE;

  g_usleep ((gulong)g_random_int_range (SHORTEST_PAUSE / 2, (gint32)MIN (longest, bound) + 1));
}

/* What the caller gets: the body's own error, or BUSY when it was a conflict to the end, or what
 * the engine says of a database that is away. */
static void
report (GError **error, GError *cause, Outcome outcome)
{
  if (cause == NULL)
    {
      g_critical ("a transaction's body failed without an error");
      cause = g_error_new_literal (NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL,
                                   "A transaction failed without a reason");
    }
  if (outcome == CONFLICT && !g_error_matches (cause, NHI_DB_ERROR, NHI_DB_ERROR_BUSY))
    {
      g_clear_error (&cause);
      cause = g_error_new_literal (NHI_DB_ERROR, NHI_DB_ERROR_BUSY,
                                   "The database is busy; try again later");
    }
  if (outcome == AWAY && !g_error_matches (cause, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE))
    {
      g_clear_error (&cause);
      cause = g_error_new_literal (NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
                                   "The connection to the database was lost; try again later");
    }
  g_propagate_error (error, cause);
}

static gboolean
transact_with_retry (NhiDb *db, NhiDbMode mode, NhiDbBody body, gpointer data, GError **error)
{
  gint64 patience =
      g_atomic_int_get (&db->away) != 0 ? MIN (db->patience, PATIENCE_AWAY) : db->patience;
  gint64 deadline = g_get_monotonic_time () + patience;
  guint doubts = 0;

  for (guint attempt = 0;; attempt++)
    {
      GError *cause = NULL;
      Outcome outcome = try_once (db, mode, body, data, deadline, &cause);

      if (outcome == DONE || outcome == CONFLICT)
        g_atomic_int_set (&db->away, FALSE);
      if (outcome == DONE)
        return TRUE;
      if (outcome == CONFLICT || outcome == AWAY)
        g_atomic_int_inc (&db->conflicts);
      if (outcome == DOUBTFUL)
        doubts++;
      if (!is_worth_another (outcome, attempt, doubts, deadline))
        {
          if (outcome == AWAY)
            g_atomic_int_set (&db->away, TRUE);
          report (error, cause, outcome);
          return FALSE;
        }
      g_clear_error (&cause);
      pause_before_retry (outcome, attempt);
    }
}

gboolean
nhi_db_transact (NhiDb *db, NhiDbMode mode, NhiDbBody body, gpointer data, GError **error)
{
  NhiDb *outer = g_private_get (&current_db);
  gboolean done;

  if (outer == db)
    {
      g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL,
                           "A transaction was begun inside another one");
      return FALSE;
    }
  g_private_set (&current_db, db);
  done = transact_with_retry (db, mode, body, data, error);
  g_private_set (&current_db, outer);
  return done;
}

gint64
nhi_db_run (NhiDbConnection *connection,
            const char *sql,
            const NhiDbValue *values,
            gsize n_values,
            GError **error)
{
  return connection->engine->run (connection, sql, values, n_values, error);
}

NhiDbRows *
nhi_db_query (NhiDbConnection *connection,
              const char *sql,
              const NhiDbValue *values,
              gsize n_values,
              GError **error)
{
  return connection->engine->query (connection, sql, values, n_values, error);
}

gboolean
nhi_db_rows_next (NhiDbRows *rows, GError **error)
{
  return rows->engine->rows_next (rows, error);
}

const char *
nhi_db_rows_text (NhiDbRows *rows, guint column)
{
  return rows->engine->rows_text (rows, column);
}

gint64
nhi_db_rows_int (NhiDbRows *rows, guint column)
{
  return rows->engine->rows_int (rows, column);
}

GBytes *
nhi_db_rows_bytes (NhiDbRows *rows, guint column)
{
  return rows->engine->rows_bytes (rows, column);
}

gboolean
nhi_db_rows_is_null (NhiDbRows *rows, guint column)
{
  return rows->engine->rows_is_null (rows, column);
}

void
nhi_db_rows_free (NhiDbRows *rows)
{
  if (rows != NULL)
    rows->engine->rows_free (rows);
}
