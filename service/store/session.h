/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of sessions and of the sign-in history. Moments are Unix seconds. Every function: FALSE with
 * an NHI_DB_ERROR; what a @ret_… gives is the caller's. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

typedef struct
{
  char *person_id;
  char *session_id;
  char *client;
  char *network;
  gint64 created_at;
  gint64 seen_at;
  gint64 expires_at;
} NhiSessionRow;
void nhi_session_row_free (NhiSessionRow *row);

gboolean nhi_store_session_add (NhiDbConnection *connection,
                                const NhiSessionRow *row,
                                const guint8 token_hash[32],
                                GError **error);
/* @ret_row: (out) (nullable): NULL when there is none, and on failure. */
gboolean nhi_store_session_find_by_token (NhiDbConnection *connection,
                                          const guint8 token_hash[32],
                                          NhiSessionRow **ret_row,
                                          GError **error);
gboolean nhi_store_session_find (NhiDbConnection *connection,
                                 const char *person_id,
                                 const char *session_id,
                                 NhiSessionRow **ret_row,
                                 GError **error);
gboolean nhi_store_session_seen (NhiDbConnection *connection,
                                 const char *person_id,
                                 const char *session_id,
                                 gint64 seen_at,
                                 GError **error);
/* The token's row goes with its own end; without the session it opens nothing. */
gboolean nhi_store_session_delete (NhiDbConnection *connection,
                                   const char *person_id,
                                   const char *session_id,
                                   GError **error);
/* Keeps the @keep newest sessions of the person. */
gboolean nhi_store_session_trim (NhiDbConnection *connection,
                                 const char *person_id,
                                 guint keep,
                                 GError **error);
/* Sweeps, these and nhi_store_sign_in_delete_before (): @limit rows at most. They return how many
 * went, or -1 with @error. */
gint64 nhi_store_session_delete_idle (NhiDbConnection *connection,
                                      gint64 seen_until,
                                      guint limit,
                                      GError **error);
gint64 nhi_store_session_forget_tokens (NhiDbConnection *connection,
                                        gint64 expired_by,
                                        guint limit,
                                        GError **error);

/* Keeps everybody else from opening or trimming sessions of this account until the transaction
 * ends, so that counting them holds also under NHI_DB_WRITE_LOCKED. */
gboolean
nhi_store_session_lock (NhiDbConnection *connection, const char *person_id, GError **error);

/* One line of the history. @ret_at is 0 when the person never signed in; @ret_network is then NULL.
 */
gboolean nhi_store_sign_in_last (NhiDbConnection *connection,
                                 const char *person_id,
                                 gint64 *ret_at,
                                 char **ret_network,
                                 GError **error);
gboolean nhi_store_sign_in_is_there (NhiDbConnection *connection,
                                     const char *person_id,
                                     const char *sign_in_id,
                                     gboolean *ret_there,
                                     GError **error);
/* Keeps the @keep newest of the person. */
gboolean nhi_store_sign_in_trim (NhiDbConnection *connection,
                                 const char *person_id,
                                 guint keep,
                                 GError **error);
gboolean nhi_store_sign_in_add (NhiDbConnection *connection,
                                const char *person_id,
                                const char *sign_in_id,
                                gint64 at,
                                const char *network,
                                const char *client,
                                GError **error);
gint64 nhi_store_sign_in_delete_before (NhiDbConnection *connection,
                                        gint64 before,
                                        guint limit,
                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiSessionRow, nhi_session_row_free)

G_END_DECLS
