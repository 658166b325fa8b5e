/* SPDX-License-Identifier: GPL-3.0-or-later
 * What an engine brings: how it connects, begins, runs and ends. Everything else (pool, retry,
 * migrations) is db.c's, once for all. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

typedef struct _NhiDbEngine NhiDbEngine;

/* Each engine's own structs begin with these two. */
struct _NhiDbConnection
{
  const NhiDbEngine *engine;
  NhiDbMode mode;    /* of the transaction under way */
  gboolean conflict; /* set by the engine: another transaction was in the way, run it all again */
  gboolean failed;   /* set by the engine: a statement failed, so that this transaction must not be
                        committed */
  gboolean broken;   /* set by the engine: do not use this connection again */
  gboolean away;     /* set by the engine beside conflict: not another transaction was in the way,
                        the server is gone */
  gboolean doubtful; /* set by the engine: what failed may be due to a race, which another run
                        would not meet again */
};
struct _NhiDbRows
{
  const NhiDbEngine *engine;
};

struct _NhiDbEngine
{
  const char *const *schemes; /* "sqlite:"; NULL-terminated */
  gboolean single_writer; /* one writer at a time is all it can do: writers of this process queue
                             instead of colliding */

  /* Lowers @connections where the engine cannot have so many. NULL: it can. */
  void (*limit) (const char *uri, guint *connections);
  /* NULL: only connecting can tell. */
  gboolean (*is_there) (const char *uri);
  /* NULL with @error, which tells the URI only as nhi_db_name () does; *@ret_away: whether it may
   * be otherwise in a moment. */
  NhiDbConnection *(*connect) (const char *uri, gboolean *ret_away, GError **error);
  void (*disconnect) (NhiDbConnection *connection);
  /* Whether a connection that has been idle is still one, as far as is known without asking. NULL:
   * always. */
  gboolean (*is_alive) (NhiDbConnection *connection);

  gboolean (*begin) (NhiDbConnection *connection, GError **error);
  gboolean (*commit) (NhiDbConnection *connection, GError **error);
  void (*rollback) (NhiDbConnection *connection);

  gint64 (*run) (NhiDbConnection *connection,
                 const char *sql,
                 const NhiDbValue *values,
                 gsize n_values,
                 GError **error);
  NhiDbRows *(*query) (NhiDbConnection *connection,
                       const char *sql,
                       const NhiDbValue *values,
                       gsize n_values,
                       GError **error);
  gboolean (*has_table) (NhiDbConnection *connection,
                         const char *table,
                         gboolean *ret_has,
                         GError **error);

  gboolean (*rows_next) (NhiDbRows *rows, GError **error);
  const char *(*rows_text) (NhiDbRows *rows, guint column);
  gint64 (*rows_int) (NhiDbRows *rows, guint column);
  GBytes *(*rows_bytes) (NhiDbRows *rows, guint column);
  gboolean (*rows_is_null) (NhiDbRows *rows, guint column);
  void (*rows_free) (NhiDbRows *rows);

  /* NULL, all four: db-load.c's prepared INSERT does. */
  NhiDbLoad *(*load_begin) (NhiDbConnection *connection,
                            const char *table,
                            const char *const *columns,
                            GError **error);
  gboolean (*load_row) (NhiDbLoad *load, const NhiDbValue *values, GError **error);
  gboolean (*load_end) (NhiDbLoad *load, GError **error);
  void (*load_cancel) (NhiDbLoad *load);
};

/* Each engine's own load begins with this. */
struct _NhiDbLoad
{
  const NhiDbEngine *engine;
};

extern const NhiDbEngine nhi_sqlite_engine;
extern const NhiDbEngine nhi_postgres_engine;

/* For tests: how long a transaction tries in the face of conflicts, and how many it has met so far.
 */
void nhi_db_set_patience (NhiDb *db, gint64 microseconds);
/* For tests: the @nth COMMIT from now (1 is the next; 0 is none) of a transaction that may write
 * looks as if the connection had been lost in it: @done: after the engine has committed, else
 * before (it is rolled back). Only once. */
void nhi_db_lose_commit (NhiDb *db, guint nth, gboolean done);
guint nhi_db_conflicts (NhiDb *db);

G_END_DECLS
