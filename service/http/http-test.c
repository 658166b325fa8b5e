/* SPDX-License-Identifier: GPL-3.0-or-later
 * Router, Range, rate limit, language, network and response fields. */
#include "service/http/language.h"
#include "service/http/network.h"
#include "service/http/range.h"
#include "service/http/rate-limit.h"
#include "service/http/router.h"

static NhiResponse *
no_handler (const NhiRequest *request, gpointer context, GError **error)
{
  return nhi_response_new (204);
}

static const NhiRoute routes[] = {
  { "GET", "/a", no_handler, 0, 0 },
  { "POST", "/a", no_handler, 0, 500 },
  { "GET", "/a/{id}", no_handler, 0, 0 },
  { "GET", "/a/{id}/b", no_handler, 0, 0 },
  { NULL },
};

static void
test_router (void)
{
  const struct
  {
    const char *method;
    const char *path;
    NhiRouterVerdict verdict;
    const char *template;
    const char *id;
    const char *allow;
  } cases[] = {
    { "GET", "/a", NHI_ROUTER_FOUND, "/a", NULL, NULL },
    { "HEAD", "/a", NHI_ROUTER_FOUND, "/a", NULL, NULL },
    { "DELETE", "/a", NHI_ROUTER_NO_METHOD, NULL, NULL, "GET, HEAD, POST" },
    { "get", "/a", NHI_ROUTER_NO_METHOD, NULL, NULL, "GET, HEAD, POST" },
    { "GET", "/a/", NHI_ROUTER_NO_ROUTE, NULL, NULL, NULL },
    { "GET", "/A", NHI_ROUTER_NO_ROUTE, NULL, NULL, NULL },
    { "GET", "/", NHI_ROUTER_NO_ROUTE, NULL, NULL, NULL },
    { "GET", "", NHI_ROUTER_NO_ROUTE, NULL, NULL, NULL },
    { "GET", "/a/x", NHI_ROUTER_FOUND, "/a/{id}", "x", NULL },
    { "GET", "/a/%e4%b8%ad", NHI_ROUTER_FOUND, "/a/{id}", "中", NULL },
    { "GET", "/a/x/b", NHI_ROUTER_FOUND, "/a/{id}/b", "x", NULL },
    { "GET", "/a/x/c", NHI_ROUTER_NO_ROUTE, NULL, NULL, NULL },
    { "GET", "/a/%2f", NHI_ROUTER_NO_ROUTE, NULL, NULL, NULL },
    { "GET", "/a/%00", NHI_ROUTER_NO_ROUTE, NULL, NULL, NULL },
    { "GET", "/a/%0a", NHI_ROUTER_NO_ROUTE, NULL, NULL, NULL },
    { "GET", "/a/%ff", NHI_ROUTER_NO_ROUTE, NULL, NULL, NULL },
  };
  g_autoptr (NhiRouter) router = nhi_router_new ();

  nhi_router_add (router, routes);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (NhiRouterMatch) match = { 0 };

      g_test_message ("%s %s", cases[i].method, cases[i].path);
      g_assert_cmpint (nhi_router_match (router, cases[i].method, cases[i].path, &match), ==,
                       cases[i].verdict);
      g_assert_cmpstr (match.route != NULL ? match.route->template : NULL, ==, cases[i].template);
      g_assert_cmpstr (match.allow, ==, cases[i].allow);
      if (cases[i].id != NULL)
        g_assert_cmpstr (g_hash_table_lookup (match.parameters, "id"), ==, cases[i].id);
    }
}

static void
test_body_limits (void)
{
  g_autoptr (NhiRouter) router = nhi_router_new ();

  nhi_router_add (router, routes);
  g_assert_cmpuint (nhi_router_body_limit (router, "POST", "/a?x=1"), ==, 500);
  g_assert_cmpuint (nhi_router_body_limit (router, "GET", "/a"), ==, 0);
  g_assert_cmpuint (nhi_router_body_limit (router, "POST", "/none"), ==, NHI_ROUTER_UNKNOWN_BODY);
}

static void
test_long_parameter (void)
{
  g_autoptr (NhiRouter) router = nhi_router_new ();
  g_auto (NhiRouterMatch) match = { 0 };
  g_autofree char *id = g_strnfill (NHI_ROUTER_MAX_PARAMETER + 1, 'x');
  g_autofree char *path = g_strconcat ("/a/", id, NULL);

  nhi_router_add (router, routes);
  g_assert_cmpint (nhi_router_match (router, "GET", path, &match), ==, NHI_ROUTER_NO_ROUTE);
}

