/* SPDX-License-Identifier: GPL-3.0-or-later
 * Moments as people in Taiwan read them: UTC+8 the whole year, since 1980. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GDateTime *
nhi_taipei_moment (gint64 unix_seconds);

/* "2026年11月28日 14:30", or with @language "en" "28 November 2026, 14:30". */
char *
nhi_taipei_format_moment (gint64 unix_seconds, const char *language);

G_END_DECLS
