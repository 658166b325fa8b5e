/* SPDX-License-Identifier: GPL-3.0-or-later
 * The first bytes of a connection that a trusted front has made: who the client is. Looked at
 * before they are taken, so that the client's own bytes stay where TLS reads them. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/connection-private.h"

#define PIECE 512 /* most headers come in one */

static void
fail (NhiConnection *self, const char *reason)
{
  self->host->unintroduced (self, reason, self->host->data);
  nhi_connection_abandon (self);
}

/* FALSE: the connection has ended. */
static gboolean
introduce (NhiConnection *self, const NhiProxyHeader *header)
{
  g_clear_pointer (&self->front, g_byte_array_unref);
  if (header->family == G_SOCKET_FAMILY_INVALID)
    return TRUE;
  g_object_unref (self->remote);
  g_object_unref (self->local);
  self->remote = nhi_proxy_header_get_source (header);
  self->local = nhi_proxy_header_get_destination (header);
  if (self->host->introduced (self, self->remote, self->host->data))
    return TRUE;
  nhi_connection_abandon (self);
  return FALSE;
}

gboolean
nhi_connection_read_front (NhiConnection *self)
{
  NhiProxyHeader header;
  guint8 piece[PIECE];

  for (;;)
    {
      gsize before = self->front->len, length = 0;

      switch (nhi_transport_peek (&self->transport, piece, sizeof piece, &length))
        {
        case NHI_TRANSPORT_OK:
          break;
        case NHI_TRANSPORT_AGAIN:
          nhi_connection_watch (self, G_IO_IN);
          return FALSE;
        case NHI_TRANSPORT_END:
        case NHI_TRANSPORT_BROKEN:
        default:
          fail (self, "it ended before its PROXY header did");
          return FALSE;
        }
      g_byte_array_append (self->front, piece, (guint)length);
      switch (nhi_proxy_header_read (self->front->data, self->front->len, &header))
        {
        case NHI_PROXY_MORE:
          nhi_transport_skip (&self->transport, length);
          break;
        case NHI_PROXY_DONE:
          nhi_transport_skip (&self->transport, header.length - before);
          return introduce (self, &header);
        case NHI_PROXY_BAD:
        default:
          fail (self, "it does not begin with a good PROXY header");
          return FALSE;
        }
    }
}

void
nhi_connection_miss_front (NhiConnection *self)
{
  fail (self, "its PROXY header did not come in time");
}
