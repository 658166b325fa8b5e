/* SPDX-License-Identifier: GPL-3.0-or-later
 * Queries on registrations and accounts. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/registration.h"

#include "service/store/first-row.h"

void
nhi_registration_row_free (NhiRegistrationRow *row)
{
  if (row == NULL)
    return;
  g_free (row->person_id);
  g_free (row->registration_id);
  g_free (row->state);
  g_free (row->email);
  g_free (row->phone);
  g_free (row->password_hash);
  g_free (row->language);
  g_free (row);
}

void
nhi_account_row_free (NhiAccountRow *row)
{
  if (row == NULL)
    return;
  g_free (row->person_id);
  g_free (row->email);
  g_free (row->phone);
  g_free (row->password_hash);
  g_free (row->language);
  g_free (row);
}

gboolean
nhi_store_registration_add (NhiDbConnection *connection,
                            const NhiRegistrationRow *row,
                            const guint8 token_hash[32],
                            GError **error)
{
  if (nhi_db_run (connection,
                  "INSERT INTO registration (person_id, registration_id, state, email, phone, "
                  "password_hash,"
                  " language, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                  NHI_DB_ARGS (nhi_db_text (row->person_id), nhi_db_text (row->registration_id),
                               nhi_db_text (NHI_REGISTRATION_PENDING), nhi_db_text (row->email),
                               nhi_db_text (row->phone), nhi_db_text (row->password_hash),
                               nhi_db_text (row->language), nhi_db_int (row->created_at),
                               nhi_db_int (row->expires_at)),
                  error) < 0)
    return FALSE;
  return nhi_db_run (connection,
                     "INSERT INTO registration_by_token (token_hash, person_id, registration_id, "
                     "expires_at)"
                     " VALUES ($1, $2, $3, $4)",
                     NHI_DB_ARGS (nhi_db_bytes (token_hash, 32), nhi_db_text (row->person_id),
                                  nhi_db_text (row->registration_id), nhi_db_int (row->expires_at)),
                     error) >= 0;
}

static gboolean
read_registration (NhiDbRows *rows, NhiRegistrationRow **ret_row, GError **error)
{
  gboolean found = FALSE;

  if (rows == NULL || !nhi_store_first_row (rows, &found, error))
    return FALSE;
  if (!found)
    return TRUE;

  NhiRegistrationRow *row = g_new0 (NhiRegistrationRow, 1);
  row->person_id = g_strdup (nhi_db_rows_text (rows, 0));
  row->registration_id = g_strdup (nhi_db_rows_text (rows, 1));
  row->state = g_strdup (nhi_db_rows_text (rows, 2));
  row->email = g_strdup (nhi_db_rows_text (rows, 3));
  row->phone = g_strdup (nhi_db_rows_text (rows, 4));
  row->password_hash = g_strdup (nhi_db_rows_text (rows, 5));
  row->language = g_strdup (nhi_db_rows_text (rows, 6));
  row->created_at = nhi_db_rows_int (rows, 7);
  row->expires_at = nhi_db_rows_int (rows, 8);
  *ret_row = row;
  return TRUE;
}

/* Two statements and no join, see nhi_population_find_by_id_number (). */
gboolean
nhi_store_registration_find (NhiDbConnection *connection,
                             const guint8 token_hash[32],
                             NhiRegistrationRow **ret_row,
                             GError **error)
{
  gboolean found = FALSE;
  g_autoptr (NhiDbRows) token = NULL;
  g_autoptr (NhiDbRows) rows = NULL;

  *ret_row = NULL;
  token = nhi_db_query (
      connection,
      "SELECT person_id, registration_id FROM registration_by_token WHERE token_hash = $1",
      NHI_DB_ARGS (nhi_db_bytes (token_hash, 32)), error);
  if (token == NULL || !nhi_store_first_row (token, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  rows = nhi_db_query (connection,
                       "SELECT person_id, registration_id, state, email, phone, password_hash,"
                       " language, created_at, expires_at FROM registration"
                       " WHERE person_id = $1 AND registration_id = $2",
                       NHI_DB_ARGS (nhi_db_text (nhi_db_rows_text (token, 0)),
                                    nhi_db_text (nhi_db_rows_text (token, 1))),
                       error);
  return read_registration (rows, ret_row, error);
}

#define FORGET_WHAT_WAS_TYPED "email = '', phone = '', password_hash = ''"

gboolean
nhi_store_registration_close (NhiDbConnection *connection,
                              const char *person_id,
                              const char *registration_id,
                              const char *state,
                              gint64 confirmed_at,
                              GError **error)
{
  return nhi_db_run (connection,
                     "UPDATE registration SET state = $3, confirmed_at = $4, " FORGET_WHAT_WAS_TYPED
                     " WHERE person_id = $1 AND registration_id = $2",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (registration_id),
                                  nhi_db_text (state),
                                  confirmed_at > 0 ? nhi_db_int (confirmed_at) : nhi_db_null ()),
                     error) >= 0;
}

gboolean
nhi_store_registration_replace_pending (NhiDbConnection *connection,
                                        const char *person_id,
                                        GError **error)
{
  return nhi_db_run (connection,
                     "UPDATE registration SET state = $2, " FORGET_WHAT_WAS_TYPED
                     " WHERE person_id = $1 AND state = $3",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (NHI_REGISTRATION_REPLACED),
                                  nhi_db_text (NHI_REGISTRATION_PENDING)),
                     error) >= 0;
}