static void
test_range (void)
{
  const struct
  {
    const char *range;
    const char *if_range;
    NhiRangeKind kind;
    guint64 first;
    guint64 last;
  } cases[] = {
    { NULL, NULL, NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=0-9", NULL, NHI_RANGE_PART, 0, 9 },
    { "Bytes=0-9", NULL, NHI_RANGE_PART, 0, 9 },
    { "bytes=90-", NULL, NHI_RANGE_PART, 90, 99 },
    { "bytes=90-1000", NULL, NHI_RANGE_PART, 90, 99 },
    { "bytes=-10", NULL, NHI_RANGE_PART, 90, 99 },
    { "bytes=-1000", NULL, NHI_RANGE_PART, 0, 99 },
    { "bytes=-0", NULL, NHI_RANGE_NOT_SATISFIABLE, 0, 0 },
    { "bytes=100-", NULL, NHI_RANGE_NOT_SATISFIABLE, 0, 0 },
    { "bytes=100-200", NULL, NHI_RANGE_NOT_SATISFIABLE, 0, 0 },
    { "bytes=9-8", NULL, NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=0-1,5-6", NULL, NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=", NULL, NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=-", NULL, NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=a-b", NULL, NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=0-1x", NULL, NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=99999999999999999999-", NULL, NHI_RANGE_WHOLE, 0, 0 },
    { "items=0-1", NULL, NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=0-9", "\"e\"", NHI_RANGE_PART, 0, 9 },
    { "bytes=0-9", "\"f\"", NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=0-9", "W/\"e\"", NHI_RANGE_WHOLE, 0, 0 },
    { "bytes=0-9", "Mon, 23 Nov 2026 15:00:00 GMT", NHI_RANGE_WHOLE, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint64 first = 0, last = 0;

      g_test_message ("%s", cases[i].range);
      g_assert_cmpint (nhi_range_parse (cases[i].range, cases[i].if_range, "\"e\"", 100, &first,
                                        &last),
                       ==, cases[i].kind);
      g_assert_cmpuint (first, ==, cases[i].first);
      g_assert_cmpuint (last, ==, cases[i].last);
    }
}

static void
test_range_response (void)
{
  NhiRequest request = { .language = "en" };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("234", 3);
  g_autoptr (NhiResponse) part = nhi_response_new_part ("application/zip", bytes, 2, 4, 10);
  g_autoptr (NhiResponse) behind = nhi_range_not_satisfiable (&request, 10);

  g_assert_cmpuint (nhi_response_get_status (part), ==, 206);
  g_assert_cmpstr (nhi_response_get_header (part, "content-range"), ==, "bytes 2-4/10");
  g_assert_cmpmem (g_bytes_get_data (nhi_response_get_body (part), NULL), 3, "234", 3);
  g_assert_cmpuint (nhi_response_get_status (behind), ==, 416);
  g_assert_cmpstr (nhi_response_get_header (behind, "content-range"), ==, "bytes */10");
}

static void
test_rate_limit (void)
{
  g_autoptr (NhiRateLimit) limit = nhi_rate_limit_new (60, 3, 2);
  gint64 now = 1000;

  for (int i = 0; i < 3; i++)
    g_assert_cmpuint (nhi_rate_limit_take (limit, "a", now), ==, 0);
  g_assert_cmpuint (nhi_rate_limit_take (limit, "a", now), ==, 1);
  g_assert_cmpuint (nhi_rate_limit_take (limit, "b", now), ==, 0);
  g_assert_cmpuint (nhi_rate_limit_take (limit, "a", now + G_USEC_PER_SEC), ==, 0);
  g_assert_cmpuint (nhi_rate_limit_take (limit, "a", now + G_USEC_PER_SEC), ==, 1);
}

static void
test_rate_limit_promise_holds (void)
{
  g_autoptr (NhiRateLimit) limit = nhi_rate_limit_new (7, 1, 10);
  guint wait;

  g_assert_cmpuint (nhi_rate_limit_take (limit, "a", 0), ==, 0);
  wait = nhi_rate_limit_take (limit, "a", 0);
  g_assert_cmpuint (wait, ==, 9);
  g_assert_cmpuint (nhi_rate_limit_take (limit, "a", (gint64)wait * G_USEC_PER_SEC), ==, 0);
}

static void
test_language (void)
{
  const struct
  {
    const char *accept;
    const char *language;
  } cases[] = {
    { NULL, "zh-TW" },
    { "", "zh-TW" },
    { "en", "en" },
    { "en-GB,zh;q=0.5", "en" },
    { "zh-Hant-TW;q=0.9, en;q=0.8", "zh-TW" },
    { "en;q=0.8, zh;q=0.9", "zh-TW" },
    { "fr, de", "zh-TW" },
    { "fr, en;q=0.1", "en" },
    { "*", "zh-TW" },
    { "en;q=0", "zh-TW" },
    { "en;q=x", "zh-TW" },
    { "english", "zh-TW" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (nhi_language_choose (cases[i].accept), ==, cases[i].language);
}

static void
test_network (void)
{
  const char *cases[][2] = {
    { "192.0.2.7", "192.0.2.7" },
    { "::ffff:192.0.2.7", "192.0.2.7" },
    { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
    { "2001:db8:1:2::1", "2001:db8:1:2::/64" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (cases[i][0], 1);
      g_autofree char *network = nhi_network_of (address);

      g_assert_cmpstr (network, ==, cases[i][1]);
    }
}

static void
test_header_values (void)
{
  g_autoptr (NhiResponse) response = nhi_response_new (200);

  nhi_response_set_header (response, "X-A", "one");
  nhi_response_set_header (response, "x-a", "two");
  g_assert_cmpstr (nhi_response_get_header (response, "X-A"), ==, "two");
  nhi_response_set_header (response, "X-B", "a\r\nSet-Cookie: b");
  nhi_response_set_header (response, "X-C", "中");
  nhi_response_set_header (response, "X D", "a");
  g_assert_null (nhi_response_get_header (response, "X-B"));
  g_assert_null (nhi_response_get_header (response, "X-C"));
  g_assert_null (nhi_response_get_header (response, "X D"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/finds-by-method-and-template", test_router);
  g_test_add_func ("/router/tells-the-body-limit", test_body_limits);
  g_test_add_func ("/router/long-parameter-finds-nothing", test_long_parameter);
  g_test_add_func ("/range/parse", test_range);
  g_test_add_func ("/range/response", test_range_response);
  g_test_add_func ("/rate-limit/bucket-empties-and-fills", test_rate_limit);
  g_test_add_func ("/rate-limit/retry-after-is-true", test_rate_limit_promise_holds);
  g_test_add_func ("/language/choose", test_language);
  g_test_add_func ("/network/of-address", test_network);
  g_test_add_func ("/response/values-cannot-break-out", test_header_values);
  return g_test_run ();
}
