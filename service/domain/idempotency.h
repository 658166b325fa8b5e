/* SPDX-License-Identifier: GPL-3.0-or-later
 * The same request with the same key is done once and answered alike; the same key with another
 * request is refused. */
#pragma once

#include "service/domain/world.h"

G_BEGIN_DECLS

#define NHI_IDEMPOTENCY_SECONDS (24 * 60 * 60) /* how long an answer is kept */

/**
 * NhiIdempotency:
 * @scope: whose keys these are: a person_id, or the network before sign-in
 * @key_hash: SHA-256 of the key in hex; the key itself is never stored
 * @request_hash: HMAC of the request under the key, so that the table is no quick way to guess what
 * the request held
 */
typedef struct
{
  char *scope;
  char *key_hash;
  guint8 request_hash[32];
} NhiIdempotency;

gboolean
nhi_idempotency_key_is_valid (const char *key); /* a UUID in its 36 characters; NULL is not */

/* @parts: NULL-terminated; the request in its canonical order, the route first. NULL members are
 * given as "". */
void nhi_idempotency_init (NhiIdempotency *self,
                           const char *scope,
                           const char *key,
                           const char *const *parts);
void nhi_idempotency_clear (NhiIdempotency *self);

/**
 * nhi_idempotency_find:
 * @ret_answer: (out) (nullable): what nhi_idempotency_keep() kept for this request, or %NULL when
 * it is new
 *
 * Call it first in the transaction that does the work, and nhi_idempotency_keep() last.
 *
 * Returns: FALSE with %NHI_DOMAIN_ERROR_KEY_REUSED when the key came with another request, or an
 * %NHI_DB_ERROR
 */
gboolean nhi_idempotency_find (NhiDbConnection *connection,
                               const NhiIdempotency *self,
                               gint64 now,
                               char **ret_answer,
                               GError **error);
/* @answer: what the domain needs to give the same answer again, e.g. the id of what was made.
 * Nothing secret. */
gboolean nhi_idempotency_keep (NhiDbConnection *connection,
                               const NhiIdempotency *self,
                               const char *answer,
                               gint64 now,
                               GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiIdempotency, nhi_idempotency_clear)

G_END_DECLS
