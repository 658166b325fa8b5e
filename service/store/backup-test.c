/* SPDX-License-Identifier: GPL-3.0-or-later
 * Backup and restore of a SQLite file: while others write, refused, broken off, damaged. */

#include "service/store/backup.h"
#include "service/store/test-database.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *database; /* its path */
  char *uri;
  char *file; /* the backup */
  NhiDb *db;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = test_folder_new ();
  f->database = g_build_filename (f->folder, "test.db", NULL);
  f->uri = g_strconcat ("sqlite:", f->database, NULL);
  f->file = g_build_filename (f->folder, "backup.db", NULL);
  f->db = nhi_db_open (f->uri, 4, &error);
  g_assert_no_error (error);
  g_assert_true (nhi_db_migrate (f->db, NULL, NULL, NULL));
  test_sql_run (f->db, "INSERT INTO person_by_id_number VALUES ('A123456789', 'p')");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->db, nhi_db_close);
  test_folder_remove (f->folder);
  g_free (f->database);
  g_free (f->uri);
  g_free (f->file);
}

static void
backup (Fixture *f, gboolean replace, NhiBackupReport *ret_report)
{
  g_autoptr (GError) error = NULL;

  nhi_backup_write (f->uri, f->file, replace, NULL, NULL, ret_report, &error);
  g_assert_no_error (error);
}

static gint64
count_in (const char *path, const char *sql)
{
  g_autofree char *uri = g_strconcat ("sqlite:", path, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = nhi_db_open (uri, 1, &error);

  g_assert_no_error (error);
  return test_sql_integer (db, sql);
}

static void
assert_alone (const char *path)
{
  static const char *const beside[] = { ".partial",        "-wal",         "-shm",
                                        "-journal",        ".partial-wal", ".partial-shm",
                                        ".partial-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (beside); i++)
    {
      g_autofree char *other = g_strconcat (path, beside[i], NULL);

      g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));
    }
}

