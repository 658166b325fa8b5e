/* SPDX-License-Identifier: GPL-3.0-or-later
 * The backup of a SQLite database: a snapshot, copied beside its name and put there when whole. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/backup.h"

#include "service/store/sqlite-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const side_files[] = { "-wal", "-shm", "-journal" };

gboolean
nhi_backup_is_for (const char *uri)
{
  return g_str_has_prefix (uri, NHI_SQLITE_SCHEME);
}

static void
set_errno (GError **error, const char *file, int number)
{
  gboolean full = number == ENOSPC || number == EDQUOT || number == EFBIG;

  g_set_error (error, NHI_DB_ERROR, full ? NHI_DB_ERROR_FULL : NHI_DB_ERROR_UNAVAILABLE, "%s: %s",
               file, g_strerror (number));
}

static gboolean
is_same_file (const struct stat *one, const char *path)
{
  struct stat other;

  return stat (path, &other) == 0 && other.st_dev == one->st_dev && other.st_ino == one->st_ino;
}

/* Whether @file is @other, or would become it: @other need not be there. */
static gboolean
is_named (const char *file, const char *other)
{
  g_autofree char *one = g_canonicalize_filename (file, NULL);
  g_autofree char *two = g_canonicalize_filename (other, NULL);
  struct stat status;

  return g_str_equal (one, two) || (stat (file, &status) == 0 && is_same_file (&status, other));
}

/* The database itself, or one of the files that SQLite keeps beside it. */
static gboolean
belongs_to_database (const char *database, const char *file)
{
  if (is_named (file, database))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (side_files); i++)
    {
      g_autofree char *side = g_strconcat (database, side_files[i], NULL);

      if (is_named (file, side))
        return TRUE;
    }
  return FALSE;
}

static gboolean
check_name (const char *database,
            const char *file,
            const char *partial,
            gboolean replace,
            GError **error)
{
  struct stat there;

  if (belongs_to_database (database, file) || belongs_to_database (database, partial))
    {
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT,
                   "%s: This is the database's own; name another file", file);
      return FALSE;
    }
  if (lstat (file, &there) != 0)
    return TRUE;
  if (!S_ISREG (there.st_mode))
    g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT,
                 "%s: This is no ordinary file; name another one", file);
  else if (!replace)
    g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT,
                 "%s: There is a file already; name another one, or replace it with --force", file);
  return S_ISREG (there.st_mode) && replace;
}

static void
unlink_side_files (const char *file)
{
  for (gsize i = 0; i < G_N_ELEMENTS (side_files); i++)
    {
      g_autofree char *side = g_strconcat (file, side_files[i], NULL);

      unlink (side);
    }
}

/* An empty file that no other backup writes, or -1. The lock goes with the descriptor; SQLite's own
 * are of another kind. A file that was renamed away while we waited for its lock is not ours. */
static int
open_partial (const char *partial, GError **error)
{
  int fd = open (partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  struct stat opened;

  if (fd < 0)
    {
      set_errno (error, partial, errno);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0 || fstat (fd, &opened) != 0 ||
      !is_same_file (&opened, partial))
    {
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_BUSY,
                   "%s: Another backup is writing this file; wait for its end", partial);
      close (fd);
      return -1;
    }
  unlink_side_files (partial);
  if (ftruncate (fd, 0) == 0 && fchmod (fd, 0600) == 0)
    return fd;
  set_errno (error, partial, errno);
  close (fd);
  return -1;
}

/* What was copied is one file without a log, sound, and holds what the snapshot holds. */
static gboolean
finish_copy (const char *partial, const NhiBackupReport *expected, GError **error)
{
  g_autoptr (sqlite3) copy = nhi_sqlite_open (partial, SQLITE_OPEN_READWRITE, error);
  NhiBackupReport found = { 0 };

  if (copy == NULL || !nhi_sqlite_execute (copy, partial, "PRAGMA journal_mode = DELETE", error) ||
      !nhi_sqlite_check_whole (copy, partial, error) ||
      !nhi_sqlite_describe (copy, partial, &found, error))
    return FALSE;
  if (found.rows == expected->rows && found.tables == expected->tables)
    return TRUE;
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED,
               "%s: The copy has %" G_GINT64_FORMAT " rows instead of %" G_GINT64_FORMAT
               "; try again, and look after the disk",
               partial, found.rows, expected->rows);
  return FALSE;
}

/* The target needs no journal and no waiting for the disk: until it is whole it is nothing. */
static gboolean
copy_pages (sqlite3 *source,
            const char *partial,
            NhiBackupProgress progress,
            gpointer data,
            GError **error)
{
  g_autoptr (sqlite3) target = nhi_sqlite_open (partial, SQLITE_OPEN_READWRITE, error);

  return target != NULL &&
         nhi_sqlite_execute (target, partial, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
                             error) &&
         nhi_sqlite_copy (source, target, partial, progress, data, error);
}

static gboolean
sync_folder (const char *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (!done)
    set_errno (error, folder, errno);
  if (fd >= 0)
    close (fd);
  return done;
}

static gboolean
put_in_place (int fd, const char *partial, const char *file, gboolean replace, GError **error)
{
  if (fsync (fd) != 0)
    {
      set_errno (error, partial, errno);
      return FALSE;
    }
  if (renameat2 (AT_FDCWD, partial, AT_FDCWD, file, replace ? 0 : RENAME_NOREPLACE) != 0)
    {
      set_errno (error, file, errno);
      return FALSE;
    }
  return sync_folder (file, error);
}

/* As long as this transaction reads, the source is what it was at its start, whoever writes. */
static sqlite3 *
open_snapshot (const char *database, NhiBackupReport *ret_report, GError **error)
{
  g_autoptr (sqlite3) source = nhi_sqlite_open (database, SQLITE_OPEN_READWRITE, error);

  if (source == NULL || !nhi_sqlite_execute (source, database, "BEGIN", error) ||
      !nhi_sqlite_describe (source, database, ret_report, error))
    return NULL;
  return g_steal_pointer (&source);
}

static gboolean
write_partial (const char *database,
               const char *partial,
               NhiBackupProgress progress,
               gpointer data,
               NhiBackupReport *ret_report,
               GError **error)
{
  g_autoptr (sqlite3) source = open_snapshot (database, ret_report, error);

  return source != NULL && copy_pages (source, partial, progress, data, error) &&
         finish_copy (partial, ret_report, error);
}

gboolean
nhi_backup_write (const char *uri,
                  const char *file,
                  gboolean replace,
                  NhiBackupProgress progress,
                  gpointer data,
                  NhiBackupReport *ret_report,
                  GError **error)
{
  const char *database = uri + strlen (NHI_SQLITE_SCHEME);
  g_autofree char *partial = g_strconcat (file, ".partial", NULL);
  NhiBackupReport report = { 0 };
  struct stat written;
  gboolean done;
  int fd;

  if (!nhi_db_is_there (uri, error) || !check_name (database, file, partial, replace, error))
    return FALSE;
  fd = open_partial (partial, error);
  if (fd < 0)
    return FALSE;
  done = write_partial (database, partial, progress, data, &report, error) &&
         put_in_place (fd, partial, file, replace, error);
  if (done && fstat (fd, &written) == 0)
    report.bytes = written.st_size;
  if (!done)
    {
      unlink (partial);
      unlink_side_files (partial);
    }
  close (fd);
  if (done)
    *ret_report = report;
  return done;
}
