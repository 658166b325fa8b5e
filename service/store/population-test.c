/* SPDX-License-Identifier: GPL-3.0-or-later
 * People and medical entries go in and come out again, in order, within their period. */

#include "service/store/health-entry.h"
#include "service/store/population.h"
#include "service/store/test-database.h"

typedef struct
{
  char *folder;
  NhiDb *db;
} Fixture;

static NhiPerson person = {
  .person_id = (char *)"p1",
  .id_number = (char *)"A123456789",
  .name = (char *)"王𤧟堃",
  .birth_date = (char *)"1986-05-05",
  .sex = (char *)"F",
};

static gboolean
fill_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const NhiCard old_card = { (char *)"000000000001", (char *)"2010-01-01", (char *)"first",
                             (char *)"terminated", (char *)"2019-03-01" };
  const NhiCard new_card = { (char *)"000000000002", (char *)"2019-03-12", (char *)"replacement",
                             (char *)"active", NULL };
  const NhiResidence home = { (char *)"A1234567", (char *)"63000030004", 12 };
  const NhiEnrolment enrolment = { (char *)"1",   (char *)"110000001",  (char *)"示範企業",
                                   (char *)"1-2", (char *)"insured",    NULL,
                                   45800,         (char *)"2015-07-01", NULL };

  g_autoptr (NhiBulk) bulk = nhi_bulk_new (connection);

  g_assert_true (nhi_population_add_person (bulk, &person, error));
  g_assert_true (nhi_population_add_card (bulk, "p1", &old_card, error));
  g_assert_true (nhi_population_add_card (bulk, "p1", &new_card, error));
  g_assert_true (nhi_population_add_residence (bulk, "p1", &home, error));
  g_assert_true (nhi_population_add_enrolment (bulk, "p1", &enrolment, error));
  for (int month = 1; month <= 9; month++)
    {
      g_autofree char *name = g_strdup_printf ("2026-0%d", month);
      g_autofree char *day = g_strdup_printf ("2026-0%d-15", month);
      const NhiPremiumBill bill = {
        name, (char *)"110000001", (char *)"示範企業", (char *)"1-2", 45800, 1, 1420, day
      };
      const NhiPremiumPayment payment = { (char *)day, name, day, 1420, (char *)"payroll" };

      g_assert_true (nhi_population_add_bill (bulk, "p1", &bill, error));
      g_assert_true (nhi_population_add_payment (bulk, "p1", &payment, error));
      g_assert_true (nhi_health_entry_add (bulk, "p1", "r1", day, "000001", "{\"a\":1}", error));
      g_assert_true (nhi_health_entry_add (bulk, "p1", "r1", day, "000002", "{\"a\":2}", error));
      g_assert_true (nhi_health_entry_add (bulk, "p1", "r10", day, "000003", "{}", error));
    }
  return nhi_bulk_flush (bulk, error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = test_folder_new ();
  g_autofree char *uri = test_database_uri (f->folder);
  f->db = nhi_db_open (uri, 1, &error);
  g_assert_no_error (error);
  nhi_db_migrate (f->db, NULL, NULL, &error);
  g_assert_no_error (error);
  nhi_db_transact (f->db, NHI_DB_WRITE, fill_body, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  nhi_db_close (f->db);
  test_folder_remove (f->folder);
}

static gboolean
people_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiPerson) by_id = NULL, by_card = NULL, nobody = NULL;
  g_autoptr (NhiCard) card = NULL, others = NULL;
  g_autoptr (NhiResidence) home = NULL;
  gboolean empty = TRUE;

  g_assert_true (nhi_population_find_by_id_number (connection, "A123456789", &by_id, error));
  g_assert_cmpstr (by_id->name, ==, "王𤧟堃");
  g_assert_cmpstr (by_id->birth_date, ==, "1986-05-05");
  g_assert_true (nhi_population_find_by_card_number (connection, "000000000001", &by_card, error));
  g_assert_cmpstr (by_card->person_id, ==, "p1");
  g_assert_true (nhi_population_find_by_id_number (connection, "A123456780", &nobody, error));
  g_assert_null (nobody);
  g_assert_true (nhi_population_find_card (connection, "p1", "000000000001", &card, error));
  g_assert_cmpstr (card->state, ==, "terminated");
  g_assert_true (nhi_population_find_card (connection, "p2", "000000000001", &others, error));
  g_assert_null (others);
  g_assert_true (nhi_population_find_residence (connection, "p1", &home, error));
  g_assert_cmpint (home->neighbourhood, ==, 12);
  g_assert_true (nhi_population_is_empty (connection, &empty, error));
  g_assert_false (empty);
  return TRUE;
}

static gboolean
lists_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) cards = nhi_population_list_cards (connection, "p1", error);
  g_autoptr (GPtrArray) enrolments = nhi_population_list_enrolments (connection, "p1", error);
  g_autoptr (GPtrArray) bills = NULL, payments = NULL, none = NULL;

  g_assert_cmpuint (cards->len, ==, 2);
  g_assert_cmpstr (((NhiCard *)cards->pdata[0])->card_number, ==, "000000000002");
  g_assert_null (((NhiCard *)cards->pdata[0])->ended_on);
  g_assert_cmpuint (enrolments->len, ==, 1);
  g_assert_null (((NhiEnrolment *)enrolments->pdata[0])->insured_person_id);
  bills = nhi_population_list_bills (connection, "p1", "2026-03", "2026-05", error);
  g_assert_cmpuint (bills->len, ==, 3);
  g_assert_cmpstr (((NhiPremiumBill *)bills->pdata[0])->month, ==, "2026-03");
  g_assert_cmpint (((NhiPremiumBill *)bills->pdata[0])->premium, ==, 1420);
  payments = nhi_population_list_payments (connection, "p1", "2026-09", "2027-12", error);
  g_assert_cmpuint (payments->len, ==, 1);
  g_assert_cmpstr (((NhiPremiumPayment *)payments->pdata[0])->channel, ==, "payroll");
  none = nhi_population_list_bills (connection, "p2", "2026-01", "2026-12", error);
  g_assert_cmpuint (none->len, ==, 0);
  return TRUE;
}

