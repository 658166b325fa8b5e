/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments near midnight, month and year ends, as they read in Taipei. */
#include "shared/calendar/roc-date.h"
#include "shared/calendar/taipei.h"

static void
test_format (void)
{
  static const struct
  {
    gint64 moment;
    const char *chinese;
    const char *english;
  } cases[] = {
    { 0, "1970年1月1日 08:00", "1 January 1970, 08:00" },
    { 1795415400, "2026年11月23日 14:30", "23 November 2026, 14:30" },
    { 1798732799, "2026年12月31日 23:59", "31 December 2026, 23:59" },
    { 1798732800, "2027年1月1日 00:00", "1 January 2027, 00:00" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *chinese = nhi_taipei_format_moment (cases[i].moment, "zh-TW");
      g_autofree char *english = nhi_taipei_format_moment (cases[i].moment, "en");
      g_assert_cmpstr (chinese, ==, cases[i].chinese);
      g_assert_cmpstr (english, ==, cases[i].english);
    }
}

/* Seconds UTC of a moment, the day it is in Taipei, and the last second of the seventh day after.
 */
static const struct
{
  const char *moment;
  const char *date;
  const char *end;
} days[] = {
  { "2026-01-05T02:00:00Z", "2026-01-05", "2026-01-12T15:59:59Z" },
  { "2026-01-05T15:59:59Z", "2026-01-05", "2026-01-12T15:59:59Z" },
  { "2026-01-05T16:00:00Z", "2026-01-06", "2026-01-13T15:59:59Z" },
  { "2028-02-25T00:00:00Z", "2028-02-25", "2028-03-03T15:59:59Z" }, /* over a leap day */
  { "2026-12-31T15:59:00Z", "2026-12-31", "2027-01-07T15:59:59Z" },
  { "2026-12-31T16:00:00Z", "2027-01-01", "2027-01-08T15:59:59Z" },
};

static gint64
parse_moment (const char *text)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_iso8601 (text, NULL);

  return g_date_time_to_unix (moment);
}

static void
test_days (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (days); i++)
    {
      gint64 moment = parse_moment (days[i].moment);
      GDate date = nhi_taipei_date (moment);
      g_autofree char *text = nhi_iso_date_format (&date);

      g_assert_cmpstr (text, ==, days[i].date);
      g_assert_cmpint (nhi_taipei_end_of_day (moment, 7), ==, parse_moment (days[i].end));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/taipei/reads-as-people-there-do", test_format);
  g_test_add_func ("/taipei/days-begin-at-midnight-there", test_days);
  return g_test_run ();
}
