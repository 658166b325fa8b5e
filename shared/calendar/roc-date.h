/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dates as Taiwan writes them: ROC year = Western year − 1911. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Every parser is strict: exact length, digits only, a day that exists; @ret_date is untouched when
 * it returns FALSE. Every formatter wants a valid date and returns a new string. %NULL text is
 * simply no date. */

gboolean nhi_roc_date_parse (const char *text, GDate *ret_date); /* chip form YYYMMDD, 7 digits */
char *nhi_roc_date_format (const GDate *date);  /* "75/05/05"; before 1912 "民前1/12/31" */
char *nhi_roc_date_to_chip (const GDate *date); /* "0750505"; NULL outside ROC 1–999 */
gboolean nhi_iso_date_parse (const char *text, GDate *ret_date); /* YYYY-MM-DD, strict */
char *nhi_iso_date_format (const GDate *date);
char *nhi_compact_date_format (const GDate *date); /* YYYYMMDD, the health bank's form */
gboolean nhi_compact_date_parse (const char *text, GDate *ret_date);

/* Full years; who was born on 29 February is a year older on 1 March of a common year. 0 when
 * @today is before the birth. */
guint nhi_date_age (const GDate *birth_date, const GDate *today);

G_END_DECLS
