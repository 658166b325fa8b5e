/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments in Taipei time, without asking a table of time zones or the locale. */
#define G_LOG_DOMAIN "nhi-calendar"

#include "shared/calendar/taipei.h"

#define OFFSET (8 * 60 * 60)

GDateTime *
nhi_taipei_moment (gint64 unix_seconds)
{
  g_autoptr (GTimeZone) taipei = g_time_zone_new_offset (OFFSET);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (unix_seconds);
  return g_date_time_to_timezone (utc, taipei);
}

char *
nhi_taipei_format_moment (gint64 unix_seconds, const char *language)
{
  static const char *const months[] = { "January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December" };
  g_autoptr (GDateTime) moment = nhi_taipei_moment (unix_seconds);
  const int hour = g_date_time_get_hour (moment);
  const int minute = g_date_time_get_minute (moment);
  int year, month, day;

  g_date_time_get_ymd (moment, &year, &month, &day);
  if (g_strcmp0 (language, "en") == 0)
    return g_strdup_printf ("%d %s %d, %02d:%02d", day, months[month - 1], year, hour, minute);
  return g_strdup_printf ("%d年%d月%d日 %02d:%02d", year, month, day, hour, minute);
}
