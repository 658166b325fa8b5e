/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tries the way to the service with plain connections; nothing is sent. */
#include "client/checks/route-probe.h"

#include <string.h>

#define NAME_MS 3000
#define TOUCH_MS 3500
#define MAX_ADDRESSES 8 /* tried of one name */

/* ---- names ---- */

typedef struct
{
  GMainLoop *loop;
  GCancellable *cancellable;
  GList *addresses;
  gboolean unknown;
} Lookup;

static gboolean
give_up (gpointer user_data)
{
  Lookup *lookup = user_data;

  g_cancellable_cancel (lookup->cancellable);
  return G_SOURCE_REMOVE;
}

static void
looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Lookup *lookup = user_data;
  g_autoptr (GError) error = NULL;

  lookup->addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);
  lookup->unknown = g_error_matches (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
  g_main_loop_quit (lookup->loop);
}

static void
pass_on (GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel (inner);
}

/* Of GInetAddress; NULL with the reason in *@ret_result. */
static GList *
look_up (const char *host, GCancellable *cancellable, NhiNameResult *ret_result)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autoptr (GSource) timer = g_timeout_source_new (NAME_MS);
  Lookup lookup = { .loop = loop, .cancellable = inner };
  gulong handler = 0;

  g_main_context_push_thread_default (context);
  g_source_set_callback (timer, give_up, &lookup, NULL);
  g_source_attach (timer, context);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (pass_on), inner, NULL);
  g_resolver_lookup_by_name_async (resolver, host, inner, looked_up, &lookup);
  g_main_loop_run (loop);
  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  g_source_destroy (timer);
  g_main_context_pop_thread_default (context);

  *ret_result = lookup.addresses != NULL ? NHI_NAME_FOUND
                : lookup.unknown         ? NHI_NAME_UNKNOWN
                                         : NHI_NAME_SILENT;
  return lookup.addresses;
}

/* ---- connections ---- */

typedef struct
{
  GSocket *socket;
  gboolean is_ipv6;
  gboolean over;
  NhiTouch touch;
} Try;

static NhiTouch
touch_of (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return NHI_TOUCH_REFUSED;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return NHI_TOUCH_SILENT;
  return NHI_TOUCH_NO_WAY;
}

static void
start_try (Try *one, GInetAddress *address, guint16 port)
{
  g_autoptr (GSocketAddress) target = g_inet_socket_address_new (address, port);
  g_autoptr (GError) error = NULL;

  one->is_ipv6 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
  one->touch = NHI_TOUCH_SILENT;
  one->socket = g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_STREAM,
                              G_SOCKET_PROTOCOL_TCP, &error);
  if (one->socket != NULL)
    {
      g_socket_set_blocking (one->socket, FALSE);
      if (g_socket_connect (one->socket, target, NULL, &error))
        one->touch = NHI_TOUCH_GOOD;
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
        return;
    }
  if (error != NULL)
    one->touch = touch_of (error);
  one->over = TRUE;
}

static void
end_try (Try *one)
{
  g_autoptr (GError) error = NULL;

  one->over = TRUE;
  one->touch =
      g_socket_check_connect_result (one->socket, &error) ? NHI_TOUCH_GOOD : touch_of (error);
}

/* FALSE when there is nothing left to wait for. */
static gboolean
wait_for_tries (Try *tries, guint n, gint64 deadline, GCancellable *cancellable)
{
  GPollFD fds[MAX_ADDRESSES + 1];
  guint owners[MAX_ADDRESSES];
  guint n_fds = 0, n_polled;
  gint64 left = (deadline - g_get_monotonic_time ()) / 1000;

  for (guint i = 0; i < n; i++)
    if (!tries[i].over)
      {
        owners[n_fds] = i;
        fds[n_fds++] =
            (GPollFD){ g_socket_get_fd (tries[i].socket), G_IO_OUT | G_IO_ERR | G_IO_HUP, 0 };
      }
  if (n_fds == 0 || left <= 0 || g_cancellable_is_cancelled (cancellable))
    return FALSE;

  n_polled = n_fds;
  if (g_cancellable_make_pollfd (cancellable, &fds[n_fds]))
    n_polled++;
  g_poll (fds, n_polled, (int)left);
  if (n_polled > n_fds)
    g_cancellable_release_fd (cancellable);
  for (guint i = 0; i < n_fds; i++)
    if (fds[i].revents != 0)
      end_try (&tries[owners[i]]);
  return TRUE;
}