static gboolean
entries_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  static const char *const expected[] = { "2026-05-15", "000002", "2026-05-15", "000001",
                                          "2026-04-15", "000002", "2026-04-15", "000001" };

  rows = nhi_health_entry_select (connection, "p1", "r1", "2026-04-15", "2026-06-14", error);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i += 2)
    {
      g_assert_true (nhi_db_rows_next (rows, error));
      g_assert_cmpstr (nhi_db_rows_text (rows, NHI_HEALTH_ENTRY_DATE), ==, expected[i]);
      g_assert_cmpstr (nhi_db_rows_text (rows, NHI_HEALTH_ENTRY_ID), ==, expected[i + 1]);
    }
  g_assert_cmpstr (nhi_db_rows_text (rows, NHI_HEALTH_ENTRY_DOCUMENT), ==, "{\"a\":1}");
  g_assert_false (nhi_db_rows_next (rows, error));
  g_assert_cmpint (nhi_health_entry_count (connection, "p1", "r1", "2026-01-01", "2026-12-31",
                                           error),
                   ==, 18);
  g_assert_cmpint (nhi_health_entry_count (connection, "p1", "r2", "2026-01-01", "2026-12-31",
                                           error),
                   ==, 0);
  return TRUE;
}

#define STREAM                                                                                     \
  "SELECT entry_date, entry_id, document FROM health_entry WHERE person_id = 'p1'"                 \
  " AND section = 'r1' AND entry_date >= '2026-01-01' AND entry_date <= '2026-12-31'"              \
  " ORDER BY entry_date DESC, entry_id DESC"

/* Each engine's words for: first to last by the key, nothing is sorted. PostgreSQL would rather
 * sort the few rows of a test, so it is told what a sort of many costs. */
static gboolean
plan_of_sqlite (NhiDbConnection *connection, NhiDbRows **ret_rows, GError **error)
{
  *ret_rows = nhi_db_query (connection, "EXPLAIN QUERY PLAN " STREAM, NHI_DB_NO_ARGS, error);
  g_assert_true (nhi_db_rows_next (*ret_rows, error));
  g_assert_cmpstr (nhi_db_rows_text (*ret_rows, 3), ==,
                   "SEARCH health_entry USING INDEX sqlite_autoindex_health_entry_1"
                   " (person_id=? AND section=? AND entry_date>? AND entry_date<?)");
  return !nhi_db_rows_next (*ret_rows, error);
}

static gboolean
plan_of_postgres (NhiDbConnection *connection, NhiDbRows **ret_rows, GError **error)
{
  static const char *const costly[] = { "enable_seqscan", "enable_bitmapscan", "enable_sort" };

  for (gsize i = 0; i < G_N_ELEMENTS (costly); i++)
    {
      g_autofree char *order = g_strdup_printf ("SET LOCAL %s = off", costly[i]);

      g_assert_cmpint (nhi_db_run (connection, order, NHI_DB_NO_ARGS, error), >=, 0);
    }
  *ret_rows = nhi_db_query (connection, "EXPLAIN (COSTS OFF) " STREAM, NHI_DB_NO_ARGS, error);
  g_assert_true (nhi_db_rows_next (*ret_rows, error));
  g_assert_cmpstr (nhi_db_rows_text (*ret_rows, 0), ==,
                   "Index Scan Backward using health_entry_pkey on health_entry");
  g_assert_true (nhi_db_rows_next (*ret_rows, error));
  return !nhi_db_rows_next (*ret_rows, error); /* the condition, and no filter after it */
}

/* The stream must come from the key: a sort would hold a million entries at once. */
static gboolean
plan_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  return test_database_is_postgres () ? plan_of_postgres (connection, &rows, error)
                                      : plan_of_sqlite (connection, &rows, error);
}

static void
test_body (Fixture *f, gconstpointer body)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_READ, (NhiDbBody)body, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
same_number_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiBulk) bulk = nhi_bulk_new (connection);
  NhiPerson twin = person;

  twin.person_id = (char *)"p2";
  return nhi_population_add_person (bulk, &twin, error) && nhi_bulk_flush (bulk, error);
}

static void
test_one_person_for_each_number (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (f->db, NHI_DB_WRITE, same_number_body, NULL, &error);
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, body) g_test_add (name, Fixture, body, set_up, test_body, tear_down)
  ADD ("/population/people-are-found", people_body);
  ADD ("/population/lists-are-in-order", lists_body);
  ADD ("/health-entry/streams-newest-first-within-period", entries_body);
  ADD ("/health-entry/comes-straight-from-the-key", plan_body);
  g_test_add ("/population/one-person-for-each-number", Fixture, NULL, set_up,
              test_one_person_for_each_number, tear_down);
  return g_test_run ();
}
