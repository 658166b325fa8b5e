/* SPDX-License-Identifier: GPL-3.0-or-later
 * From an application to a package that others can open: 7-Zip, xmllint and our own reader. */
#include <stdlib.h>
#include <string.h>

#include "service/jobs/test-bank.h"
#include "shared/record/package.h"

#define EVERYTHING                                                                                 \
  "card-status,premium-billing,premium-payment,outpatient,inpatient,dental,chinese-medicine,"      \
  "allergy,lab,imaging,wishes,preventive,vaccination"

static NhiApplication *
apply_and_run (TestBank *bank,
               const char *person_id,
               const char *categories,
               const char *from,
               const char *to)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) application = NULL;

  application = test_bank_apply (bank, person_id, categories, from, to, &error);
  g_assert_no_error (error);
  return test_bank_run (bank, application);
}

static void
assert_item (const NhiApplication *application,
             const char *category,
             NhiItemStatus status,
             gint64 entries)
{
  for (guint i = 0; i < application->items->len; i++)
    {
      const NhiApplicationItem *item = g_ptr_array_index (application->items, i);

      if (strcmp (item->category, category) != 0)
        continue;
      g_assert_cmpint (item->status, ==, status);
      g_assert_cmpint (item->entries, ==, entries);
      return;
    }
  g_assert_not_reached ();
}

static GPtrArray *
open_package (TestBank *bank, const NhiApplication *application)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) package = test_bank_download (bank, application, &error);
  g_autofree char *sha256 = NULL;
  GPtrArray *files;

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (package), ==, application->package_size);
  sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, package);
  g_assert_cmpstr (sha256, ==, application->package_sha256);
  g_assert_null (nhi_package_open (package, "a123456789", &error));
  g_assert_error (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_PASSWORD);
  g_clear_error (&error);
  files = nhi_package_open (package, TEST_ANNA_ID, &error);
  g_assert_no_error (error);
  return files;
}

static void
test_ready_with_both_classes (void)
{
  static const char *const names[] = {
    "健康存摺保險計費及繳納類_20260105.xml",
    "健康存摺保險計費及繳納類_20260105.json",
    "健康存摺醫療類_20260105.xml",
    "健康存摺醫療類_20260105.json",
  };
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) ready = NULL;
  g_autoptr (GPtrArray) files = NULL;

  test_bank_add_visits (bank, TEST_ANNA, "r1", 7, "2026-01-04");
  test_bank_add_visits (bank, TEST_ANNA, "r3", 2, "2025-12-31");
  ready = apply_and_run (bank, TEST_ANNA, EVERYTHING, "2025-01", "2026-01");
  g_assert_cmpint (ready->state, ==, NHI_APPLICATION_READY);
  g_assert_cmpstr (ready->package_name, ==, "健康存摺_20260105.zip");
  assert_item (ready, "card-status", NHI_ITEM_READY, 1);
  assert_item (ready, "premium-billing", NHI_ITEM_READY, 1);
  assert_item (ready, "premium-payment", NHI_ITEM_READY, 1);
  assert_item (ready, "outpatient", NHI_ITEM_READY, 7);
  assert_item (ready, "dental", NHI_ITEM_READY, 2);
  assert_item (ready, "inpatient", NHI_ITEM_NONE, 0);
  files = open_package (bank, ready);
  g_assert_cmpuint (files->len, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < files->len; i++)
    g_assert_cmpstr (((NhiPackageFile *)g_ptr_array_index (files, i))->name, ==, names[i]);
}

static NhiRecord *
read_xml (GPtrArray *files, NhiRecordClass record_class)
{
  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (GError) error = NULL;
      NhiPackageFile *file = g_ptr_array_index (files, i);
      g_autoptr (NhiRecord) record = NULL;

      if (!g_str_has_suffix (file->name, ".xml"))
        continue;
      record = nhi_record_from_xml (file->bytes, &error);
      g_assert_no_error (error);
      if (record->record_class == record_class)
        return g_steal_pointer (&record);
    }
  return NULL;
}

