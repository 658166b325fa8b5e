/* SPDX-License-Identifier: GPL-3.0-or-later
 * Accept-Language with its weights; any Chinese is zh-TW, any English is en. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/language.h"

#include <string.h>

#define MAX_RANGES 16 /* more than any person speaks */

/* Thousandths, 1000 without a weight, 0 for one that cannot be read. */
static guint
weight_of (const char *range)
{
  const char *q = strchr (range, ';');

  if (q == NULL)
    return 1000;
  q++;
  q += strspn (q, " \t");
  if (g_ascii_tolower (q[0]) != 'q' || q[1] != '=')
    return 0;
  return (guint)CLAMP (g_ascii_strtod (q + 2, NULL) * 1000.0, 0.0, 1000.0);
}

static const char *
language_of (const char *range)
{
  gsize length = strcspn (range, "-; \t");

  if (length == 1 && *range == '*')
    return "zh-TW";
  if (length != 2)
    return NULL;
  if (g_ascii_strncasecmp (range, "zh", 2) == 0)
    return "zh-TW";
  return g_ascii_strncasecmp (range, "en", 2) == 0 ? "en" : NULL;
}

const char *
nhi_language_choose (const char *accept_language)
{
  g_auto (GStrv) ranges = NULL;
  const char *best = "zh-TW";
  guint best_weight = 0;

  if (accept_language == NULL)
    return best;
  ranges = g_strsplit (accept_language, ",", MAX_RANGES);
  for (guint i = 0; ranges[i] != NULL; i++)
    {
      const char *range = g_strstrip (ranges[i]);
      const char *language = language_of (range);
      guint weight = weight_of (range);

      if (language != NULL && weight > best_weight)
        {
          best = language;
          best_weight = weight;
        }
    }
  return best;
}
