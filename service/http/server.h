/* SPDX-License-Identifier: GPL-3.0-or-later
 * The HTTP side of one worker: takes guarded streams, routes their requests, runs handlers on bounded pools, writes answers. */
#pragma once

#include <gio/gio.h>

#include "service/http/handler.h"
#include "service/http/router.h"

G_BEGIN_DECLS

typedef struct _NhiHttpServer NhiHttpServer;

/**
 * NhiHttpOptions:
 * @threads: of the general pool
 * @hashing_threads: of the pool for %NHI_ROUTE_HASHES
 * @queue: requests that may wait for the general pool; more are answered 503
 * @hashing_queue: the same for hashing
 * @rate_per_minute: requests of one network; 0 for no limit
 * @hashing_rate_per_minute: requests of one network to routes that hash; 0 for no limit
 * @https: Strict-Transport-Security may be sent
 */
typedef struct {
  guint threads;
  guint hashing_threads;
  guint queue;
  guint hashing_queue;
  guint rate_per_minute;
  guint hashing_rate_per_minute;
  gboolean https;
} NhiHttpOptions;

/* @router and @hooks must outlive the server. NULL with @error when the dummy listener cannot be made. */
NhiHttpServer *nhi_http_server_new (const NhiHttpOptions *options, const NhiRouter *router,
                                    const NhiHttpHooks *hooks, GError **error);
/* Waits for handlers that run. */
void nhi_http_server_free (NhiHttpServer *server);

/* @stream: of edge/, which lets only whole and well-formed requests through. */
void nhi_http_server_accept (NhiHttpServer *server, GIOStream *stream, GSocketAddress *local,
                             GSocketAddress *remote);
/* From now on every answer says "Connection: close". */
void nhi_http_server_drain (NhiHttpServer *server);

/* What the guard names a client's Range field, so that libsoup does not act on it. Clients cannot send it. */
#define NHI_HTTP_RANGE_HEADER "X-Nhi-Range"
/* The request that the guard makes up when a client has gone, so that libsoup takes its own way out. */
#define NHI_HTTP_GONE_PATH "/.gone"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiHttpServer, nhi_http_server_free)

G_END_DECLS
