/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sleeps until the PC/SC daemon's socket changes: inotify on its folder, no polling, woken for
 * stop. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NhiSocketWatch NhiSocketWatch;

NhiSocketWatch *
nhi_socket_watch_new (const char *socket_path);
void
nhi_socket_watch_free (NhiSocketWatch *watch);

/* Arms the watch: what happens from here on ends the next wait, so that nothing between a failed
 * try and the wait is missed. Watches the nearest folder that exists. */
void
nhi_socket_watch_arm (NhiSocketWatch *watch);

/* Waits for a change, or @timeout_ms (-1: for ever). FALSE only after nhi_socket_watch_stop(). */
gboolean
nhi_socket_watch_wait (NhiSocketWatch *watch, int timeout_ms);

/* From any thread; every wait returns FALSE from now on. */
void
nhi_socket_watch_stop (NhiSocketWatch *watch);
gboolean
nhi_socket_watch_is_stopped (NhiSocketWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiSocketWatch, nhi_socket_watch_free)

G_END_DECLS
