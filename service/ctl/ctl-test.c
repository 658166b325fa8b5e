/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardctl as an operator and as a script meets it: what it prints and how it ends. */

#include "service/domain/attempts.h"
#include "service/store/attempt.h"
#include "service/store/population.h"
#include "service/store/test-database.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *uri;
  char *out;
  char *err;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = test_folder_new ();
  f->uri = test_database_uri (f->folder);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_folder_remove (f->folder);
  g_free (f->uri);
  g_free (f->out);
  g_free (f->err);
}

/* @line: arguments with blanks between them; "@" is the database. */
static int
call (Fixture *f, const char *line)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = g_strsplit (line, " ", 0);
  g_autoptr (GSubprocess) program = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (argv, g_strdup (g_getenv ("NHICARDCTL")));
  for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++)
    g_ptr_array_add (argv, g_strdup (g_str_equal (words[i], "@") ? f->uri : words[i]));
  g_ptr_array_add (argv, NULL);
  program =
      g_subprocess_newv ((const char *const *)argv->pdata,
                         G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  g_clear_pointer (&f->out, g_free);
  g_clear_pointer (&f->err, g_free);
  g_subprocess_communicate_utf8 (program, NULL, NULL, &f->out, &f->err, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (program));
  return g_subprocess_get_exit_status (program);
}

static JsonNode *
json (const Fixture *f)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (f->out, &error);

  g_assert_no_error (error);
  return node;
}

/* Of SQLite there is no file yet, of PostgreSQL an empty database. */
#define NEVER_MIGRATED (-1)

static const struct
{
  const char *line;
  int code;
  const char *says; /* on stderr */
} wrong_calls[] = {
  { "", 2, "a command is missing" },
  { "fly", 2, "no such command" },
  { "migrate -d @ now", 2, "takes no" },
  { "migrate --sideways", 2, "Unknown option" },
  { "migrate", 2, "name the database" },
  { "migrate -d mysql://x/y", 3, "names no database" },
  { "migrate -d postgresql:///y?host=/nonexistent-folder", 3, "can be reached" },
  { "migrate -d sqlite:/nonexistent-folder/x.db", 3, "cannot be used" },
  { "migrate -c /nonexistent.conf", 2, "/nonexistent.conf" },
  { "demo-data -d @", NEVER_MIGRATED, "nhicardctl migrate" },
  { "demo-data -d @ -n 0", 2, "--people" },
  { "demo-data -d @ -n 6000001", 2, "--people" },
  { "demo-data -d @ -n many", 2, "many" },
  { "demo-data -d @ -s -1", 2, "--seed" },
  { "demo-data -d @ --until 2026-02-30", 2, "--until" },
  { "demo-data -d @ --until 1999-01-01", 2, "--until" },
  { "backup -d @", 2, "--to FILE" },
  { "backup now --to /tmp/x -d @", 2, "takes no" },
  { "backup --to /nonexistent-folder/x", 2, "name the database" },
  { "backup --to /nonexistent-folder/x -d postgresql://x/y", 1, "pg_dump" },
  { "restore -d @", 2, "--from FILE" },
  { "restore --from /nonexistent-folder/x -d postgresql://x/y", 1, "pg_restore" },
  { "restore --from /nonexistent-folder/x -d sqlite:/nonexistent-folder/y", 3, "cannot be used" },
  { "jobs -d @", 2, "jobs list" },
  { "jobs dance -d @", 2, "jobs list" },
  { "jobs list -d @", NEVER_MIGRATED, "nhicardctl migrate" },
  { "user -d @", 2, "user unlock" },
  { "user unlock -d @", 2, "user unlock" },
  { "user unlock A123456780 -d @", NEVER_MIGRATED, "nhicardctl migrate" },
};

static void
test_wrong_calls_say_what_is_wrong (Fixture *f, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_calls); i++)
    {
      const int never_migrated = test_database_is_postgres () ? 4 : 3;
      const int wanted =
          wrong_calls[i].code == NEVER_MIGRATED ? never_migrated : wrong_calls[i].code;
      int code = call (f, wrong_calls[i].line);

      g_test_message ("nhicardctl %s: %d %s", wrong_calls[i].line, code, f->err);
      g_assert_cmpint (code, ==, wanted);
      g_assert_nonnull (strstr (f->err, wrong_calls[i].says));
    }
}

static void
test_help_and_version (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (call (f, "--help"), ==, 0);
  g_assert_nonnull (strstr (f->out, "Exit codes"));
  g_assert_cmpint (call (f, "demo-data --help"), ==, 0);
  g_assert_nonnull (strstr (f->out, "nhicardctl [OPTION…] demo-data"));
  g_assert_cmpint (call (f, "--version"), ==, 0);
  g_assert_true (g_str_has_prefix (f->out, "nhicardctl "));
}

