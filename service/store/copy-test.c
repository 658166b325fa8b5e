/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copying between databases: everything arrives as it was, after whatever ended it, and what is not
 * the same is found. With a server at hand: both ways between the engines. */

#include "service/store/copy.h"
#include "service/store/db-engine.h"
#include "service/store/row-code.h"
#include "service/store/test-database.h"
#include "service/store/test-rows.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS 2

typedef struct
{
  gboolean from_postgres;
  gboolean to_postgres;
} Ways;

typedef struct
{
  char *folder;
  char *uri;
  NhiDb *db;
} Base;

typedef struct
{
  const Ways *ways;
  Base from;
  Base to;
} Fixture;

static void
base_open (Base *base, gboolean postgres)
{
  g_autoptr (GError) error = NULL;

  base->folder = test_folder_new ();
  base->uri = postgres ? test_database_uri (base->folder)
                       : g_strdup_printf ("sqlite:%s/side.db", base->folder);
  base->db = nhi_db_open (base->uri, CONNECTIONS, &error);
  g_assert_no_error (error);
  nhi_db_migrate (base->db, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
base_close (Base *base)
{
  g_clear_pointer (&base->db, nhi_db_close);
  g_clear_pointer (&base->folder, test_folder_remove);
  g_clear_pointer (&base->uri, g_free);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->ways = data;
  base_open (&f->from, f->ways->from_postgres);
  base_open (&f->to, f->ways->to_postgres);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  base_close (&f->from);
  base_close (&f->to);
}

static gboolean
run (Base *from, Base *to, NhiCopyWatch watch, gpointer data, GError **error)
{
  NhiCopyOptions options = { .from = from->db, .to = to->db, .watch = watch, .watch_data = data };

  return nhi_copy_run (&options, NULL, error);
}

static void
run_good (Base *from, Base *to)
{
  g_autoptr (GError) error = NULL;

  run (from, to, NULL, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
same (Base *one, Base *other)
{
  NhiCopyOptions options = { .from = one->db, .to = other->db, .check_only = TRUE };
  g_autoptr (GPtrArray) tables = NULL;
  g_autoptr (GError) error = NULL;

  if (nhi_copy_run (&options, &tables, &error))
    return TRUE;
  g_assert_error (error, NHI_COPY_ERROR, NHI_COPY_ERROR_DIFFERENT);
  return FALSE;
}

static void
assert_finished (Base *base)
{
  g_autoptr (GError) error = NULL;

  nhi_db_check_schema (base->db, &error);
  g_assert_no_error (error);
}

static void
assert_refused (Base *from, Base *to, NhiCopyError code, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (run (from, to, NULL, NULL, &error));
  g_assert_error (error, NHI_COPY_ERROR, (gint)code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_every_table_arrives (Fixture *f, gconstpointer data)
{
  test_rows_fill (f->from.db);
  g_assert_false (same (&f->from, &f->to));
  run_good (&f->from, &f->to);
  g_assert_true (same (&f->from, &f->to));
  assert_finished (&f->to);
  run_good (&f->from, &f->to); /* whose end nobody was told is done all the same */
  test_sql_run (f->to.db, "UPDATE card SET state = 'x'");
  assert_refused (&f->from, &f->to, NHI_COPY_ERROR_NOT_EMPTY, "not this copy");
}

/* Looked at without the checksum that is under test too. */
static void
test_values_stay_as_they_were (Fixture *f, gconstpointer data)
{
  static const char *const questions[] = {
    "SELECT count(*) FROM person WHERE name = '王𤧟堃'",
    "SELECT count(*) FROM person WHERE name = ''",
    "SELECT count(*) FROM job WHERE lease_token IS NULL AND cursor IS NULL",
    "SELECT min(created_at) FROM account",
    "SELECT max(password_changed_at) FROM account",
    "SELECT sum(length(bytes)) FROM package_piece",
  };
  g_autoptr (GBytes) from = NULL, to = NULL;

  test_rows_fill (f->from.db);
  test_rows_fill_pieces (f->from.db);
  run_good (&f->from, &f->to);
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      gint64 expected = test_sql_integer (f->from.db, questions[i]);

      g_assert_cmpint (expected, !=, 0);
      g_assert_cmpint (test_sql_integer (f->to.db, questions[i]), ==, expected);
    }
  from = test_sql_bytes (f->from.db, "SELECT bytes FROM package_piece WHERE piece = 69");
  to = test_sql_bytes (f->to.db, "SELECT bytes FROM package_piece WHERE piece = 69");
  g_assert_true (g_bytes_equal (from, to));
  g_assert_cmpuint (g_bytes_get_size (to), ==, TEST_ROWS_PIECE - 69);
}

static void
test_empty_is_copied_too (Fixture *f, gconstpointer data)
{
  run_good (&f->from, &f->to);
  assert_finished (&f->to);
}

typedef struct
{
  guint calls;
  guint act_at;      /* the call, from 1 */
  const char *table; /* counts only its calls; NULL for all */
  gboolean only_checking;
  void (*act) (gpointer data);
  gpointer data;
} Trap;

static void
spring (const NhiCopyProgress *progress, gpointer data)
{
  Trap *trap = data;

  if ((trap->only_checking && !progress->checking) ||
      (trap->table != NULL && !g_str_equal (trap->table, progress->table)))
    return;
  if (++trap->calls == trap->act_at)
    trap->act (trap->data);
}

static void
die (gpointer data)
{
  raise (SIGKILL);
}

/* In a process of its own: copies, and is gone at the @kill_at-th sign of progress. */
static int
be_the_victim (char **argv)
{
  Trap trap = { .act_at = (guint)strtoul (argv[4], NULL, 10), .act = die };
  Base from = { .db = nhi_db_open (argv[2], CONNECTIONS, NULL) };
  Base to = { .db = nhi_db_open (argv[3], CONNECTIONS, NULL) };
  g_autoptr (GError) error = NULL;

  run (&from, &to, spring, &trap, &error);
  g_assert_no_error (error);
  nhi_db_close (from.db);
  nhi_db_close (to.db);
  return 0;
}

/* TRUE when it came to its end before it could be killed. */
static gboolean
copy_until_killed (Fixture *f, guint kill_at)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *at = g_strdup_printf ("%u", kill_at);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) victim = NULL;

  victim = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, self, "--victim",
                             f->from.uri, f->to.uri, at, NULL);
  g_assert_no_error (error);
  g_subprocess_wait (victim, NULL, &error);
  g_assert_no_error (error);
  if (g_subprocess_get_if_exited (victim))
    {
      g_assert_cmpint (g_subprocess_get_exit_status (victim), ==, 0);
      return TRUE;
    }
  g_assert_cmpint (g_subprocess_get_term_sig (victim), ==, SIGKILL);
  return FALSE;
}

/* Each run gets a little further than the one before it, until one comes to the end. */
static void
test_killed_again_and_again_it_ends_right (Fixture *f, gconstpointer data)
{
  guint deaths = 0;

  test_rows_fill (f->from.db);
  test_rows_fill_pages (f->from.db);
  test_rows_fill_pieces (f->from.db);
  while (!copy_until_killed (f, deaths * 5 + 1))
    {
      g_autoptr (GError) error = NULL;

      deaths++;
      g_assert_false (nhi_db_check_schema (f->to.db, &error));
      g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA);
      g_assert_nonnull (strstr (error->message, "copy-database"));
    }
  g_assert_cmpuint (deaths, >, 5);
  g_assert_true (same (&f->from, &f->to));
  assert_finished (&f->to);
}

typedef struct
{
  NhiDb *db;
  gboolean done;
} Loss;

static void
lose_next_commit (gpointer data)
{
  const Loss *loss = data;

  nhi_db_lose_commit (loss->db, 1, loss->done);
}

/* Of the very first transaction, of a page, and of the very last one. */
static void
test_a_lost_commit_is_found_out (Fixture *f, gconstpointer data)
{
  test_rows_fill (f->from.db);
  test_rows_fill_pages (f->from.db);
  for (guint i = 0; i < 6; i++)
    {
      Base to = { NULL };
      Loss loss = { .done = i % 2 == 0 };
      Trap trap = {
        .act_at = 1, .only_checking = i / 2 == 2, .act = lose_next_commit, .data = &loss
      };
      g_autoptr (GError) error = NULL;

      base_open (&to, f->ways->to_postgres);
      loss.db = to.db;
      if (i / 2 == 0)
        lose_next_commit (&loss);
      run (&f->from, &to, i / 2 == 0 ? NULL : spring, &trap, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (nhi_db_conflicts (to.db), ==, 1);
      g_assert_true (same (&f->from, &to));
      assert_finished (&to);
      base_close (&to);
    }
}

static void
change_target (gpointer data)
{
  test_sql_run (data, "UPDATE person SET name = name || '!' WHERE person_id = '0'");
}

static void
add_to_source (gpointer data)
{
  test_sql_run (data, "INSERT INTO person_by_id_number VALUES ('', 'late')");
}

static const struct
{
  const char *name;
  gboolean in_source;
  void (*act) (gpointer data);
  const char *says;
} changes[] = {
  { "target", FALSE, change_target, "person (as many rows, but not the same)" },
  { "source", TRUE, add_to_source, "person_by_id_number (8 rows in the source, 7 in the target)" },
};

static void
test_a_change_meanwhile_is_named_and_mended (Fixture *f, gconstpointer data)
{
  test_rows_fill (f->from.db);
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      Base to = { NULL };
      Trap trap = { .act_at = 1, .only_checking = TRUE, .act = changes[i].act };
      g_autoptr (GError) error = NULL;

      base_open (&to, f->ways->to_postgres);
      trap.data = changes[i].in_source ? f->from.db : to.db;
      g_assert_false (run (&f->from, &to, spring, &trap, &error));
      g_assert_error (error, NHI_COPY_ERROR, NHI_COPY_ERROR_DIFFERENT);
      g_test_message ("%s: %s", changes[i].name, error->message);
      g_assert_nonnull (strstr (error->message, changes[i].says));
      g_assert_false (nhi_db_check_schema (to.db, NULL));
      run_good (&f->from, &to);
      g_assert_true (same (&f->from, &to));
      assert_finished (&to);
      base_close (&to);
    }
}

static void
test_wrong_targets_are_refused (Fixture *f, gconstpointer data)
{
  Base again = { .db = nhi_db_open (f->from.uri, CONNECTIONS, NULL) };

  test_rows_fill (f->from.db);
  assert_refused (&f->from, &again, NHI_COPY_ERROR_SAME, "same database");
  nhi_db_close (again.db);
  test_sql_run (f->to.db, "INSERT INTO person_by_card_number VALUES ('1', 'p')");
  assert_refused (&f->from, &f->to, NHI_COPY_ERROR_NOT_EMPTY, "person_by_card_number");
  test_sql_run (f->to.db, "DELETE FROM person_by_card_number");
  test_sql_run (f->to.db, "CREATE TABLE alien (k TEXT NOT NULL PRIMARY KEY)");
  assert_refused (&f->from, &f->to, NHI_COPY_ERROR_SCHEMA, "alien");
  test_sql_run (f->to.db, "DROP TABLE alien");
  test_sql_run (f->to.db, "ALTER TABLE card ADD COLUMN extra TEXT");
  assert_refused (&f->from, &f->to, NHI_COPY_ERROR_SCHEMA, "card");
}

static void
test_a_begun_copy_goes_on_only_from_its_source (Fixture *f, gconstpointer data)
{
  Base other = { NULL };

  test_rows_fill (f->from.db);
  base_open (&other, f->ways->from_postgres);
  g_assert_false (copy_until_killed (f, 9));
  assert_refused (&other, &f->to, NHI_COPY_ERROR_NOT_EMPTY, "unfinished, with something else");
  assert_refused (&f->to, &other, NHI_COPY_ERROR_SOURCE_UNFINISHED, "unfinished itself");
  base_close (&other);
  run_good (&f->from, &f->to);
  g_assert_true (same (&f->from, &f->to));
}

static void
copy_by_another (gpointer data)
{
  Fixture *f = data;
  Base from = { .db = nhi_db_open (f->from.uri, CONNECTIONS, NULL) };
  Base to = { .db = nhi_db_open (f->to.uri, CONNECTIONS, NULL) };

  run_good (&from, &to);
  nhi_db_close (from.db);
  nhi_db_close (to.db);
}

/* The other one copies all the rest while this one stands still between two pages of residence. */
static void
test_two_at_once_do_not_mix (Fixture *f, gconstpointer data)
{
  Trap trap = { .table = "residence", .act_at = 2, .act = copy_by_another, .data = f };
  g_autoptr (GError) error = NULL;

  test_rows_fill (f->from.db);
  test_rows_fill_pages (f->from.db);
  g_assert_false (run (&f->from, &f->to, spring, &trap, &error));
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "omebody else"));
  g_assert_true (same (&f->from, &f->to));
  assert_finished (&f->to);
}

