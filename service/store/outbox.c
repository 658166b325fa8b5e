/* SPDX-License-Identifier: GPL-3.0-or-later
 * Queries on the outbox table. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/outbox.h"

#include "service/store/first-row.h"

void
nhi_outbox_row_free (NhiOutboxRow *row)
{
  if (row == NULL)
    return;
  g_free (row->person_id);
  g_free (row->mail_id);
  g_free (row->recipient);
  g_free (row->message_id);
  g_clear_pointer (&row->message, g_bytes_unref);
  g_free (row->state);
  g_free (row);
}

gboolean
nhi_store_outbox_add (NhiDbConnection *connection, const NhiOutboxRow *row, GError **error)
{
  gsize length;
  const void *bytes = g_bytes_get_data (row->message, &length);

  return nhi_db_run (connection,
                     "INSERT INTO outbox (person_id, mail_id, recipient, message_id, message, "
                     "state, created_at)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                     NHI_DB_ARGS (nhi_db_text (row->person_id), nhi_db_text (row->mail_id),
                                  nhi_db_text (row->recipient), nhi_db_text (row->message_id),
                                  nhi_db_bytes (bytes, length), nhi_db_text (NHI_OUTBOX_WAITING),
                                  nhi_db_int (row->created_at)),
                     error) >= 0;
}

gboolean
nhi_store_outbox_find (NhiDbConnection *connection,
                       const char *person_id,
                       const char *mail_id,
                       NhiOutboxRow **ret_row,
                       GError **error)
{
  gboolean found = FALSE;
  g_autoptr (NhiDbRows) rows =
      nhi_db_query (connection,
                    "SELECT recipient, message_id, message, state, created_at FROM outbox"
                    " WHERE person_id = $1 AND mail_id = $2",
                    NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (mail_id)), error);
  *ret_row = NULL;
  if (rows == NULL || !nhi_store_first_row (rows, &found, error))
    return FALSE;
  if (!found)
    return TRUE;

  NhiOutboxRow *row = g_new0 (NhiOutboxRow, 1);
  row->person_id = g_strdup (person_id);
  row->mail_id = g_strdup (mail_id);
  row->recipient = g_strdup (nhi_db_rows_text (rows, 0));
  row->message_id = g_strdup (nhi_db_rows_text (rows, 1));
  row->message = nhi_db_rows_bytes (rows, 2);
  row->state = g_strdup (nhi_db_rows_text (rows, 3));
  row->created_at = nhi_db_rows_int (rows, 4);
  *ret_row = row;
  return TRUE;
}

gboolean
nhi_store_outbox_doubt (NhiDbConnection *connection,
                        const char *person_id,
                        const char *mail_id,
                        GError **error)
{
  return nhi_db_run (connection,
                     "UPDATE outbox SET state = $3"
                     " WHERE person_id = $1 AND mail_id = $2 AND state = $4",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (mail_id),
                                  nhi_db_text (NHI_OUTBOX_UNCERTAIN),
                                  nhi_db_text (NHI_OUTBOX_WAITING)),
                     error) >= 0;
}

gboolean
nhi_store_outbox_close (NhiDbConnection *connection,
                        const char *person_id,
                        const char *mail_id,
                        const char *state,
                        gint64 sent_at,
                        GError **error)
{
  return nhi_db_run (connection,
                     "UPDATE outbox SET state = $3, sent_at = $4, recipient = '', message = $5"
                     " WHERE person_id = $1 AND mail_id = $2",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (mail_id),
                                  nhi_db_text (state),
                                  sent_at > 0 ? nhi_db_int (sent_at) : nhi_db_null (),
                                  nhi_db_bytes ("", 0)),
                     error) >= 0;
}

gint64
nhi_store_outbox_delete_before (NhiDbConnection *connection,
                                gint64 created_before,
                                guint limit,
                                GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM outbox WHERE (person_id, mail_id) IN"
                     " (SELECT person_id, mail_id FROM outbox WHERE created_at < $1 LIMIT $2)",
                     NHI_DB_ARGS (nhi_db_int (created_before), nhi_db_int (limit)), error);
}
