/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of periods. */
#include "client/pages/period.h"

static void
test_quick_choices (void)
{
  static const struct
  {
    NhiPeriod period;
    const char *from;
  } cases[] = {
    { NHI_PERIOD_12_MONTHS, "2025-02" }, { NHI_PERIOD_3_MONTHS, "2025-11" },
    { NHI_PERIOD_6_MONTHS, "2025-08" },  { NHI_PERIOD_2_YEARS, "2024-02" },
    { NHI_PERIOD_3_YEARS, "2023-02" },
  };
  GDate today;

  g_date_clear (&today, 1);
  g_date_set_dmy (&today, 31, G_DATE_JANUARY, 2026);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *from = NULL;
      g_autofree char *to = NULL;

      nhi_period_months (cases[i].period, &today, &from, &to);
      g_assert_cmpstr (from, ==, cases[i].from);
      g_assert_cmpstr (to, ==, "2026-01");
    }
}

static void
test_custom_has_no_months (void)
{
  char *from = NULL, *to = NULL;
  GDate today;

  g_date_clear (&today, 1);
  g_date_set_dmy (&today, 1, G_DATE_MARCH, 2026);
  nhi_period_months (NHI_PERIOD_CUSTOM, &today, &from, &to);
  g_assert_null (from);
  g_assert_null (to);
}

static void
test_list (void)
{
  g_auto (GStrv) list = NULL;
  GDate today;

  g_date_clear (&today, 1);
  g_date_set_dmy (&today, 1, G_DATE_MARCH, 2026);
  list = nhi_period_list (&today);
  g_assert_cmpuint (g_strv_length (list), ==, NHI_PERIOD_YEARS * 12);
  g_assert_cmpstr (list[0], ==, "2026-03");
  g_assert_cmpstr (list[3], ==, "2025-12");
  g_assert_cmpstr (list[NHI_PERIOD_YEARS * 12 - 1], ==, "2016-04");
}

static void
test_problems (void)
{
  g_assert_null (nhi_period_problem ("2025-01", "2025-12"));
  g_assert_null (nhi_period_problem ("2025-01", "2025-01"));
  g_assert_nonnull (nhi_period_problem ("2025-02", "2025-01"));
  g_assert_nonnull (nhi_period_problem (NULL, "2025-01"));
  g_assert_nonnull (nhi_period_problem ("2025-01", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/period/quick-choices-end-this-month", test_quick_choices);
  g_test_add_func ("/period/custom-is-the-persons-own", test_custom_has_no_months);
  g_test_add_func ("/period/list-is-newest-first", test_list);
  g_test_add_func ("/period/backwards-is-refused", test_problems);
  return g_test_run ();
}
