/* SPDX-License-Identifier: GPL-3.0-or-later
 * A backup back into its place: into the database's own file and in one transaction, never by
 * putting another file there, which a program that waits for the old one would not see. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/backup.h"
#include "service/store/migrate.h"
#include "service/store/sqlite-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
check_schema (guint schema, const char *file, GError **error)
{
  gsize n_steps;
  const NhiSchemaStep *steps = nhi_schema_steps (&n_steps);
  guint newest = steps[n_steps - 1].version;

  if (schema <= newest)
    return TRUE;
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA,
               "%s: The backup has schema %u, this program knows up to %u; use a newer program",
               file, schema, newest);
  return FALSE;
}

/* Sound, ours, and of a time this program knows; read within one transaction. */
static sqlite3 *
open_backup (const char *file, NhiBackupReport *ret_report, GError **error)
{
  g_autoptr (sqlite3) backup = nhi_sqlite_open (file, SQLITE_OPEN_READONLY, error);
  struct stat status;

  if (backup == NULL || !nhi_sqlite_execute (backup, file, "BEGIN", error) ||
      !nhi_sqlite_describe (backup, file, ret_report, error) ||
      !check_schema (ret_report->schema, file, error) ||
      !nhi_sqlite_check_whole (backup, file, error))
    return NULL;
  if (stat (file, &status) == 0)
    ret_report->bytes = status.st_size;
  return g_steal_pointer (&backup);
}

/* Everybody who has a database with a log open holds a lock on it for as long; so this succeeds
 * only for who is alone, and holds the others out from then on. */
static gboolean
take_alone (sqlite3 *target, const char *database, GError **error)
{
  GError *cause = NULL;

  sqlite3_busy_timeout (target, 0);
  if (nhi_sqlite_execute (target, database,
                          "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE;"
                          "BEGIN EXCLUSIVE; COMMIT; PRAGMA synchronous = FULL",
                          &cause))
    return TRUE;
  if (!g_error_matches (cause, NHI_DB_ERROR, NHI_DB_ERROR_BUSY))
    g_propagate_error (error, cause);
  else
    {
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_BUSY,
                   "%s: The database is in use; stop nhicardd and whatever else has it open, then "
                   "restore again",
                   database);
      g_error_free (cause);
    }
  return FALSE;
}

static gboolean
refuse_what_is_there (sqlite3 *target, const char *database, gboolean replace, GError **error)
{
  gint64 tables;

  if (!nhi_sqlite_read_int (target, database, "SELECT count(*) FROM sqlite_master", &tables, error))
    {
      g_prefix_error (error, "Move it and its -wal and -shm away, then restore again. ");
      return FALSE;
    }
  if (tables == 0 || replace)
    return TRUE;
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT,
               "%s: There is a database already; --force replaces everything in it", database);
  return FALSE;
}

static gboolean
fill (sqlite3 *backup,
      const char *database,
      gboolean replace,
      const NhiBackupReport *expected,
      NhiBackupProgress progress,
      gpointer data,
      GError **error)
{
  g_autoptr (sqlite3) target = nhi_sqlite_open (database, SQLITE_OPEN_READWRITE, error);
  NhiBackupReport found = { 0 };

  if (target == NULL || !refuse_what_is_there (target, database, replace, error) ||
      !take_alone (target, database, error) ||
      !nhi_sqlite_copy (backup, target, database, progress, data, error) ||
      !nhi_sqlite_check_whole (target, database, error) ||
      !nhi_sqlite_describe (target, database, &found, error))
    return FALSE;
  if (found.rows == expected->rows && found.tables == expected->tables)
    return TRUE;
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED,
               "%s: %" G_GINT64_FORMAT " rows arrived instead of %" G_GINT64_FORMAT
               "; restore again, and look after the disk",
               database, found.rows, expected->rows);
  return FALSE;
}

/* TRUE also when it is there already; *@ret_made: it was made. */
static gboolean
make_private (const char *database, gboolean *ret_made, GError **error)
{
  int fd = open (database, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  *ret_made = fd >= 0;
  if (fd >= 0)
    close (fd);
  else if (errno != EEXIST)
    g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE, "%s: %s", database,
                 g_strerror (errno));
  return fd >= 0 || errno == EEXIST;
}

gboolean
nhi_backup_restore (const char *uri,
                    const char *file,
                    gboolean replace,
                    NhiBackupProgress progress,
                    gpointer data,
                    NhiBackupReport *ret_report,
                    GError **error)
{
  const char *database = uri + strlen (NHI_SQLITE_SCHEME);
  NhiBackupReport report = { 0 };
  g_autoptr (sqlite3) backup = open_backup (file, &report, error);
  gboolean made;

  if (backup == NULL || !make_private (database, &made, error))
    return FALSE;
  if (!fill (backup, database, replace, &report, progress, data, error))
    {
      if (made)
        unlink (database);
      return FALSE;
    }
  *ret_report = report;
  return TRUE;
}
