/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which months a person can apply for and the quick choices among them. No widgets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_PERIOD_YEARS 10 /* how far back the list of months goes */

typedef enum
{
  NHI_PERIOD_12_MONTHS,
  NHI_PERIOD_3_MONTHS,
  NHI_PERIOD_6_MONTHS,
  NHI_PERIOD_2_YEARS,
  NHI_PERIOD_3_YEARS,
  NHI_PERIOD_CUSTOM,
  NHI_N_PERIODS,
} NhiPeriod;

const char *nhi_period_label (NhiPeriod period); /* translated */
/* "YYYY-MM" of the first and last month, ending with the month of @today. Both NULL for a custom
 * period. */
void nhi_period_months (NhiPeriod period, const GDate *today, char **ret_from, char **ret_to);
/* Every month that can be chosen, newest first. */
GStrv nhi_period_list (const GDate *today);
/* What is wrong with a custom period, translated, or NULL. Months as "YYYY-MM" compare as text. */
const char *nhi_period_problem (const char *from, const char *to);

G_END_DECLS
