/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments near midnight, month and year ends, as they read in Taipei. */
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/taipei/reads-as-people-there-do", test_format);
  return g_test_run ();
}
