/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments in Taipei time, without asking a table of time zones or the locale. */
#define G_LOG_DOMAIN "nhi-calendar"

#include "shared/calendar/taipei.h"

#define OFFSET (8 * 60 * 60)
#define DAY_SECONDS (24 * 60 * 60)

GDateTime *
nhi_taipei_moment (gint64 moment)
{
  g_autoptr (GTimeZone) taipei = g_time_zone_new_offset (OFFSET);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (moment);
  return g_date_time_to_timezone (utc, taipei);
}

GDate
nhi_taipei_date (gint64 moment)
{
  g_autoptr (GDateTime) local = nhi_taipei_moment (moment);
  int year, month, day;
  GDate date;

  g_date_time_get_ymd (local, &year, &month, &day);
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
  return date;
}

gint64
nhi_taipei_end_of_day (gint64 moment, guint days_after)
{
  gint64 day = (moment + OFFSET) / DAY_SECONDS;

  return (day + days_after + 1) * DAY_SECONDS - OFFSET - 1;
}

char *
nhi_taipei_format_moment (gint64 moment, const char *language)
{
  static const char *const months[] = { "January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December" };
  g_autoptr (GDateTime) local = nhi_taipei_moment (moment);
  const int hour = g_date_time_get_hour (local);
  const int minute = g_date_time_get_minute (local);
  int year, month, day;

  g_date_time_get_ymd (local, &year, &month, &day);
  if (g_strcmp0 (language, "en") == 0)
    return g_strdup_printf ("%d %s %d, %02d:%02d", day, months[month - 1], year, hour, minute);
  return g_strdup_printf ("%d年%d月%d日 %02d:%02d", year, month, day, hour, minute);
}
