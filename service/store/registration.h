/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of registrations and accounts. Moments are Unix seconds. Every function: FALSE (or -1) with
 * an NHI_DB_ERROR; what a @ret_… gives is the caller's. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

#define NHI_REGISTRATION_PENDING "pending"
#define NHI_REGISTRATION_CONFIRMED "confirmed"
#define NHI_REGISTRATION_EXPIRED "expired"
#define NHI_REGISTRATION_REPLACED "replaced"

typedef struct
{
  char *person_id;
  char *registration_id;
  char *state;
  char *email;
  char *phone;
  char *password_hash;
  char *language;
  gint64 created_at;
  gint64 expires_at;
} NhiRegistrationRow;
void nhi_registration_row_free (NhiRegistrationRow *row);

/* Adds @row as pending, and the token's hash that finds it. */
gboolean nhi_store_registration_add (NhiDbConnection *connection,
                                     const NhiRegistrationRow *row,
                                     const guint8 token_hash[32],
                                     GError **error);
/* NULL in @ret_row when no registration has that token. */
gboolean nhi_store_registration_find (NhiDbConnection *connection,
                                      const guint8 token_hash[32],
                                      NhiRegistrationRow **ret_row,
                                      GError **error);
/* The end of a registration: its state, and what the person typed is gone from it. */
gboolean nhi_store_registration_close (NhiDbConnection *connection,
                                       const char *person_id,
                                       const char *registration_id,
                                       const char *state,
                                       gint64 confirmed_at,
                                       GError **error);
/* The same for whatever is pending for the person. */
gboolean nhi_store_registration_replace_pending (NhiDbConnection *connection,
                                                 const char *person_id,
                                                 GError **error);
/* The same for what expired by @now, @limit rows at most. Returns how many, or -1 with @error. */
gint64 nhi_store_registration_expire (NhiDbConnection *connection,
                                      gint64 now,
                                      guint limit,
                                      GError **error);
/* Tokens whose registration ended before: until then a late click is told what happened. Returns as
 * above. */
gint64 nhi_store_registration_forget_tokens (NhiDbConnection *connection,
                                             gint64 expired_before,
                                             guint limit,
                                             GError **error);

/* Registrations that are long over; those that are pending stay. */
gint64 nhi_store_registration_delete_before (NhiDbConnection *connection,
                                             gint64 expired_before,
                                             guint limit,
                                             GError **error);

typedef struct
{
  char *person_id;
  char *email;
  char *phone;
  char *password_hash;
  char *language;
} NhiAccountRow;
void nhi_account_row_free (NhiAccountRow *row);

/* NULL in @ret_row when the person has no account. */
gboolean nhi_store_account_find (NhiDbConnection *connection,
                                 const char *person_id,
                                 NhiAccountRow **ret_row,
                                 GError **error);
gboolean nhi_store_account_add (NhiDbConnection *connection,
                                const NhiAccountRow *row,
                                gint64 now,
                                GError **error);
/* The same password hashed anew; left alone when it was changed meanwhile. */
gboolean nhi_store_account_rehash (NhiDbConnection *connection,
                                   const char *person_id,
                                   const char *old_hash,
                                   const char *new_hash,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiRegistrationRow, nhi_registration_row_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiAccountRow, nhi_account_row_free)

G_END_DECLS
