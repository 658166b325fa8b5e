/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a handler asks a request for. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/handler.h"
#include "service/http/json.h"

G_DEFINE_QUARK (nhi - http - error, nhi_http_error)

const char *
nhi_request_parameter (const NhiRequest *request, const char *name)
{
  return request->parameters != NULL ? g_hash_table_lookup (request->parameters, name) : NULL;
}

const char *
nhi_request_header (const NhiRequest *request, const char *lower_case_name)
{
  return request->headers != NULL ? g_hash_table_lookup (request->headers, lower_case_name) : NULL;
}

/* "application/json" alone or with parameters; +json types are for other messages. */
static gboolean
is_json (const char *content_type)
{
  gsize length = strlen ("application/json");

  if (content_type == NULL || g_ascii_strncasecmp (content_type, "application/json", length) != 0)
    return FALSE;
  return strchr (" \t;", content_type[length]) != NULL; /* finds the ending NUL too */
}

JsonObject *
nhi_request_json_object (const NhiRequest *request, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (request->body, &length);

  if (!is_json (nhi_request_header (request, "content-type")))
    {
      g_set_error_literal (error, NHI_HTTP_ERROR, NHI_HTTP_ERROR_MEDIA_TYPE,
                           "The body must be application/json");
      return NULL;
    }
  return nhi_json_parse_object (text != NULL ? text : "", length, error);
}
