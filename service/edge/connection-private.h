/* SPDX-License-Identifier: GPL-3.0-or-later
 * Inside edge/: what the two halves of a connection share, connection.c (the client's side) and
 * connection-soup.c (libsoup's). */
#pragma once

#include "service/edge/connection.h"
#include "service/edge/proxy-header.h"
#include "service/edge/request-parser.h"
#include "service/edge/transport.h"

G_BEGIN_DECLS

#define OUT_HIGH 65536  /* libsoup must wait while so much is not yet sent */
#define OUT_EAGER 16384 /* sent at once from here on: one full TLS record */

struct _NhiConnection
{
  guint references;
  NhiConnectionHost *host;
  NhiConnectionState state;
  NhiTransport transport;
  GSource *source;
  gpointer tag;
  GIOCondition watched;
  GSocketAddress *local;
  GSocketAddress *remote;
  char *network;
  GByteArray *front; /* of its PROXY header, what has come; NULL when none is awaited */

  NhiRequestParser parser;
  GByteArray *pending; /* bytes behind the current request */
  gsize buffered;      /* of @host's count */
  gsize taken;         /* of the canonical request, by libsoup */
  guint requests;

  GByteArray *out;
  gsize sent;           /* of @out */
  gint64 blocked_since; /* when the client first did not take this answer; 0: it did */
  guint64 sent_since;
  gboolean answer_over; /* libsoup waits for the next request, @out is not empty yet */

  gint64 deadline;    /* monotonic microseconds; 0: none */
  gint64 phase_start; /* of HEAD, BODY */
  gboolean handed;    /* libsoup has our stream */
  gboolean gone;      /* libsoup gets the last request; what it writes is thrown away */
  gsize last_taken;   /* of last_request */
  gboolean finished;  /* libsoup has closed its stream */
};

/* TRUE when all is sent; FALSE when it must wait or the connection has ended. */
gboolean nhi_connection_flush (NhiConnection *self);
void nhi_connection_watch (NhiConnection *self, GIOCondition condition);
/* Reads and parses until nothing more is there or a request is whole. */
void nhi_connection_read_requests (NhiConnection *self);
/* The answer is out; the next request may come. */
void nhi_connection_go_idle (NhiConnection *self);
void nhi_connection_close_when_sent (NhiConnection *self);
/* TRUE when the front's header is in: what follows is the client's. Otherwise it waits, or has ended. */
gboolean nhi_connection_read_front (NhiConnection *self);
/* The header did not come in time. */
void nhi_connection_miss_front (NhiConnection *self);

G_END_DECLS
