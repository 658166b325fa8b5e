/* SPDX-License-Identifier: GPL-3.0-or-later
 * What backup and restore do alike with two SQLite files. */
#pragma once

#include "service/store/backup.h"
#include "service/store/sqlite-error.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)

/* An error of @handle with the file's name before it. */
void nhi_sqlite_set_file_error (sqlite3 *handle, int code, const char *file, GError **error);

/* @flags: SQLITE_OPEN_… */
sqlite3 *nhi_sqlite_open (const char *file, int flags, GError **error);
gboolean nhi_sqlite_execute (sqlite3 *handle, const char *file, const char *sql, GError **error);
/* The first column of the first row, 0 without one. */
gboolean nhi_sqlite_read_int (sqlite3 *handle,
                              const char *file,
                              const char *sql,
                              gint64 *ret_value,
                              GError **error);

/* Tables, rows and schema of the snapshot that @handle sees; DAMAGED when it is no database of
 * ours. Leaves @ret_report->bytes alone. */
gboolean nhi_sqlite_describe (sqlite3 *handle,
                              const char *file,
                              NhiBackupReport *ret_report,
                              GError **error);
/* Reads every page: DAMAGED with the first fault. */
gboolean nhi_sqlite_check_whole (sqlite3 *handle, const char *file, GError **error);

/* All pages of @source, whose snapshot should be held, over those of @target. */
gboolean nhi_sqlite_copy (sqlite3 *source,
                          sqlite3 *target,
                          const char *target_file,
                          NhiBackupProgress progress,
                          gpointer data,
                          GError **error);

G_END_DECLS
