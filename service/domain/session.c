/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opening, recognising, describing and ending sessions. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/session.h"

#include "service/store/population.h"
#include "service/store/registration.h"
#include "service/store/session.h"

#include <string.h>

void
nhi_session_key_make (NhiWorld *world, NhiSessionKey *ret_key)
{
  ret_key->session_id = nhi_world_uuid (world);
  ret_key->token = nhi_world_token (world);
}

void
nhi_session_key_clear (NhiSessionKey *key)
{
  if (key->token != NULL)
    explicit_bzero (key->token, strlen (key->token));
  g_clear_pointer (&key->token, g_free);
  g_clear_pointer (&key->session_id, g_free);
}

gboolean
nhi_session_open (NhiDbConnection *connection,
                  const NhiSessionKey *key,
                  const char *person_id,
                  const char *client,
                  const char *network,
                  gint64 now,
                  gint64 *ret_expires_at,
                  GError **error)
{
  guint8 token_hash[32];
  const NhiSessionRow row = {
    .person_id = (char *)person_id,
    .session_id = key->session_id,
    .client = (char *)client,
    .network = (char *)network,
    .created_at = now,
    .seen_at = now,
    .expires_at = now + NHI_SESSION_SECONDS,
  };

  nhi_token_hash (key->token, token_hash);
  *ret_expires_at = row.expires_at;
  return nhi_store_session_lock (connection, person_id, error) &&
         nhi_store_session_trim (connection, person_id, NHI_SESSIONS_PER_PERSON - 1, error) &&
         nhi_store_session_add (connection, &row, token_hash, error);
}

static gboolean
set_no_session (GError **error)
{
  g_set_error_literal (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_SESSION,
                       "There is no such session, or it has ended; sign in again");
  return FALSE;
}

static gboolean
is_alive (const NhiSessionRow *row, gint64 now)
{
  return now < row->expires_at && now < row->seen_at + NHI_SESSION_IDLE_SECONDS;
}

typedef struct
{
  const guint8 *token_hash;
  const char *person_id;
  const char *session_id;
  gint64 now;
  NhiSessionRow *row;
  NhiPerson *person;
  NhiAccountRow *account;
} Lookup;

static void
lookup_clear (Lookup *self)
{
  g_clear_pointer (&self->row, nhi_session_row_free);
  g_clear_pointer (&self->person, nhi_person_free);
  g_clear_pointer (&self->account, nhi_account_row_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lookup, lookup_clear)

static gboolean
find_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Lookup *self = data;

  lookup_clear (self);
  return nhi_store_session_find_by_token (connection, self->token_hash, &self->row, error);
}

static gboolean
seen_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Lookup *self = data;
  return nhi_store_session_seen (connection, self->row->person_id, self->row->session_id, self->now,
                                 error);
}

static gboolean
end_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Lookup *self = data;
  return nhi_store_session_delete (connection, self->person_id, self->session_id, error);
}

gboolean
nhi_session_authenticate (gpointer context,
                          const char *token,
                          char **ret_person_id,
                          char **ret_session_id,
                          GError **error)
{
  NhiWorld *world = context;
  guint8 token_hash[32];
  g_auto (Lookup) lookup = { .token_hash = token_hash, .now = nhi_world_now (world) };

  if (token == NULL || strlen (token) != NHI_TOKEN_LENGTH)
    return set_no_session (error);
  nhi_token_hash (token, token_hash);
  if (!nhi_db_transact (world->db, NHI_DB_READ, find_body, &lookup, error))
    return FALSE;
  if (lookup.row == NULL || !is_alive (lookup.row, lookup.now))
    return set_no_session (error);
  /* Also when the clock was set back, or idleness would count from a moment that has yet to come.
   */
  if (ABS (lookup.now - lookup.row->seen_at) >= NHI_SESSION_SEEN_EVERY &&
      !nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, seen_body, &lookup, error))
    return FALSE;

  *ret_person_id = g_strdup (lookup.row->person_id);
  *ret_session_id = g_strdup (lookup.row->session_id);
  return TRUE;
}

void
nhi_session_view_clear (NhiSessionView *view)
{
  g_clear_pointer (&view->name, g_free);
  g_clear_pointer (&view->id_number, g_free);
  g_clear_pointer (&view->email, g_free);
}

static gboolean
describe_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Lookup *self = data;

  lookup_clear (self);
  return nhi_store_session_find (connection, self->person_id, self->session_id, &self->row,
                                 error) &&
         nhi_population_find (connection, self->person_id, &self->person, error) &&
         nhi_store_account_find (connection, self->person_id, &self->account, error);
}

gboolean
nhi_session_describe (NhiWorld *world,
                      const char *person_id,
                      const char *session_id,
                      NhiSessionView *ret_view,
                      GError **error)
{
  g_auto (Lookup) lookup = { .person_id = person_id, .session_id = session_id };

  if (!nhi_db_transact (world->db, NHI_DB_READ, describe_body, &lookup, error))
    return FALSE;
  if (lookup.row == NULL || lookup.person == NULL || lookup.account == NULL)
    return set_no_session (error);
  ret_view->name = g_strdup (lookup.person->name);
  ret_view->id_number = g_strdup (lookup.person->id_number);
  ret_view->email = g_strdup (lookup.account->email);
  ret_view->expires_at = lookup.row->expires_at;
  return TRUE;
}

gboolean
nhi_session_end (NhiWorld *world, const char *person_id, const char *session_id, GError **error)
{
  Lookup lookup = { .person_id = person_id, .session_id = session_id };
  return nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, end_body, &lookup, error);
}
