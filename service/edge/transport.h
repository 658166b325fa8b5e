/* SPDX-License-Identifier: GPL-3.0-or-later
 * A non-blocking socket, bare or under TLS, as four calls that never wait. */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

typedef enum {
  NHI_TRANSPORT_OK,
  NHI_TRANSPORT_AGAIN, /* wait for @wanted */
  NHI_TRANSPORT_END,   /* the peer has finished sending */
  NHI_TRANSPORT_BROKEN,
} NhiTransportResult;

typedef struct {
  int fd;              /* -1 once closed */
  SSL *ssl;            /* NULL for a bare socket */
  GIOCondition wanted; /* after AGAIN */
} NhiTransport;

/* @fd: taken. @context: (nullable): without one the socket is bare. FALSE when memory is short; @fd is closed then. */
gboolean nhi_transport_open (NhiTransport *transport, int fd, SSL_CTX *context);
NhiTransportResult nhi_transport_handshake (NhiTransport *transport);
NhiTransportResult nhi_transport_read (NhiTransport *transport, guint8 *buffer, gsize size, gsize *ret_length);
NhiTransportResult nhi_transport_write (NhiTransport *transport, const guint8 *data, gsize length, gsize *ret_written);
/* Bytes of the bare socket, which stay there; and so many of them thrown away. Before the handshake. */
NhiTransportResult nhi_transport_peek (NhiTransport *transport, guint8 *buffer, gsize size, gsize *ret_length);
void nhi_transport_skip (NhiTransport *transport, gsize length);
gboolean nhi_transport_has_buffered (const NhiTransport *transport); /* bytes that no poll will tell of */
/* Says that nothing more will be sent, when that needs no waiting. */
void nhi_transport_finish (NhiTransport *transport);
/* Reads and throws away what came on the bare socket; AGAIN, END or BROKEN. */
NhiTransportResult nhi_transport_discard (NhiTransport *transport, guint8 *buffer, gsize size);
void nhi_transport_close (NhiTransport *transport);

G_END_DECLS
