/* SPDX-License-Identifier: GPL-3.0-or-later
 * The world as it really is – system clock, the kernel's randomness – and the errors of the rules
 * with what is told beside them. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/world.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOKEN_BYTES 32
#define UUID_BYTES 16
#define MAX_FIELD_ERRORS 32

static gint64
system_now (gpointer clock)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
system_random (gpointer source, guint8 *ret, gsize length)
{
  /* Up to 256 bytes come whole or not at all, and no thread keeps a generator of its own.
   * A token that can be guessed is worse than no service, so there is no way on from here. */
  g_assert (length <= 256);
  if (getentropy (ret, length) != 0)
    {
      g_critical ("The system's source of randomness failed");
      abort ();
    }
}

NhiWorld *
nhi_world_new (NhiDb *db)
{
  NhiWorld *world = g_new0 (NhiWorld, 1);
  world->db = db;
  world->now = system_now;
  world->random = system_random;
  world->public_uri = g_strdup ("https://localhost:8443");
  world->mail_from = g_strdup ("健保卡網路服務 <service@nhicard.example>");
  return world;
}

void
nhi_world_free (NhiWorld *world)
{
  if (world == NULL)
    return;
  g_clear_pointer (&world->db, nhi_db_close);
  g_free (world->public_uri);
  g_free (world->mail_from);
  g_free (world);
}

gint64
nhi_world_now (const NhiWorld *world)
{
  return world->now (world->clock);
}

char *
nhi_world_uuid (const NhiWorld *world)
{
  guint8 b[UUID_BYTES];
  world->random (world->random_source, b, sizeof b);
  b[6] = (b[6] & 0x0f) | 0x40; /* version 4 */
  b[8] = (b[8] & 0x3f) | 0x80; /* RFC 9562's variant */
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                          b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
                          b[12], b[13], b[14], b[15]);
}

char *
nhi_world_token (const NhiWorld *world)
{
  guint8 bytes[TOKEN_BYTES];
  world->random (world->random_source, bytes, sizeof bytes);
  char *token = g_base64_encode (bytes, sizeof bytes);
  explicit_bzero (bytes, sizeof bytes);

  g_strdelimit (token, "+", '-');
  g_strdelimit (token, "/", '_');
  *strchr (token, '=') = '\0';
  return token;
}

void
nhi_token_hash (const char *token, guint8 ret_hash[32])
{
  SHA256 ((const guint8 *)token, strlen (token), ret_hash);
}

/* What travels beside an error of the rules. */
typedef struct
{
  GArray *fields; /* of NhiFieldError; NULL when there are none */
  gint64 wait_until;
} NhiDomainErrorPrivate;

static void
nhi_domain_error_private_init (NhiDomainErrorPrivate *priv)
{
}

static void
nhi_domain_error_private_copy (const NhiDomainErrorPrivate *from, NhiDomainErrorPrivate *to)
{
  if (from == NULL || to == NULL)
    return;
  to->wait_until = from->wait_until;
  if (from->fields != NULL)
    to->fields = g_array_ref (from->fields);
}

static void
nhi_domain_error_private_clear (NhiDomainErrorPrivate *priv)
{
  if (priv != NULL)
    g_clear_pointer (&priv->fields, g_array_unref);
}

G_DEFINE_EXTENDED_ERROR (NhiDomainError, nhi_domain_error)

struct _NhiFieldErrors
{
  GArray *list;
};

NhiFieldErrors *
nhi_field_errors_new (void)
{
  NhiFieldErrors *errors = g_new0 (NhiFieldErrors, 1);
  errors->list = g_array_new (FALSE, FALSE, sizeof (NhiFieldError));
  return errors;
}

void
nhi_field_errors_free (NhiFieldErrors *errors)
{
  if (errors == NULL)
    return;
  g_array_unref (errors->list);
  g_free (errors);
}

void
nhi_field_errors_add (NhiFieldErrors *errors, const char *field, const char *code)
{
  const NhiFieldError entry = { field, code };
  if (errors->list->len < MAX_FIELD_ERRORS)
    g_array_append_val (errors->list, entry);
}

gboolean
nhi_field_errors_done (const NhiFieldErrors *errors, GError **error)
{
  if (errors->list->len == 0)
    return TRUE;
  if (error == NULL)
    return FALSE;
  *error = g_error_new_literal (NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_INVALID,
                                "Some fields are not filled in as they must be; see each field");
  NhiDomainErrorPrivate *priv = nhi_domain_error_get_private (*error);
  if (priv != NULL)
    priv->fields = g_array_ref (errors->list);
  return FALSE;
}

const NhiFieldError *
nhi_domain_error_fields (const GError *error, gsize *ret_count)
{
  *ret_count = 0;
  if (error == NULL || error->domain != NHI_DOMAIN_ERROR)
    return NULL;
  const NhiDomainErrorPrivate *priv = nhi_domain_error_get_private (error);
  if (priv == NULL || priv->fields == NULL)
    return NULL;
  *ret_count = priv->fields->len;
  return (const NhiFieldError *)(gpointer)priv->fields->data;
}

void
nhi_domain_error_set_wait (GError **error, gint64 wait_until)
{
  if (error == NULL)
    return;
  *error = g_error_new_literal (NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_WAIT,
                                "Too many failed attempts; try again after the wait");
  NhiDomainErrorPrivate *priv = nhi_domain_error_get_private (*error);
  if (priv != NULL)
    priv->wait_until = wait_until;
}

gint64
nhi_domain_error_wait_until (const GError *error)
{
  if (error == NULL || error->domain != NHI_DOMAIN_ERROR)
    return 0;
  const NhiDomainErrorPrivate *priv = nhi_domain_error_get_private (error);
  return priv != NULL ? priv->wait_until : 0;
}
