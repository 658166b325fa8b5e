/* SPDX-License-Identifier: GPL-3.0-or-later
 * read, write and their TLS twins, with one meaning for each of their many ways to fail. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/transport.h"

#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

gboolean
nhi_transport_open (NhiTransport *transport, int fd, SSL_CTX *context)
{
  *transport = (NhiTransport){ .fd = fd, .wanted = G_IO_IN };
  if (context == NULL)
    return TRUE;
  transport->ssl = SSL_new (context);
  if (transport->ssl == NULL || SSL_set_fd (transport->ssl, fd) != 1)
    {
      nhi_transport_close (transport);
      return FALSE;
    }
  SSL_set_accept_state (transport->ssl);
  return TRUE;
}

static NhiTransportResult
from_ssl (NhiTransport *transport, int result)
{
  switch (SSL_get_error (transport->ssl, result))
    {
    case SSL_ERROR_WANT_READ:
      transport->wanted = G_IO_IN;
      return NHI_TRANSPORT_AGAIN;
    case SSL_ERROR_WANT_WRITE:
      transport->wanted = G_IO_OUT;
      return NHI_TRANSPORT_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
      return NHI_TRANSPORT_END;
    default:
      ERR_clear_error ();
      return NHI_TRANSPORT_BROKEN;
    }
}

static NhiTransportResult
from_errno (NhiTransport *transport, GIOCondition wanted)
{
  transport->wanted = wanted;
  return errno == EAGAIN || errno == EWOULDBLOCK ? NHI_TRANSPORT_AGAIN : NHI_TRANSPORT_BROKEN;
}

NhiTransportResult
nhi_transport_handshake (NhiTransport *transport)
{
  int result;

  if (transport->ssl == NULL)
    return NHI_TRANSPORT_OK;
  ERR_clear_error ();
  result = SSL_do_handshake (transport->ssl);
  return result == 1 ? NHI_TRANSPORT_OK : from_ssl (transport, result);
}

static NhiTransportResult
receive (NhiTransport *transport, guint8 *buffer, gsize size, int flags, gsize *ret_length)
{
  for (;;)
    {
      gssize n = recv (transport->fd, buffer, size, flags);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return from_errno (transport, G_IO_IN);
      *ret_length = (gsize)n;
      return n > 0 ? NHI_TRANSPORT_OK : NHI_TRANSPORT_END;
    }
}

NhiTransportResult
nhi_transport_peek (NhiTransport *transport, guint8 *buffer, gsize size, gsize *ret_length)
{
  return receive (transport, buffer, size, MSG_PEEK, ret_length);
}

void
nhi_transport_skip (NhiTransport *transport, gsize length)
{
  guint8 buffer[512];
  gsize taken;

  for (; length > 0; length -= taken)
    if (receive (transport, buffer, MIN (length, sizeof buffer), 0, &taken) != NHI_TRANSPORT_OK)
      return;
}

NhiTransportResult
nhi_transport_read (NhiTransport *transport, guint8 *buffer, gsize size, gsize *ret_length)
{
  if (transport->ssl != NULL)
    {
      int result;

      ERR_clear_error ();
      result = SSL_read_ex (transport->ssl, buffer, size, ret_length);
      return result == 1 ? NHI_TRANSPORT_OK : from_ssl (transport, result);
    }
  return receive (transport, buffer, size, 0, ret_length);
}

NhiTransportResult
nhi_transport_write (NhiTransport *transport, const guint8 *data, gsize length, gsize *ret_written)
{
  if (transport->ssl != NULL)
    {
      int result;

      ERR_clear_error ();
      result = SSL_write_ex (transport->ssl, data, length, ret_written);
      return result == 1 ? NHI_TRANSPORT_OK : from_ssl (transport, result);
    }
  for (;;)
    {
      gssize n = send (transport->fd, data, length, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return from_errno (transport, G_IO_OUT);
      *ret_written = (gsize)n;
      return NHI_TRANSPORT_OK;
    }
}

gboolean
nhi_transport_has_buffered (const NhiTransport *transport)
{
  return transport->ssl != NULL && SSL_has_pending (transport->ssl) == 1;
}

void
nhi_transport_finish (NhiTransport *transport)
{
  if (transport->fd < 0)
    return;
  if (transport->ssl != NULL && SSL_is_init_finished (transport->ssl))
    {
      ERR_clear_error ();
      (void)SSL_shutdown (transport->ssl);
      ERR_clear_error ();
    }
  (void)shutdown (transport->fd, SHUT_WR);
}

NhiTransportResult
nhi_transport_discard (NhiTransport *transport, guint8 *buffer, gsize size)
{
  gssize n = recv (transport->fd, buffer, size, 0);

  if (n > 0 || (n < 0 && errno == EINTR))
    return NHI_TRANSPORT_OK;
  return n == 0 ? NHI_TRANSPORT_END : from_errno (transport, G_IO_IN);
}

void
nhi_transport_close (NhiTransport *transport)
{
  g_clear_pointer (&transport->ssl, SSL_free);
  if (transport->fd >= 0)
    close (transport->fd);
  transport->fd = -1;
}