gint64
nhi_store_registration_expire (NhiDbConnection *connection, gint64 now, guint limit, GError **error)
{
  return nhi_db_run (
      connection,
      "UPDATE registration SET state = $1, " FORGET_WHAT_WAS_TYPED
      " WHERE (person_id, registration_id) IN (SELECT person_id, registration_id FROM registration"
      " WHERE state = $3 AND expires_at <= $2 LIMIT $4 FOR UPDATE SKIP LOCKED)",
      NHI_DB_ARGS (nhi_db_text (NHI_REGISTRATION_EXPIRED), nhi_db_int (now),
                   nhi_db_text (NHI_REGISTRATION_PENDING), nhi_db_int (limit)),
      error);
}

gint64
nhi_store_registration_forget_tokens (NhiDbConnection *connection,
                                      gint64 expired_before,
                                      guint limit,
                                      GError **error)
{
  return nhi_db_run (
      connection,
      "DELETE FROM registration_by_token WHERE token_hash IN"
      " (SELECT token_hash FROM registration_by_token WHERE expires_at < $1 LIMIT $2)",
      NHI_DB_ARGS (nhi_db_int (expired_before), nhi_db_int (limit)), error);
}

gint64
nhi_store_registration_delete_before (NhiDbConnection *connection,
                                      gint64 expired_before,
                                      guint limit,
                                      GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM registration WHERE (person_id, registration_id) IN"
                     " (SELECT person_id, registration_id FROM registration"
                     " WHERE state IN ($1, $2, $3) AND expires_at < $4 LIMIT $5)",
                     NHI_DB_ARGS (nhi_db_text (NHI_REGISTRATION_CONFIRMED),
                                  nhi_db_text (NHI_REGISTRATION_EXPIRED),
                                  nhi_db_text (NHI_REGISTRATION_REPLACED),
                                  nhi_db_int (expired_before), nhi_db_int (limit)),
                     error);
}

gboolean
nhi_store_account_find (NhiDbConnection *connection,
                        const char *person_id,
                        NhiAccountRow **ret_row,
                        GError **error)
{
  gboolean found = FALSE;
  g_autoptr (NhiDbRows) rows = nhi_db_query (
      connection, "SELECT email, phone, password_hash, language FROM account WHERE person_id = $1",
      NHI_DB_ARGS (nhi_db_text (person_id)), error);
  *ret_row = NULL;
  if (rows == NULL || !nhi_store_first_row (rows, &found, error))
    return FALSE;
  if (!found)
    return TRUE;

  NhiAccountRow *row = g_new0 (NhiAccountRow, 1);
  row->person_id = g_strdup (person_id);
  row->email = g_strdup (nhi_db_rows_text (rows, 0));
  row->phone = g_strdup (nhi_db_rows_text (rows, 1));
  row->password_hash = g_strdup (nhi_db_rows_text (rows, 2));
  row->language = g_strdup (nhi_db_rows_text (rows, 3));
  *ret_row = row;
  return TRUE;
}

gboolean
nhi_store_account_add (NhiDbConnection *connection,
                       const NhiAccountRow *row,
                       gint64 now,
                       GError **error)
{
  return nhi_db_run (
             connection,
             "INSERT INTO account (person_id, email, phone, password_hash, language, created_at,"
             " password_changed_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
             NHI_DB_ARGS (nhi_db_text (row->person_id), nhi_db_text (row->email),
                          nhi_db_text (row->phone), nhi_db_text (row->password_hash),
                          nhi_db_text (row->language), nhi_db_int (now)),
             error) >= 0;
}

gboolean
nhi_store_account_rehash (NhiDbConnection *connection,
                          const char *person_id,
                          const char *old_hash,
                          const char *new_hash,
                          GError **error)
{
  return nhi_db_run (connection,
                     "UPDATE account SET password_hash = $3"
                     " WHERE person_id = $1 AND password_hash = $2",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (old_hash),
                                  nhi_db_text (new_hash)),
                     error) >= 0;
}
