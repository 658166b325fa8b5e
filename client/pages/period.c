/* SPDX-License-Identifier: GPL-3.0-or-later
 * Months and periods. */
#include <string.h>

#include <glib/gi18n.h>

#include "client/pages/period.h"

static const struct
{
  const char *label;
  guint months;
} periods[NHI_N_PERIODS] = {
  [NHI_PERIOD_12_MONTHS] = { N_ ("Last 12 Months"), 12 },
  [NHI_PERIOD_3_MONTHS] = { N_ ("Last 3 Months"), 3 },
  [NHI_PERIOD_6_MONTHS] = { N_ ("Last 6 Months"), 6 },
  [NHI_PERIOD_2_YEARS] = { N_ ("Last 2 Years"), 24 },
  [NHI_PERIOD_3_YEARS] = { N_ ("Last 3 Years"), 36 },
  [NHI_PERIOD_CUSTOM] = { N_ ("Custom"), 0 },
};

/* The month @back months before that of @today. */
static char *
month_before (const GDate *today, guint back)
{
  gint index = g_date_get_year (today) * 12 + (gint)g_date_get_month (today) - 1 - (gint)back;

  return g_strdup_printf ("%04d-%02d", index / 12, index % 12 + 1);
}

const char *
nhi_period_label (NhiPeriod period)
{
  return _ (periods[period].label);
}

void
nhi_period_months (NhiPeriod period, const GDate *today, char **ret_from, char **ret_to)
{
  *ret_from = NULL;
  *ret_to = NULL;
  if (periods[period].months == 0)
    return;
  *ret_from = month_before (today, periods[period].months - 1);
  *ret_to = month_before (today, 0);
}

GStrv
nhi_period_list (const GDate *today)
{
  guint count = NHI_PERIOD_YEARS * 12;
  GStrv list = g_new0 (char *, count + 1);

  for (guint i = 0; i < count; i++)
    list[i] = month_before (today, i);
  return list;
}

const char *
nhi_period_problem (const char *from, const char *to)
{
  if (from == NULL || to == NULL)
    return _ ("Choose the first and the last month");
  if (strcmp (from, to) > 0)
    return _ ("The first month lies after the last");
  return NULL;
}
