/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dates, sizes, times and money in words. */
#define G_LOG_DOMAIN "nhi-widgets"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "client/widgets/format.h"
#include "shared/calendar/roc-date.h"

#define ROC_OFFSET 1911

static char *
western_day (guint year, guint month, guint day)
{
  /* Translators: a date: year, month, day */
  return g_strdup_printf (_ ("%1$u-%2$02u-%3$02u"), year, month, day);
}

static char *
roc_day (guint year, guint month, guint day)
{
  /* Translators: a date in the ROC calendar: ROC year, month, day */
  return g_strdup_printf (_ ("ROC %1$u/%2$02u/%3$02u"), year - ROC_OFFSET, month, day);
}

char *
nhi_format_date (const GDate *date, NhiDateStyle style)
{
  g_autofree char *western = NULL;
  g_autofree char *roc = NULL;
  guint year, month, day;

  if (date == NULL || !g_date_valid (date))
    return g_strdup ("");
  year = g_date_get_year (date);
  month = (guint)g_date_get_month (date);
  day = g_date_get_day (date);
  western = western_day (year, month, day);
  if (style == NHI_DATE_WESTERN || year <= ROC_OFFSET)
    return g_steal_pointer (&western);
  roc = roc_day (year, month, day);
  if (style == NHI_DATE_ROC)
    return g_steal_pointer (&roc);
  /* Translators: a date in both calendars: ROC, Western */
  return g_strdup_printf (_ ("%1$s (%2$s)"), roc, western);
}

char *
nhi_format_compact_date (const char *compact, NhiDateStyle style)
{
  g_autofree char *head = NULL;
  g_autofree char *day = NULL;
  gsize length = compact != NULL ? strlen (compact) : 0;
  GDate date;

  if (length == 6 && strspn (compact, "0123456789") == 6)
    {
      head = g_strdup_printf ("%.4s-%.2s", compact, compact + 4);
      return nhi_format_month (head, style);
    }
  if (length != 8 && length != 12)
    return g_strdup (compact != NULL ? compact : "");
  head = g_strndup (compact, 8);
  if (!nhi_compact_date_parse (head, &date))
    return g_strdup (compact);
  day = nhi_format_date (&date, style);
  if (length == 8)
    return g_steal_pointer (&day);
  return g_strdup_printf ("%s %.2s:%.2s", day, compact + 8, compact + 10);
}

char *
nhi_format_month (const char *month, NhiDateStyle style)
{
  guint year = 0, number = 0;

  if (month == NULL)
    return g_strdup ("");
  if (sscanf (month, "%4u-%2u", &year, &number) != 2 || number < 1 || number > 12)
    return g_strdup (month);
  if (style == NHI_DATE_WESTERN || year <= ROC_OFFSET)
    /* Translators: a month of the Western calendar: year, month */
    return g_strdup_printf (_ ("%1$u-%2$02u"), year, number);
  /* Translators: a month of the ROC calendar as the insurer writes it: ROC year, month */
  return g_strdup_printf (_ ("%1$u/%2$02u"), year - ROC_OFFSET, number);
}

char *
nhi_format_period (const char *from, const char *to, NhiDateStyle style)
{
  g_autofree char *first = nhi_format_month (from, style);
  g_autofree char *last = nhi_format_month (to, style);

  /* Translators: a period: first month, last month */
  return g_strdup_printf (_ ("%1$s – %2$s"), first, last);
}

char *
nhi_format_instant (gint64 unix_seconds, NhiDateStyle style)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (unix_seconds);
  g_autofree char *day = NULL;
  GDate date;

  if (time == NULL)
    return g_strdup ("");
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay)g_date_time_get_day_of_month (time),
                  (GDateMonth)g_date_time_get_month (time), (GDateYear)g_date_time_get_year (time));
  day = nhi_format_date (&date, style);
  return g_strdup_printf ("%s %02d:%02d", day, g_date_time_get_hour (time),
                          g_date_time_get_minute (time));
}

char *
nhi_format_wait (gint64 seconds)
{
  gint64 left = MAX (seconds, 0);

  if (left >= 3600)
    /* Translators: hours and minutes */
    return g_strdup_printf (_ ("%d h %d min"), (int)(left / 3600), (int)(left % 3600 / 60));
  if (left >= 60)
    /* Translators: minutes and seconds */
    return g_strdup_printf (_ ("%d min %d s"), (int)(left / 60), (int)(left % 60));
  /* Translators: seconds */
  return g_strdup_printf (_ ("%d s"), (int)left);
}

char *
nhi_format_money (const char *amount)
{
  GString *text;
  gsize digits, start;

  if (amount == NULL || amount[0] == '\0')
    return g_strdup ("");
  start = amount[0] == '-' ? 1 : 0;
  digits = strspn (amount + start, "0123456789");
  if (digits == 0 || amount[start + digits] != '\0')
    return g_strdup (amount);
  text = g_string_new (start ? "-NT$" : "NT$");
  for (gsize i = 0; i < digits; i++)
    {
      if (i > 0 && (digits - i) % 3 == 0)
        g_string_append_c (text, ',');
      g_string_append_c (text, amount[start + i]);
    }
  return g_string_free (text, FALSE);
}

static guint32
local_julian_day (gint64 unix_seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (unix_seconds);
  GDate date;

  if (time == NULL)
    return 0;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay)g_date_time_get_day_of_month (time),
                  (GDateMonth)g_date_time_get_month (time), (GDateYear)g_date_time_get_year (time));
  return g_date_get_julian (&date);
}

int
nhi_days_left (gint64 now, gint64 until)
{
  return (int)local_julian_day (until) - (int)local_julian_day (now);
}

char *
nhi_format_days_left (gint64 now, gint64 until)
{
  int days = nhi_days_left (now, until);
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_local (until);
  g_autofree char *clock = end != NULL ? g_date_time_format (end, "%H:%M") : g_strdup ("");

  if (until < now)
    return g_strdup (_ ("no longer kept"));
  if (days == 0)
    /* Translators: %s is a time such as 23:59 */
    return g_strdup_printf (_ ("until %s today"), clock);
  /* Translators: first a number of days, then a time such as 23:59 of the last day */
  return g_strdup_printf (ngettext ("%1$d day left, until %2$s", "%1$d days left, until %2$s",
                                    (unsigned long)days),
                          days, clock);
}

gboolean
nhi_names_are_chinese (void)
{
  /* Translators: "zh" when names of places and fields are to be shown in Chinese, else "en" */
  return strcmp (C_ ("language of names", "en"), "zh") == 0;
}