static void
test_one_private_file (Fixture *f, gconstpointer data)
{
  NhiBackupReport report;
  struct stat status;

  backup (f, FALSE, &report);
  assert_alone (f->file);
  g_assert_cmpint (stat (f->file, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (report.bytes, ==, status.st_size);
  g_assert_cmpuint (report.schema, ==,
                    test_sql_integer (f->db, "SELECT max(version) FROM schema_version"));
  g_assert_cmpint (count_in (f->file, "SELECT count(*) FROM person_by_id_number"), ==, 1);
}

/* Both tables always have as many rows. */
typedef struct
{
  const char *uri;
  gint stop;
  gint written;
} Writer;

static gboolean
write_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autofree char *id = g_uuid_string_random ();

  return nhi_db_run (connection, "INSERT INTO person_by_card_number VALUES ($1, 'p')",
                     NHI_DB_ARGS (nhi_db_text (id)), error) >= 0 &&
         nhi_db_run (connection, "INSERT INTO residence VALUES ($1, 'h', 'v', 1)",
                     NHI_DB_ARGS (nhi_db_text (id)), error) >= 0;
}

static gpointer
writing_thread (gpointer data)
{
  Writer *writer = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = nhi_db_open (writer->uri, 1, &error);

  g_assert_no_error (error);
  while (!g_atomic_int_get (&writer->stop))
    {
      nhi_db_transact (db, NHI_DB_WRITE, write_body, NULL, &error);
      g_assert_no_error (error);
      g_atomic_int_inc (&writer->written);
    }
  return NULL;
}

static void
wait_for_writes (Writer *writer)
{
  gint before = g_atomic_int_get (&writer->written);

  while (g_atomic_int_get (&writer->written) < before + 20)
    g_thread_yield ();
}

typedef struct
{
  Writer *writer;
  guint in_the_middle;
} Watch;

/* In the middle of the copy the writer gets on, and the copy does not see it. */
static void
let_write (gint64 done, gint64 all, gpointer data)
{
  Watch *watch = data;

  wait_for_writes (watch->writer);
  if (done < all)
    watch->in_the_middle++;
}

static void
test_a_snapshot_while_others_write (Fixture *f, gconstpointer data)
{
  Writer writer = { .uri = f->uri };
  Watch watch = { .writer = &writer };
  gint64 earlier = 0;
  GThread *thread;

  test_sql_run (f->db, "INSERT INTO package_piece VALUES ('p', 'a', 0, zeroblob (12000000))");
  thread = g_thread_new ("writing", writing_thread, &writer);
  for (guint round = 0; round < 3; round++)
    {
      g_autoptr (GError) error = NULL;
      NhiBackupReport report;
      gint64 left, right;

      wait_for_writes (&writer);
      nhi_backup_write (f->uri, f->file, TRUE, let_write, &watch, &report, &error);
      g_assert_no_error (error);
      left = count_in (f->file, "SELECT count(*) FROM person_by_card_number");
      right = count_in (f->file, "SELECT count(*) FROM residence");
      g_assert_cmpint (left, ==, right);
      g_assert_cmpint (left, >, earlier);
      earlier = left;
    }
  g_atomic_int_set (&writer.stop, TRUE);
  g_thread_join (thread);
  g_assert_cmpuint (watch.in_the_middle, >=, 3);
}

static void
refuse (Fixture *f, const char *file, gboolean replace, NhiDbError code)
{
  g_autoptr (GError) error = NULL;
  NhiBackupReport report;

  g_assert_false (nhi_backup_write (f->uri, file, replace, NULL, NULL, &report, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, NHI_DB_ERROR, (gint)code);
}

static void
test_what_is_there_stays (Fixture *f, gconstpointer data)
{
  g_autofree char *log = g_strconcat (f->database, "-wal", NULL);
  g_autofree char *journal = g_strconcat (f->database, "-journal", NULL);
  g_autofree char *name = g_path_get_basename (f->folder);
  g_autofree char *around = g_strdup_printf ("%s/../%s/test.db", f->folder, name);
  g_autofree char *link = g_build_filename (f->folder, "link", NULL);
  g_autofree char *found = NULL;

  g_assert_true (g_file_set_contents (f->file, "mine", -1, NULL));
  refuse (f, f->file, FALSE, NHI_DB_ERROR_CONSTRAINT);
  g_assert_true (g_file_get_contents (f->file, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, "mine");
  refuse (f, f->database, TRUE, NHI_DB_ERROR_CONSTRAINT);
  refuse (f, around, TRUE, NHI_DB_ERROR_CONSTRAINT);
  refuse (f, log, TRUE, NHI_DB_ERROR_CONSTRAINT);
  refuse (f, journal, TRUE, NHI_DB_ERROR_CONSTRAINT);
  refuse (f, f->folder, TRUE, NHI_DB_ERROR_CONSTRAINT);
  g_assert_cmpint (symlink (f->file, link), ==, 0);
  refuse (f, link, TRUE, NHI_DB_ERROR_CONSTRAINT);
  refuse (f, "/nonexistent-folder/backup.db", FALSE, NHI_DB_ERROR_UNAVAILABLE);
}

static void
test_one_backup_at_a_time (Fixture *f, gconstpointer data)
{
  g_autofree char *partial = g_strconcat (f->file, ".partial", NULL);
  NhiBackupReport report;
  int other = open (partial, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (flock (other, LOCK_EX), ==, 0);
  refuse (f, f->file, FALSE, NHI_DB_ERROR_BUSY);
  close (other);
  backup (f, FALSE, &report);
  assert_alone (f->file);
}

/* What a killed backup leaves behind. */
static void
test_leavings_are_used_again (Fixture *f, gconstpointer data)
{
  static const char *const leavings[] = { ".partial", ".partial-wal", ".partial-shm",
                                          ".partial-journal" };
  NhiBackupReport report;

  for (gsize i = 0; i < G_N_ELEMENTS (leavings); i++)
    {
      g_autofree char *path = g_strconcat (f->file, leavings[i], NULL);

      g_assert_true (g_file_set_contents (path, "SQLite format 3 and no more", -1, NULL));
    }
  backup (f, FALSE, &report);
  assert_alone (f->file);
  g_assert_cmpint (count_in (f->file, "SELECT count(*) FROM person_by_id_number"), ==, 1);
}

/* Overwrites the middle of the file, where tables lie. */
static void
damage (const char *path)
{
  char noise[8192];
  struct stat status;
  int fd = open (path, O_RDWR | O_CLOEXEC);

  memset (noise, 0x55, sizeof noise);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  g_assert_cmpint (pwrite (fd, noise, sizeof noise, status.st_size / 2 & ~4095), ==, sizeof noise);
  close (fd);
}

/* A damaged database must not take the place of its last good backup. */
static void
test_a_damaged_database_is_told (Fixture *f, gconstpointer data)
{
  NhiBackupReport report;

  backup (f, FALSE, &report);
  g_clear_pointer (&f->db, nhi_db_close);
  damage (f->database);
  refuse (f, f->file, TRUE, NHI_DB_ERROR_DAMAGED);
  assert_alone (f->file);
  g_assert_cmpint (count_in (f->file, "SELECT count(*) FROM person_by_id_number"), ==, 1);
}

static void
restore (Fixture *f, gboolean replace, gint expected)
{
  g_autoptr (GError) error = NULL;
  NhiBackupReport report;
  gboolean done = nhi_backup_restore (f->uri, f->file, replace, NULL, NULL, &report, &error);

  g_test_message ("%s", done ? "restored" : error->message);
  if (expected < 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, NHI_DB_ERROR, expected);
}

#define GOOD (-1)

static void
test_the_way_back (Fixture *f, gconstpointer data)
{
  NhiBackupReport report;
  struct stat status;

  backup (f, FALSE, &report);
  test_sql_run (f->db, "INSERT INTO person_by_id_number VALUES ('B123456789', 'q')");
  restore (f, TRUE, NHI_DB_ERROR_BUSY);
  g_assert_cmpint (test_sql_integer (f->db, "SELECT count(*) FROM person_by_id_number"), ==, 2);
  g_clear_pointer (&f->db, nhi_db_close);
  restore (f, FALSE, NHI_DB_ERROR_CONSTRAINT);
  g_assert_cmpint (count_in (f->database, "SELECT count(*) FROM person_by_id_number"), ==, 2);
  restore (f, TRUE, GOOD);
  g_assert_cmpint (count_in (f->database, "SELECT count(*) FROM person_by_id_number"), ==, 1);
  g_assert_cmpint (g_unlink (f->database), ==, 0);
  restore (f, FALSE, GOOD);
  g_assert_cmpint (stat (f->database, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (count_in (f->database, "SELECT count(*) FROM person_by_id_number"), ==, 1);
}

static void
test_a_bad_backup_changes_nothing (Fixture *f, gconstpointer data)
{
  g_autofree char *whole = NULL;
  NhiBackupReport report;
  gsize length;

  test_sql_run (f->db, "INSERT INTO schema_version VALUES (9000, 'future', 0)");
  backup (f, FALSE, &report);
  test_sql_run (f->db, "DELETE FROM schema_version WHERE version = 9000");
  g_clear_pointer (&f->db, nhi_db_close);
  restore (f, TRUE, NHI_DB_ERROR_SCHEMA);
  backup (f, TRUE, &report);
  g_assert_true (g_file_get_contents (f->file, &whole, &length, NULL));
  damage (f->file);
  restore (f, TRUE, NHI_DB_ERROR_DAMAGED);
  g_assert_true (g_file_set_contents (f->file, whole, length / 2, NULL));
  restore (f, TRUE, NHI_DB_ERROR_DAMAGED);
  g_assert_true (g_file_set_contents (f->file, "a letter", -1, NULL));
  restore (f, TRUE, NHI_DB_ERROR_DAMAGED);
  g_assert_true (g_file_set_contents (f->file, "", -1, NULL));
  restore (f, TRUE, NHI_DB_ERROR_DAMAGED);
  g_assert_cmpint (g_unlink (f->file), ==, 0);
  restore (f, TRUE, NHI_DB_ERROR_UNAVAILABLE);
  g_assert_cmpint (count_in (f->database, "SELECT count(*) FROM person_by_id_number"), ==, 1);
}

/* The file that is to be replaced may be the very reason to restore. */
static void
test_over_a_damaged_database (Fixture *f, gconstpointer data)
{
  NhiBackupReport report;

  backup (f, FALSE, &report);
  g_clear_pointer (&f->db, nhi_db_close);
  damage (f->database);
  restore (f, TRUE, GOOD);
  g_assert_true (
      g_file_set_contents (f->database, "no header any more, but some length", -1, NULL));
  restore (f, TRUE, NHI_DB_ERROR_DAMAGED);
  g_assert_cmpint (g_unlink (f->database), ==, 0);
  restore (f, TRUE, GOOD);
  g_assert_cmpint (count_in (f->database, "SELECT count(*) FROM person_by_id_number"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/backup/one-private-file", test_one_private_file);
  ADD ("/backup/a-snapshot-while-others-write", test_a_snapshot_while_others_write);
  ADD ("/backup/what-is-there-stays", test_what_is_there_stays);
  ADD ("/backup/one-backup-at-a-time", test_one_backup_at_a_time);
  ADD ("/backup/leavings-are-used-again", test_leavings_are_used_again);
  ADD ("/backup/a-damaged-database-is-told", test_a_damaged_database_is_told);
  ADD ("/backup/the-way-back", test_the_way_back);
  ADD ("/backup/a-bad-backup-changes-nothing", test_a_bad_backup_changes_nothing);
  ADD ("/backup/over-a-damaged-database", test_over_a_damaged_database);
  return g_test_run ();
}
