/* SPDX-License-Identifier: GPL-3.0-or-later
 * SQLite's result codes in the words of db.h. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/sqlite-error.h"

#include <errno.h>

#define PRIMARY(code) ((code)&0xff)

/* SQLite calls a quota or a limit on the file's size a failed write, and seldom keeps the reason; a
 * broken disk it does tell. */
static gboolean
is_out_of_room (sqlite3 *handle, int code)
{
  if (PRIMARY (code) == SQLITE_FULL)
    return TRUE;
  return (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE) &&
         (handle == NULL || sqlite3_system_errno (handle) != EIO);
}

static gboolean
is_duplicate (int code)
{
  return code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE ||
         code == SQLITE_CONSTRAINT_ROWID;
}

static NhiDbError
kind_of (sqlite3 *handle, int code)
{
  if (is_out_of_room (handle, code))
    return NHI_DB_ERROR_FULL;
  switch (PRIMARY (code))
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_SCHEMA:
      return NHI_DB_ERROR_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return NHI_DB_ERROR_DAMAGED;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      return NHI_DB_ERROR_UNAVAILABLE;
    case SQLITE_CONSTRAINT:
      return is_duplicate (code) ? NHI_DB_ERROR_CONSTRAINT : NHI_DB_ERROR_INTERNAL;
    default:
      return NHI_DB_ERROR_INTERNAL;
    }
}

static const char *
sentence (NhiDbError kind)
{
  switch (kind)
    {
    case NHI_DB_ERROR_UNAVAILABLE:
      return "The database cannot be used; check that its file and folder may be read and written";
    case NHI_DB_ERROR_BUSY:
      return "The database is busy; try again later";
    case NHI_DB_ERROR_CONSTRAINT:
      return "The key is already there";
    case NHI_DB_ERROR_FULL:
      return "The disk of the database is full or may not be filled further; make room on it";
    case NHI_DB_ERROR_DAMAGED:
      return "The file is no database or is damaged; restore it from a backup";
    case NHI_DB_ERROR_SCHEMA:
    case NHI_DB_ERROR_INTERNAL:
    default:
      return "A database statement is wrong";
    }
}

static void
mark (NhiDbConnection *connection, sqlite3 *handle, NhiDbError kind, int code)
{
  if (connection == NULL)
    return;
  connection->failed = TRUE;
  if (kind == NHI_DB_ERROR_BUSY)
    connection->conflict = TRUE;
  if (kind == NHI_DB_ERROR_DAMAGED || PRIMARY (code) == SQLITE_IOERR)
    connection->broken = TRUE;
}

void
nhi_sqlite_set_error (NhiDbConnection *connection,
                      sqlite3 *handle,
                      int code,
                      const char *sql,
                      GError **error)
{
  NhiDbError kind = kind_of (handle, code);
  const char *detail = handle != NULL ? sqlite3_errmsg (handle) : sqlite3_errstr (code);

  mark (connection, handle, kind, code);
  if (kind == NHI_DB_ERROR_INTERNAL && sql != NULL)
    g_set_error (error, NHI_DB_ERROR, kind, "%s (%s): %s", sentence (kind), detail, sql);
  else
    g_set_error (error, NHI_DB_ERROR, kind, "%s (%s)", sentence (kind), detail);
}