static const struct
{
  guint entry;
  guint field;
  const char *value;
} insurance[] = {
  { 0, 1, "000033334444" }, { 0, 2, "20150701" }, { 0, 3, "補發" },
  { 0, 4, "正常" },         { 0, 5, "" },         { 1, 1, "202511" },
  { 1, 2, "110000000" },    { 1, 3, "測試公司" }, { 1, 5, "42000" },
  { 1, 7, "651" },          { 1, 8, "20251231" }, { 2, 1, "202511" },
  { 2, 2, "20251215" },     { 2, 3, "651" },      { 2, 4, "薪資扣繳" },
};

static void
test_insurance_file_says_what_the_tables_hold (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) ready = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (NhiRecord) record = NULL;

  ready = apply_and_run (bank, TEST_ANNA, EVERYTHING, "2025-01", "2026-01");
  files = open_package (bank, ready);
  g_assert_cmpuint (files->len, ==, 2);
  record = read_xml (files, NHI_RECORD_INSURANCE);
  g_assert_nonnull (record);
  g_assert_cmpstr (record->masked_id, ==, "A12345****");
  g_assert_cmpuint (record->entries->len, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (insurance); i++)
    g_assert_cmpstr (nhi_record_entry_get (g_ptr_array_index (record->entries, insurance[i].entry),
                                           insurance[i].field),
                     ==, insurance[i].value);
}

/* Anna's first card ended in June 2015, the second began in July. */
static const struct
{
  const char *from;
  const char *to;
  gint64 cards;
} card_periods[] = {
  { "2015-01", "2015-12", 2 }, { "2015-06", "2015-06", 1 }, { "2015-07", "2015-07", 1 },
  { "2004-03", "2004-03", 1 }, { "2004-02", "2004-02", 0 }, { "2026-01", "2026-01", 1 },
};

static void
test_cards_that_were_valid_in_the_period (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (card_periods); i++)
    {
      g_autoptr (TestBank) bank = test_bank_new ();
      g_autoptr (NhiApplication) ready = NULL;

      ready =
          apply_and_run (bank, TEST_ANNA, "card-status", card_periods[i].from, card_periods[i].to);
      assert_item (ready, "card-status", card_periods[i].cards > 0 ? NHI_ITEM_READY : NHI_ITEM_NONE,
                   card_periods[i].cards);
    }
}

static void
test_person_without_data_gets_no_package (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) ready = NULL;

  ready = apply_and_run (bank, TEST_BOB, EVERYTHING, "2025-01", "2026-01");
  g_assert_cmpint (ready->state, ==, NHI_APPLICATION_READY);
  g_assert_null (ready->package_name);
  for (guint i = 0; i < ready->items->len; i++)
    assert_item (ready, ((NhiApplicationItem *)g_ptr_array_index (ready->items, i))->category,
                 NHI_ITEM_NONE, 0);
  g_assert_null (test_bank_download (bank, ready, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_FOUND);
}

static void
test_period_is_inclusive (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) ready = NULL;

  test_bank_add_visits (bank, TEST_ANNA, "r1", 1, "2025-02-28");
  test_bank_add_visits (bank, TEST_ANNA, "r3", 1, "2025-03-01");
  test_bank_add_visits (bank, TEST_ANNA, "r7", 1, "2025-03-31");
  test_bank_add_visits (bank, TEST_ANNA, "r9", 1, "2025-04-01");
  ready = apply_and_run (bank, TEST_ANNA, EVERYTHING, "2025-03", "2025-03");
  assert_item (ready, "outpatient", NHI_ITEM_NONE, 0);
  assert_item (ready, "dental", NHI_ITEM_READY, 1);
  assert_item (ready, "lab", NHI_ITEM_READY, 1);
  assert_item (ready, "chinese-medicine", NHI_ITEM_NONE, 0);
}

