/* SPDX-License-Identifier: GPL-3.0-or-later
 * The sockets of one web worker, opened before the fork and kept by its supervisor too. */
#pragma once

#include "service/configuration.h"
#include "service/edge/listener.h"

G_BEGIN_DECLS

typedef struct {
  int fd; /* -1 once somebody has taken it */
  NhiDoorKind kind;
} NhiDoor;

/**
 * nhi_doors_open:
 * @unix_socket: of all workers; -1: none. Not taken
 *
 * Returns: (transfer full) (element-type NhiDoor): what is still in it is closed when it is freed; NULL with @error
 */
GArray *nhi_doors_open (const NhiConfiguration *configuration, int unix_socket, GError **error);

G_END_DECLS
