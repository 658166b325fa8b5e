/* SPDX-License-Identifier: GPL-3.0-or-later
 * Invented people keep the rules of real ones: numbers, households, premiums, days; and come out
 * the same each time. */

#include "service/ctl/demo-data.h"
#include "service/ctl/demo-history.h"
#include "service/ctl/demo-insurance.h"
#include "service/ctl/demo-people.h"
#include "service/store/population.h"
#include "shared/calendar/roc-date.h"
#include "shared/card/profile.h"
#include "shared/identity/contact.h"
#include "shared/identity/id-number.h"

#include <string.h>

static NhiDemoSource *
source_new (guint64 seed)
{
  GDate until;

  g_assert_true (nhi_iso_date_parse (NHI_DEMO_UNTIL, &until));
  return nhi_demo_source_new (seed, &until);
}

/* The generator's published test vector. */
static void
test_chance_is_the_same_everywhere (void)
{
  NhiDemoRandom random = { 1234567 };

  g_assert_cmpuint (nhi_demo_random_next (&random), ==, G_GUINT64_CONSTANT (6457827717110365317));
  g_assert_cmpuint (nhi_demo_random_next (&random), ==, G_GUINT64_CONSTANT (3203168211198807973));
  g_assert_cmpuint (nhi_demo_random_next (&random), ==, G_GUINT64_CONSTANT (9817491932198370423));
}

static const struct
{
  NhiDemoInsurance insurance;
  gint64 amount;
  gint64 premium;
} premiums[] = {
  { NHI_DEMO_EMPLOYEE, 28590, 443 },   { NHI_DEMO_EMPLOYEE, 30300, 470 },
  { NHI_DEMO_EMPLOYEE, 147900, 2294 }, { NHI_DEMO_EMPLOYEE, 313000, 4855 },
  { NHI_DEMO_UNION, 45800, 1421 },     { NHI_DEMO_FARMER, 24000, 372 },
  { NHI_DEMO_REGIONAL, 0, 826 },
};

static void
test_premiums_are_those_of_the_law (void)
{
  g_autoptr (NhiDemoSource) source = source_new (1);

  for (gsize i = 0; i < G_N_ELEMENTS (premiums); i++)
    g_assert_cmpint (nhi_demo_premium (premiums[i].insurance, premiums[i].amount), ==,
                     premiums[i].premium);
  for (guint i = 0; i < source->levels->n_rows; i++)
    g_assert_cmpint (nhi_demo_premium (NHI_DEMO_EMPLOYEE,
                                       nhi_demo_table_number (source->levels, i, 0)),
                     ==, nhi_demo_table_number (source->levels, i, 1));
  g_assert_cmpint (nhi_demo_insured_amount_in (29500, 2025), ==, 28590);
  g_assert_cmpint (nhi_demo_insured_amount_in (29500, 2026), ==, 29500);
  g_assert_cmpint (nhi_demo_insured_amount_in (30300, 2025), ==, 30300);
}

static void
check_person (const NhiDemoSource *source, const NhiDemoPerson *person)
{
  g_assert_cmpint (nhi_id_number_classify (person->id_number), !=, NHI_ID_INVALID);
  g_assert_cmpint (nhi_id_number_sex (person->id_number), ==, person->sex);
  g_assert_true (nhi_card_number_is_valid (person->card_number));
  g_assert_true (nhi_household_number_is_valid (person->household_number));
  g_assert_true (nhi_village_code_is_valid (person->village_code));
  g_assert_cmpuint (person->neighbourhood, >, 0);
  g_assert_true (g_uuid_string_is_valid (person->person_id));
  g_assert_cmpint (g_utf8_strlen (person->name, -1), >=, 2);
  g_assert_cmpint (g_date_compare (&person->birth, &source->until), <=, 0);
  g_assert_cmpint (g_date_compare (&person->birth, &person->issued_on), <=, 0);
  g_assert_cmpint (g_date_compare (&person->issued_on, &source->until), <=, 0);
}