/* The definition written down once more, by hand. */
static void
test_the_sum_is_what_it_is_said_to_be (Fixture *f, gconstpointer data)
{
  static const guint8 row[] = "T\0\0\0\0\0\0\0\1"
                              "1\0"
                              "T\0\0\0\0\0\0\0\3"
                              "\xe7\x8e\x8b";
  g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, row, sizeof row);
  NhiCopyOptions options = { .from = f->from.db, .to = f->to.db, .check_only = TRUE };
  g_autoptr (GPtrArray) tables = NULL;

  test_sql_run (f->from.db, "INSERT INTO person_by_card_number VALUES ('1', '王')");
  nhi_copy_run (&options, &tables, NULL);
  for (guint i = 0; i < tables->len; i++)
    {
      const NhiCopyTable *table = g_ptr_array_index (tables, i);
      g_autofree char *sum = nhi_table_sum_format (&table->from);

      if (!g_str_equal (table->table, "person_by_card_number"))
        continue;
      g_assert_cmpint (table->from.rows, ==, 1);
      g_assert_cmpstr (sum, ==, expected);
      return;
    }
  g_assert_not_reached ();
}

/* The order in which rows are written decides nothing, but what is in which column does. */
static void
test_the_sum_knows_columns_but_no_order (Fixture *f, gconstpointer data)
{
  test_sql_run (f->from.db, "INSERT INTO person_by_card_number VALUES ('1', 'a'), ('2', 'b')");
  test_sql_run (f->to.db, "INSERT INTO person_by_card_number VALUES ('2', 'b'), ('1', 'a')");
  g_assert_true (same (&f->from, &f->to));
  test_sql_run (f->to.db, "UPDATE person_by_card_number SET person_id = 'x'");
  test_sql_run (f->to.db, "UPDATE person_by_card_number SET person_id = CASE card_number"
                          " WHEN '1' THEN 'b' ELSE 'a' END");
  g_assert_false (same (&f->from, &f->to));
}

