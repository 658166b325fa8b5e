/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of unfinished work: made with the work, gone with its end. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/unfinished.h"

#include "service/store/db-engine.h"
#include "service/store/first-row.h"

#define CREATE                                                                                     \
  "CREATE TABLE IF NOT EXISTS " NHI_UNFINISHED_TABLE " (part TEXT NOT NULL PRIMARY KEY,"           \
  " work TEXT NOT NULL, row_count BIGINT NOT NULL, position BYTEA)"

void
nhi_unfinished_free (NhiUnfinished *unfinished)
{
  if (unfinished == NULL)
    return;
  g_free (unfinished->work);
  g_clear_pointer (&unfinished->position, g_bytes_unref);
  g_free (unfinished);
}

gboolean
nhi_unfinished_begin (NhiDbConnection *connection,
                      const char *part,
                      const char *work,
                      GError **error)
{
  gboolean has = FALSE;

  if (!connection->engine->has_table (connection, NHI_UNFINISHED_TABLE, &has, error))
    return FALSE;
  return (has || nhi_db_run (connection, CREATE, NHI_DB_NO_ARGS, error) >= 0) &&
         nhi_db_run (connection,
                     "INSERT INTO " NHI_UNFINISHED_TABLE " (part, work, row_count)"
                     " VALUES ($1, $2, 0) ON CONFLICT (part) DO NOTHING",
                     NHI_DB_ARGS (nhi_db_text (part), nhi_db_text (work)), error) >= 0;
}

/* The row of @part, or of any when @part is NULL. NULL without @error when there is none. */
static NhiUnfinished *
find (NhiDbConnection *connection, const char *part, GError **error)
{
  NhiUnfinished *unfinished;
  g_autoptr (NhiDbRows) rows = NULL;
  gboolean has = FALSE;

  if (!connection->engine->has_table (connection, NHI_UNFINISHED_TABLE, &has, error) || !has)
    return NULL;
  rows = nhi_db_query (connection,
                       "SELECT work, row_count, position FROM " NHI_UNFINISHED_TABLE
                       " WHERE part = coalesce ($1, part) ORDER BY part LIMIT 1",
                       NHI_DB_ARGS (nhi_db_text (part)), error);
  if (rows == NULL || !nhi_store_first_row (rows, &has, error) || !has)
    return NULL;
  unfinished = g_new0 (NhiUnfinished, 1);
  unfinished->work = g_strdup (nhi_db_rows_text (rows, 0));
  unfinished->row_count = nhi_db_rows_int (rows, 1);
  unfinished->position = nhi_db_rows_bytes (rows, 2);
  return unfinished;
}

NhiUnfinished *
nhi_unfinished_find (NhiDbConnection *connection, const char *part, GError **error)
{
  return find (connection, part, error);
}

char *
nhi_unfinished_work (NhiDbConnection *connection, GError **error)
{
  g_autoptr (NhiUnfinished) any = find (connection, NULL, error);

  return any != NULL ? g_steal_pointer (&any->work) : NULL;
}

gboolean
nhi_unfinished_refuse (NhiDbConnection *connection, const char *allowed, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *work = nhi_unfinished_work (connection, &cause);

  if (cause != NULL)
    g_propagate_error (error, g_steal_pointer (&cause));
  else if (work == NULL || g_strcmp0 (work, allowed) == 0)
    return TRUE;
  else
    g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA,
                 "The database is only half filled; run this again, which goes on with it: %s",
                 work);
  return FALSE;
}

/* The step was not there to be done: was it done before, or by somebody else? */
static NhiUnfinishedStep
judge (NhiDbConnection *connection, const char *part, gint64 to, GBytes *position, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (NhiUnfinished) now = find (connection, part, &cause);

  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return NHI_UNFINISHED_FAILED;
    }
  if (now != NULL && now->row_count == to &&
      (position == NULL || (now->position != NULL && g_bytes_equal (now->position, position))))
    return NHI_UNFINISHED_DONE;
  g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT,
                       "Somebody else fills the same database at the same time; end one of the two "
                       "and run this again");
  return NHI_UNFINISHED_FAILED;
}

static NhiDbValue
position_value (GBytes *position)
{
  gsize length = 0;
  const void *data = position != NULL ? g_bytes_get_data (position, &length) : NULL;

  return position != NULL ? nhi_db_bytes (data, length) : nhi_db_null ();
}

NhiUnfinishedStep
nhi_unfinished_advance (NhiDbConnection *connection,
                        const char *part,
                        gint64 from,
                        gint64 to,
                        GBytes *position,
                        GError **error)
{
  gboolean has = FALSE;
  gint64 changed;

  if (!connection->engine->has_table (connection, NHI_UNFINISHED_TABLE, &has, error))
    return NHI_UNFINISHED_FAILED;
  if (!has) /* somebody else has ended the work */
    return judge (connection, part, to, position, error);
  changed = nhi_db_run (connection,
                        "UPDATE " NHI_UNFINISHED_TABLE " SET row_count = $1, position = $2"
                        " WHERE part = $3 AND row_count = $4",
                        NHI_DB_ARGS (nhi_db_int (to), position_value (position), nhi_db_text (part),
                                     nhi_db_int (from)),
                        error);
  if (changed < 0)
    return NHI_UNFINISHED_FAILED;
  return changed > 0 ? NHI_UNFINISHED_ADVANCED : judge (connection, part, to, position, error);
}

gboolean
nhi_unfinished_note (NhiDbConnection *connection,
                     const char *part,
                     GBytes *position,
                     GError **error)
{
  return nhi_db_run (connection,
                     "UPDATE " NHI_UNFINISHED_TABLE " SET position = $1 WHERE part = $2",
                     NHI_DB_ARGS (position_value (position), nhi_db_text (part)), error) >= 0;
}

gboolean
nhi_unfinished_set (NhiDbConnection *connection, const char *part, gint64 row_count, GError **error)
{
  return nhi_db_run (connection,
                     "UPDATE " NHI_UNFINISHED_TABLE " SET row_count = $1, position = NULL"
                     " WHERE part = $2",
                     NHI_DB_ARGS (nhi_db_int (row_count), nhi_db_text (part)), error) >= 0;
}

gboolean
nhi_unfinished_end (NhiDbConnection *connection, GError **error)
{
  return nhi_db_run (connection, "DROP TABLE IF EXISTS " NHI_UNFINISHED_TABLE, NHI_DB_NO_ARGS,
                     error) >= 0;
}
