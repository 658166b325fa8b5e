/* SPDX-License-Identifier: GPL-3.0-or-later
 * The way to the service, tried step by step: network, proxy, name, connection by IPv4 and IPv6. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  NHI_TOUCH_NONE, /* not tried: there is no such address */
  NHI_TOUCH_GOOD,
  NHI_TOUCH_REFUSED,
  NHI_TOUCH_SILENT,
  NHI_TOUCH_NO_WAY, /* the network says that it cannot get there */
} NhiTouch;

typedef enum
{
  NHI_NAME_FOUND,
  NHI_NAME_UNKNOWN,
  NHI_NAME_SILENT, /* nobody who looks up names answered */
} NhiNameResult;

typedef enum
{
  NHI_PROXY_NONE,
  NHI_PROXY_GOOD,
  NHI_PROXY_DEAD,
  NHI_PROXY_UNKNOWN, /* the settings could not be read */
} NhiProxyResult;

typedef struct
{
  gboolean has_network; /* some network beyond this computer itself */
  gboolean is_local;    /* the service is on this computer */
  NhiProxyResult proxy;
  NhiNameResult name; /* of the service; looked up only without a proxy */
  NhiTouch ipv4;
  NhiTouch ipv6;
} NhiRoute;

typedef char **(*NhiProxyLookup) (const char *uri, GCancellable *cancellable, GError **error);

/**
 * nhi_route_probe:
 * @uri: of the service
 * @proxies_for: who knows the proxies, as g_proxy_resolver_lookup()
 *
 * Blocks 7 s at most; what was not reached by then counts as silent.
 */
void nhi_route_probe (const char *uri,
                      NhiProxyLookup proxies_for,
                      GCancellable *cancellable,
                      NhiRoute *ret_route);

/* TRUE when no request can reach the service on this route. */
gboolean nhi_route_is_closed (const NhiRoute *route);

G_END_DECLS
