/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dates as Taiwan writes them: ROC year = Western year − 1911. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean nhi_roc_date_parse (const char *text, GDate *ret_date);   /* chip form YYYMMDD, 7 digits */
char *nhi_roc_date_format (const GDate *date);                     /* "75/05/05" */
char *nhi_roc_date_to_chip (const GDate *date);                    /* "0750505" */
gboolean nhi_iso_date_parse (const char *text, GDate *ret_date);   /* YYYY-MM-DD, strict */
char *nhi_iso_date_format (const GDate *date);
char *nhi_compact_date_format (const GDate *date);                 /* YYYYMMDD, the health bank's form */
gboolean nhi_compact_date_parse (const char *text, GDate *ret_date);
guint nhi_date_age (const GDate *birth_date, const GDate *today);  /* full years */

G_END_DECLS
