/* SPDX-License-Identifier: GPL-3.0-or-later
 * Queries of the idempotency table. */
#include "service/store/idempotency.h"

#include <string.h>

gboolean
nhi_store_idempotency_find (NhiDbConnection *connection,
                            const char *scope,
                            const char *key,
                            const guint8 *request_hash,
                            NhiIdempotency *ret_found,
                            char **ret_body,
                            GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GBytes) hash = NULL;
  g_autoptr (GBytes) asked = g_bytes_new (request_hash, NHI_IDEMPOTENCY_HASH_BYTES);
  g_autoptr (GError) failure = NULL;

  rows = nhi_db_query (connection,
                       "SELECT request_hash, body FROM idempotency "
                       "WHERE scope = $1 AND idempotency_key = $2",
                       NHI_DB_ARGS (nhi_db_text (scope), nhi_db_text (key)), error);
  if (rows == NULL)
    return FALSE;
  if (!nhi_db_rows_next (rows, &failure))
    {
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      *ret_found = NHI_IDEMPOTENCY_NEW;
      *ret_body = NULL;
      return TRUE;
    }
  hash = nhi_db_rows_bytes (rows, 0);
  *ret_found =
      hash != NULL && g_bytes_equal (hash, asked) ? NHI_IDEMPOTENCY_SAME : NHI_IDEMPOTENCY_OTHER;
  *ret_body = *ret_found == NHI_IDEMPOTENCY_SAME ? g_strdup (nhi_db_rows_text (rows, 1)) : NULL;
  return TRUE;
}

gboolean
nhi_store_idempotency_add (NhiDbConnection *connection,
                           const char *scope,
                           const char *key,
                           const guint8 *request_hash,
                           guint status,
                           const char *body,
                           gint64 now,
                           GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO idempotency (scope, idempotency_key, request_hash, status, body, "
                     "created_at) VALUES ($1, $2, $3, $4, $5, $6)",
                     NHI_DB_ARGS (nhi_db_text (scope), nhi_db_text (key),
                                  nhi_db_bytes (request_hash, NHI_IDEMPOTENCY_HASH_BYTES),
                                  nhi_db_int (status), nhi_db_text (body), nhi_db_int (now)),
                     error) >= 0;
}
