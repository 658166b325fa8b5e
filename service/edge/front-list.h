/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whom the operator trusts to name other people's addresses. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NhiFrontList NhiFrontList;

/**
 * nhi_front_list_new:
 * @text: (nullable): addresses and networks with ";" between them, and "unix" for whoever can open the Unix socket:
 *   "127.0.0.1;10.1.0.0/16;fd00::/8;unix". NULL and "" trust nobody.
 *
 * Returns: (transfer full): NULL with a %G_IO_ERROR that names the part
 */
NhiFrontList *nhi_front_list_new (const char *text, GError **error);
void nhi_front_list_free (NhiFrontList *list);

gboolean nhi_front_list_trusts (const NhiFrontList *list, GSocketAddress *peer);
/* Whether any address is trusted, "unix" aside. */
gboolean nhi_front_list_has_network (const NhiFrontList *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiFrontList, nhi_front_list_free)

G_END_DECLS
