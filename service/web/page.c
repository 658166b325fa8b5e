/* SPDX-License-Identifier: GPL-3.0-or-later
 * HTML with everything escaped, and its style sheet. */
#define G_LOG_DOMAIN "nhi-web"

#include "service/web/page.h"

#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark}\n"
    "body{margin:0;font:1.125rem/1.7 \"Noto Sans TC\",\"Noto Sans CJK TC\",\"PingFang "
    "TC\",\"Microsoft JhengHei\","
    "sans-serif;color:#1d1d1f;background:#f4f5f7}\n"
    "header{padding:1rem 1.5rem;background:#0f5f8a;color:#fff;font-weight:bold}\n"
    "main{max-width:36rem;margin:2rem auto;padding:1.5rem "
    "2rem;background:#fff;border-radius:.75rem}\n"
    "h1{font-size:1.5rem;line-height:1.4;margin:.5rem 0 1rem}\n"
    "button{font:inherit;font-weight:bold;min-height:3rem;padding:.5rem "
    "2rem;border:0;border-radius:.5rem;"
    "background:#0f5f8a;color:#fff;cursor:pointer}\n"
    "button:hover{background:#0b4a6d}\n"
    "button:focus-visible{outline:3px solid #f2a900;outline-offset:2px}\n"
    ".demo{border-left:.25rem solid #f2a900;padding-left:.75rem}\n"
    "@media (max-width:40rem){main{margin:0;border-radius:0;padding:1.25rem}button{width:100%}}\n"
    "@media "
    "(prefers-color-scheme:dark){body{color:#eee;background:#17181a}main{background:#242629}}\n";

static void
append_escaped (GString *html, const char *before, const char *text, const char *after)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_string_append_printf (html, "%s%s%s", before, escaped, after);
}

NhiResponse *
nhi_page_render (guint status, const NhiPage *page)
{
  const gboolean english = g_str_equal (page->language, "en");
  g_autoptr (GString) html = g_string_new ("<!DOCTYPE html>\n");

  g_string_append_printf (html, "<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                          english ? "en" : "zh-Hant-TW");
  g_string_append (html,
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"robots\" content=\"noindex\">\n");
  append_escaped (html, "<title>", page->heading, "</title>\n");
  g_string_append (html, "<link rel=\"stylesheet\" href=\"" NHI_WEB_STYLE "\">\n</head>\n<body>\n");
  append_escaped (html, "<header>", english ? "NHI card online services" : "健保卡網路服務",
                  "</header>\n<main>\n");
  append_escaped (html, "<h1>", page->heading, "</h1>\n");
  for (gsize i = 0; page->paragraphs[i] != NULL; i++)
    append_escaped (html, "<p>", page->paragraphs[i], "</p>\n");
  if (page->button != NULL)
    append_escaped (html, "<form method=\"post\"><button type=\"submit\">", page->button,
                    "</button></form>\n");
  if (page->demo)
    append_escaped (html, "<p class=\"demo\">",
                    english ? "Demonstration: the people and data are invented."
                            : "示範系統：人物與資料均為虛構。",
                    "</p>\n");
  g_string_append (html, "</main>\n</body>\n</html>\n");

  g_autoptr (GBytes) body = g_string_free_to_bytes (g_steal_pointer (&html));
  NhiResponse *response = nhi_response_new_bytes (status, "text/html; charset=utf-8", body);
  nhi_response_set_header (response, "Content-Language", page->language);
  nhi_response_set_header (response, "Vary", "Accept-Language");
  return response;
}

NhiResponse *
nhi_page_style (const NhiRequest *request, gpointer context, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static (style, strlen (style));
  NhiResponse *response = nhi_response_new_bytes (200, "text/css; charset=utf-8", body);

  nhi_response_set_header (response, "Cache-Control", "public, max-age=3600");
  return response;
}
