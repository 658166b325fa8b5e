/* SPDX-License-Identifier: GPL-3.0-or-later
 * One byte range: parsed strictly; its part, and what is said when there is none. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/range.h"

#include "shared/api/api.h"

/* Up to 18 digits, so that no sum below can overflow; advances *@text behind them. */
static gboolean
read_number (const char **text, guint64 *ret_number)
{
  const char *end = *text;
  guint64 number = 0;

  while (g_ascii_isdigit (*end))
    number = end - *text < 18 ? number * 10 + (guint64)(*end++ - '0') : (end++, number);
  if (end == *text || end - *text > 18)
    return FALSE;
  *text = end;
  *ret_number = number;
  return TRUE;
}

static NhiRangeKind
parse_suffix (const char *rest, guint64 size, guint64 *ret_first, guint64 *ret_last)
{
  guint64 length;

  if (!read_number (&rest, &length) || *rest != '\0')
    return NHI_RANGE_WHOLE;
  if (length == 0 || size == 0)
    return NHI_RANGE_NOT_SATISFIABLE;
  *ret_first = size - MIN (length, size);
  *ret_last = size - 1;
  return NHI_RANGE_PART;
}

NhiRangeKind
nhi_range_parse (const char *range,
                 const char *if_range,
                 const char *etag,
                 guint64 size,
                 guint64 *ret_first,
                 guint64 *ret_last)
{
  guint64 first, last;

  if (range == NULL || g_ascii_strncasecmp (range, "bytes=", 6) != 0)
    return NHI_RANGE_WHOLE;
  if (if_range != NULL && (*if_range != '"' || strcmp (if_range, etag) != 0))
    return NHI_RANGE_WHOLE;
  range += 6;
  if (*range == '-')
    return parse_suffix (range + 1, size, ret_first, ret_last);
  if (!read_number (&range, &first) || *range++ != '-')
    return NHI_RANGE_WHOLE;
  last = G_MAXUINT64;
  if (*range != '\0' && (!read_number (&range, &last) || *range != '\0' || last < first))
    return NHI_RANGE_WHOLE;
  if (first >= size)
    return NHI_RANGE_NOT_SATISFIABLE;
  *ret_first = first;
  *ret_last = MIN (last, size - 1);
  return NHI_RANGE_PART;
}

NhiResponse *
nhi_range_not_satisfiable (const NhiRequest *request, guint64 size)
{
  gboolean chinese = g_strcmp0 (request->language, "en") != 0;
  NhiResponse *response =
      nhi_problem_new (416, NHI_PROBLEM_RANGE,
                       chinese ? "要求的範圍不存在" : "Range not satisfiable",
                       chinese
                           ? "檔案沒有所要求的部分，請從頭重新下載。"
                           : "The file has no such part. Download it again from its beginning.");
  g_autofree char *content_range = g_strdup_printf ("bytes */%" G_GUINT64_FORMAT, size);

  nhi_response_set_header (response, "Content-Range", content_range);
  return response;
}

NhiResponse *
nhi_response_new_part (const char *content_type,
                       GBytes *part,
                       guint64 first,
                       guint64 last,
                       guint64 size)
{
  NhiResponse *response = nhi_response_new_bytes (206, content_type, part);
  g_autofree char *content_range =
      g_strdup_printf ("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                       first, last, size);

  nhi_response_set_header (response, "Content-Range", content_range);
  return response;
}
