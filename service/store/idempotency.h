/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of the idempotency table: which key came with which request, and what was answered. Moments
 * are Unix seconds. Every function: FALSE with an NHI_DB_ERROR. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

typedef struct
{
  guint8 request_hash[32];
  char *answer; /* NULL: there is no such row */
  gint64 created_at;
} NhiStoredAnswer;

/* TRUE also when there is no row: then ret->answer is NULL. The caller frees ret->answer. */
gboolean nhi_store_idempotency_find (NhiDbConnection *connection,
                                     const char *scope,
                                     const char *key_hash,
                                     NhiStoredAnswer *ret,
                                     GError **error);
gboolean nhi_store_idempotency_add (NhiDbConnection *connection,
                                    const char *scope,
                                    const char *key_hash,
                                    const guint8 request_hash[32],
                                    const char *answer,
                                    gint64 now,
                                    GError **error);
gboolean nhi_store_idempotency_delete (NhiDbConnection *connection,
                                       const char *scope,
                                       const char *key_hash,
                                       GError **error);
/* @limit rows at most. Returns how many went, or -1 with @error. */
gint64 nhi_store_idempotency_delete_before (NhiDbConnection *connection,
                                            gint64 created_before,
                                            guint limit,
                                            GError **error);

G_END_DECLS
