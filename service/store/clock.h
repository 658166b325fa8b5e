/* SPDX-License-Identifier: GPL-3.0-or-later
 * The database's own clock, which all nodes have in common. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

/* Unix seconds at the transaction's begin. With SQLite it is this machine's clock. FALSE with an
 * NHI_DB_ERROR. */
gboolean nhi_store_clock_read (NhiDbConnection *connection, gint64 *ret_now, GError **error);

G_END_DECLS
