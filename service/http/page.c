/* SPDX-License-Identifier: GPL-3.0-or-later
 * The plainest page that says what went wrong: title and sentence of the problem, nothing else. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/page.h"

#include "service/http/response.h"

static void
copy_header (const char *name, const char *value, gpointer page)
{
  if (g_ascii_strcasecmp (name, "Content-Type") != 0)
    nhi_response_set_header (page, name, value);
}

static char *
escaped_member (JsonObject *members, const char *name)
{
  return g_markup_escape_text (json_object_get_string_member_with_default (members, name, ""), -1);
}

NhiResponse *
nhi_page_from_problem (NhiResponse *problem, const char *language)
{
  g_autoptr (NhiResponse) source = problem;
  JsonObject *members = nhi_problem_members (problem);
  g_autofree char *title = escaped_member (members, "title");
  g_autofree char *detail = escaped_member (members, "detail");
  char *text =
      g_strdup_printf ("<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\">"
                       "<meta name=\"viewport\" content=\"width=device-width\">"
                       "<title>%s</title></head>\n"
                       "<body><main><h1>%s</h1><p>%s</p></main></body>\n</html>\n",
                       language, title, title, detail);
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));
  NhiResponse *page =
      nhi_response_new_bytes (nhi_response_get_status (problem), "text/html; charset=utf-8", body);

  nhi_response_set_header (page, "Content-Language", language);
  nhi_response_set_header (page, "Vary", "Accept-Language");
  nhi_response_foreach_header (problem, copy_header, page);
  return page;
}
