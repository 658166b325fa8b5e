/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a front such as HAProxy says of its client before the client's first byte: the PROXY protocol, versions 1 and 2. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* No header is longer: version 1 has at most 107 bytes; of version 2 addresses need 52 and what a front adds beside them
 * (TLS names, a request's id) a few hundred. */
#define NHI_PROXY_HEADER_MAXIMUM 2048

typedef enum {
  NHI_PROXY_MORE, /* so far a header's beginning, every byte of it */
  NHI_PROXY_DONE,
  NHI_PROXY_BAD,  /* no header, or one that is damaged, too long, or not of a TCP connection */
} NhiProxyVerdict;

/**
 * NhiProxyHeader:
 * @length: bytes; what follows is the client's own
 * @family: %G_SOCKET_FAMILY_IPV4 or %G_SOCKET_FAMILY_IPV6; %G_SOCKET_FAMILY_INVALID when the front speaks for itself (its health
 *   check: LOCAL) or does not know its client as an IP address (UNKNOWN, UNSPEC, a Unix socket). Then the connection's
 *   own addresses hold.
 * @source: of the client, 4 or 16 bytes, network order
 * @destination: what the client called, the same
 */
typedef struct {
  gsize length;
  GSocketFamily family;
  guint8 source[16];
  guint8 destination[16];
  guint16 source_port;
  guint16 destination_port;
} NhiProxyHeader;

/* @data: all that has come since the connection began. @ret_header: written only with %NHI_PROXY_DONE. */
NhiProxyVerdict nhi_proxy_header_read (const guint8 *data, gsize length, NhiProxyHeader *ret_header);

/* (transfer full): the client's and the called address; @header's family must be IPv4 or IPv6 */
GSocketAddress *nhi_proxy_header_get_source (const NhiProxyHeader *header);
GSocketAddress *nhi_proxy_header_get_destination (const NhiProxyHeader *header);

G_END_DECLS
