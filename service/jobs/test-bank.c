/* SPDX-License-Identifier: GPL-3.0-or-later
 * For tests: people and entries on a real database. */
#include "service/jobs/test-bank.h"

#include <stdio.h>

#include "service/store/health-entry.h"
#include "service/store/population.h"
#include "service/store/test-database.h"

static gint64
standing_clock (gpointer clock)
{
  return *(gint64 *)clock;
}

NhiWorld *
test_bank_open_world (const char *uri, gint64 *now)
{
  g_autoptr (GError) error = NULL;
  NhiDb *db = nhi_db_open (uri, 4, &error);
  NhiWorld *world;

  g_assert_no_error (error);
  world = nhi_world_new (db);
  world->now = standing_clock;
  world->clock = now;
  return world;
}

#define WORD(text)                                                                                 \
  ((char *)(text)) /* the store's structs own their words, a constant's are not freed */

static gboolean
add_anna (NhiBulk *bulk, GError **error)
{
  const NhiCard cards[] = {
    { WORD ("000011112222"), WORD ("2004-03-01"), WORD ("first"), WORD ("terminated"),
      WORD ("2015-06-30") },
    { WORD ("000033334444"), WORD ("2015-07-01"), WORD ("replacement"), WORD ("active"), NULL },
  };
  const NhiPremiumBill bill = { .month = WORD ("2025-11"),
                                .unit_code = WORD ("110000000"),
                                .unit_name = WORD ("測試公司"),
                                .insured_class = WORD ("1-2"),
                                .insured_amount = 42000,
                                .premium = 651,
                                .due_on = WORD ("2025-12-31") };
  const NhiPremiumPayment payment = { .payment_id = WORD ("pay-1"),
                                      .month = WORD ("2025-11"),
                                      .paid_on = WORD ("2025-12-15"),
                                      .amount = 651,
                                      .channel = WORD ("payroll") };

  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    if (!nhi_population_add_card (bulk, TEST_ANNA, &cards[i], error))
      return FALSE;
  return nhi_population_add_bill (bulk, TEST_ANNA, &bill, error) &&
         nhi_population_add_payment (bulk, TEST_ANNA, &payment, error);
}

static gboolean
add_people_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const NhiPerson anna = { WORD (TEST_ANNA), WORD (TEST_ANNA_ID), WORD ("王安娜"),
                           WORD ("1960-02-29"), WORD ("F") };
  const NhiPerson bob = { WORD (TEST_BOB), WORD ("B123456780"), WORD ("林無料"),
                          WORD ("1990-01-01"), WORD ("M") };
  g_autoptr (NhiBulk) bulk = nhi_bulk_new (connection);

  return nhi_population_add_person (bulk, &anna, error) &&
         nhi_population_add_person (bulk, &bob, error) && add_anna (bulk, error) &&
         nhi_bulk_flush (bulk, error);
}

TestBank *
test_bank_new (void)
{
  g_autoptr (GError) error = NULL;
  TestBank *bank = g_new0 (TestBank, 1);

  bank->folder = test_folder_new ();
  bank->uri = test_database_uri (bank->folder);
  bank->now = TEST_NOW;
  bank->world = test_bank_open_world (bank->uri, &bank->now);
  nhi_db_migrate (bank->world->db, NULL, NULL, &error);
  g_assert_no_error (error);
  nhi_db_transact (bank->world->db, NHI_DB_WRITE, add_people_body, NULL, &error);
  g_assert_no_error (error);
  return bank;
}

void
test_bank_free (TestBank *bank)
{
  nhi_world_free (bank->world);
  test_folder_remove (bank->folder);
  g_free (bank->uri);
  g_free (bank);
}

void
test_bank_run_sql (TestBank *bank, const char *sql)
{
  test_sql_run (bank->world->db, sql);
}

gint64
test_bank_integer (TestBank *bank, const char *sql)
{
  return test_sql_integer (bank->world->db, sql);
}

char *
test_bank_text (TestBank *bank, const char *sql)
{
  return test_sql_text (bank->world->db, sql);
}

typedef struct
{
  const char *person_id;
  const NhiSectionInfo *section;
  guint count;
  const char *last_day;
} Visits;

