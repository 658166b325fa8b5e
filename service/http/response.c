/* SPDX-License-Identifier: GPL-3.0-or-later
 * An answer as a value: status, checked header fields, body; and the RFC 9457 problem, which is an
 * answer too. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/response.h"

#include "shared/api/api.h"

struct _NhiResponse
{
  guint status;
  GPtrArray *headers; /* name, value, name, value … */
  GBytes *body;
  JsonObject *problem; /* members that are written when the body is asked for */
};

NhiResponse *
nhi_response_new (guint status)
{
  NhiResponse *response = g_new0 (NhiResponse, 1);

  response->status = status;
  response->headers = g_ptr_array_new_with_free_func (g_free);
  return response;
}

NhiResponse *
nhi_response_new_bytes (guint status, const char *content_type, GBytes *body)
{
  NhiResponse *response = nhi_response_new (status);

  nhi_response_set_header (response, "Content-Type", content_type);
  response->body = g_bytes_ref (body);
  return response;
}

NhiResponse *
nhi_response_new_json (guint status, JsonNode *node)
{
  char *text = json_to_string (node, FALSE);
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));

  json_node_unref (node);
  return nhi_response_new_bytes (status, NHI_MEDIA_JSON, body);
}

NhiResponse *
nhi_problem_new (guint status, const char *slug, const char *title, const char *detail)
{
  NhiResponse *response = nhi_response_new (status);
  g_autofree char *type = g_strconcat (NHI_PROBLEM_PREFIX, slug, NULL);

  nhi_response_set_header (response, "Content-Type", NHI_MEDIA_PROBLEM);
  response->problem = json_object_new ();
  json_object_set_string_member (response->problem, "type", type);
  json_object_set_string_member (response->problem, "title", title);
  json_object_set_int_member (response->problem, "status", status);
  if (detail != NULL)
    json_object_set_string_member (response->problem, "detail", detail);
  return response;
}

JsonObject *
nhi_problem_members (NhiResponse *problem)
{
  return problem->problem;
}

void
nhi_response_free (NhiResponse *response)
{
  if (response == NULL)
    return;
  g_ptr_array_unref (response->headers);
  g_clear_pointer (&response->body, g_bytes_unref);
  g_clear_pointer (&response->problem, json_object_unref);
  g_free (response);
}

static gboolean
is_token (const char *name)
{
  if (*name == '\0')
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && strchr ("!#$%&'*+-.^_`|~", *name) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_field_value (const char *value)
{
  for (; *value != '\0'; value++)
    if (*value != '\t' && (*value < 0x20 || *value > 0x7e))
      return FALSE;
  return TRUE;
}

void
nhi_response_set_header (NhiResponse *response, const char *name, const char *value)
{
  if (!is_token (name) || !is_field_value (value))
    {
      g_message ("A header field was not sent, its value is not printable ASCII: %.40s",
                 is_token (name) ? name : "(its name is none)");
      return;
    }
  for (guint i = 0; i < response->headers->len; i += 2)
    if (g_ascii_strcasecmp (response->headers->pdata[i], name) == 0)
      {
        g_free (response->headers->pdata[i + 1]);
        response->headers->pdata[i + 1] = g_strdup (value);
        return;
      }
  g_ptr_array_add (response->headers, g_strdup (name));
  g_ptr_array_add (response->headers, g_strdup (value));
}

guint
nhi_response_get_status (const NhiResponse *response)
{
  return response->status;
}

const char *
nhi_response_get_header (const NhiResponse *response, const char *name)
{
  for (guint i = 0; i < response->headers->len; i += 2)
    if (g_ascii_strcasecmp (response->headers->pdata[i], name) == 0)
      return response->headers->pdata[i + 1];
  return NULL;
}

void
nhi_response_foreach_header (const NhiResponse *response, NhiHeaderFunc func, gpointer data)
{
  for (guint i = 0; i < response->headers->len; i += 2)
    func (response->headers->pdata[i], response->headers->pdata[i + 1], data);
}

GBytes *
nhi_response_get_body (NhiResponse *response)
{
  if (response->body == NULL && response->problem != NULL)
    {
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), response->problem);
      char *text = json_to_string (node, FALSE);

      response->body = g_bytes_new_take (text, strlen (text));
    }
  else if (response->body == NULL)
    {
      response->body = g_bytes_new_static ("", 0);
    }
  return response->body;
}
