/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of dates, times and money in words (in the untranslated language). */
#include <locale.h>

#include "client/widgets/format.h"

#define DAY 86400

static void
test_dates (void)
{
  static const struct
  {
    const char *compact;
    NhiDateStyle style;
    const char *expected;
  } cases[] = {
    { "19860505", NHI_DATE_BOTH, "ROC 75/05/05 (1986-05-05)" },
    { "19860505", NHI_DATE_ROC, "ROC 75/05/05" },
    { "19860505", NHI_DATE_WESTERN, "1986-05-05" },
    { "19110101", NHI_DATE_ROC, "1911-01-01" },
    { "20240229", NHI_DATE_WESTERN, "2024-02-29" },
    { "20240230", NHI_DATE_WESTERN, "20240230" },
    { "202401021530", NHI_DATE_WESTERN, "2024-01-02 15:30" },
    { "201511", NHI_DATE_ROC, "104/11" },
    { "XXXX", NHI_DATE_BOTH, "XXXX" },
    { "", NHI_DATE_BOTH, "" },
    { NULL, NHI_DATE_BOTH, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = nhi_format_compact_date (cases[i].compact, cases[i].style);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_months (void)
{
  static const struct
  {
    const char *month;
    NhiDateStyle style;
    const char *expected;
  } cases[] = {
    { "2015-11", NHI_DATE_BOTH, "104/11" },
    { "2015-11", NHI_DATE_WESTERN, "2015-11" },
    { "2015-13", NHI_DATE_ROC, "2015-13" },
    { "soon", NHI_DATE_ROC, "soon" },
    { NULL, NHI_DATE_ROC, "" },
  };
  g_autofree char *period = nhi_format_period ("2014-11", "2015-11", NHI_DATE_ROC);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = nhi_format_month (cases[i].month, cases[i].style);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
  g_assert_cmpstr (period, ==, "103/11 – 104/11");
}

static void
test_money (void)
{
  static const char *const cases[][2] = {
    { "0", "NT$0" },     { "999", "NT$999" }, { "1000", "NT$1,000" }, { "1234567", "NT$1,234,567" },
    { "-50", "-NT$50" }, { "12.5", "12.5" },  { "abc", "abc" },       { "-", "-" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = nhi_format_money (cases[i][0]);

      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

static void
test_wait (void)
{
  static const struct
  {
    gint64 seconds;
    const char *expected;
  } cases[] = {
    { -3, "0 s" },        { 0, "0 s" },          { 59, "59 s" },        { 60, "1 min 0 s" },
    { 125, "2 min 5 s" }, { 3600, "1 h 0 min" }, { 7380, "2 h 3 min" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = nhi_format_wait (cases[i].seconds);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_days_left (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_local (2015, 11, 25, 9, 0, 0);
  g_autoptr (GDateTime) end = g_date_time_new_local (2015, 12, 2, 23, 59, 0);
  gint64 until = g_date_time_to_unix (end);
  g_autofree char *first = nhi_format_days_left (g_date_time_to_unix (now), until);
  g_autofree char *eve = nhi_format_days_left (until - DAY, until);
  g_autofree char *last = nhi_format_days_left (until - 60, until);
  g_autofree char *after = nhi_format_days_left (until + 60, until);

  g_assert_cmpint (nhi_days_left (g_date_time_to_unix (now), until), ==, 7);
  g_assert_cmpstr (first, ==, "7 days left, until 23:59");
  g_assert_cmpstr (eve, ==, "1 day left, until 23:59");
  g_assert_cmpstr (last, ==, "until 23:59 today");
  g_assert_cmpstr (after, ==, "no longer kept");
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/dates-in-both-calendars", test_dates);
  g_test_add_func ("/format/months-as-the-insurer-writes-them", test_months);
  g_test_add_func ("/format/money-is-grouped", test_money);
  g_test_add_func ("/format/waits-are-never-negative", test_wait);
  g_test_add_func ("/format/package-is-kept-to-the-end-of-the-last-day", test_days_left);
  return g_test_run ();
}
