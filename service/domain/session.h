/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sessions: made by a sign-in, ended by the person, by idleness or by age. */
#pragma once

#include "service/domain/world.h"

G_BEGIN_DECLS

#define NHI_SESSION_IDLE_SECONDS (15 * 60)
#define NHI_SESSION_SECONDS (12 * 60 * 60) /* at this age it ends, however busy */
#define NHI_SESSION_SEEN_EVERY                                                                     \
  60 /* seconds; so an idle session ends up to a minute early, never late */
#define NHI_SESSIONS_PER_PERSON 16 /* the oldest gives way */
/* Kept of the history, all of which is looked through for the last one. */
#define NHI_SIGN_INS_PER_PERSON 400

/**
 * NhiSessionKey: what a new session is known by, made before the transaction that opens it
 * @token: what opens it; only its hash is stored
 */
typedef struct
{
  char *session_id;
  char *token;
} NhiSessionKey;
void nhi_session_key_make (NhiWorld *world, NhiSessionKey *ret_key);
void nhi_session_key_clear (NhiSessionKey *key);

/* Opens a session in the caller's transaction (NHI_DB_WRITE_LOCKED is enough). @client: how the
 * program calls itself. */
gboolean nhi_session_open (NhiDbConnection *connection,
                           const NhiSessionKey *key,
                           const char *person_id,
                           const char *client,
                           const char *network,
                           gint64 now,
                           gint64 *ret_expires_at,
                           GError **error);

/* The http hook: @context is the NhiWorld. FALSE with %NHI_DOMAIN_ERROR_SESSION when the token
 * opens nothing (any more). */
gboolean nhi_session_authenticate (gpointer context,
                                   const char *token,
                                   char **ret_person_id,
                                   char **ret_session_id,
                                   GError **error);

typedef struct
{
  char *name;
  char *id_number;
  char *email;
  gint64 expires_at;
} NhiSessionView;
void nhi_session_view_clear (NhiSessionView *view);

gboolean nhi_session_describe (NhiWorld *world,
                               const char *person_id,
                               const char *session_id,
                               NhiSessionView *ret_view,
                               GError **error);

/* Ending what has ended already is no error. */
gboolean
nhi_session_end (NhiWorld *world, const char *person_id, const char *session_id, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiSessionKey, nhi_session_key_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiSessionView, nhi_session_view_clear)

G_END_DECLS
