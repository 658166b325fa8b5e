/* SPDX-License-Identifier: GPL-3.0-or-later
 * The only file besides server.c that touches a libsoup message: in comes a copy, out goes a
 * checked answer. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/exchange.h"

#include "service/http/language.h"
#include "service/http/network.h"
#include "service/http/response.h"
#include "service/http/server.h"

static void
copy_header (const char *name, const char *value, gpointer data)
{
  GHashTable *headers = data;
  gboolean is_range = g_ascii_strcasecmp (name, NHI_HTTP_RANGE_HEADER) == 0;
  char *lower = is_range ? g_strdup ("range") : g_ascii_strdown (name, -1);
  const char *first = g_hash_table_lookup (headers, lower);

  /* Fields that may come once only were checked by the guard; the others are lists. */
  g_hash_table_insert (headers, lower,
                       first != NULL ? g_strconcat (first, ", ", value, NULL) : g_strdup (value));
}

NhiExchange *
nhi_exchange_new (SoupServerMessage *message, const NhiRouter *router, GHashTable *query)
{
  NhiExchange *exchange = g_new0 (NhiExchange, 1);
  NhiRequest *request = &exchange->request;

  exchange->message = g_object_ref (message);
  exchange->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  soup_message_headers_foreach (soup_server_message_get_request_headers (message), copy_header,
                                exchange->headers);
  exchange->body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  exchange->network = nhi_network_of (soup_server_message_get_remote_address (message));
  request->method = soup_server_message_get_method (message);
  request->path = g_uri_get_path (soup_server_message_get_uri (message));
  exchange->verdict = nhi_router_match (router, request->method, request->path, &exchange->match);
  request->route = exchange->match.route != NULL ? exchange->match.route->template : NULL;
  request->parameters = exchange->match.parameters;
  request->query = query != NULL ? g_hash_table_ref (query)
                                 : g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  request->headers = exchange->headers;
  request->body = exchange->body;
  request->network = exchange->network;
  request->language =
      nhi_language_choose (g_hash_table_lookup (exchange->headers, "accept-language"));
  return exchange;
}

void
nhi_exchange_free (NhiExchange *exchange)
{
  if (exchange == NULL)
    return;
  nhi_router_match_clear (&exchange->match);
  g_clear_pointer (&exchange->request.query, g_hash_table_unref);
  g_hash_table_unref (exchange->headers);
  g_bytes_unref (exchange->body);
  g_free (exchange->network);
  g_free (exchange->person_id);
  g_free (exchange->session_id);
  g_clear_pointer (&exchange->response, nhi_response_free);
  g_object_unref (exchange->message);
  g_free (exchange);
}

const char *
nhi_exchange_get_token (const NhiExchange *exchange)
{
  const char *value = g_hash_table_lookup (exchange->headers, "authorization");

  if (value == NULL || g_ascii_strncasecmp (value, "Bearer ", 7) != 0)
    return NULL;
  value += 7;
  value += strspn (value, " ");
  return *value != '\0' && strlen (value) <= 256 ? value : NULL;
}

gboolean
nhi_exchange_wants_page (const NhiExchange *exchange)
{
  const char *accept = g_hash_table_lookup (exchange->headers, "accept");

  if (exchange->match.route != NULL)
    return (exchange->match.route->flags & NHI_ROUTE_PAGE) != 0;
  return !g_str_has_prefix (exchange->request.path, "/api/") && accept != NULL &&
         strstr (accept, "text/html") != NULL;
}

static void
append_header (const char *name, const char *value, gpointer headers)
{
  soup_message_headers_append (headers, name, value);
}

static void
set_default (NhiExchange *exchange, const char *name, const char *value)
{
  if (nhi_response_get_header (exchange->response, name) == NULL)
    soup_message_headers_append (soup_server_message_get_response_headers (exchange->message), name,
                                 value);
}

static void
set_security_headers (NhiExchange *exchange, gboolean https)
{
  const char *type = nhi_response_get_header (exchange->response, "Content-Type");
  gboolean page = type != NULL && g_str_has_prefix (type, "text/html");

  set_default (exchange, "Cache-Control", "no-store");
  set_default (exchange, "X-Content-Type-Options", "nosniff");
  set_default (exchange, "Referrer-Policy", "no-referrer");
  set_default (exchange, "Content-Security-Policy",
               page ? "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
                    : "default-src 'none'; frame-ancestors 'none'");
  if (https)
    set_default (exchange, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

static gboolean
client_closes (const NhiExchange *exchange)
{
  const char *connection = g_hash_table_lookup (exchange->headers, "connection");

  return connection != NULL && g_ascii_strcasecmp (connection, "close") == 0;
}

void
nhi_exchange_answer (NhiExchange *exchange, gboolean https, gboolean last)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (exchange->message);
  SoupMessageBody *body = soup_server_message_get_response_body (exchange->message);
  guint status = nhi_response_get_status (exchange->response);

  soup_server_message_set_status (exchange->message, status, NULL);
  nhi_response_foreach_header (exchange->response, append_header, headers);
  set_security_headers (exchange, https);
  if (last || client_closes (exchange))
    soup_message_headers_replace (headers, "Connection", "close");
  if (status != SOUP_STATUS_NO_CONTENT)
    {
      GBytes *bytes = nhi_response_get_body (exchange->response);

      /* The length is said also for HEAD, whose body libsoup leaves out. */
      soup_message_headers_set_content_length (headers, (goffset)g_bytes_get_size (bytes));
      soup_message_body_append_bytes (body, bytes);
    }
  soup_message_body_complete (body);
}
