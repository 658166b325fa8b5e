/* SPDX-License-Identifier: GPL-3.0-or-later
 * The front door of one worker: listening sockets, accept, connection caps, the clock that enforces deadlines, drain. */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

#include "service/edge/limits.h"

G_BEGIN_DECLS

typedef struct _NhiListener NhiListener;

/* What the listener asks of http/. All on the loop thread. */
typedef struct {
  gpointer data;
  void (*established) (GIOStream *stream, GSocketAddress *local, GSocketAddress *remote, gpointer data);
  gpointer body_limit_data;
  gsize (*body_limit) (const char *method, const char *target, gpointer body_limit_data);
} NhiListenerHooks;

/* @tls: (nullable): without it TCP is served bare, which only a test does. A reference is taken. */
NhiListener *nhi_listener_new (const NhiEdgeLimits *limits, SSL_CTX *tls, const NhiListenerHooks *hooks);
/* For the connections that come from now on. A reference is taken. */
void nhi_listener_set_tls (NhiListener *listener, SSL_CTX *tls);
/* Closes everything at once. */
void nhi_listener_free (NhiListener *listener);

/**
 * nhi_listener_add_port:
 * @address: "127.0.0.1", "::1", or "*" for all of both families
 *
 * Each worker opens its own socket (SO_REUSEPORT), so that the kernel deals connections out and no worker can lose another's.
 */
gboolean nhi_listener_add_port (NhiListener *listener, const char *address, guint16 port, GError **error);

/* Whether nobody else, also no second service, listens there now; the error is then
 * %G_IO_ERROR_ADDRESS_IN_USE. */
gboolean nhi_listener_try_port (const char *address, guint16 port, GError **error);

/* Opens a Unix socket at @path, in place of one that a service which has ended left there. Before the fork: all workers accept from it.
 * Returns: the descriptor, -1 with @error. */
int nhi_listener_open_unix (const char *path, GError **error);
/* @fd: not taken; bare HTTP from a front on this machine, without caps for each network */
void nhi_listener_add_unix (NhiListener *listener, int fd);

/* Accepts no more and ends idle connections. @drained is called once when the last one has ended. */
void nhi_listener_drain (NhiListener *listener, GFunc drained, gpointer data);
guint nhi_listener_count (const NhiListener *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiListener, nhi_listener_free)

G_END_DECLS
