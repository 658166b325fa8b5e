/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rules of applying: what is refused and why, how long a package is kept, who may take it. */
#include "service/domain/health-bank.h"

#include <string.h>

#include "service/domain/words.h"
#include "service/jobs/test-bank.h"
#include "shared/calendar/taipei.h"

#define KEY "11111111-2222-4333-8444-555555555555"

static const struct
{
  const char *name;
  const char *categories;
  const char *from;
  const char *to;
  const char *field; /* NULL: accepted */
  const char *code;
} requests[] = {
  { "one-category", "outpatient", "2025-01", "2025-12" },
  { "every-category",
    "card-status,premium-billing,premium-payment,outpatient,inpatient,dental,allergy,wishes,"
    "vaccination,lab,imaging,chinese-medicine,preventive",
    "2025-01", "2025-12" },
  { "one-month", "lab", "2026-01", "2026-01" },
  { "ten-years-and-this-month", "lab", "2016-01", "2026-01" },
  { "first-month-of-the-insurance", "lab", "1995-03", "2000-01" },
  { "no-category", "", "2025-01", "2025-12", "categories", NHI_CODE_REQUIRED },
  { "unknown-category", "lab,r99", "2025-01", "2025-12", "categories", NHI_CODE_UNKNOWN },
  { "category-twice", "lab,dental,lab", "2025-01", "2025-12", "categories", NHI_CODE_TWICE },
  { "no-from", "lab", NULL, "2025-12", "from", NHI_CODE_REQUIRED },
  { "no-to", "lab", "2025-12", NULL, "to", NHI_CODE_REQUIRED },
  { "day-for-month", "lab", "2025-01-01", "2025-12", "from", NHI_CODE_NO_MONTH },
  { "month-thirteen", "lab", "2025-01", "2025-13", "to", NHI_CODE_NO_MONTH },
  { "month-zero", "lab", "2025-00", "2025-12", "from", NHI_CODE_NO_MONTH },
  { "roc-year", "lab", "0115-01", "2025-12", "from", NHI_CODE_TOO_EARLY },
  { "full-width-digits", "lab", "２-01", "2025-12", "from", NHI_CODE_NO_MONTH },
  { "sign-for-digit", "lab", "+025-01", "2025-12", "from", NHI_CODE_NO_MONTH },
  { "next-month", "lab", "2025-01", "2026-02", "to", NHI_CODE_FUTURE },
  { "backwards", "lab", "2025-06", "2025-05", "from", NHI_CODE_AFTER_END },
  { "over-ten-years", "lab", "2015-12", "2026-01", "from", NHI_CODE_PERIOD_TOO_LONG },
  { "before-the-insurance", "lab", "1995-02", "2000-01", "from", NHI_CODE_TOO_EARLY },
};

static void
test_request (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) application = NULL;
  const NhiFieldError *fields;
  gsize count;

  application = test_bank_apply (bank, TEST_ANNA, requests[i].categories, requests[i].from,
                                 requests[i].to, &error);
  if (requests[i].field == NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpint (application->state, ==, NHI_APPLICATION_PROCESSING);
      g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM job WHERE kind = 'package'"),
                       ==, 1);
      return;
    }
  g_assert_null (application);
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_INVALID);
  fields = nhi_domain_error_fields (error, &count);
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpstr (fields[0].field, ==, requests[i].field);
  g_assert_cmpstr (fields[0].code, ==, requests[i].code);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM job"), ==, 0);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM application"), ==, 0);
}

static void
test_gone_after_the_last_second (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) applied = NULL;
  g_autoptr (NhiApplication) ready = NULL;
  g_autoptr (GBytes) package = NULL;
  g_autoptr (GBytes) late = NULL;
  g_autoptr (GPtrArray) list = NULL;

  applied = test_bank_apply (bank, TEST_ANNA, "card-status", "2025-01", "2026-01", &error);
  g_assert_no_error (error);
  ready = test_bank_run (bank, applied);
  bank->now = applied->available_until;
  package = test_bank_download (bank, applied, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (package), ==, ready->package_size);
  bank->now++;
  late = test_bank_download (bank, applied, &error);
  g_assert_null (late);
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_GONE);
  list = nhi_health_bank_list (bank->world, TEST_ANNA, NULL);
  g_assert_cmpuint (list->len, ==, 0);
}

