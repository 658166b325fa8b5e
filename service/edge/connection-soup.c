/* SPDX-License-Identifier: GPL-3.0-or-later
 * The side of a connection that libsoup sees: whole requests, a peer that takes every answer, and a
 * last request when it has gone. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/connection-private.h"

#include <string.h>

#include "service/http/server.h"

static const char last_request[] = "GET " NHI_HTTP_GONE_PATH " HTTP/1.0\r\nHost: gone\r\n\r\n";

static gsize
untaken (NhiConnection *self)
{
  gsize length;

  if (self->state != NHI_CONNECTION_ANSWERING)
    return 0;
  (void)nhi_request_parser_get_request (&self->parser, &length);
  return length - self->taken;
}

gboolean
nhi_connection_is_readable (NhiConnection *self)
{
  return self->gone || untaken (self) > 0;
}

gboolean
nhi_connection_is_writable (NhiConnection *self)
{
  return self->gone || self->out->len - self->sent < OUT_HIGH;
}

gssize
nhi_connection_take_request (NhiConnection *self, void *buffer, gsize size)
{
  gsize length, take;
  const guint8 *request = nhi_request_parser_get_request (&self->parser, &length);

  if (self->gone)
    {
      /* A request that libsoup has begun to read stays whole, the last one stands behind it. */
      if (self->taken == 0 || self->taken == length)
        {
          take = MIN (size, sizeof last_request - 1 - self->last_taken);
          memcpy (buffer, last_request + self->last_taken, take);
          self->last_taken += take;
          return (gssize)take;
        }
    }
  else if (untaken (self) == 0)
    {
      return -1;
    }
  take = MIN (size, length - self->taken);
  memcpy (buffer, request + self->taken, take);
  self->taken += take;
  return (gssize)take;
}

gssize
nhi_connection_give_answer (NhiConnection *self, const void *data, gsize length)
{
  gsize room;

  if (self->gone)
    return (gssize)length;
  if (self->out->len - self->sent >= OUT_HIGH)
    return -1;
  if (self->sent > 0)
    {
      g_byte_array_remove_range (self->out, 0, (guint)self->sent);
      self->sent = 0;
    }
  room = MIN (length, OUT_HIGH - self->out->len);
  g_byte_array_append (self->out, data, (guint)room);
  if (self->out->len >= OUT_EAGER && (self->watched & G_IO_OUT) == 0)
    (void)nhi_connection_flush (self);
  return (gssize)room;
}

void
nhi_connection_awaits_input (NhiConnection *self)
{
  if (self->state != NHI_CONNECTION_ANSWERING || untaken (self) > 0)
    return;
  self->answer_over = TRUE;
  if (!nhi_connection_flush (self))
    return;
  nhi_connection_go_idle (self);
  if (self->host->draining)
    {
      nhi_connection_retire (self);
      return;
    }
  if (self->pending->len > 0 || nhi_transport_has_buffered (&self->transport))
    nhi_connection_read_requests (self);
  else
    nhi_connection_watch (self, G_IO_IN);
}

void
nhi_connection_awaits_output (NhiConnection *self)
{
  if (!self->gone)
    (void)nhi_connection_flush (self);
}

void
nhi_connection_finish (NhiConnection *self)
{
  if (self->finished)
    return;
  self->finished = TRUE;
  if (self->gone)
    return;
  self->state = NHI_CONNECTION_CLOSING;
  self->gone = TRUE;
  nhi_connection_close_when_sent (self);
}