static void
test_fills_and_unlocks (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) migrated = NULL, filled = NULL, unlocked = NULL, unknown = NULL, jobs = NULL;

  g_assert_cmpint (call (f, "migrate -d @ --json"), ==, 0);
  migrated = json (f);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (migrated), "from"), ==, 0);
  g_assert_cmpint (call (f, "demo-data -d @ -n 20 --json"), ==, 0);
  filled = json (f);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (filled), "people"), ==, 20);
  g_assert_cmpint (call (f, "demo-data -d @ -n 20"), ==, 1);
  g_assert_cmpint (call (f, "demo-data -d @ -n 20 --if-empty"), ==, 0);
  g_assert_cmpint (call (f, "user unlock a299000015 -d @ --json"), ==, 0);
  unlocked = json (f);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (unlocked), "cleared"), ==, 0);
  g_assert_cmpint (call (f, "user unlock A123456789 -d @ --json"), ==, 1);
  unknown = json (f);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (unknown), "exit"), ==, 1);
  g_assert_null (strstr (f->err, "A123456789"));
  g_assert_cmpint (call (f, "user unlock A123456780 -d @"), ==, 2);
  g_assert_cmpint (call (f, "jobs list -d @ --json"), ==, 0);
  jobs = json (f);
  g_assert_true (JSON_NODE_HOLDS_ARRAY (jobs));
  g_assert_cmpint (call (f, "jobs run-once -d @"), ==, 0);
}

static gboolean
lock_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const NhiAttemptRow row = { .failures = 9, .last_at = 1, .wait_until = G_MAXINT32 };
  g_autoptr (NhiPerson) person = NULL;
  g_autofree char *subject = NULL;

  g_assert_true (nhi_population_find_by_id_number (connection, "A299000015", &person, error));
  subject = nhi_attempt_subject (person->person_id, person->id_number);
  return nhi_store_attempt_put (connection, subject, "192.0.2.1", "sign-in", &row, error) &&
         nhi_store_attempt_put (connection, subject, "192.0.2.2", "registration", &row, error) &&
         nhi_store_attempt_put (connection, "somebody else", "192.0.2.1", "sign-in", &row, error);
}

static void
test_unlock_clears_one_person (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = NULL;

  g_assert_cmpint (call (f, "migrate -d @"), ==, 0);
  g_assert_cmpint (call (f, "demo-data -d @ -n 1 --people-only"), ==, 0);
  db = nhi_db_open (f->uri, 1, &error);
  g_assert_no_error (error);
  nhi_db_transact (db, NHI_DB_WRITE, lock_body, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (call (f, "user unlock A299000015 -d @ --json"), ==, 0);
  first = json (f);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (first), "cleared"), ==, 2);
  g_assert_cmpint (call (f, "user unlock A299000015 -d @ --json"), ==, 0);
  second = json (f);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (second), "cleared"), ==, 0);
}

static void
test_migrate_shows_and_names_its_statements (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) before = NULL, after = NULL;

  g_assert_cmpint (call (f, "migrate --show -d sqlite:/nonexistent-folder/x.db"), ==, 3);
  g_assert_cmpint (call (f, "migrate -d @"), ==, 0);
  g_assert_nonnull (strstr (f->out, "0001-first.sql, statement 1: CREATE TABLE person"));
  g_assert_nonnull (strstr (f->out, "from version 0 to"));
  g_assert_cmpint (call (f, "migrate --show -d @ --json"), ==, 0);
  after = json (f);
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (json_node_get_object (after), "statements")),
                    ==, 0);
  g_assert_cmpint (call (f, "migrate --show -d sqlite::memory:"), ==, 0);
  g_assert_nonnull (strstr (f->out, "CREATE TABLE person (\n"));
  g_assert_cmpint (call (f, "migrate --show -d sqlite::memory: --json"), ==, 0);
  before = json (f);
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (json_node_get_object (before), "statements")),
                    >, 10);
}

static void
test_configuration_names_the_database (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "x.conf", NULL);
  g_autofree char *text = g_strdup_printf ("[service]\ndatabase=%s\n", f->uri);
  g_autofree char *line = g_strconcat ("migrate -c ", path, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (call (f, line), ==, 0);
  g_assert_cmpint (call (f, "jobs list -d @"), ==, 0);
}

static void
test_personas_need_no_database (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *first;

  g_assert_cmpint (call (f, "demo-data --persona-list --json"), ==, 0);
  node = json (f);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (node)), ==, 12);
  first = json_array_get_object_element (json_node_get_array (node), 0);
  g_assert_cmpstr (json_object_get_string_member (first, "key"), ==, "chen-mei-ling");
  g_assert_cmpstr (json_object_get_string_member (first, "id_number"), ==, "A299000015");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/ctl/wrong-calls-say-what-is-wrong", test_wrong_calls_say_what_is_wrong);
  ADD ("/ctl/help-and-version", test_help_and_version);
  ADD ("/ctl/fills-and-unlocks", test_fills_and_unlocks);
  ADD ("/ctl/unlock-clears-one-person", test_unlock_clears_one_person);
  ADD ("/ctl/migrate-shows-and-names-its-statements", test_migrate_shows_and_names_its_statements);
  ADD ("/ctl/configuration-names-the-database", test_configuration_names_the_database);
  ADD ("/ctl/personas-need-no-database", test_personas_need_no_database);
  return g_test_run ();
}
