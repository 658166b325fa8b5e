/* SPDX-License-Identifier: GPL-3.0-or-later
 * One IPv6 subscriber has at least a /64, so single addresses say nothing there. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/network.h"

#include <string.h>

static const guint8 mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

char *
nhi_network_of (GSocketAddress *address)
{
  GInetAddress *inet;
  const guint8 *bytes;
  guint8 prefix[16] = { 0 };
  g_autoptr (GInetAddress) shown = NULL;
  g_autofree char *text = NULL;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("local");
  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  bytes = g_inet_address_to_bytes (inet);
  if (g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV4)
    return g_inet_address_to_string (inet);
  if (memcmp (bytes, mapped_prefix, sizeof mapped_prefix) == 0)
    {
      shown = g_inet_address_new_from_bytes (bytes + 12, G_SOCKET_FAMILY_IPV4);
      return g_inet_address_to_string (shown);
    }
  memcpy (prefix, bytes, 8);
  shown = g_inet_address_new_from_bytes (prefix, G_SOCKET_FAMILY_IPV6);
  text = g_inet_address_to_string (shown);
  return g_strconcat (text, "/64", NULL);
}
