/* SPDX-License-Identifier: GPL-3.0-or-later
 * Filling a database with invented people: the same rows from the same seed whatever the engine,
 * and whatever ended it in between. */

#include "service/ctl/demo-data.h"
#include "service/store/copy.h"
#include "service/store/db-engine.h"
#include "service/store/test-database.h"
#include "shared/calendar/roc-date.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_PEOPLE 25000 /* three transactions */

typedef struct
{
  char *folder;
  char *uri;
  NhiDb *db;
} Base;

static void
base_open (Base *base, gboolean sqlite)
{
  g_autoptr (GError) error = NULL;

  base->folder = test_folder_new ();
  base->uri = sqlite ? g_strdup_printf ("sqlite:%s/side.db", base->folder)
                     : test_database_uri (base->folder);
  base->db = nhi_db_open (base->uri, 2, &error);
  g_assert_no_error (error);
  nhi_db_migrate (base->db, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
base_close (Base *base)
{
  nhi_db_close (base->db);
  test_folder_remove (base->folder);
  g_free (base->uri);
}

static NhiDemoOptions
plain (guint64 seed)
{
  NhiDemoOptions options = { .people = PLAIN_PEOPLE, .seed = seed, .people_only = TRUE };

  g_assert_true (nhi_iso_date_parse (NHI_DEMO_UNTIL, &options.until));
  return options;
}

static void
fill (Base *base, const NhiDemoOptions *options, guint64 *ret_entries)
{
  g_autoptr (GError) error = NULL;
  NhiDemoResult result = { 0 };

  nhi_demo_data_fill (base->db, options, &result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result.people, ==, options->people);
  if (ret_entries != NULL)
    *ret_entries = result.entries;
  g_assert_true (nhi_db_check_schema (base->db, NULL));
}

static gboolean
same (Base *one, Base *other)
{
  NhiCopyOptions options = { .from = one->db, .to = other->db, .check_only = TRUE };
  g_autoptr (GError) error = NULL;

  if (nhi_copy_run (&options, NULL, &error))
    return TRUE;
  g_assert_error (error, NHI_COPY_ERROR, NHI_COPY_ERROR_DIFFERENT);
  return FALSE;
}

/* With a server at hand: SQLite beside PostgreSQL. */
static void
test_the_seed_decides_every_row (void)
{
  NhiDemoOptions options = plain (7);
  NhiDemoOptions other_seed = plain (8);
  Base one, other, third;
  guint64 entries, other_entries;

  options.people = other_seed.people = 120;
  options.people_only = other_seed.people_only = FALSE;
  base_open (&one, TRUE);
  base_open (&other, FALSE);
  base_open (&third, FALSE);
  fill (&one, &options, &entries);
  fill (&other, &options, &other_entries);
  fill (&third, &other_seed, NULL);
  g_assert_cmpuint (entries, >, 3000);
  g_assert_cmpuint (entries, ==, other_entries);
  g_assert_true (same (&one, &other));
  g_assert_false (same (&one, &third));
  base_close (&one);
  base_close (&other);
  base_close (&third);
}

typedef struct
{
  NhiDb *db;
  gboolean done;
} Loss;

static void
lose_next_commit (guint64 people, gpointer data)
{
  const Loss *loss = data;

  nhi_db_lose_commit (loss->db, 1, loss->done);
}

/* One after each transaction but the last, and of the first. */
static void
test_lost_commits_are_found_out (void)
{
  NhiDemoOptions options = plain (1);
  Base whole;

  base_open (&whole, FALSE);
  fill (&whole, &options, NULL);
  for (guint i = 0; i < 2; i++)
    {
      Base base;
      Loss loss = { .done = i == 0 };

      base_open (&base, FALSE);
      loss.db = base.db;
      options.progress = lose_next_commit;
      options.progress_data = &loss;
      lose_next_commit (0, &loss);
      fill (&base, &options, NULL);
      g_assert_cmpuint (nhi_db_conflicts (base.db), ==, 4);
      g_assert_true (same (&whole, &base));
      base_close (&base);
    }
  base_close (&whole);
}

static void
die_at (guint64 people, gpointer data)
{
  guint *left = data;

  if (--*left == 0)
    raise (SIGKILL);
}

/* In a process of its own. */
static int
be_the_victim (char **argv)
{
  g_autoptr (NhiDb) db = nhi_db_open (argv[2], 1, NULL);
  guint left = (guint)strtoul (argv[3], NULL, 10);
  NhiDemoOptions options = plain (1);
  NhiDemoResult result;

  options.progress = die_at;
  options.progress_data = &left;
  return nhi_demo_data_fill (db, &options, &result, NULL) ? 0 : 1;
}

static void
kill_after (const Base *base, const char *batches)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GSubprocess) victim = NULL;
  g_autoptr (GError) error = NULL;

  victim = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, self, "--victim", base->uri,
                             batches, NULL);
  g_assert_no_error (error);
  g_subprocess_wait (victim, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_signaled (victim));
}

static void
assert_refused (Base *base, const NhiDemoOptions *options, NhiDbError code)
{
  g_autoptr (GError) error = NULL;
  NhiDemoResult result;

  g_assert_false (nhi_demo_data_fill (base->db, options, &result, &error));
  g_assert_error (error, NHI_DB_ERROR, (gint)code);
}

static void
test_what_was_killed_goes_on (void)
{
  NhiDemoOptions options = plain (1);
  NhiDemoOptions other_seed = plain (2);
  Base whole, base;

  base_open (&whole, FALSE);
  fill (&whole, &options, NULL);
  base_open (&base, FALSE);
  kill_after (&base, "1");
  assert_refused (&base, &other_seed, NHI_DB_ERROR_SCHEMA);
  g_assert_false (nhi_db_check_schema (base.db, NULL));
  kill_after (&base, "1");
  kill_after (&base, "1");
  fill (&base, &options, NULL);
  g_assert_true (same (&whole, &base));
  assert_refused (&base, &options, NHI_DB_ERROR_CONSTRAINT);
  base_close (&base);
  base_close (&whole);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--victim"))
    return be_the_victim (argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/filling/the-seed-decides-every-row", test_the_seed_decides_every_row);
  g_test_add_func ("/filling/lost-commits-are-found-out", test_lost_commits_are_found_out);
  g_test_add_func ("/filling/what-was-killed-goes-on", test_what_was_killed_goes_on);
  return g_test_run ();
}
