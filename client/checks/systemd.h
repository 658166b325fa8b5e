/* SPDX-License-Identifier: GPL-3.0-or-later
 * systemd over D-Bus: how a unit starts and whether it runs; start, restart, enable, allow. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* FALSE when systemd cannot be asked; NULL texts for a unit that does not exist. Blocks 3 s. */
gboolean nhi_systemd_state (const char *unit,
                            GCancellable *cancellable,
                            char **ret_start_up,
                            char **ret_active,
                            GError **error);
/* Enables @unit and starts it, or starts it anew; polkit may ask the person. Blocks, @seconds per
 * step; the error's message is for a person. */
gboolean nhi_systemd_start (const char *unit,
                            gboolean anew,
                            guint seconds,
                            GCancellable *cancellable,
                            GError **error);
gboolean nhi_systemd_unmask (const char *const *units,
                             guint seconds,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS
