/* SPDX-License-Identifier: GPL-3.0-or-later
 * Argon2id through libargon2, with fresh salts from the world's randomness. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/password.h"

#include <argon2.h>
#include <string.h>

#define SALT_BYTES 16
#define HASH_BYTES 32
#define PHC_MAX 256
#define CURRENT_COSTS                                                                              \
  "$argon2id$v=19$m=" G_STRINGIFY (19456) ",t=" G_STRINGIFY (                                      \
      NHI_PASSWORD_TIME_COST) ",p=" G_STRINGIFY (NHI_PASSWORD_LANES) "$"

G_STATIC_ASSERT (NHI_PASSWORD_MEMORY_KIB == 19456);

static void
set_error (GError **error, int code)
{
  g_set_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_HASHING,
               "The password could not be hashed: %s", argon2_error_message (code));
}

char *
nhi_password_hash (const NhiWorld *world, const char *password, GError **error)
{
  guint8 salt[SALT_BYTES];
  char phc[PHC_MAX];

  world->random (world->random_source, salt, sizeof salt);
  const int code = argon2id_hash_encoded (NHI_PASSWORD_TIME_COST, NHI_PASSWORD_MEMORY_KIB,
                                          NHI_PASSWORD_LANES, password, strlen (password), salt,
                                          sizeof salt, HASH_BYTES, phc, sizeof phc);
  if (code != ARGON2_OK)
    {
      set_error (error, code);
      return NULL;
    }
  return g_strdup (phc);
}

gboolean
nhi_password_verify (const NhiWorld *world,
                     const char *phc,
                     const char *password,
                     gboolean *ret_matches,
                     gboolean *ret_outdated,
                     GError **error)
{
  if (phc == NULL)
    {
      g_autofree char *unused = nhi_password_hash (world, password, error);
      if (unused == NULL)
        return FALSE;
      *ret_matches = FALSE;
      if (ret_outdated != NULL)
        *ret_outdated = FALSE;
      return TRUE;
    }

  const int code = argon2id_verify (phc, password, strlen (password));
  if (code != ARGON2_OK && code != ARGON2_VERIFY_MISMATCH)
    {
      set_error (error, code);
      return FALSE;
    }
  *ret_matches = code == ARGON2_OK;
  if (ret_outdated != NULL)
    *ret_outdated = *ret_matches && !g_str_has_prefix (phc, CURRENT_COSTS);
  return TRUE;
}
