/* SPDX-License-Identifier: GPL-3.0-or-later
 * The states of one client (connection.h lists them) and what each event does in each of them.
 *
 *   FRONT -> HANDSHAKE -> IDLE <-> HEAD -> BODY -> ANSWERING -> IDLE …
 *                                                      \-> CLOSING -> CLOSED
 *   IDLE, HEAD, BODY -- refused or too slow --> LINGER -> CLOSED
 *
 * libsoup sees nothing but whole, well-formed requests and a peer that takes every answer. When the
 * client has gone, libsoup reads one last made-up HTTP/1.0 request, because 3.2.3 frees a
 * connection only on its way out of a request. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/connection-private.h"

#include <glib-unix.h>
#include <string.h>

#include "service/edge/guard-stream.h"
#include "service/edge/refusal.h"

#define READ_SIZE 16384
#define LAST_CHANCE_MS 1000   /* for who has come just before the doors closed */
#define MAX_READS_IN_A_ROW 16 /* then others get their turn */

static void advance (NhiConnection *self);

/* ---- life ---- */

static gboolean
on_ready (int fd, GIOCondition condition, gpointer data)
{
  NhiConnection *self = data;

  nhi_connection_ref (self);
  if (self->state == NHI_CONNECTION_ANSWERING && (condition & (G_IO_HUP | G_IO_ERR)) != 0)
    nhi_connection_abandon (self);
  else
    advance (self);
  nhi_connection_unref (self);
  return G_SOURCE_CONTINUE;
}

typedef struct
{
  GSource source;
  gpointer tag;
  int fd;
} SocketSource;

static gboolean
socket_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  SocketSource *self = (SocketSource *)source;

  return ((GUnixFDSourceFunc)(void (*) (void))callback) (self->fd,
                                                         g_source_query_unix_fd (source, self->tag),
                                                         data);
}

static gboolean
socket_check (GSource *source)
{
  return g_source_query_unix_fd (source, ((SocketSource *)source)->tag) != 0;
}

static GSourceFuncs socket_funcs = { .check = socket_check, .dispatch = socket_dispatch };

void
nhi_connection_watch (NhiConnection *self, GIOCondition condition)
{
  if (self->source == NULL || self->watched == condition)
    return;
  self->watched = condition;
  g_source_modify_unix_fd (self->source, self->tag, condition);
}

