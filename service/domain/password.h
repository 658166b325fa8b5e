/* SPDX-License-Identifier: GPL-3.0-or-later
 * How passwords are kept: Argon2id in PHC string form. Slow by intent: call it on routes with
 * NHI_ROUTE_HASHES only. */
#pragma once

#include "service/domain/world.h"

G_BEGIN_DECLS

/* OWASP ASVS 5.0 appendix C: t = 2 with 19 MiB or more. */
#define NHI_PASSWORD_TIME_COST 2
#define NHI_PASSWORD_MEMORY_KIB (19 * 1024)
#define NHI_PASSWORD_LANES 1

/* "$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH". The bytes of @password go in exactly as they came.
 * NULL with %NHI_DOMAIN_ERROR_HASHING when there is no memory for it. */
char *nhi_password_hash (const NhiWorld *world, const char *password, GError **error);

/**
 * nhi_password_verify:
 * @phc: (nullable): what nhi_password_hash() gave; %NULL hashes all the same and answers no, so
 * that an account that does not exist costs the same time
 * @ret_matches: whether it is this password
 * @ret_outdated: (nullable): TRUE when it matches but was hashed with other costs than today's
 *
 * Returns: FALSE with %NHI_DOMAIN_ERROR_HASHING when there is no memory for it, or @phc is damaged
 */
gboolean nhi_password_verify (const NhiWorld *world,
                              const char *phc,
                              const char *password,
                              gboolean *ret_matches,
                              gboolean *ret_outdated,
                              GError **error);

G_END_DECLS
