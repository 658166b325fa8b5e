/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sockets to listen at: made by whoever keeps them, the supervisor or a process that is alone. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * nhi_door_open_port:
 * @address: "127.0.0.1", "::1", or "*" for all of both families
 * @sockets: (element-type int): what was opened is added; bound, not yet listening
 *
 * Sockets of one port share it (SO_REUSEPORT): each worker has one of its own, so that the kernel deals connections out.
 * The supervisor keeps them, so that who waits in the queue of a worker that ends is let in by its successor.
 */
gboolean nhi_door_open_port (const char *address, guint16 port, GArray *sockets, GError **error);

/* Whether nobody else, also no second service, listens there now; the error is then
 * %G_IO_ERROR_ADDRESS_IN_USE. */
gboolean nhi_door_try_port (const char *address, guint16 port, GError **error);

/* Opens a Unix socket at @path, in place of one that a service which has ended left there; all workers accept from it.
 * Returns: the descriptor, -1 with @error. */
int nhi_door_open_unix (const char *path, GError **error);

/* Begins to listen, or goes on. */
gboolean nhi_door_listen (int fd, GError **error);

G_END_DECLS
