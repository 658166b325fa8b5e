/* SPDX-License-Identifier: GPL-3.0-or-later
 * Keys and requests become hashes here; the rows are store/idempotency.c's. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/idempotency.h"

#include "service/store/idempotency.h"

#include <string.h>

gboolean
nhi_idempotency_key_is_valid (const char *key)
{
  return key != NULL && g_uuid_string_is_valid (key);
}

void
nhi_idempotency_init (NhiIdempotency *self,
                      const char *scope,
                      const char *key,
                      const char *const *parts)
{
  self->scope = g_strdup (scope);
  self->key_hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *)key, strlen (key));
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      /* Each part with its NUL, so that "ab" "c" is not "a" "bc". */
      g_hmac_update (hmac, (const guchar *)parts[i], (gssize)strlen (parts[i]) + 1);
    }
  gsize length = sizeof self->request_hash;
  g_hmac_get_digest (hmac, self->request_hash, &length);
}

void
nhi_idempotency_clear (NhiIdempotency *self)
{
  g_clear_pointer (&self->scope, g_free);
  g_clear_pointer (&self->key_hash, g_free);
}

gboolean
nhi_idempotency_find (NhiDbConnection *connection,
                      const NhiIdempotency *self,
                      gint64 now,
                      char **ret_answer,
                      GError **error)
{
  NhiStoredAnswer stored = { 0 };

  *ret_answer = NULL;
  if (!nhi_store_idempotency_find (connection, self->scope, self->key_hash, &stored, error))
    return FALSE;
  if (stored.answer == NULL)
    return TRUE;
  if (stored.created_at + NHI_IDEMPOTENCY_SECONDS <= now)
    {
      g_free (stored.answer);
      return nhi_store_idempotency_delete (connection, self->scope, self->key_hash, error);
    }
  if (memcmp (stored.request_hash, self->request_hash, sizeof stored.request_hash) != 0)
    {
      g_free (stored.answer);
      g_set_error_literal (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_KEY_REUSED,
                           "This Idempotency-Key came with another request before; use a new one");
      return FALSE;
    }
  *ret_answer = stored.answer;
  return TRUE;
}

gboolean
nhi_idempotency_keep (NhiDbConnection *connection,
                      const NhiIdempotency *self,
                      const char *answer,
                      gint64 now,
                      GError **error)
{
  return nhi_store_idempotency_add (connection, self->scope, self->key_hash, self->request_hash,
                                    answer, now, error);
}
