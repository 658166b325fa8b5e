/* SPDX-License-Identifier: GPL-3.0-or-later
 * What counts as one network: an IPv4 address, or the /64 an IPv6 host lives in. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Returns: (transfer full): "192.0.2.7", "2001:db8:1:2::/64", or "local" for a Unix socket. Mapped IPv4 is IPv4. */
char *nhi_network_of (GSocketAddress *address);

G_END_DECLS
