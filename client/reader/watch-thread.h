/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one thread that waits for PC/SC: says on a main context which readers there are and what is
 * in them. */
#pragma once

#include "client/reader/reader-private.h"

G_BEGIN_DECLS

typedef struct _NhiWatchThread NhiWatchThread;

/* @sights: (element-type NhiReaderSight): every reader there is; NULL when the daemon cannot be
 * reached, and
 * @result says why. Called on the main context that started the thread, never after the stop. */
typedef void (*NhiWatchNews) (GPtrArray *sights, LONG result, gpointer user_data);

NhiWatchThread *
nhi_watch_thread_start (const NhiPcsc *pcsc,
                        const char *socket_path,
                        NhiWatchNews news,
                        gpointer user_data);
/* Wakes the thread, waits for its end, frees it. */
void
nhi_watch_thread_stop (NhiWatchThread *watch);

G_END_DECLS
