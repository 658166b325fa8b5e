/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments as people in Taiwan read them: UTC+8 the whole year, since 1980. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All moments are Unix seconds. */
GDateTime *nhi_taipei_moment (gint64 moment); /* (transfer full) */

/* The day it is there at @moment, which from midnight on is another one than UTC's for eight hours.
 */
GDate nhi_taipei_date (gint64 moment);

/* 23:59:59 of the day @days_after the day of @moment. */
gint64 nhi_taipei_end_of_day (gint64 moment, guint days_after);

/* "2026年11月28日 14:30", or with @language "en" "28 November 2026, 14:30". */
char *nhi_taipei_format_moment (gint64 moment, const char *language);

G_END_DECLS