/* One that is good speaks for its family, then one that is silent. */
static void
take_touch (NhiTouch *touch, NhiTouch other)
{
  static const guint ranks[] = { [NHI_TOUCH_NONE] = 0,
                                 [NHI_TOUCH_NO_WAY] = 1,
                                 [NHI_TOUCH_REFUSED] = 2,
                                 [NHI_TOUCH_SILENT] = 3,
                                 [NHI_TOUCH_GOOD] = 4 };

  if (ranks[other] > ranks[*touch])
    *touch = other;
}

static void
touch_all (GList *addresses, guint16 port, GCancellable *cancellable, NhiTouch *v4, NhiTouch *v6)
{
  Try tries[MAX_ADDRESSES] = { 0 };
  gint64 deadline = g_get_monotonic_time () + TOUCH_MS * 1000;
  guint n = 0;

  for (GList *link = addresses; link != NULL && n < MAX_ADDRESSES; link = link->next)
    start_try (&tries[n++], link->data, port);
  while (wait_for_tries (tries, n, deadline, cancellable))
    continue;
  for (guint i = 0; i < n; i++)
    {
      take_touch (tries[i].is_ipv6 ? v6 : v4, tries[i].touch);
      g_clear_object (&tries[i].socket);
    }
}

/* ---- the proxy ---- */

static gboolean
touch_proxy (const char *proxy, GCancellable *cancellable)
{
  g_autoptr (GSocketConnectable) place = g_network_address_parse_uri (proxy, 1080, NULL);
  NhiTouch v4 = NHI_TOUCH_NONE, v6 = NHI_TOUCH_NONE;
  NhiNameResult name;
  GList *addresses;

  if (place == NULL)
    return FALSE;
  addresses =
      look_up (g_network_address_get_hostname (G_NETWORK_ADDRESS (place)), cancellable, &name);
  touch_all (addresses, g_network_address_get_port (G_NETWORK_ADDRESS (place)), cancellable, &v4,
             &v6);
  g_resolver_free_addresses (addresses);
  return v4 == NHI_TOUCH_GOOD || v6 == NHI_TOUCH_GOOD;
}

static NhiProxyResult
probe_proxy (const char *uri, NhiProxyLookup proxies_for, GCancellable *cancellable)
{
  g_auto (GStrv) proxies = proxies_for (uri, cancellable, NULL);

  if (proxies == NULL)
    return NHI_PROXY_UNKNOWN;
  if (proxies[0] == NULL || g_str_has_prefix (proxies[0], "direct"))
    return NHI_PROXY_NONE;
  return touch_proxy (proxies[0], cancellable) ? NHI_PROXY_GOOD : NHI_PROXY_DEAD;
}

void
nhi_route_probe (const char *uri,
                 NhiProxyLookup proxies_for,
                 GCancellable *cancellable,
                 NhiRoute *ret_route)
{
  g_autoptr (GSocketConnectable) place = g_network_address_parse_uri (uri, 443, NULL);
  NhiRoute route = { .has_network = g_network_monitor_get_network_available (
                         g_network_monitor_get_default ()) };
  GList *addresses;

  route.proxy = probe_proxy (uri, proxies_for, cancellable);
  if (place != NULL && (route.proxy == NHI_PROXY_NONE || route.proxy == NHI_PROXY_UNKNOWN))
    {
      addresses = look_up (g_network_address_get_hostname (G_NETWORK_ADDRESS (place)), cancellable,
                           &route.name);
      route.is_local = addresses != NULL && g_inet_address_get_is_loopback (addresses->data);
      touch_all (addresses, g_network_address_get_port (G_NETWORK_ADDRESS (place)), cancellable,
                 &route.ipv4, &route.ipv6);
      g_resolver_free_addresses (addresses);
    }
  *ret_route = route;
}

gboolean
nhi_route_is_closed (const NhiRoute *route)
{
  if (route->proxy == NHI_PROXY_GOOD)
    return FALSE;
  return route->proxy == NHI_PROXY_DEAD || route->name != NHI_NAME_FOUND ||
         (route->ipv4 != NHI_TOUCH_GOOD && route->ipv6 != NHI_TOUCH_GOOD);
}
