/* SPDX-License-Identifier: GPL-3.0-or-later
 * Queries on the idempotency table. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/idempotency.h"

#include "service/store/first-row.h"

#include <string.h>

gboolean
nhi_store_idempotency_find (NhiDbConnection *connection,
                            const char *scope,
                            const char *key_hash,
                            NhiStoredAnswer *ret,
                            GError **error)
{
  gboolean found = FALSE;
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection,
                    "SELECT request_hash, answer, created_at FROM idempotency"
                    " WHERE scope = $1 AND idempotency_key = $2",
                    NHI_DB_ARGS (nhi_db_text (scope), nhi_db_text (key_hash)), error);
  ret->answer = NULL;
  if (rows == NULL || !nhi_store_first_row (rows, &found, error))
    return FALSE;
  if (!found)
    return TRUE;

  g_autoptr (GBytes) hash = nhi_db_rows_bytes (rows, 0);
  memset (ret->request_hash, 0, sizeof ret->request_hash);
  if (hash != NULL && g_bytes_get_size (hash) == sizeof ret->request_hash)
    memcpy (ret->request_hash, g_bytes_get_data (hash, NULL), sizeof ret->request_hash);
  ret->answer = g_strdup (nhi_db_rows_text (rows, 1));
  ret->created_at = nhi_db_rows_int (rows, 2);
  return TRUE;
}

gboolean
nhi_store_idempotency_add (NhiDbConnection *connection,
                           const char *scope,
                           const char *key_hash,
                           const guint8 request_hash[32],
                           const char *answer,
                           gint64 now,
                           GError **error)
{
  return nhi_db_run (
             connection,
             "INSERT INTO idempotency (scope, idempotency_key, request_hash, answer, created_at)"
             " VALUES ($1, $2, $3, $4, $5)",
             NHI_DB_ARGS (nhi_db_text (scope), nhi_db_text (key_hash),
                          nhi_db_bytes (request_hash, 32), nhi_db_text (answer), nhi_db_int (now)),
             error) >= 0;
}

gboolean
nhi_store_idempotency_delete (NhiDbConnection *connection,
                              const char *scope,
                              const char *key_hash,
                              GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM idempotency WHERE scope = $1 AND idempotency_key = $2",
                     NHI_DB_ARGS (nhi_db_text (scope), nhi_db_text (key_hash)), error) >= 0;
}

gint64
nhi_store_idempotency_delete_before (NhiDbConnection *connection,
                                     gint64 created_before,
                                     guint limit,
                                     GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM idempotency WHERE (scope, idempotency_key) IN"
                     " (SELECT scope, idempotency_key FROM idempotency WHERE created_at <= $1"
                     " LIMIT $2)",
                     NHI_DB_ARGS (nhi_db_int (created_before), nhi_db_int (limit)), error);
}
