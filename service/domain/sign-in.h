/* SPDX-License-Identifier: GPL-3.0-or-later
 * Signing in with card number, ID number and password. */
#pragma once

#include "service/domain/world.h"

G_BEGIN_DECLS

/* Every member may be NULL, then it was not given. */
typedef struct
{
  const char *card_number;
  const char *id_number;
  const char *password;
  const char *client;  /* how the program calls itself, for the history */
  const char *network; /* never NULL */
} NhiSignInRequest;

typedef struct
{
  char *token;
  gint64 expires_at;
  char *name;
  char *id_number;
  gint64 last_at;     /* Unix seconds of the sign-in before; 0 = this is the first */
  char *last_network; /* NULL when this is the first */
} NhiSignIn;
void nhi_sign_in_clear (NhiSignIn *sign_in);

/**
 * nhi_sign_in:
 *
 * Hashes: slow. A person without an account, a card that is not theirs or was terminated, and a
 * wrong password get the same answer after the same work and are counted alike.
 *
 * Errors: %NHI_DOMAIN_ERROR_INVALID with fields, %NHI_DOMAIN_ERROR_SIGN_IN, %NHI_DOMAIN_ERROR_WAIT,
 * %NHI_DB_ERROR
 */
gboolean nhi_sign_in (NhiWorld *world,
                      const NhiSignInRequest *request,
                      NhiSignIn *ret_sign_in,
                      GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiSignIn, nhi_sign_in_clear)

G_END_DECLS
