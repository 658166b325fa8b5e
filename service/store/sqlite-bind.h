/* SPDX-License-Identifier: GPL-3.0-or-later
 * Puts values into a SQLite statement. */
#pragma once

#include "service/store/db-engine.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* $1 is the first of @values. FALSE with @error, and the transaction of @connection doomed, when
 * they do not fit. */
gboolean nhi_sqlite_bind (NhiDbConnection *connection,
                          sqlite3_stmt *handle,
                          const NhiDbValue *values,
                          gsize n_values,
                          GError **error);

G_END_DECLS