static void
test_personas_can_do_what_they_are_for (void)
{
  g_autoptr (NhiDemoSource) source = source_new (1);
  g_autoptr (GPtrArray) people = nhi_demo_personas_new (source);

  g_assert_cmpuint (people->len, ==, 12);
  for (guint i = 0; i < people->len; i++)
    {
      const NhiDemoPerson *person = g_ptr_array_index (people, i);
      char **cells = source->personas->rows[i];
      g_autofree char *phone = nhi_phone_normalise (cells[NHI_PERSONA_PHONE]);
      g_autofree char *big5 = NULL;
      gsize length;

      check_person (source, person);
      g_assert_true (nhi_email_is_valid (cells[NHI_PERSONA_EMAIL]));
      g_assert_cmpstr (phone, ==, cells[NHI_PERSONA_PHONE]);
      g_assert_cmpint (nhi_password_judge (cells[NHI_PERSONA_PASSWORD], person->id_number,
                                           person->card_number, &person->birth),
                       ==, NHI_PASSWORD_OK);
      big5 = g_convert (cells[NHI_PERSONA_CARD_NAME], -1, "BIG5", "UTF-8", NULL, &length, NULL);
      g_assert_nonnull (big5);
      g_assert_cmpuint (length, <=, 20);
      g_assert_cmpint (nhi_demo_table_find (source->personas, NHI_PERSONA_KEY,
                                            cells[NHI_PERSONA_KEY]),
                       ==, (int)i);
    }
}

/* Only the persona whose village is known to be missing lives outside the list. */
static void
test_personas_live_in_the_list (void)
{
  g_autoptr (NhiDemoSource) source = source_new (1);
  g_autoptr (GPtrArray) people = nhi_demo_personas_new (source);

  for (guint i = 0; i < people->len; i++)
    {
      const NhiDemoPerson *person = g_ptr_array_index (people, i);
      gboolean listed =
          nhi_divisions_find (nhi_divisions_get_default (), person->village_code) != NULL;

      g_assert_cmpint (listed, ==,
                       !g_str_equal (source->personas->rows[i][NHI_PERSONA_KEY], "no-records"));
    }
}

static void
check_household (GPtrArray *household)
{
  const NhiDemoPerson *head = g_ptr_array_index (household, 0);
  guint dependants = 0;

  g_assert_null (head->insured);
  for (guint i = 0; i < household->len; i++)
    {
      const NhiDemoPerson *person = g_ptr_array_index (household, i);

      g_assert_cmpstr (person->household_number, ==, head->household_number);
      g_assert_cmpstr (person->village_code, ==, head->village_code);
      g_assert_cmpuint (person->neighbourhood, ==, head->neighbourhood);
      if (person->insured == NULL)
        continue;
      g_assert_true (person->insured == head);
      dependants++;
    }
  g_assert_cmpuint (head->dependants, ==, dependants);
}

static void
test_households_hold_valid_people (void)
{
  g_autoptr (NhiDemoSource) source = source_new (7);
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint people = 0;

  while (people < 5000)
    {
      g_autoptr (GPtrArray) household = NULL;

      household = nhi_demo_household_new (source, NHI_DEMO_FIRST_NUMBER + people, 100);
      check_household (household);
      for (guint i = 0; i < household->len; i++)
        {
          const NhiDemoPerson *person = g_ptr_array_index (household, i);

          check_person (source, person);
          g_assert_true (g_hash_table_add (numbers, g_strdup (person->id_number)));
          g_assert_true (g_hash_table_add (numbers, g_strdup (person->card_number)));
          g_assert_cmpint (nhi_demo_table_find (source->personas, NHI_PERSONA_ID_NUMBER,
                                                person->id_number),
                           <, 0);
        }
      people += household->len;
    }
}

/* The largest number must still make valid ones: eight places are all there are. */
static void
test_last_person_has_valid_numbers (void)
{
  g_autoptr (NhiDemoSource) source = source_new (G_MAXINT64);

  for (guint64 i = 0; i < 200; i++)
    {
      g_autoptr (GPtrArray) household = NULL;

      household =
          nhi_demo_household_new (source, NHI_DEMO_FIRST_NUMBER + NHI_DEMO_MAX_PEOPLE - i, 1);
      g_assert_cmpuint (household->len, ==, 1);
      check_person (source, g_ptr_array_index (household, 0));
    }
}