static void
test_old_allergy_still_counts (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) ready = NULL;
  const NhiApplicationItem *item;

  test_bank_add_visits (bank, TEST_ANNA, "r4", 1, "2011-08-09");
  ready = apply_and_run (bank, TEST_ANNA, "allergy", "2025-01", "2025-12");
  assert_item (ready, "allergy", NHI_ITEM_READY, 1);
  item = g_ptr_array_index (ready->items, 0);
  g_assert_cmpstr (item->from_month, ==, "2011-08");
  g_assert_cmpstr (item->to_month, ==, "2025-12");
}

static void
run_tool (const char *const *argv, char **ret_output)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *complaint = NULL;
  int status;

  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, ret_output, &complaint,
                &status, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %s", argv[0], complaint);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
}

/* Both tools are in the list of packages for tests. */
static void
test_opens_in_7zip (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) ready = NULL;
  g_autoptr (GBytes) package = NULL;
  g_autofree char *zip = g_build_filename (bank->folder, "package.zip", NULL);
  g_autofree char *to = g_strdup_printf ("-o%s", bank->folder);
  g_autofree char *xml = g_build_filename (bank->folder, "健康存摺醫療類_20260105.xml", NULL);
  g_autofree char *listing = NULL;
  g_autofree char *extraction = NULL;
  g_autofree char *linted = NULL;

  test_bank_add_visits (bank, TEST_ANNA, "r1", 20, "2026-01-04");
  ready = apply_and_run (bank, TEST_ANNA, EVERYTHING, "2025-01", "2026-01");
  package = test_bank_download (bank, ready, &error);
  g_assert_no_error (error);
  g_file_set_contents (zip, g_bytes_get_data (package, NULL), g_bytes_get_size (package), &error);
  g_assert_no_error (error);
  run_tool ((const char *[]){ "7z", "l", "-slt", "-p" TEST_ANNA_ID, zip, NULL }, &listing);
  g_assert_nonnull (strstr (listing, "AES-256"));
  run_tool ((const char *[]){ "7z", "x", "-y", "-p" TEST_ANNA_ID, to, zip, NULL }, &extraction);
  run_tool ((const char *[]){ "xmllint", "--xpath", "count(//r1)", xml, NULL }, &linted);
  g_assert_cmpint (atoi (linted), ==, 20);
}

static void
test_ten_years (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (NhiApplication) ready = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (NhiRecord) record = NULL;
  const NhiRecordEntry *entry;

  test_bank_add_visits (bank, TEST_ANNA, "r1", 3100, "2026-01-04");
  ready = apply_and_run (bank, TEST_ANNA, EVERYTHING, "2016-01", "2026-01");
  assert_item (ready, "outpatient", NHI_ITEM_READY, 3100);
  files = open_package (bank, ready);
  record = read_xml (files, NHI_RECORD_MEDICAL);
  g_assert_cmpuint (record->entries->len, ==, 3100);
  entry = g_ptr_array_index (record->entries, 0);
  g_assert_cmpuint (entry->children->len, ==, 2);
  g_assert_cmpstr (nhi_record_entry_get (entry, 4), ==, "國泰醫療<示範>&醫院");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/package-job/ready-with-both-classes", test_ready_with_both_classes);
  g_test_add_func ("/package-job/insurance-file-says-what-the-tables-hold",
                   test_insurance_file_says_what_the_tables_hold);
  g_test_add_func ("/package-job/cards-that-were-valid-in-the-period",
                   test_cards_that_were_valid_in_the_period);
  g_test_add_func ("/package-job/person-without-data-gets-no-package",
                   test_person_without_data_gets_no_package);
  g_test_add_func ("/package-job/period-is-inclusive", test_period_is_inclusive);
  g_test_add_func ("/package-job/old-allergy-still-counts", test_old_allergy_still_counts);
  g_test_add_func ("/package-job/opens-in-7zip", test_opens_in_7zip);
  g_test_add_func ("/package-job/ten-years", test_ten_years);
  return g_test_run ();
}
