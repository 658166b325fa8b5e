/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading and writing dates in the forms of the chip, the wire, the health bank and the screen. */
#include "shared/calendar/roc-date.h"

#include <string.h>

#define ROC_OFFSET 1911

/* Reads @count digits; -1 when there is anything else. */
static int
digits (const char *text, int count)
{
  int value = 0;

  for (int i = 0; i < count; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return -1;
      value = value * 10 + (text[i] - '0');
    }
  return value;
}

static gboolean
take_date (int year, int month, int day, GDate *ret_date)
{
  if (year < 1 || month < 1 || day < 1 ||
      !g_date_valid_dmy ((GDateDay)day, (GDateMonth)month, (GDateYear)year))
    return FALSE;
  g_date_clear (ret_date, 1);
  g_date_set_dmy (ret_date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
  return TRUE;
}

gboolean
nhi_roc_date_parse (const char *text, GDate *ret_date)
{
  int year;

  g_return_val_if_fail (ret_date != NULL, FALSE);

  if (text == NULL || strlen (text) != 7)
    return FALSE;
  year = digits (text, 3);
  if (year < 1)
    return FALSE;
  return take_date (year + ROC_OFFSET, digits (text + 3, 2), digits (text + 5, 2), ret_date);
}

char *
nhi_roc_date_format (const GDate *date)
{
  int year;

  g_return_val_if_fail (date != NULL && g_date_valid (date), NULL);

  year = g_date_get_year (date) - ROC_OFFSET;
  if (year < 1) /* The year before the first is 民前1; there is no year 0. */
    return g_strdup_printf ("民前%d/%02d/%02d", 1 - year, g_date_get_month (date),
                            g_date_get_day (date));
  return g_strdup_printf ("%d/%02d/%02d", year, g_date_get_month (date), g_date_get_day (date));
}

char *
nhi_roc_date_to_chip (const GDate *date)
{
  int year;

  g_return_val_if_fail (date != NULL && g_date_valid (date), NULL);

  year = g_date_get_year (date) - ROC_OFFSET;
  if (year < 1 || year > 999)
    return NULL;
  return g_strdup_printf ("%03d%02d%02d", year, g_date_get_month (date), g_date_get_day (date));
}

gboolean
nhi_iso_date_parse (const char *text, GDate *ret_date)
{
  g_return_val_if_fail (ret_date != NULL, FALSE);

  if (text == NULL || strlen (text) != 10 || text[4] != '-' || text[7] != '-')
    return FALSE;
  return take_date (digits (text, 4), digits (text + 5, 2), digits (text + 8, 2), ret_date);
}

char *
nhi_iso_date_format (const GDate *date)
{
  g_return_val_if_fail (date != NULL && g_date_valid (date), NULL);

  return g_strdup_printf ("%04d-%02d-%02d", g_date_get_year (date), g_date_get_month (date),
                          g_date_get_day (date));
}

gboolean
nhi_compact_date_parse (const char *text, GDate *ret_date)
{
  g_return_val_if_fail (ret_date != NULL, FALSE);

  if (text == NULL || strlen (text) != 8)
    return FALSE;
  return take_date (digits (text, 4), digits (text + 4, 2), digits (text + 6, 2), ret_date);
}

char *
nhi_compact_date_format (const GDate *date)
{
  g_return_val_if_fail (date != NULL && g_date_valid (date), NULL);

  return g_strdup_printf ("%04d%02d%02d", g_date_get_year (date), g_date_get_month (date),
                          g_date_get_day (date));
}

guint
nhi_date_age (const GDate *birth_date, const GDate *today)
{
  guint years;
  gboolean before_birthday;

  g_return_val_if_fail (birth_date != NULL && g_date_valid (birth_date), 0);
  g_return_val_if_fail (today != NULL && g_date_valid (today), 0);

  if (g_date_compare (today, birth_date) < 0)
    return 0;
  years = (guint)(g_date_get_year (today) - g_date_get_year (birth_date));
  before_birthday = g_date_get_month (today) < g_date_get_month (birth_date) ||
                    (g_date_get_month (today) == g_date_get_month (birth_date) &&
                     g_date_get_day (today) < g_date_get_day (birth_date));
  return before_birthday ? years - 1 : years;
}
