/* SPDX-License-Identifier: GPL-3.0-or-later
 * The change to the write-ahead log, which SQLite does not wait for by itself. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/sqlite-log.h"

#include "service/store/sqlite-error.h"

/* Returns SQLite's code; the journal that is in use then, or NULL. */
static int
ask_for_log (sqlite3 *handle, char **ret_journal)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2 (handle, "PRAGMA journal_mode = WAL", -1, &statement, NULL);

  if (code == SQLITE_OK)
    code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *ret_journal = g_strdup ((const char *)sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return code;
}

/* Of two that change a fresh file at once, one is told SQLITE_BUSY at once, whatever its busy
 * timeout says. */
gboolean
nhi_sqlite_use_log (sqlite3 *handle, guint patience, GError **error)
{
  gint64 end = g_get_monotonic_time () + patience * G_TIME_SPAN_MILLISECOND;
  g_autofree char *journal = NULL;
  int code;

  while (((code = ask_for_log (handle, &journal)) & 0xff) == SQLITE_BUSY &&
         g_get_monotonic_time () < end)
    g_usleep (g_random_int_range (1, 10) * G_TIME_SPAN_MILLISECOND);
  if (code != SQLITE_ROW)
    {
      nhi_sqlite_set_error (NULL, handle, code, NULL, error);
      return FALSE;
    }
  if (g_strcmp0 (journal, "wal") == 0 || g_strcmp0 (journal, "memory") == 0)
    return TRUE;
  g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE,
                       "The file system of the database cannot share memory; use a local disk");
  return FALSE;
}
