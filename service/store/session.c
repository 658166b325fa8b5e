/* SPDX-License-Identifier: GPL-3.0-or-later
 * Queries on sessions and on the sign-in history. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/session.h"

#include "service/store/first-row.h"

void
nhi_session_row_free (NhiSessionRow *row)
{
  if (row == NULL)
    return;
  g_free (row->person_id);
  g_free (row->session_id);
  g_free (row->client);
  g_free (row->network);
  g_free (row);
}

gboolean
nhi_store_session_add (NhiDbConnection *connection,
                       const NhiSessionRow *row,
                       const guint8 token_hash[32],
                       GError **error)
{
  if (nhi_db_run (connection,
                  "INSERT INTO session (person_id, session_id, client, network, created_at, "
                  "seen_at, expires_at)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                  NHI_DB_ARGS (nhi_db_text (row->person_id), nhi_db_text (row->session_id),
                               nhi_db_text (row->client), nhi_db_text (row->network),
                               nhi_db_int (row->created_at), nhi_db_int (row->seen_at),
                               nhi_db_int (row->expires_at)),
                  error) < 0)
    return FALSE;
  return nhi_db_run (connection,
                     "INSERT INTO session_by_token (token_hash, person_id, session_id, expires_at)"
                     " VALUES ($1, $2, $3, $4)",
                     NHI_DB_ARGS (nhi_db_bytes (token_hash, 32), nhi_db_text (row->person_id),
                                  nhi_db_text (row->session_id), nhi_db_int (row->expires_at)),
                     error) >= 0;
}

static gboolean
read_session (NhiDbRows *rows, NhiSessionRow **ret_row, GError **error)
{
  gboolean found = FALSE;

  *ret_row = NULL;
  if (rows == NULL || !nhi_store_first_row (rows, &found, error))
    return FALSE;
  if (!found)
    return TRUE;

  NhiSessionRow *row = g_new0 (NhiSessionRow, 1);
  row->person_id = g_strdup (nhi_db_rows_text (rows, 0));
  row->session_id = g_strdup (nhi_db_rows_text (rows, 1));
  row->client = g_strdup (nhi_db_rows_text (rows, 2));
  row->network = g_strdup (nhi_db_rows_text (rows, 3));
  row->created_at = nhi_db_rows_int (rows, 4);
  row->seen_at = nhi_db_rows_int (rows, 5);
  row->expires_at = nhi_db_rows_int (rows, 6);
  *ret_row = row;
  return TRUE;
}

gboolean
nhi_store_session_find (NhiDbConnection *connection,
                        const char *person_id,
                        const char *session_id,
                        NhiSessionRow **ret_row,
                        GError **error)
{
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection,
                    "SELECT person_id, session_id, client, network, created_at, seen_at, expires_at"
                    " FROM session WHERE person_id = $1 AND session_id = $2",
                    NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (session_id)), error);
  return read_session (rows, ret_row, error);
}

/* Two statements and no join, see nhi_population_find_by_id_number (). */
gboolean
nhi_store_session_find_by_token (NhiDbConnection *connection,
                                 const guint8 token_hash[32],
                                 NhiSessionRow **ret_row,
                                 GError **error)
{
  gboolean found = FALSE;
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection,
                    "SELECT person_id, session_id FROM session_by_token WHERE token_hash = $1",
                    NHI_DB_ARGS (nhi_db_bytes (token_hash, 32)), error);
  *ret_row = NULL;
  if (rows == NULL || !nhi_store_first_row (rows, &found, error))
    return FALSE;
  return !found || nhi_store_session_find (connection, nhi_db_rows_text (rows, 0),
                                           nhi_db_rows_text (rows, 1), ret_row, error);
}

gboolean
nhi_store_session_seen (NhiDbConnection *connection,
                        const char *person_id,
                        const char *session_id,
                        gint64 seen_at,
                        GError **error)
{
  return nhi_db_run (connection,
                     "UPDATE session SET seen_at = $3 WHERE person_id = $1 AND session_id = $2",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (session_id),
                                  nhi_db_int (seen_at)),
                     error) >= 0;
}

gboolean
nhi_store_session_delete (NhiDbConnection *connection,
                          const char *person_id,
                          const char *session_id,
                          GError **error)
{
  return nhi_db_run (connection, "DELETE FROM session WHERE person_id = $1 AND session_id = $2",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (session_id)), error) >= 0;
}

