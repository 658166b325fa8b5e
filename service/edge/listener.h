/* SPDX-License-Identifier: GPL-3.0-or-later
 * The front door of one worker: listening sockets, accept, connection caps, the clock that enforces deadlines, drain. */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

#include "service/edge/front-list.h"
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

/* Connections of @fronts must begin with a PROXY header, which says whose they are; nobody else can send one. Not copied. */
void nhi_listener_set_fronts (NhiListener *listener, const NhiFrontList *fronts);

typedef enum {
  NHI_DOOR_CLIENTS, /* TLS: clients themselves, and fronts that pass TLS through */
  NHI_DOOR_FRONTS,  /* bare HTTP, for trusted fronts alone: who else comes is sent away */
  NHI_DOOR_UNIX,    /* bare HTTP for whoever may open the file; one that is not a trusted front speaks for itself */
} NhiDoorKind;

/* @fd: bound, taken; the process that keeps a copy of it keeps who waits there */
gboolean nhi_listener_add_socket (NhiListener *listener, int fd, NhiDoorKind kind, GError **error);

/* Lets in who waits at the doors, closes them, and ends idle connections. @drained is called once when the last connection
 * has ended. */
void nhi_listener_drain (NhiListener *listener, GFunc drained, gpointer data);
guint nhi_listener_count (const NhiListener *listener);

/* Connections that were closed, since the beginning. */
typedef struct {
  guint64 strangers;    /* at a door for fronts, but of nobody trusted */
  guint64 unintroduced; /* of a trusted front, but without a good PROXY header in time */
} NhiListenerCounts;
NhiListenerCounts nhi_listener_get_counts (const NhiListener *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiListener, nhi_listener_free)

G_END_DECLS