static NhiDb *
fill_new (guint64 people, guint64 seed, NhiDemoResult *ret_result)
{
  NhiDemoOptions options = { .people = people, .seed = seed };
  NhiDb *db = nhi_db_open ("sqlite::memory:", 1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (nhi_iso_date_parse (NHI_DEMO_UNTIL, &options.until));
  g_assert_true (nhi_db_migrate (db, NULL, NULL, NULL));
  nhi_demo_data_fill (db, &options, ret_result, &error);
  g_assert_no_error (error);
  return db;
}

static const char *const dumps[] = {
  "SELECT person_id || id_number || name || birth_date || sex FROM person ORDER BY person_id",
  "SELECT person_id || card_number || issued_on || state FROM card ORDER BY person_id",
  "SELECT person_id || household_number || village_code FROM residence ORDER BY person_id",
  "SELECT person_id || unit_code || starts_on || role FROM enrolment ORDER BY person_id",
  "SELECT person_id || month || due_on FROM premium_bill ORDER BY person_id, month",
  "SELECT person_id || month || paid_on || channel FROM premium_payment ORDER BY person_id, month",
  "SELECT person_id || section || entry_date || entry_id || document FROM health_entry"
  " ORDER BY person_id, section, entry_date, entry_id",
};

static gboolean
digest_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (gsize i = 0; i < G_N_ELEMENTS (dumps); i++)
    {
      g_autoptr (NhiDbRows) rows = nhi_db_query (connection, dumps[i], NHI_DB_NO_ARGS, error);

      while (nhi_db_rows_next (rows, error))
        g_checksum_update (checksum, (const guchar *)nhi_db_rows_text (rows, 0), -1);
    }
  *(char **)data = g_strdup (g_checksum_get_string (checksum));
  return TRUE;
}

static char *
digest (guint64 people, guint64 seed)
{
  NhiDemoResult result;
  g_autoptr (NhiDb) db = fill_new (people, seed, &result);
  char *sum = NULL;

  g_assert_cmpuint (result.people, ==, MAX (people, 12));
  g_assert_true (nhi_db_transact (db, NHI_DB_READ, digest_body, &sum, NULL));
  return sum;
}

static void
test_same_seed_same_rows (void)
{
  g_autofree char *once = digest (60, 1);
  g_autofree char *again = digest (60, 1);
  g_autofree char *other = digest (60, 2);
  g_autofree char *fewest = digest (1, 1);

  g_assert_cmpstr (once, ==, again);
  g_assert_cmpstr (once, !=, other);
  g_assert_cmpstr (once, !=, fewest);
}

static void
check_lengths (const NhiRecordEntry *entry)
{
  for (guint i = 1; i <= entry->section->max_field; i++)
    {
      const NhiFieldInfo *field = nhi_section_field (entry->section, i);

      if (field != NULL && field->length > 0)
        g_assert_cmpint (g_utf8_strlen (nhi_record_entry_get (entry, i), -1), <=, field->length);
    }
  for (guint i = 0; entry->children != NULL && i < entry->children->len; i++)
    check_lengths (g_ptr_array_index (entry->children, i));
}

static gboolean
entries_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows =
      nhi_db_query (connection,
                    "SELECT h.section, h.entry_date, h.document, p.birth_date FROM health_entry h"
                    " JOIN person p ON p.person_id = h.person_id",
                    NHI_DB_NO_ARGS, error);
  while (nhi_db_rows_next (rows, error))
    {
      const NhiSectionInfo *section = nhi_section_find (nhi_db_rows_text (rows, 0));
      g_autoptr (NhiRecordEntry) entry = NULL;

      entry = nhi_record_entry_from_json (section, nhi_db_rows_text (rows, 2), error);
      g_assert_no_error (*error);
      check_lengths (entry);
      g_assert_cmpstr (nhi_db_rows_text (rows, 1), >=, nhi_db_rows_text (rows, 3));
      g_assert_cmpstr (nhi_db_rows_text (rows, 1), <=, NHI_DEMO_UNTIL);
    }
  return TRUE;
}

static void
test_entries_keep_the_format (void)
{
  NhiDemoResult result;
  g_autoptr (NhiDb) db = fill_new (80, 3, &result);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (result.entries, >, 3000);
  nhi_db_transact (db, NHI_DB_READ, entries_body, NULL, &error);
  g_assert_no_error (error);
}

/* What each persona must have at least: people it was made for. */
static const struct
{
  const char *name;
  const char *section; /* NULL: all */
  gint64 lowest;
  gint64 highest;
} expected[] = {
  { "李福來", NULL, 3001, 100000 }, { "許雅婷", NULL, 0, 0 },   { "鄭淑芬", "r3", 40, 1000 },
  { "鄭淑芬", "r9", 80, 1000 },     { "陳美玲", "r1", 5, 100 }, { "陳美玲", "r3", 1, 100 },
  { "陳美玲", "r7", 10, 100 },      { "林宥安", "r6", 3, 100 }, { "黃李阿妹", "r10", 1, 10 },
};

static gboolean
persona_entries_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const char *section = expected[i].section;
      g_autoptr (NhiDbRows) rows = NULL;

      rows = nhi_db_query (connection,
                           "SELECT count(*) FROM health_entry h JOIN person p"
                           " ON p.person_id = h.person_id WHERE p.name = $1 AND h.section LIKE $2",
                           NHI_DB_ARGS (nhi_db_text (expected[i].name),
                                        nhi_db_text (section != NULL ? section : "%")),
                           error);
      g_assert_true (nhi_db_rows_next (rows, error));
      g_test_message ("%s %s", expected[i].name, section);
      g_assert_cmpint (nhi_db_rows_int (rows, 0), >=, expected[i].lowest);
      g_assert_cmpint (nhi_db_rows_int (rows, 0), <=, expected[i].highest);
    }
  return TRUE;
}

