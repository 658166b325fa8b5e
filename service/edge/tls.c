/* SPDX-License-Identifier: GPL-3.0-or-later
 * OpenSSL instead of GTlsConnection: a GIO handshake keeps a thread of a small pool until the peer
 * answers, so a few hundred silent peers would stop all handshakes; here a handshake that waits
 * costs a file descriptor and nothing else. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/tls.h"

#include <gio/gio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>

/* What OpenSSL met first is the cause; what it said last is only where that led. */
static void
set_error (GError **error, const char *what, const char *path, gboolean is_locked)
{
  gulong first = ERR_peek_error (), last = ERR_peek_last_error ();
  const char *reason = ERR_reason_error_string (last);

  if (is_locked)
    reason = "it is locked with a passphrase; name a key without one";
  else if (ERR_SYSTEM_ERROR (first))
    reason = g_strerror (ERR_GET_REASON (first));
  else if (ERR_GET_LIB (last) == ERR_LIB_X509 &&
           ERR_GET_REASON (last) == X509_R_KEY_VALUES_MISMATCH)
    reason = "it belongs to another certificate; name the key that this one was made with";
  else if ((ERR_GET_LIB (first) == ERR_LIB_PEM && ERR_GET_REASON (first) == PEM_R_NO_START_LINE) ||
           ERR_GET_LIB (first) == ERR_LIB_OSSL_DECODER)
    reason = "there is none in the file, or not a whole one; it must be PEM (-----BEGIN …)";
  ERR_clear_error ();
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s “%s” cannot be used: %s", what, path,
               reason != NULL ? reason : "the TLS library gave no reason");
}

/* A service must not ask the terminal for a passphrase and wait. */
static int
refuse_passphrase (char *buffer, int size, int writing, void *asked)
{
  *(gboolean *)asked = TRUE;
  return -1;
}

static char *
format_day (const ASN1_TIME *time)
{
  struct tm parts;

  if (ASN1_TIME_to_tm (time, &parts) != 1)
    return g_strdup ("an unknown day");
  return g_strdup_printf ("%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

/* No reason to stay away: a new file and SIGHUP mend it, and the jobs go on meanwhile. */
static void
warn_of_time (SSL_CTX *context, const char *path)
{
  const X509 *leaf = SSL_CTX_get0_certificate (context);
  g_autofree char *begin = format_day (X509_get0_notBefore (leaf));
  g_autofree char *end = format_day (X509_get0_notAfter (leaf));

  if (X509_cmp_current_time (X509_get0_notAfter (leaf)) < 0)
    g_warning ("The certificate “%s” ended on %s, so every client refuses it; put a new one there "
               "and send SIGHUP",
               path, end);
  else if (X509_cmp_current_time (X509_get0_notBefore (leaf)) > 0)
    g_warning ("The certificate “%s” begins on %s only, so every client refuses it; check the "
               "clock of this machine",
               path, begin);
}

static void
warn_of_mode (const char *key_path)
{
  struct stat found;

  if (stat (key_path, &found) == 0 && (found.st_mode & (S_IROTH | S_IWOTH)) != 0)
    g_warning ("Every user of this machine can get at the key “%s”; take their rights away with "
               "chmod o-rwx",
               key_path);
}

static gboolean
load_identity (SSL_CTX *context, const char *certificate_path, const char *key_path, GError **error)
{
  gboolean is_locked = FALSE;

  ERR_clear_error ();
  SSL_CTX_set_default_passwd_cb (context, refuse_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata (context, &is_locked);
  if (SSL_CTX_use_certificate_chain_file (context, certificate_path) != 1)
    {
      set_error (error, "The certificate", certificate_path, FALSE);
      return FALSE;
    }
  if (SSL_CTX_use_PrivateKey_file (context, key_path, SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key (context) != 1)
    {
      set_error (error, "The key", key_path, is_locked);
      return FALSE;
    }
  SSL_CTX_set_default_passwd_cb_userdata (context, NULL);
  warn_of_time (context, certificate_path);
  warn_of_mode (key_path);
  return TRUE;
}

/* HTTP/1.1 is all there is: who offers only other protocols is told so in the handshake. Who offers
 * none speaks HTTP/1.1 anyway. */
static int
choose_protocol (SSL *ssl,
                 const guchar **ret_chosen,
                 guchar *ret_length,
                 const guchar *offered,
                 guint length,
                 void *data)
{
  static const guchar ours[] = "http/1.1";

  for (guint i = 0; i < length; i += 1u + offered[i])
    if (offered[i] == sizeof ours - 1 && i + sizeof ours <= length &&
        memcmp (offered + i + 1, ours, sizeof ours - 1) == 0)
      {
        *ret_chosen = offered + i + 1;
        *ret_length = sizeof ours - 1;
        return SSL_TLSEXT_ERR_OK;
      }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* A list of two-byte versions behind one byte of length (RFC 8446, 4.2.1). */
static gboolean
offers_tls13 (const guchar *versions, gsize length)
{
  for (gsize i = 1; i + 1 < length; i += 2)
    if (versions[i] == TLS1_3_VERSION >> 8 && versions[i + 1] == (TLS1_3_VERSION & 0xff))
      return TRUE;
  return FALSE;
}

/* The ticket keys live as long as the workers. A resumed TLS 1.3 session makes fresh keys with the
 * client all the same; a TLS 1.2 ticket would hold the keys of what was said, so there is none. */
static int
on_client_hello (SSL *ssl, int *alert, void *data)
{
  const guchar *versions = NULL;
  gsize length = 0;

  if (SSL_client_hello_get0_ext (ssl, TLSEXT_TYPE_supported_versions, &versions, &length) != 1 ||
      !offers_tls13 (versions, length))
    SSL_set_options (ssl, SSL_OP_NO_TICKET);
  return SSL_CLIENT_HELLO_SUCCESS;
}

static void
set_sessions (SSL_CTX *context)
{
  static const guchar session_context[] = "nhicardd";

  SSL_CTX_set_session_id_context (context, session_context, sizeof session_context - 1);
  /* Tickets carry the session; a cache in one worker would be of no use to the others. */
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets (context, 1);
  SSL_CTX_set_client_hello_cb (context, on_client_hello, NULL);
}

SSL_CTX *
nhi_tls_context_new (const char *certificate_path, const char *key_path, GError **error)
{
  g_autoptr (SSL_CTX) context = SSL_CTX_new (TLS_server_method ());

  /* Without the finite-field groups, with which a stranger buys much work of ours for little. */
  if (context == NULL || SSL_CTX_set_min_proto_version (context, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list (context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
      SSL_CTX_set1_groups_list (context, "X25519:P-256:P-384") != 1)
    {
      set_error (error, "The TLS library with", certificate_path, FALSE);
      return NULL;
    }
  if (!load_identity (context, certificate_path, key_path, error))
    return NULL;
  /* An end without close_notify cuts no message short unseen: each request says its own length. */
  SSL_CTX_set_options (context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                    SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode (context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead (context, 1);
  SSL_CTX_set_verify (context, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_alpn_select_cb (context, choose_protocol, NULL);
  set_sessions (context);
  return g_steal_pointer (&context);
}
