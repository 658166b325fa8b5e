/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dates, sizes, times and money as a person reads them. Needs no display. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The values of the setting "date-style". */
typedef enum
{
  NHI_DATE_BOTH,
  NHI_DATE_ROC,
  NHI_DATE_WESTERN,
} NhiDateStyle;

char *nhi_format_date (const GDate *date, NhiDateStyle style); /* "" for an invalid date */
/* Of "YYYYMM", "YYYYMMDD" or "YYYYMMDDHHMM" as the health bank writes it; what is no date comes
 * back as it is. */
char *nhi_format_compact_date (const char *compact, NhiDateStyle style);
/* Of "YYYY-MM"; what is no month comes back as it is. */
char *nhi_format_month (const char *month, NhiDateStyle style);
char *nhi_format_period (const char *from, const char *to, NhiDateStyle style);
char *nhi_format_instant (gint64 unix_seconds,
                          NhiDateStyle style); /* local time with hours and minutes */
char *nhi_format_wait (gint64 seconds);        /* "2 min 5 s"; never negative */
char *nhi_format_money (const char *amount);   /* "1234" -> "NT$1,234" */
/* Days between the local dates of two instants: 0 = the same day. */
int nhi_days_left (gint64 now, gint64 until);
char *nhi_format_days_left (gint64 now, gint64 until);
/* Whether names that come in both languages (places, fields, sections) are shown in Chinese. */
gboolean nhi_names_are_chinese (void);

G_END_DECLS