static void
attach_source (NhiConnection *self)
{
  SocketSource *socket_source;

  self->source = g_source_new (&socket_funcs, sizeof (SocketSource));
  socket_source = (SocketSource *)self->source;
  socket_source->fd = self->transport.fd;
  self->tag = g_source_add_unix_fd (self->source, self->transport.fd, G_IO_IN);
  socket_source->tag = self->tag;
  self->watched = G_IO_IN;
  g_source_set_callback (self->source, (GSourceFunc)(void (*) (void))on_ready, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

static gint64
in_milliseconds (guint milliseconds)
{
  return g_get_monotonic_time () + (gint64)milliseconds * 1000;
}

/* The client may speak: TLS, or at once. */
static void
begin (NhiConnection *self)
{
  const NhiEdgeLimits *limits = self->host->limits;
  gboolean tls = self->transport.ssl != NULL;

  self->state = tls ? NHI_CONNECTION_HANDSHAKE : NHI_CONNECTION_IDLE;
  self->deadline = in_milliseconds (self->host->draining ? LAST_CHANCE_MS
                                    : tls                ? limits->handshake_ms
                                                         : limits->head_ms);
}

NhiConnection *
nhi_connection_new (NhiConnectionHost *host,
                    int fd,
                    SSL_CTX *tls,
                    GSocketAddress *local,
                    GSocketAddress *remote,
                    gboolean fronted,
                    const char *network)
{
  NhiConnection *self = g_new0 (NhiConnection, 1);

  if (!nhi_transport_open (&self->transport, fd, tls))
    {
      g_free (self);
      return NULL;
    }
  self->references = 1;
  self->host = host;
  self->local = g_object_ref (local);
  self->remote = g_object_ref (remote);
  self->network = g_strdup (network);
  nhi_request_parser_init (&self->parser);
  self->pending = g_byte_array_new ();
  self->out = g_byte_array_new ();
  begin (self);
  if (fronted)
    {
      self->front = g_byte_array_new ();
      self->state = NHI_CONNECTION_FRONT;
      self->deadline = in_milliseconds (host->limits->head_ms);
    }
  attach_source (self);
  return self;
}

NhiConnection *
nhi_connection_ref (NhiConnection *self)
{
  self->references++;
  return self;
}

void
nhi_connection_unref (NhiConnection *self)
{
  if (--self->references > 0)
    return;
  nhi_transport_close (&self->transport);
  nhi_request_parser_clear (&self->parser);
  g_byte_array_unref (self->pending);
  g_byte_array_unref (self->out);
  g_clear_pointer (&self->front, g_byte_array_unref);
  g_object_unref (self->local);
  g_object_unref (self->remote);
  g_free (self->network);
  g_free (self);
}

const char *
nhi_connection_get_network (const NhiConnection *self)
{
  return self->network;
}

void
nhi_connection_set_network (NhiConnection *self, const char *network)
{
  g_free (self->network);
  self->network = g_strdup (network);
}

GSocketAddress *
nhi_connection_get_remote (const NhiConnection *self)
{
  return self->remote;
}

/* The body bytes this connection holds, in the host's count. */
static void
account (NhiConnection *self)
{
  gsize now = nhi_request_parser_get_buffered (&self->parser);

  self->host->buffered += now - self->buffered;
  self->buffered = now;
}

/* Frees the descriptor at once; libsoup, if it knows us, finds the way out by itself. */
static void
end (NhiConnection *self)
{
  if (self->state == NHI_CONNECTION_CLOSED)
    return;
  self->state = NHI_CONNECTION_CLOSED;
  self->gone = TRUE;
  self->deadline = 0;
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_clear_pointer (&self->source, g_source_unref);
    }
  nhi_transport_close (&self->transport);
  self->host->buffered -= self->buffered;
  self->buffered = 0;
  self->host->closed (self, self->host->data);
}

/* ---- out ---- */

static gboolean
has_output (const NhiConnection *self)
{
  return self->sent < self->out->len;
}

static void
set_write_deadline (NhiConnection *self)
{
  const NhiEdgeLimits *limits = self->host->limits;

  if (self->blocked_since == 0)
    {
      self->blocked_since = g_get_monotonic_time ();
      self->sent_since = 0;
    }
  self->deadline = self->blocked_since + (gint64)limits->write_ms * 1000 +
                   (gint64)(self->sent_since * G_USEC_PER_SEC / MAX (limits->minimum_rate, 1));
}

/* TRUE when all is sent; FALSE when it must wait or the connection has ended. */
gboolean
nhi_connection_flush (NhiConnection *self)
{
  while (has_output (self))
    {
      gsize written = 0;

      switch (nhi_transport_write (&self->transport, self->out->data + self->sent,
                                   self->out->len - self->sent, &written))
        {
        case NHI_TRANSPORT_OK:
          self->sent += written;
          self->sent_since += written;
          break;
        case NHI_TRANSPORT_AGAIN:
          set_write_deadline (self);
          nhi_connection_watch (self, self->transport.wanted);
          return FALSE;
        case NHI_TRANSPORT_END:
        case NHI_TRANSPORT_BROKEN:
        default:
          end (self);
          return FALSE;
        }
    }
  self->sent = 0;
  g_byte_array_set_size (self->out, 0);
  self->deadline = 0;
  return TRUE;
}

/* The answer of ours, then nothing more is read as HTTP. */
static void
refuse (NhiConnection *self, guint status, const char *reason)
{
  g_debug ("%s refused with %u: %s", self->network, status, reason);
  nhi_refusal_append (self->out, status, reason);
  self->state = NHI_CONNECTION_LINGER;
  self->gone = TRUE;
  advance (self);
}

static void
linger (NhiConnection *self)
{
  guint8 buffer[READ_SIZE];

  if (self->transport.fd >= 0 && has_output (self))
    {
      if (!nhi_connection_flush (self))
        {
          if (self->state == NHI_CONNECTION_LINGER)
            self->deadline = in_milliseconds (self->host->limits->linger_ms);
          return;
        }
      nhi_transport_finish (&self->transport);
    }
  if (self->deadline == 0)
    self->deadline = in_milliseconds (self->host->limits->linger_ms);
  for (guint i = 0; i < MAX_READS_IN_A_ROW; i++)
    switch (nhi_transport_discard (&self->transport, buffer, sizeof buffer))
      {
      case NHI_TRANSPORT_OK:
        break;
      case NHI_TRANSPORT_AGAIN:
        nhi_connection_watch (self, G_IO_IN);
        return;
      case NHI_TRANSPORT_END:
      case NHI_TRANSPORT_BROKEN:
      default:
        end (self);
        return;
      }
  nhi_connection_watch (self, G_IO_IN);
}

/* ---- in ---- */

void
nhi_connection_go_idle (NhiConnection *self)
{
  self->state = NHI_CONNECTION_IDLE;
  self->answer_over = FALSE;
  self->blocked_since = 0;
  self->taken = 0;
  nhi_request_parser_reset (&self->parser);
  self->parser.close_after = self->requests + 1 >= self->host->limits->requests_per_connection;
  account (self);
  self->deadline = in_milliseconds (self->host->limits->idle_ms);
}

/* @rest: what came behind the request. It is kept first, because libsoup may answer before this
 * returns. */
static void
deliver (NhiConnection *self, const guint8 *rest, gsize rest_length)
{
  g_byte_array_append (self->pending, rest, (guint)rest_length);
  self->state = NHI_CONNECTION_ANSWERING;
  self->deadline = 0;
  self->taken = 0;
  self->requests++;
  nhi_connection_watch (self, 0);
  if (!self->handed)
    {
      g_autoptr (GIOStream) stream = nhi_guard_stream_new (self);

      self->handed = TRUE;
      self->host->established (stream, self->local, self->remote, self->host->data);
    }
}

static void
judge (NhiConnection *self)
{
  NhiConnectionHost *host = self->host;
  gsize limit = host->body_limit (self->parser.method, self->parser.target, host->data);

  self->parser.body_limit = MIN (limit, host->limits->body_bytes);
  self->state = NHI_CONNECTION_BODY;
  self->phase_start = g_get_monotonic_time ();
}

static void
set_read_deadline (NhiConnection *self)
{
  const NhiEdgeLimits *limits = self->host->limits;

  if (self->state == NHI_CONNECTION_BODY)
    {
      self->deadline = self->phase_start + (gint64)limits->body_ms * 1000 +
                       (gint64)(nhi_request_parser_get_buffered (&self->parser) * G_USEC_PER_SEC /
                                MAX (limits->minimum_rate, 1));
    }
  else if (self->state == NHI_CONNECTION_IDLE && !nhi_request_parser_is_empty (&self->parser))
    {
      self->state = NHI_CONNECTION_HEAD;
      self->phase_start = g_get_monotonic_time ();
      /* Before the first request the clock runs since the connection began. */
      if (self->requests > 0)
        self->deadline = self->phase_start + (gint64)limits->head_ms * 1000;
    }
}

static void
send_continue (NhiConnection *self)
{
  static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";

  self->parser.expects_continue = FALSE;
  g_byte_array_append (self->out, (const guint8 *)interim, sizeof interim - 1);
  if (nhi_connection_flush (self))
    set_read_deadline (self);
}

/* The state tells what became of it. */
static void
feed (NhiConnection *self, const guint8 *data, gsize length)
{
  gsize used = 0;

  for (;;)
    {
      gsize n;
      NhiParserVerdict verdict =
          nhi_request_parser_feed (&self->parser, data + used, length - used, &n);

      used += n;
      account (self);
      if (verdict == NHI_PARSER_HEAD)
        {
          judge (self);
          continue;
        }
      if (verdict == NHI_PARSER_REFUSED)
        refuse (self, self->parser.status, self->parser.reason);
      else if (self->buffered > 0 && self->host->buffered > self->host->limits->buffered_bytes)
        refuse (self, 503, "Too much is being sent to the service at once");
      else if (verdict == NHI_PARSER_COMPLETE)
        deliver (self, data + used, length - used);
      else
        set_read_deadline (self);
      return;
    }
}

static gboolean
is_reading (const NhiConnection *self)
{
  return self->state == NHI_CONNECTION_IDLE || self->state == NHI_CONNECTION_HEAD ||
         self->state == NHI_CONNECTION_BODY;
}

static void
feed_pending (NhiConnection *self)
{
  g_autoptr (GByteArray) pending = self->pending;

  self->pending = g_byte_array_new ();
  feed (self, pending->data, pending->len);
}

void
nhi_connection_read_requests (NhiConnection *self)
{
  guint8 buffer[READ_SIZE];

  if (self->pending->len > 0)
    feed_pending (self);
  for (guint i = 0; is_reading (self) && i < MAX_READS_IN_A_ROW; i++)
    {
      gsize length = 0;
      NhiTransportResult result;

      if (self->parser.expects_continue && self->state == NHI_CONNECTION_BODY)
        send_continue (self);
      if (!is_reading (self))
        return;
      result = nhi_transport_read (&self->transport, buffer, sizeof buffer, &length);
      if (result == NHI_TRANSPORT_AGAIN)
        {
          nhi_connection_watch (self, self->transport.wanted);
          return;
        }
      if (result != NHI_TRANSPORT_OK)
        {
          end (self);
          return;
        }
      feed (self, buffer, length);
    }
  if (is_reading (self))
    nhi_connection_watch (self, G_IO_IN);
}

static void
shake_hands (NhiConnection *self)
{
  switch (nhi_transport_handshake (&self->transport))
    {
    case NHI_TRANSPORT_OK:
      self->state = NHI_CONNECTION_IDLE;
      self->deadline =
          in_milliseconds (self->host->draining ? LAST_CHANCE_MS : self->host->limits->head_ms);
      nhi_connection_read_requests (self);
      return;
    case NHI_TRANSPORT_AGAIN:
      nhi_connection_watch (self, self->transport.wanted);
      return;
    case NHI_TRANSPORT_END:
    case NHI_TRANSPORT_BROKEN:
    default:
      end (self);
      return;
    }
}

void
nhi_connection_close_when_sent (NhiConnection *self)
{
  if (!nhi_connection_flush (self))
    return;
  nhi_transport_finish (&self->transport);
  /* What the client has sent beyond its last request would make the kernel reset the connection,
   * and the answer with it. */
  self->state = NHI_CONNECTION_LINGER;
  linger (self);
}

static void
advance (NhiConnection *self)
{
  switch (self->state)
    {
    case NHI_CONNECTION_FRONT:
      if (!nhi_connection_read_front (self))
        break;
      begin (self);
      advance (self);
      break;
    case NHI_CONNECTION_HANDSHAKE:
      shake_hands (self);
      break;
    case NHI_CONNECTION_IDLE:
    case NHI_CONNECTION_HEAD:
    case NHI_CONNECTION_BODY:
      nhi_connection_read_requests (self);
      break;
    case NHI_CONNECTION_ANSWERING:
      if (!nhi_connection_flush (self))
        break;
      nhi_connection_watch (self, 0);
      if (self->answer_over)
        nhi_connection_awaits_input (self);
      break;
    case NHI_CONNECTION_CLOSING:
      nhi_connection_close_when_sent (self);
      break;
    case NHI_CONNECTION_LINGER:
      linger (self);
      break;
    case NHI_CONNECTION_CLOSED:
    default:
      break;
    }
}

/* ---- the clock and the listener ---- */

void
nhi_connection_abandon (NhiConnection *self)
{
  end (self);
}

void
nhi_connection_check_deadline (NhiConnection *self, gint64 now)
{
  if (self->deadline == 0 || now < self->deadline)
    return;
  if (self->state == NHI_CONNECTION_HEAD || self->state == NHI_CONNECTION_BODY)
    {
      self->deadline = 0;
      refuse (self, 408, "The request did not come in time");
      return;
    }
  if (self->state == NHI_CONNECTION_FRONT)
    {
      nhi_connection_miss_front (self);
      return;
    }
  if (self->state == NHI_CONNECTION_IDLE)
    nhi_transport_finish (&self->transport);
  end (self);
}

void
nhi_connection_retire (NhiConnection *self)
{
  if (self->state != NHI_CONNECTION_IDLE && self->state != NHI_CONNECTION_HANDSHAKE &&
      self->state != NHI_CONNECTION_FRONT)
    return;
  if (self->requests == 0)
    {
      self->deadline = MIN (self->deadline, in_milliseconds (LAST_CHANCE_MS));
      return;
    }
  nhi_transport_finish (&self->transport);
  end (self);
}
