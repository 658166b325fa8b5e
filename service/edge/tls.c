/* SPDX-License-Identifier: GPL-3.0-or-later
 * OpenSSL instead of GTlsConnection: a GIO handshake keeps a thread of a small pool until the peer
 * answers, so a few hundred silent peers would stop all handshakes; here a handshake that waits
 * costs a file descriptor and nothing else. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/tls.h"

#include <gio/gio.h>
#include <openssl/err.h>

static void
set_error (GError **error, const char *what, const char *path)
{
  char reason[256];

  ERR_error_string_n (ERR_peek_last_error (), reason, sizeof reason);
  ERR_clear_error ();
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s “%s” cannot be used: %s", what, path,
               reason);
}

static gboolean
load_identity (SSL_CTX *context, const char *certificate_path, const char *key_path, GError **error)
{
  if (SSL_CTX_use_certificate_chain_file (context, certificate_path) != 1)
    {
      set_error (error, "The certificate", certificate_path);
      return FALSE;
    }
  if (SSL_CTX_use_PrivateKey_file (context, key_path, SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key (context) != 1)
    {
      set_error (error, "The key", key_path);
      return FALSE;
    }
  return TRUE;
}

SSL_CTX *
nhi_tls_context_new (const char *certificate_path, const char *key_path, GError **error)
{
  static const guchar session_context[] = "nhicardd";
  g_autoptr (SSL_CTX) context = SSL_CTX_new (TLS_server_method ());

  if (context == NULL || SSL_CTX_set_min_proto_version (context, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list (context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
    {
      set_error (error, "The TLS library with", certificate_path);
      return NULL;
    }
  if (!load_identity (context, certificate_path, key_path, error))
    return NULL;
  SSL_CTX_set_options (context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                    SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode (context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead (context, 1);
  SSL_CTX_set_verify (context, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_session_id_context (context, session_context, sizeof session_context - 1);
  /* Tickets carry the session; a cache in one worker would be of no use to the others. */
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets (context, 1);
  return g_steal_pointer (&context);
}
