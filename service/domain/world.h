/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the rules need from outside, handed in: database, clock, randomness, settings. A test hands in its own. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

typedef struct _NhiWorld NhiWorld;

/* Shared by every thread for the life of the process; read only once it is set up. */
struct _NhiWorld {
  NhiDb *db;
  gint64 (*now) (gpointer clock);                       /* Unix seconds, UTC */
  gpointer clock;
  void (*random) (gpointer source, guint8 *ret, gsize length); /* cryptographic */
  gpointer random_source;
  char *public_uri;       /* "https://localhost:8443", no slash at the end: what letters link to */
  char *mail_from;        /* "健保卡網路服務 <service@…>" as an RFC 5322 mailbox */
  gboolean demo;          /* the people are invented; pages say so */
};

NhiWorld *nhi_world_new (NhiDb *db);   /* the real clock and randomness; takes @db */
void nhi_world_free (NhiWorld *world);
gint64 nhi_world_now (const NhiWorld *world);
char *nhi_world_uuid (const NhiWorld *world);      /* version 4 from the world's randomness */
char *nhi_world_token (const NhiWorld *world);     /* 256 bit, base64url without padding, 43 characters */
void nhi_token_hash (const char *token, guint8 ret_hash[32]); /* SHA-256, the only form that is stored */

/* Errors of the rules. api/ turns each into one problem. */
#define NHI_DOMAIN_ERROR (nhi_domain_error_quark ())
typedef enum {
  NHI_DOMAIN_ERROR_INVALID,          /* a field breaks its rule; the fields are told beside the error */
  NHI_DOMAIN_ERROR_NOT_MATCHING,     /* not what the population table holds */
  NHI_DOMAIN_ERROR_SIGN_IN,          /* card, ID or password is wrong, or there is no account */
  NHI_DOMAIN_ERROR_WAIT,             /* too many failures; the moment is told beside the error */
  NHI_DOMAIN_ERROR_SESSION,          /* no such session, or it has ended */
  NHI_DOMAIN_ERROR_NOT_FOUND,
  NHI_DOMAIN_ERROR_NOT_READY,
  NHI_DOMAIN_ERROR_GONE,
  NHI_DOMAIN_ERROR_KEY_REUSED,       /* the idempotency key came with another request before */
} NhiDomainError;
GQuark nhi_domain_error_quark (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiWorld, nhi_world_free)

G_END_DECLS
