/* SPDX-License-Identifier: GPL-3.0-or-later
 * Queries on the attempt table. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/attempt.h"

void
nhi_attempt_row_clear (NhiAttemptRow *row)
{
  g_clear_pointer (&row->trial, g_free);
}

gboolean
nhi_store_attempt_lock (NhiDbConnection *connection,
                        const char *subject,
                        const char *network,
                        const char *purpose,
                        NhiAttemptRow *ret,
                        GError **error)
{
  /* An update that changes nothing: it waits for whoever has the row, and then has it. */
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection,
                    "INSERT INTO attempt (subject, network, purpose, failures, last_at, wait_until)"
                    " VALUES ($1, $2, $3, 0, 0, 0)"
                    " ON CONFLICT (subject, network, purpose) DO UPDATE SET"
                    " failures = attempt.failures"
                    " RETURNING failures, last_at, wait_until, trial",
                    NHI_DB_ARGS (nhi_db_text (subject), nhi_db_text (network),
                                 nhi_db_text (purpose)),
                    error);

  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return FALSE;
  ret->failures = nhi_db_rows_int (rows, 0);
  ret->last_at = nhi_db_rows_int (rows, 1);
  ret->wait_until = nhi_db_rows_int (rows, 2);
  ret->trial = g_strdup (nhi_db_rows_text (rows, 3));
  return TRUE;
}

gboolean
nhi_store_attempt_put (NhiDbConnection *connection,
                       const char *subject,
                       const char *network,
                       const char *purpose,
                       const NhiAttemptRow *row,
                       GError **error)
{
  return nhi_db_run (
             connection,
             "INSERT INTO attempt (subject, network, purpose, failures, last_at, wait_until, trial)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7)"
             " ON CONFLICT (subject, network, purpose) DO UPDATE SET"
             " failures = excluded.failures, last_at = excluded.last_at,"
             " wait_until = excluded.wait_until, trial = excluded.trial",
             NHI_DB_ARGS (nhi_db_text (subject), nhi_db_text (network), nhi_db_text (purpose),
                          nhi_db_int (row->failures), nhi_db_int (row->last_at),
                          nhi_db_int (row->wait_until), nhi_db_text (row->trial)),
             error) >= 0;
}

gboolean
nhi_store_attempt_take_back (NhiDbConnection *connection,
                             const char *subject,
                             const char *network,
                             const char *purpose,
                             gint64 counted_after,
                             GError **error)
{
  return nhi_db_run (connection,
                     "UPDATE attempt SET failures = failures - 1, wait_until = 0"
                     " WHERE subject = $1 AND network = $2 AND purpose = $3"
                     " AND failures > 0 AND last_at > $4",
                     NHI_DB_ARGS (nhi_db_text (subject), nhi_db_text (network),
                                  nhi_db_text (purpose), nhi_db_int (counted_after)),
                     error) >= 0;
}

gboolean
nhi_store_attempt_delete (NhiDbConnection *connection,
                          const char *subject,
                          const char *network,
                          const char *purpose,
                          GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM attempt WHERE subject = $1 AND network = $2 AND purpose = $3",
                     NHI_DB_ARGS (nhi_db_text (subject), nhi_db_text (network),
                                  nhi_db_text (purpose)),
                     error) >= 0;
}

gboolean
nhi_store_attempt_delete_subject (NhiDbConnection *connection,
                                  const char *subject,
                                  gint64 *ret_deleted,
                                  GError **error)
{
  gint64 deleted = nhi_db_run (connection, "DELETE FROM attempt WHERE subject = $1",
                               NHI_DB_ARGS (nhi_db_text (subject)), error);

  if (deleted < 0)
    return FALSE;
  *ret_deleted = deleted;
  return TRUE;
}

gint64
nhi_store_attempt_delete_before (NhiDbConnection *connection,
                                 gint64 last_before,
                                 guint limit,
                                 GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM attempt WHERE (subject, network, purpose) IN"
                     " (SELECT subject, network, purpose FROM attempt WHERE last_at < $1 LIMIT $2"
                     " FOR UPDATE SKIP LOCKED)",
                     NHI_DB_ARGS (nhi_db_int (last_before), nhi_db_int (limit)), error);
}
