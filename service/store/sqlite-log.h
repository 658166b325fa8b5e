/* SPDX-License-Identifier: GPL-3.0-or-later
 * Puts a database file on its write-ahead log. */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* @patience: milliseconds. Blocks. NHI_DB_ERROR_BUSY when others hold the file all that time,
 * NHI_DB_ERROR_UNAVAILABLE when the file system cannot do it. */
gboolean nhi_sqlite_use_log (sqlite3 *handle, guint patience, GError **error);

G_END_DECLS
