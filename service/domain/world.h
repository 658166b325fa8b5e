/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the rules need from outside, handed in: database, clock, randomness, settings. A test hands
 * in its own. */
#pragma once

#include "service/domain/readiness.h"
#include "service/store/db.h"

G_BEGIN_DECLS

#define NHI_TOKEN_LENGTH 43 /* characters: 256 bits as base64url without padding */

typedef struct _NhiWorld NhiWorld;

/* Shared by every thread for the life of the process; read only once it is set up. */
struct _NhiWorld
{
  NhiDb *db;
  gint64 (*now) (gpointer clock); /* Unix seconds, UTC */
  gpointer clock;
  void (*random) (gpointer source, guint8 *ret, gsize length); /* cryptographic */
  gpointer random_source;
  char *public_uri; /* "https://localhost:8443", no slash at the end: what letters link to */
  char *mail_from;  /* "健保卡網路服務 <service@…>" as an RFC 5322 mailbox */
  gboolean demo;    /* the people are invented; pages say so */
  NhiReadiness *readiness; /* of the web role: whether this node should get requests; not owned */
};

NhiWorld *nhi_world_new (NhiDb *db); /* the real clock and randomness; takes @db */
void nhi_world_free (NhiWorld *world);
gint64 nhi_world_now (const NhiWorld *world);
char *nhi_world_uuid (const NhiWorld *world);  /* version 4 from the world's randomness */
char *nhi_world_token (const NhiWorld *world); /* %NHI_TOKEN_LENGTH characters */
void nhi_token_hash (const char *token,
                     guint8 ret_hash[32]); /* SHA-256, the only form that is stored */

/* Errors of the rules. api/ turns each into one problem. */
#define NHI_DOMAIN_ERROR (nhi_domain_error_quark ())
typedef enum
{
  NHI_DOMAIN_ERROR_INVALID,      /* a field breaks its rule; the fields are told beside the error */
  NHI_DOMAIN_ERROR_NOT_MATCHING, /* not what the population table holds */
  NHI_DOMAIN_ERROR_SIGN_IN,      /* card, ID or password is wrong, or there is no account */
  NHI_DOMAIN_ERROR_WAIT,         /* too many failures; the moment is told beside the error */
  NHI_DOMAIN_ERROR_SESSION,      /* no such session, or it has ended */
  NHI_DOMAIN_ERROR_NOT_FOUND,
  NHI_DOMAIN_ERROR_NOT_READY,
  NHI_DOMAIN_ERROR_GONE,
  NHI_DOMAIN_ERROR_KEY_REUSED, /* the idempotency key came with another request before */
  NHI_DOMAIN_ERROR_HASHING,    /* a password cannot be hashed now: no memory, or a damaged hash */
} NhiDomainError;
GQuark nhi_domain_error_quark (void);

/* What is told beside an error, so that api/ and web/ can say it: the fields that broke a rule, the
 * moment a wait ends. */

/* One field that breaks its rule. Both strings are static: the member's name on the wire and a code
 * of words.h. */
typedef struct
{
  const char *field;
  const char *code;
} NhiFieldError;

typedef struct _NhiFieldErrors
    NhiFieldErrors; /* a list that is filled while a message is checked */
NhiFieldErrors *nhi_field_errors_new (void);
void nhi_field_errors_free (NhiFieldErrors *errors);
void nhi_field_errors_add (NhiFieldErrors *errors, const char *field, const char *code);
/* TRUE when nothing was added; otherwise FALSE with %NHI_DOMAIN_ERROR_INVALID and the fields beside
 * it. */
gboolean nhi_field_errors_done (const NhiFieldErrors *errors, GError **error);

/* The fields beside an %NHI_DOMAIN_ERROR_INVALID; owned by @error, NULL with *@ret_count 0 when
 * there are none. */
const NhiFieldError *nhi_domain_error_fields (const GError *error, gsize *ret_count);

void nhi_domain_error_set_wait (GError **error,
                                gint64 wait_until);       /* sets %NHI_DOMAIN_ERROR_WAIT */
gint64 nhi_domain_error_wait_until (const GError *error); /* Unix seconds; 0 when not told */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiFieldErrors, nhi_field_errors_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiWorld, nhi_world_free)

G_END_DECLS