/* Whatever the seed: journeys count on them. */
static void
test_personas_have_their_histories (void)
{
  for (guint64 seed = 1; seed <= 3; seed++)
    {
      NhiDemoResult result;
      g_autoptr (NhiDb) db = fill_new (1, seed, &result);

      g_assert_true (nhi_db_transact (db, NHI_DB_READ, persona_entries_body, NULL, NULL));
    }
}

static gboolean
bills_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiPerson) father = NULL;
  g_autoptr (GPtrArray) bills = NULL;

  /* 林志明: 80,200 a month and one child: 1,244 twice. */
  g_assert_true (nhi_population_find_by_id_number (connection, "B199000023", &father, error));
  bills = nhi_population_list_bills (connection, father->person_id, "2026-01", "2026-10", error);
  g_assert_cmpuint (bills->len, ==, 10);
  for (guint i = 0; i < bills->len; i++)
    {
      const NhiPremiumBill *bill = g_ptr_array_index (bills, i);

      g_assert_cmpint (bill->dependants, ==, 1);
      g_assert_cmpint (bill->premium, ==, 2 * 1244);
    }
  return TRUE;
}

static gboolean
cards_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiPerson) person = NULL;
  g_autoptr (GPtrArray) cards = NULL;
  const NhiCard *current, *former;

  g_assert_true (nhi_population_find_by_card_number (connection, "900000000018", &person, error));
  cards = nhi_population_list_cards (connection, person->person_id, error);
  g_assert_cmpuint (cards->len, ==, 2);
  current = g_ptr_array_index (cards, 0);
  former = g_ptr_array_index (cards, 1);
  g_assert_cmpstr (current->card_number, ==, "900000000018");
  g_assert_cmpstr (current->reason, ==, "replacement");
  g_assert_cmpstr (current->state, ==, "active");
  g_assert_cmpstr (former->state, ==, "terminated");
  g_assert_cmpstr (former->ended_on, ==, current->issued_on);
  return TRUE;
}

static void
test_former_cards_are_terminated (void)
{
  NhiDemoResult result;
  g_autoptr (NhiDb) db = fill_new (1, 1, &result);

  g_assert_true (nhi_db_transact (db, NHI_DB_READ, cards_body, NULL, NULL));
}

static void
test_bills_charge_dependants (void)
{
  NhiDemoResult result;
  g_autoptr (NhiDb) db = fill_new (1, 1, &result);

  g_assert_true (nhi_db_transact (db, NHI_DB_READ, bills_body, NULL, NULL));
}

static void
test_filled_database_is_refused (void)
{
  NhiDemoOptions options = { .people = 20, .seed = 1 };
  NhiDemoResult result;
  g_autoptr (NhiDb) db = fill_new (20, 1, &result);
  g_autoptr (GError) error = NULL;

  g_assert_true (nhi_iso_date_parse (NHI_DEMO_UNTIL, &options.until));
  g_assert_false (nhi_demo_data_fill (db, &options, &result, &error));
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo/chance-is-the-same-everywhere", test_chance_is_the_same_everywhere);
  g_test_add_func ("/demo/premiums-are-those-of-the-law", test_premiums_are_those_of_the_law);
  g_test_add_func ("/demo/personas-can-do-what-they-are-for",
                   test_personas_can_do_what_they_are_for);
  g_test_add_func ("/demo/personas-live-in-the-list", test_personas_live_in_the_list);
  g_test_add_func ("/demo/households-hold-valid-people", test_households_hold_valid_people);
  g_test_add_func ("/demo/last-person-has-valid-numbers", test_last_person_has_valid_numbers);
  g_test_add_func ("/demo/same-seed-same-rows", test_same_seed_same_rows);
  g_test_add_func ("/demo/entries-keep-the-format", test_entries_keep_the_format);
  g_test_add_func ("/demo/personas-have-their-histories", test_personas_have_their_histories);
  g_test_add_func ("/demo/former-cards-are-terminated", test_former_cards_are_terminated);
  g_test_add_func ("/demo/bills-charge-dependants", test_bills_charge_dependants);
  g_test_add_func ("/demo/filled-database-is-refused", test_filled_database_is_refused);
  return g_test_run ();
}
