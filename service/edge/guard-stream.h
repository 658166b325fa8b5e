/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stream libsoup gets: it shows whole requests of a connection, one at a time, and takes answers. */
#pragma once

#include <gio/gio.h>

#include "service/edge/connection.h"

G_BEGIN_DECLS

#define NHI_TYPE_GUARD_STREAM (nhi_guard_stream_get_type ())
G_DECLARE_FINAL_TYPE (NhiGuardStream, nhi_guard_stream, NHI, GUARD_STREAM, GIOStream)

/* @connection: a reference is taken */
GIOStream *nhi_guard_stream_new (NhiConnection *connection);

G_END_DECLS
