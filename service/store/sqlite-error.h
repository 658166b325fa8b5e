/* SPDX-License-Identifier: GPL-3.0-or-later
 * SQLite's result codes in the words of db.h, and how a file of ours is known. */
#pragma once

#include "service/store/db-engine.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define NHI_SQLITE_SCHEME "sqlite:"
/* "NHIC", in the file's header: so that another program's database is known as such. */
#define NHI_SQLITE_APPLICATION_ID 0x4e484943

/* @connection: (nullable): marked failed, in conflict or broken as the code says. @sql: (nullable):
 * told for defects only. */
void nhi_sqlite_set_error (NhiDbConnection *connection,
                           sqlite3 *handle,
                           int code,
                           const char *sql,
                           GError **error);

G_END_DECLS