gboolean
nhi_store_session_trim (NhiDbConnection *connection,
                        const char *person_id,
                        guint keep,
                        GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM session WHERE person_id = $1 AND session_id NOT IN ("
                     "SELECT session_id FROM session WHERE person_id = $1"
                     " ORDER BY created_at DESC, session_id LIMIT $2)",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_int (keep)), error) >= 0;
}

/* A session past its absolute end is no longer seen, so it becomes idle soon after and needs no
 * sweep of its own. */
gboolean
nhi_store_session_lock (NhiDbConnection *connection, const char *person_id, GError **error)
{
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection, "SELECT 1 FROM account WHERE person_id = $1 FOR UPDATE",
                    NHI_DB_ARGS (nhi_db_text (person_id)), error);

  return rows != NULL;
}

gint64
nhi_store_session_delete_idle (NhiDbConnection *connection,
                               gint64 seen_until,
                               guint limit,
                               GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM session WHERE (person_id, session_id) IN"
                     " (SELECT person_id, session_id FROM session WHERE seen_at <= $1 LIMIT $2"
                     " FOR UPDATE SKIP LOCKED)",
                     NHI_DB_ARGS (nhi_db_int (seen_until), nhi_db_int (limit)), error);
}

gint64
nhi_store_session_forget_tokens (NhiDbConnection *connection,
                                 gint64 expired_by,
                                 guint limit,
                                 GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM session_by_token WHERE token_hash IN"
                     " (SELECT token_hash FROM session_by_token WHERE expires_at <= $1"
                     " ORDER BY expires_at, token_hash LIMIT $2)",
                     NHI_DB_ARGS (nhi_db_int (expired_by), nhi_db_int (limit)), error);
}

gboolean
nhi_store_sign_in_last (NhiDbConnection *connection,
                        const char *person_id,
                        gint64 *ret_at,
                        char **ret_network,
                        GError **error)
{
  gboolean found = FALSE;
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection,
                    "SELECT at, network FROM sign_in WHERE person_id = $1 ORDER BY at DESC LIMIT 1",
                    NHI_DB_ARGS (nhi_db_text (person_id)), error);
  if (rows == NULL || !nhi_store_first_row (rows, &found, error))
    return FALSE;
  *ret_at = found ? nhi_db_rows_int (rows, 0) : 0;
  *ret_network = found ? g_strdup (nhi_db_rows_text (rows, 1)) : NULL;
  return TRUE;
}

gboolean
nhi_store_sign_in_is_there (NhiDbConnection *connection,
                            const char *person_id,
                            const char *sign_in_id,
                            gboolean *ret_there,
                            GError **error)
{
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection, "SELECT 1 FROM sign_in WHERE person_id = $1 AND sign_in_id = $2",
                    NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (sign_in_id)), error);

  return rows != NULL && nhi_store_first_row (rows, ret_there, error);
}

gboolean
nhi_store_sign_in_trim (NhiDbConnection *connection,
                        const char *person_id,
                        guint keep,
                        GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM sign_in WHERE person_id = $1 AND sign_in_id NOT IN ("
                     "SELECT sign_in_id FROM sign_in WHERE person_id = $1"
                     " ORDER BY at DESC, sign_in_id LIMIT $2)",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_int (keep)), error) >= 0;
}

gboolean
nhi_store_sign_in_add (NhiDbConnection *connection,
                       const char *person_id,
                       const char *sign_in_id,
                       gint64 at,
                       const char *network,
                       const char *client,
                       GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO sign_in (person_id, sign_in_id, at, network, client) VALUES ($1, "
                     "$2, $3, $4, $5)",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (sign_in_id),
                                  nhi_db_int (at), nhi_db_text (network), nhi_db_text (client)),
                     error) >= 0;
}

gint64
nhi_store_sign_in_delete_before (NhiDbConnection *connection,
                                 gint64 before,
                                 guint limit,
                                 GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM sign_in WHERE (person_id, sign_in_id) IN"
                     " (SELECT person_id, sign_in_id FROM sign_in WHERE at < $1 LIMIT $2)",
                     NHI_DB_ARGS (nhi_db_int (before), nhi_db_int (limit)), error);
}
