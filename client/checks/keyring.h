/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the session's bus offers: names, and the keyring. */
#pragma once

#include "client/checks/check-private.h"

G_BEGIN_DECLS

/* Whether the bus has @name, or would start it. All block 3 s per question. */
gboolean nhi_session_bus_has (const char *name, GCancellable *cancellable);
gboolean nhi_system_bus_has (const char *name, GCancellable *cancellable);
NhiKeyring nhi_keyring_state (GCancellable *cancellable);

G_END_DECLS