/* Sections differ in length: what one does not have stays out. */
static void
put (NhiRecordEntry *entry, guint field, const char *value)
{
  if (nhi_section_field (entry->section, field) != NULL)
    nhi_record_entry_set (entry, field, value);
}

static char *
visit_document (const NhiSectionInfo *section, const char *day, guint number)
{
  g_autoptr (NhiRecordEntry) entry = nhi_record_entry_new (section);
  g_autofree char *points = g_strdup_printf ("%u", 300 + number % 700);

  put (entry, 1, "1");
  put (entry, 2, "臺北業務組");
  put (entry, 3, "1101020018");
  put (entry, 4, "國泰醫療<示範>&醫院");
  put (entry, section->date_field, day);
  put (entry, 12, points);
  for (guint i = 0; section->child != NULL && i < 2; i++)
    {
      NhiRecordEntry *order = nhi_record_entry_add_child (entry);

      put (order, 1, i == 0 ? "AC20910100" : "00102B");
      put (order, 2, i == 0 ? "降血壓錠 5mg" : "門診診察費");
      put (order, 3, "28.00");
    }
  return nhi_record_entry_to_json (entry);
}

static gboolean
add_visits_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Visits *visits = data;
  g_autoptr (NhiBulk) bulk = nhi_bulk_new (connection);
  g_autoptr (GDate) date = g_date_new ();
  int year, month, day;

  sscanf (visits->last_day, "%d-%d-%d", &year, &month, &day);
  g_date_set_dmy (date, day, month, year);
  for (guint i = 0; i < visits->count; i++, g_date_subtract_days (date, 1))
    {
      char stored[16], compact[16];
      g_autofree char *document = NULL;
      g_autofree char *id = g_strdup_printf ("%s-%05u", visits->section->code, i);

      g_date_strftime (stored, sizeof stored, "%Y-%m-%d", date);
      g_date_strftime (compact, sizeof compact, "%Y%m%d", date);
      document = visit_document (visits->section, compact, i);
      if (!nhi_health_entry_add (bulk, visits->person_id, visits->section->code, stored, id,
                                 document, error))
        return FALSE;
    }
  return nhi_bulk_flush (bulk, error);
}

void
test_bank_add_visits (TestBank *bank,
                      const char *person_id,
                      const char *section,
                      guint count,
                      const char *last_day)
{
  g_autoptr (GError) error = NULL;
  Visits visits = { person_id, nhi_section_find (section), count, last_day };

  g_assert_nonnull (visits.section);
  nhi_db_transact (bank->world->db, NHI_DB_WRITE, add_visits_body, &visits, &error);
  g_assert_no_error (error);
}

NhiApplication *
test_bank_apply (TestBank *bank,
                 const char *person_id,
                 const char *categories,
                 const char *from,
                 const char *to,
                 GError **error)
{
  g_auto (GStrv) codes = g_strsplit (categories, ",", -1);
  g_autofree char *key = g_uuid_string_random ();
  const NhiHealthBankRequest request = { (const char *const *)codes, from, to, key };

  return nhi_health_bank_apply (bank->world, person_id, &request, error);
}

NhiApplication *
test_bank_run (TestBank *bank, const NhiApplication *application)
{
  g_autoptr (GError) error = NULL;
  const NhiJobsOptions options = { 0 };
  NhiApplication *now;

  nhi_jobs_run_due (bank->world, &options, &error);
  g_assert_no_error (error);
  now = nhi_health_bank_get (bank->world, application->person_id, application->application_id,
                             &error);
  g_assert_no_error (error);
  return now;
}

static gboolean
choose_all (const NhiApplication *application,
            gpointer data,
            guint64 *ret_offset,
            guint64 *ret_length)
{
  *ret_offset = 0;
  *ret_length = application->package_size;
  return TRUE;
}

GBytes *
test_bank_download (TestBank *bank, const NhiApplication *application, GError **error)
{
  g_autoptr (NhiApplication) found = NULL;
  GBytes *bytes = NULL;

  found =
      nhi_health_bank_read_package (bank->world, application->person_id,
                                    application->application_id, choose_all, NULL, &bytes, error);
  return found != NULL ? bytes : NULL;
}