static void
test_keys_survive_as_bytes (void)
{
  const NhiDbValue values[] = { nhi_db_text (""), nhi_db_int (G_MININT64), nhi_db_null (),
                                nhi_db_bytes ("\0\xff", 2), nhi_db_text ("王") };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NhiDbValue back[G_N_ELEMENTS (values)];
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GError) error = NULL;

  nhi_row_code_append (bytes, values, G_N_ELEMENTS (values));
  whole = g_bytes_new (bytes->data, bytes->len);
  nhi_row_code_read (whole, back, G_N_ELEMENTS (values), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back[0].text, ==, "");
  g_assert_cmpint (back[1].integer, ==, G_MININT64);
  g_assert_cmpint (back[2].type, ==, NHI_DB_NULL);
  g_assert_cmpmem (back[3].bytes.data, back[3].bytes.length, "\0\xff", 2);
  g_assert_cmpstr (back[4].text, ==, "王");
  for (gsize cut = 0; cut < bytes->len; cut++)
    {
      g_autoptr (GBytes) part = g_bytes_new (bytes->data, cut);

      g_assert_false (nhi_row_code_read (part, back, G_N_ELEMENTS (values), NULL));
    }
}

static const struct
{
  const char *name;
  void (*test) (Fixture *f, gconstpointer data);
  gboolean every_way; /* otherwise from SQLite only */
} cases[] = {
  { "every-table-arrives", test_every_table_arrives, TRUE },
  { "values-stay-as-they-were", test_values_stay_as_they_were, TRUE },
  { "empty-is-copied-too", test_empty_is_copied_too, FALSE },
  { "killed-again-and-again-it-ends-right", test_killed_again_and_again_it_ends_right, TRUE },
  { "a-lost-commit-is-found-out", test_a_lost_commit_is_found_out, FALSE },
  { "a-change-meanwhile-is-named-and-mended", test_a_change_meanwhile_is_named_and_mended, FALSE },
  { "wrong-targets-are-refused", test_wrong_targets_are_refused, FALSE },
  { "a-begun-copy-goes-on-only-from-its-source", test_a_begun_copy_goes_on_only_from_its_source,
    FALSE },
  { "two-at-once-do-not-mix", test_two_at_once_do_not_mix, FALSE },
  { "the-sum-is-what-it-is-said-to-be", test_the_sum_is_what_it_is_said_to_be, FALSE },
  { "the-sum-knows-columns-but-no-order", test_the_sum_knows_columns_but_no_order, FALSE },
};

int
main (int argc, char **argv)
{
  static const Ways ways[] = { { FALSE, FALSE }, { FALSE, TRUE }, { TRUE, FALSE }, { TRUE, TRUE } };
  static const char *const names[] = { "sqlite-sqlite", "sqlite-postgres", "postgres-sqlite",
                                       "postgres-postgres" };

  if (argc == 5 && g_str_equal (argv[1], "--victim"))
    return be_the_victim (argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/copy/keys-survive-as-bytes", test_keys_survive_as_bytes);
  for (gsize way = 0; way < G_N_ELEMENTS (ways); way++)
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autofree char *path = g_strdup_printf ("/copy/%s/%s", names[way], cases[i].name);
        gboolean with_server = ways[way].from_postgres || ways[way].to_postgres;

        if (with_server == test_database_is_postgres () &&
            (cases[i].every_way || !ways[way].from_postgres))
          g_test_add (path, Fixture, &ways[way], set_up, cases[i].test, tear_down);
      }
  return g_test_run ();
}
