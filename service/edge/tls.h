/* SPDX-License-Identifier: GPL-3.0-or-later
 * The TLS settings of the service: what it speaks and with which certificate. */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

/**
 * nhi_tls_context_new:
 * @certificate_path: PEM, the server's certificate first, then its chain
 * @key_path: PEM; an EC key (P-256) is what the handshake budget was measured with
 *
 * TLS 1.2 and 1.3 only, no renegotiation, no compression, no client certificates. Made before the workers are forked, so that
 * all of them share the ticket keys and a session can be resumed on any.
 *
 * Returns: (transfer full): NULL with a %G_IO_ERROR that names the file
 */
SSL_CTX *nhi_tls_context_new (const char *certificate_path, const char *key_path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SSL_CTX, SSL_CTX_free)

G_END_DECLS