static void
test_same_key_applies_once (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) first = NULL;
  g_autoptr (NhiApplication) second = NULL;
  g_autoptr (NhiApplication) other = NULL;
  g_autoptr (NhiApplication) bobs = NULL;
  const char *const categories[] = { "lab", NULL };
  NhiHealthBankRequest request = { categories, "2025-01", "2025-12", KEY };

  first = nhi_health_bank_apply (bank->world, TEST_ANNA, &request, &error);
  g_assert_no_error (error);
  second = nhi_health_bank_apply (bank->world, TEST_ANNA, &request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first->application_id, ==, second->application_id);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM application"), ==, 1);
  bobs = nhi_health_bank_apply (bank->world, TEST_BOB, &request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first->application_id, !=, bobs->application_id);
  request.to = "2025-11";
  other = nhi_health_bank_apply (bank->world, TEST_ANNA, &request, &error);
  g_assert_null (other);
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_KEY_REUSED);
}

static void
apply_or_fail (TestBank *bank)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) application = NULL;

  application = test_bank_apply (bank, TEST_ANNA, "card-status", "2025-01", "2025-12", &error);
  g_assert_no_error (error);
}

static void
test_three_at_once (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) bobs = NULL;

  for (guint i = 0; i < NHI_HEALTH_BANK_MAX_PROCESSING; i++)
    apply_or_fail (bank);
  g_assert_null (test_bank_apply (bank, TEST_ANNA, "lab", "2025-01", "2025-12", &error));
  g_assert_error (error, NHI_HEALTH_BANK_ERROR, NHI_HEALTH_BANK_ERROR_BUSY);
  g_clear_error (&error);
  bobs = test_bank_apply (bank, TEST_BOB, "lab", "2025-01", "2025-12", &error);
  g_assert_no_error (error);
  nhi_jobs_run_due (bank->world, &(NhiJobsOptions){ 0 }, &error);
  g_assert_no_error (error);
  apply_or_fail (bank);
}

static void
test_twenty_kept (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < NHI_HEALTH_BANK_MAX_KEPT; i++)
    {
      apply_or_fail (bank);
      nhi_jobs_run_due (bank->world, &(NhiJobsOptions){ 0 }, &error);
      g_assert_no_error (error);
    }
  g_assert_null (test_bank_apply (bank, TEST_ANNA, "lab", "2025-01", "2025-12", &error));
  g_assert_error (error, NHI_HEALTH_BANK_ERROR, NHI_HEALTH_BANK_ERROR_FULL);
  bank->now = nhi_taipei_end_of_day (bank->now, NHI_HEALTH_BANK_KEPT_DAYS) + 1;
  apply_or_fail (bank);
}

static void
test_only_the_owner (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) annas = NULL;
  g_autoptr (NhiApplication) ready = NULL;

  annas = test_bank_apply (bank, TEST_ANNA, "card-status", "2025-01", "2025-12", &error);
  g_assert_null (test_bank_download (bank, annas, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_READY);
  g_clear_error (&error);
  ready = test_bank_run (bank, annas);
  g_assert_null (nhi_health_bank_get (bank->world, TEST_BOB, annas->application_id, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_free (annas->person_id);
  annas->person_id = g_strdup (TEST_BOB);
  g_assert_null (test_bank_download (bank, annas, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_FOUND);
}

static void
test_list_is_newest_first (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GPtrArray) list = NULL;
  const NhiApplication *first, *last;

  for (guint i = 0; i < 3; i++, bank->now += 60)
    apply_or_fail (bank);
  list = nhi_health_bank_list (bank->world, TEST_ANNA, NULL);
  g_assert_cmpuint (list->len, ==, 3);
  first = g_ptr_array_index (list, 0);
  last = g_ptr_array_index (list, 2);
  g_assert_cmpint (first->applied_at, >, last->applied_at);
}

static void
test_thirteen_categories (void)
{
  gsize count;
  const NhiCategory *categories = nhi_categories (&count);

  g_assert_cmpuint (count, ==, 13);
  for (gsize i = 0; i < count; i++)
    {
      const NhiSectionInfo *section = nhi_section_find (categories[i].section);
      gboolean medical = categories[i].category_class == NHI_CATEGORY_MEDICAL;

      g_assert_nonnull (section);
      g_assert_cmpint (section->record_class, ==,
                       medical ? NHI_RECORD_MEDICAL : NHI_RECORD_INSURANCE);
      g_assert_true (nhi_category_find (categories[i].code) == &categories[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *path = g_strconcat ("/health-bank/request/", requests[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_request);
    }
  g_test_add_func ("/health-bank/gone-after-the-last-second", test_gone_after_the_last_second);
  g_test_add_func ("/health-bank/same-key-applies-once", test_same_key_applies_once);
  g_test_add_func ("/health-bank/three-at-once", test_three_at_once);
  g_test_add_func ("/health-bank/twenty-kept", test_twenty_kept);
  g_test_add_func ("/health-bank/only-the-owner", test_only_the_owner);
  g_test_add_func ("/health-bank/list-is-newest-first", test_list_is_newest_first);
  g_test_add_func ("/health-bank/thirteen-categories", test_thirteen_categories);
  return g_test_run ();
}
