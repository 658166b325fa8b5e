/* SPDX-License-Identifier: GPL-3.0-or-later
 * A SQLite database as one file that can be carried away, and back. PostgreSQL has tools of its
 * own for that (service/OPERATING.md). */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

typedef struct
{
  guint schema; /* its version */
  guint tables;
  gint64 rows;  /* of all tables */
  gint64 bytes; /* of the file */
} NhiBackupReport;

/* @done and @all: pages. */
typedef void (*NhiBackupProgress) (gint64 done, gint64 all, gpointer data);

/* Whether @uri is a database that the two below are for. */
gboolean nhi_backup_is_for (const char *uri);

/* Copies the database @uri, one snapshot of it, to @file while others read and write. @file (mode
 * 0600) is there as soon as it is whole: on the disk, checked, with as many rows as the snapshot;
 * until then it is @file.partial, which stays behind only when the program is killed, and is used
 * again. Another file of that name is only replaced with @replace. @progress: (nullable).
 * Sets CONSTRAINT when @file is there, BUSY when another backup writes it, FULL, UNAVAILABLE,
 * DAMAGED. */
gboolean nhi_backup_write (const char *uri,
                           const char *file,
                           gboolean replace,
                           NhiBackupProgress progress,
                           gpointer data,
                           NhiBackupReport *ret_report,
                           GError **error);

/* The way back: makes the database @uri what @file is, in one transaction, so that whoever is
 * killed in the middle leaves what was there. What is there is only replaced with @replace, and
 * only when nobody has it open (BUSY). A backup of a newer program is refused (SCHEMA); after one
 * of an older program "nhicardctl migrate". */
gboolean nhi_backup_restore (const char *uri,
                             const char *file,
                             gboolean replace,
                             NhiBackupProgress progress,
                             gpointer data,
                             NhiBackupReport *ret_report,
                             GError **error);

G_END_DECLS
