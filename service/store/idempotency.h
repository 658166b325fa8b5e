/* SPDX-License-Identifier: GPL-3.0-or-later
 * Answers of creates, kept under the key the client chose, so that asking twice creates once. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

/**
 * NhiIdempotency:
 * @NHI_IDEMPOTENCY_NEW: the key was never used in this scope
 * @NHI_IDEMPOTENCY_SAME: it was, with the same request: give the kept answer again
 * @NHI_IDEMPOTENCY_OTHER: it was, with another request: refuse
 */
typedef enum
{
  NHI_IDEMPOTENCY_NEW,
  NHI_IDEMPOTENCY_SAME,
  NHI_IDEMPOTENCY_OTHER,
} NhiIdempotency;

#define NHI_IDEMPOTENCY_HASH_BYTES 32 /* SHA-256 of the request in one fixed form */

/* Both belong into the transaction that creates. @scope: the person, or the network before sign-in.
 * @ret_body: what was kept, with %NHI_IDEMPOTENCY_SAME; otherwise NULL. */
gboolean
nhi_store_idempotency_find (NhiDbConnection *connection,
                            const char *scope,
                            const char *key,
                            const guint8 *request_hash,
                            NhiIdempotency *ret_found,
                            char **ret_body,
                            GError **error);
gboolean
nhi_store_idempotency_add (NhiDbConnection *connection,
                           const char *scope,
                           const char *key,
                           const guint8 *request_hash,
                           guint status,
                           const char *body,
                           gint64 now,
                           GError **error);

G_END_DECLS
