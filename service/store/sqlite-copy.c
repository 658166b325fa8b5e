/* SPDX-License-Identifier: GPL-3.0-or-later
 * What backup and restore do alike with two SQLite files. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/sqlite-copy.h"

#define PAGES_AT_ONCE 1024 /* 4 MiB between two looks at the progress */
#define PATIENCE 5000      /* ms, for a lock */

void
nhi_sqlite_set_file_error (sqlite3 *handle, int code, const char *file, GError **error)
{
  nhi_sqlite_set_error (NULL, handle, code, NULL, error);
  g_prefix_error (error, "%s: ", file);
}

sqlite3 *
nhi_sqlite_open (const char *file, int flags, GError **error)
{
  sqlite3 *handle = NULL;
  int code = sqlite3_open_v2 (file, &handle, flags | SQLITE_OPEN_EXRESCODE, NULL);

  if (code == SQLITE_OK)
    {
      sqlite3_busy_timeout (handle, PATIENCE);
      return handle;
    }
  nhi_sqlite_set_file_error (handle, code, file, error);
  sqlite3_close (handle);
  return NULL;
}

gboolean
nhi_sqlite_execute (sqlite3 *handle, const char *file, const char *sql, GError **error)
{
  int code = sqlite3_exec (handle, sql, NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;
  nhi_sqlite_set_file_error (handle, code, file, error);
  return FALSE;
}

gboolean
nhi_sqlite_read_int (sqlite3 *handle,
                     const char *file,
                     const char *sql,
                     gint64 *ret_value,
                     GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL);

  *ret_value = 0;
  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *ret_value = sqlite3_column_int64 (statement, 0);
  else if (code != SQLITE_DONE)
    nhi_sqlite_set_file_error (handle, code, file, error);
  sqlite3_finalize (statement);
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

static gboolean
list_tables (sqlite3 *handle, const char *file, GPtrArray *tables, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (handle,
                                 "SELECT name FROM sqlite_master WHERE type = 'table'"
                                 " AND name NOT LIKE 'sqlite%'",
                                 -1, &statement, NULL);

  while (code == SQLITE_OK && (code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_ptr_array_add (tables, g_strdup ((const char *)sqlite3_column_text (statement, 0)));
      code = SQLITE_OK;
    }
  if (code != SQLITE_DONE)
    nhi_sqlite_set_file_error (handle, code, file, error);
  sqlite3_finalize (statement);
  return code == SQLITE_DONE;
}

static gboolean
count_rows (sqlite3 *handle,
            const char *file,
            GPtrArray *tables,
            NhiBackupReport *ret_report,
            GError **error)
{
  ret_report->tables = tables->len;
  ret_report->rows = 0;
  ret_report->schema = 0;
  for (guint i = 0; i < tables->len; i++)
    {
      const char *name = g_ptr_array_index (tables, i);
      g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM \"%s\"", name);
      gint64 rows = 0, version = 0;

      if (!nhi_sqlite_read_int (handle, file, sql, &rows, error))
        return FALSE;
      ret_report->rows += rows;
      if (!g_str_equal (name, "schema_version"))
        continue;
      if (!nhi_sqlite_read_int (handle, file, "SELECT max(version) FROM schema_version", &version,
                                error))
        return FALSE;
      ret_report->schema = (guint)version;
    }
  return TRUE;
}

gboolean
nhi_sqlite_describe (sqlite3 *handle, const char *file, NhiBackupReport *ret_report, GError **error)
{
  g_autoptr (GPtrArray) tables = g_ptr_array_new_with_free_func (g_free);
  gint64 application_id;

  if (!nhi_sqlite_read_int (handle, file, "PRAGMA application_id", &application_id, error))
    return FALSE;
  if (application_id != NHI_SQLITE_APPLICATION_ID)
    {
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED,
                   "%s: The file is no database of this service; name another file", file);
      return FALSE;
    }
  return list_tables (handle, file, tables, error) &&
         count_rows (handle, file, tables, ret_report, error);
}

gboolean
nhi_sqlite_check_whole (sqlite3 *handle, const char *file, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (handle, "PRAGMA integrity_check (1)", -1, &statement, NULL);
  const char *verdict = NULL;
  gboolean whole = FALSE;

  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    verdict = (const char *)sqlite3_column_text (statement, 0);
  whole = g_strcmp0 (verdict, "ok") == 0;
  if (code != SQLITE_ROW)
    nhi_sqlite_set_file_error (handle, code, file, error);
  else if (!whole)
    g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED,
                 "%s: The database is damaged; use an older backup (%s)", file, verdict);
  sqlite3_finalize (statement);
  return whole;
}

gboolean
nhi_sqlite_copy (sqlite3 *source,
                 sqlite3 *target,
                 const char *target_file,
                 NhiBackupProgress progress,
                 gpointer data,
                 GError **error)
{
  sqlite3_backup *copying = sqlite3_backup_init (target, "main", source, "main");
  int code = copying != NULL ? SQLITE_OK : sqlite3_extended_errcode (target);

  while (copying != NULL && code == SQLITE_OK)
    {
      code = sqlite3_backup_step (copying, PAGES_AT_ONCE);
      if (progress != NULL && (code == SQLITE_OK || code == SQLITE_DONE))
        progress (sqlite3_backup_pagecount (copying) - sqlite3_backup_remaining (copying),
                  sqlite3_backup_pagecount (copying), data);
    }
  if (copying != NULL && sqlite3_backup_finish (copying) != SQLITE_OK && code == SQLITE_DONE)
    code = sqlite3_extended_errcode (target);
  if (code == SQLITE_DONE)
    return TRUE;
  nhi_sqlite_set_file_error (target, code, target_file, error);
  return FALSE;
}
