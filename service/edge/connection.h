/* SPDX-License-Identifier: GPL-3.0-or-later
 * One client from accept to close: reads whole requests for libsoup, takes its answers, keeps the
 * clock and the byte counts. */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

#include "service/edge/limits.h"

G_BEGIN_DECLS

typedef struct _NhiConnection NhiConnection;

typedef enum
{
  NHI_CONNECTION_FRONT,     /* the front's PROXY header is not all there */
  NHI_CONNECTION_HANDSHAKE, /* TLS is not agreed yet */
  NHI_CONNECTION_IDLE,      /* between two requests, or before the first */
  NHI_CONNECTION_HEAD,      /* a part of a head has come */
  NHI_CONNECTION_BODY,      /* the head is good, a part of the body has come */
  NHI_CONNECTION_ANSWERING, /* libsoup has the request; nothing is read meanwhile */
  NHI_CONNECTION_CLOSING,   /* the last answer is on its way out */
  NHI_CONNECTION_LINGER,    /* refused: our answer goes out, what still comes is thrown away */
  NHI_CONNECTION_CLOSED,
} NhiConnectionState;

/* What a connection needs of its listener. All on the loop thread. */
typedef struct
{
  const NhiEdgeLimits *limits;
  gsize buffered;    /* bytes of body that all connections hold */
  gboolean draining; /* no further request after the one that runs */
  gpointer data;
  /* The first whole request is in: @stream is libsoup's now. */
  void (*established) (GIOStream *stream,
                       GSocketAddress *local,
                       GSocketAddress *remote,
                       gpointer data);
  gsize (*body_limit) (const char *method, const char *target, gpointer data);
  void (*closed) (NhiConnection *connection, gpointer data); /* its file descriptor is free */
  /* The front has said who @client is. FALSE: there is no room for one more of theirs. */
  gboolean (*introduced) (NhiConnection *connection, GSocketAddress *client, gpointer data);
  /* The front has not said it, and the connection ends. @reason continues “because …”. */
  void (*unintroduced) (NhiConnection *connection, const char *reason, gpointer data);
} NhiConnectionHost;

/* @fd: taken, non-blocking. @tls: (nullable). @fronted: a PROXY header must come first. @network:
 * (nullable): what it counts for; kept for the host. Returns: (transfer full) (nullable): NULL when memory is short */
NhiConnection *nhi_connection_new (NhiConnectionHost *host,
                                   int fd,
                                   SSL_CTX *tls,
                                   GSocketAddress *local,
                                   GSocketAddress *remote,
                                   gboolean fronted,
                                   const char *network);
NhiConnection *nhi_connection_ref (NhiConnection *connection);
void nhi_connection_unref (NhiConnection *connection);

const char *nhi_connection_get_network (const NhiConnection *connection);
void nhi_connection_set_network (NhiConnection *connection, const char *network);
GSocketAddress *nhi_connection_get_remote (const NhiConnection *connection);

/* Acts when a deadline has passed. @now: monotonic microseconds. */
void nhi_connection_check_deadline (NhiConnection *connection, gint64 now);
/* Ends what can be ended without harm, for drain; who has not yet asked anything gets a moment more. */
void nhi_connection_retire (NhiConnection *connection);
/* Ends it at once. libsoup is told by a last made-up request. */
void nhi_connection_abandon (NhiConnection *connection);

/* libsoup's side, for guard-stream.c */
gboolean nhi_connection_is_readable (NhiConnection *connection);
gboolean nhi_connection_is_writable (NhiConnection *connection);
gssize nhi_connection_take_request (NhiConnection *connection,
                                    void *buffer,
                                    gsize size); /* -1: nothing yet */
gssize nhi_connection_give_answer (NhiConnection *connection,
                                   const void *data,
                                   gsize length); /* -1: not now */
void nhi_connection_awaits_input (NhiConnection *connection);
void nhi_connection_awaits_output (NhiConnection *connection);
void nhi_connection_finish (NhiConnection *connection); /* libsoup closed its stream */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiConnection, nhi_connection_unref)

G_END_DECLS
