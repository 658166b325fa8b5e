/* SPDX-License-Identifier: GPL-3.0-or-later
 * One table from status to problem type and words. Both languages, because no Accept-Language may
 * have come. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/refusal.h"

#include "shared/api/api.h"

static const struct
{
  guint status;
  const char *phrase;
  const char *slug;
  const char *chinese;
} refusals[] = {
  { 400, "Bad Request", NHI_PROBLEM_MALFORMED, "請求格式不正確。" },
  { 408, "Request Timeout", NHI_PROBLEM_TIMEOUT, "等候資料逾時，請檢查網路後再試。" },
  { 413, "Content Too Large", NHI_PROBLEM_TOO_LARGE, "送出的內容超過上限，請縮小後再試。" },
  { 414, "URI Too Long", NHI_PROBLEM_MALFORMED, "網址過長。" },
  { 417, "Expectation Failed", NHI_PROBLEM_MALFORMED, "請求格式不正確。" },
  { 431, "Request Header Fields Too Large", NHI_PROBLEM_HEADER_TOO_LARGE, "請求的標頭過大。" },
  { 501, "Not Implemented", NHI_PROBLEM_MALFORMED, "不支援的操作方式。" },
  { 503, "Service Unavailable", NHI_PROBLEM_OVERLOADED, "系統忙碌中，請稍後再試。" },
  { 505, "HTTP Version Not Supported", NHI_PROBLEM_MALFORMED, "不支援的通訊協定版本。" },
};

void
nhi_refusal_append (GByteArray *out, guint status, const char *reason)
{
  guint row = 0;
  g_autofree char *body = NULL;
  g_autofree char *head = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (refusals[i].status == status)
      row = i;
  body =
      g_strdup_printf ("{\"type\":\"" NHI_PROBLEM_PREFIX "%s\",\"title\":\"%s\",\"status\":%u,"
                       "\"detail\":\"%s%s%s\"}",
                       refusals[row].slug, refusals[row].phrase, refusals[row].status,
                       refusals[row].chinese, reason != NULL ? reason : refusals[row].phrase, ".");
  head = g_strdup_printf ("HTTP/1.1 %u %s\r\n"
                          "Content-Type: " NHI_MEDIA_PROBLEM "\r\n"
                          "Content-Length: %zu\r\n"
                          "Cache-Control: no-store\r\n"
                          "X-Content-Type-Options: nosniff\r\n"
                          "%s"
                          "Connection: close\r\n\r\n",
                          refusals[row].status, refusals[row].phrase, strlen (body),
                          status == 503 ? "Retry-After: 2\r\n" : "");
  g_byte_array_append (out, (const guint8 *)head, (guint)strlen (head));
  g_byte_array_append (out, (const guint8 *)body, (guint)strlen (body));
}
