/* SPDX-License-Identifier: GPL-3.0-or-later
 * The health bank's routes, called as the router calls them. */
#include <string.h>

#include "service/api/problems.h"
#include "service/http/handler.h"
#include "service/jobs/test-bank.h"
#include "shared/api/api.h"

#define KEY "0b6ad47c-6a4c-4b8f-9d2e-5a2f1c3d4e5f"

typedef struct
{
  TestBank *bank;
  GHashTable *headers;
  GHashTable *parameters;
  GHashTable *query;
  const char *person_id;
  const char *language;
} Client;

static void
client_init (Client *client)
{
  client->bank = test_bank_new ();
  client->headers = g_hash_table_new (g_str_hash, g_str_equal);
  client->parameters = g_hash_table_new (g_str_hash, g_str_equal);
  client->query = g_hash_table_new (g_str_hash, g_str_equal);
  client->person_id = TEST_ANNA;
  client->language = "zh-TW";
}

static void
client_clear (Client *client)
{
  g_hash_table_unref (client->headers);
  g_hash_table_unref (client->parameters);
  g_hash_table_unref (client->query);
  test_bank_free (client->bank);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Client, client_clear)

static const NhiRoute *
find_route (const char *method, const char *template)
{
  for (const NhiRoute *route = nhi_api_health_bank_routes; route->method != NULL; route++)
    if (strcmp (route->template, template) == 0 &&
        (strcmp (route->method, method) == 0 ||
         (strcmp (method, "HEAD") == 0 && strcmp (route->method, "GET") == 0)))
      return route;
  g_assert_not_reached ();
}

static NhiResponse *
call (Client *client, const char *method, const char *template, const char *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static (body, strlen (body));
  NhiRequest request = { .method = method,
                         .path = template,
                         .route = template,
                         .parameters = client->parameters,
                         .query = client->query,
                         .headers = client->headers,
                         .body = bytes,
                         .network = "192.0.2.1",
                         .language = client->language,
                         .person_id = client->person_id };
  NhiResponse *response;

  g_hash_table_insert (client->headers, (gpointer) "content-type", (gpointer) "application/json");
  response = find_route (method, template)->handler (&request, client->bank->world, &error);
  g_assert_true ((response == NULL) == (error != NULL));
  return response != NULL ? response : nhi_api_problem_from_error (&request, error);
}

static JsonObject *
json_of (NhiResponse *response, JsonParser *parser)
{
  GBytes *body = nhi_response_get_body (response);
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, g_bytes_get_data (body, NULL), g_bytes_get_size (body),
                              &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
assert_problem (NhiResponse *response, guint status, const char *slug)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autofree char *type = g_strconcat (NHI_PROBLEM_PREFIX, slug, NULL);

  g_assert_cmpuint (nhi_response_get_status (response), ==, status);
  g_assert_cmpstr (json_object_get_string_member (json_of (response, parser), "type"), ==, type);
}

static char *
apply (Client *client, const char *body)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (NhiResponse) response = NULL;

  g_hash_table_insert (client->headers, (gpointer) "idempotency-key", (gpointer)KEY);
  response = call (client, "POST", NHI_ROUTE_APPLICATIONS, body);
  g_assert_cmpuint (nhi_response_get_status (response), ==, 202);
  g_assert_cmpstr (nhi_response_get_header (response, "Retry-After"), ==, "1");
  return g_strdup (json_object_get_string_member (json_of (response, parser), "application_id"));
}

static void
run_jobs (Client *client)
{
  g_autoptr (GError) error = NULL;

  nhi_jobs_run_due (client->bank->world, &(NhiJobsOptions){ 0 }, &error);
  g_assert_no_error (error);
}

#define APPLY_CARD                                                                                 \
  "{\"categories\":[\"card-status\",\"lab\"],\"from\":\"2025-01\",\"to\":\"2026-01\"}"

static void
test_categories (void)
{
  g_auto (Client) client;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (NhiResponse) response = NULL;
  JsonArray *categories;
  JsonObject *first;

  client_init (&client);
  response = call (&client, "GET", NHI_ROUTE_CATEGORIES, "");
  categories = json_object_get_array_member (json_of (response, parser), "categories");
  g_assert_cmpuint (json_array_get_length (categories), ==, 13);
  first = json_array_get_object_element (categories, 0);
  g_assert_cmpstr (json_object_get_string_member (first, "code"), ==, "card-status");
  g_assert_cmpstr (json_object_get_string_member (first, "class"), ==, "insurance_billing");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (first, "name"),
                                                  "zh"),
                   ==, "健保卡狀況及領卡紀錄");
}

static void
test_application_from_processing_to_ready (void)
{
  g_auto (Client) client;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (NhiResponse) processing = NULL;
  g_autoptr (NhiResponse) ready = NULL;
  g_autofree char *id = NULL;
  JsonObject *object, *item;

  client_init (&client);
  id = apply (&client, APPLY_CARD);
  g_hash_table_insert (client.parameters, (gpointer) "id", id);
  processing = call (&client, "GET", NHI_ROUTE_APPLICATIONS "/{id}", "");
  g_assert_cmpstr (nhi_response_get_header (processing, "Retry-After"), ==, "1");
  run_jobs (&client);
  ready = call (&client, "GET", NHI_ROUTE_APPLICATIONS "/{id}", "");
  g_assert_null (nhi_response_get_header (ready, "Retry-After"));
  object = json_of (ready, parser);
  g_assert_cmpstr (json_object_get_string_member (object, "state"), ==, "ready");
  g_assert_cmpstr (json_object_get_string_member (object, "applied_at"), ==,
                   "2026-01-05T02:00:00Z");
  g_assert_cmpstr (json_object_get_string_member (object, "available_until"), ==,
                   "2026-01-12T15:59:59Z");
  item = json_array_get_object_element (json_object_get_array_member (object, "items"), 1);
  g_assert_cmpstr (json_object_get_string_member (item, "category"), ==, "lab");
  g_assert_cmpstr (json_object_get_string_member (item, "status"), ==, "none");
  g_assert_cmpstr (json_object_get_string_member (item, "mode"), ==, "merged");
  object = json_object_get_object_member (object, "package");
  g_assert_cmpstr (json_object_get_string_member (object, "file_name"), ==,
                   "健康存摺_20260105.zip");
  g_assert_cmpuint (strlen (json_object_get_string_member (object, "sha256")), ==, 64);
}

static void
test_list_has_no_items (void)
{
  g_auto (Client) client;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (NhiResponse) response = NULL;
  g_autofree char *id = NULL;
  JsonArray *list;

  client_init (&client);
  id = apply (&client, APPLY_CARD);
  response = call (&client, "GET", NHI_ROUTE_APPLICATIONS, "");
  list = json_object_get_array_member (json_of (response, parser), "applications");
  g_assert_cmpuint (json_array_get_length (list), ==, 1);
  g_assert_false (json_object_has_member (json_array_get_object_element (list, 0), "items"));
}

static const struct
{
  const char *name;
  const char *key;
  const char *body;
  guint status;
  const char *slug;
} refused[] = {
  { "no-key", NULL, APPLY_CARD, 400, NHI_PROBLEM_KEY_MISSING },
  { "key-that-is-no-uuid", "1", APPLY_CARD, 400, NHI_PROBLEM_KEY_MISSING },
  { "no-json", KEY, "categories=lab", 400, NHI_PROBLEM_MALFORMED },
  { "array", KEY, "[]", 400, NHI_PROBLEM_MALFORMED },
  { "nothing", KEY, "{}", 422, NHI_PROBLEM_INVALID_INPUT },
  { "text-for-list", KEY, "{\"categories\":\"lab\",\"from\":\"2025-01\",\"to\":\"2025-02\"}", 422,
    NHI_PROBLEM_INVALID_INPUT },
  { "number-in-list", KEY, "{\"categories\":[1],\"from\":\"2025-01\",\"to\":\"2025-02\"}", 422,
    NHI_PROBLEM_INVALID_INPUT },
  { "null-in-list", KEY, "{\"categories\":[null],\"from\":\"2025-01\",\"to\":\"2025-02\"}", 422,
    NHI_PROBLEM_INVALID_INPUT },
  { "number-for-month", KEY, "{\"categories\":[\"lab\"],\"from\":202501,\"to\":\"2025-02\"}", 422,
    NHI_PROBLEM_INVALID_INPUT },
  { "object-for-month", KEY, "{\"categories\":[\"lab\"],\"from\":{},\"to\":[]}", 422,
    NHI_PROBLEM_INVALID_INPUT },
};

static void
test_refused (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_auto (Client) client;
  g_autoptr (NhiResponse) response = NULL;

  client_init (&client);
  if (refused[i].key != NULL)
    g_hash_table_insert (client.headers, (gpointer) "idempotency-key", (gpointer)refused[i].key);
  response = call (&client, "POST", NHI_ROUTE_APPLICATIONS, refused[i].body);
  assert_problem (response, refused[i].status, refused[i].slug);
}

static void
test_fields_are_told_in_the_readers_language (void)
{
  g_auto (Client) client;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (NhiResponse) response = NULL;
  JsonObject *field;

  client_init (&client);
  client.language = "en";
  g_hash_table_insert (client.headers, (gpointer) "idempotency-key", (gpointer)KEY);
  response = call (&client, "POST", NHI_ROUTE_APPLICATIONS,
                   "{\"categories\":[\"lab\"],\"from\":\"2025-06\",\"to\":\"2025-05\"}");
  field = json_array_get_object_element (json_object_get_array_member (json_of (response, parser),
                                                                       "fields"),
                                         0);
  g_assert_cmpstr (json_object_get_string_member (field, "field"), ==, "from");
  g_assert_cmpstr (json_object_get_string_member (field, "code"), ==, "after-end");
  g_assert_cmpstr (json_object_get_string_member (field, "message"), ==,
                   "The period begins after its end. Choose an earlier first month.");
}

static void
test_too_many_at_once (void)
{
  g_auto (Client) client;
  g_autoptr (NhiResponse) response = NULL;

  client_init (&client);
  for (guint i = 0; i < NHI_HEALTH_BANK_MAX_PROCESSING; i++)
    nhi_application_free (
        test_bank_apply (client.bank, TEST_ANNA, "lab", "2025-01", "2025-02", NULL));
  g_hash_table_insert (client.headers, (gpointer) "idempotency-key", (gpointer)KEY);
  response = call (&client, "POST", NHI_ROUTE_APPLICATIONS, APPLY_CARD);
  assert_problem (response, 429, NHI_PROBLEM_RATE);
  g_assert_cmpstr (nhi_response_get_header (response, "Retry-After"), ==, "1");
}

/* What comes before the package is there, and after it is gone. */
static void
test_download_refused (void)
{
  g_auto (Client) client;
  g_autoptr (NhiResponse) early = NULL;
  g_autoptr (NhiResponse) foreign = NULL;
  g_autoptr (NhiResponse) late = NULL;
  g_autofree char *id = NULL;

  client_init (&client);
  id = apply (&client, APPLY_CARD);
  g_hash_table_insert (client.parameters, (gpointer) "id", id);
  early = call (&client, "GET", NHI_ROUTE_APPLICATIONS "/{id}/package", "");
  assert_problem (early, 409, NHI_PROBLEM_NOT_READY);
  g_assert_nonnull (nhi_response_get_header (early, "Retry-After"));
  run_jobs (&client);
  client.person_id = TEST_BOB;
  foreign = call (&client, "GET", NHI_ROUTE_APPLICATIONS "/{id}/package", "");
  assert_problem (foreign, 404, NHI_PROBLEM_NOT_FOUND);
  client.person_id = TEST_ANNA;
  client.bank->now += 8 * 24 * 60 * 60;
  late = call (&client, "GET", NHI_ROUTE_APPLICATIONS "/{id}/package", "");
  assert_problem (late, 410, NHI_PROBLEM_GONE);
}

static const struct
{
  const char *name;
  const char *method;
  const char *range;
  const char *if_range; /* "ETAG" stands for the right one */
  guint status;
  gsize offset;
  gsize length; /* 0: to the end */
} downloads[] = {
  { "whole", "GET", NULL, NULL, 200, 0, 0 },
  { "head", "HEAD", NULL, NULL, 200, 0, 0 },
  { "head-knows-no-range", "HEAD", "bytes=0-9", NULL, 200, 0, 0 },
  { "first-ten", "GET", "bytes=0-9", NULL, 206, 0, 10 },
  { "resumed", "GET", "bytes=100-", NULL, 206, 100, 0 },
  { "resumed-of-the-same", "GET", "bytes=100-", "ETAG", 206, 100, 0 },
  { "resumed-of-another", "GET", "bytes=100-", "\"other\"", 200, 0, 0 },
  { "behind-the-end", "GET", "bytes=99999999-", NULL, 416, 0, 0 },
  { "many-ranges", "GET", "bytes=0-1,4-5", NULL, 200, 0, 0 },
  { "no-range", "GET", "lines=1-2", NULL, 200, 0, 0 },
};

static void
test_download (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_auto (Client) client;
  g_autoptr (NhiResponse) whole = NULL;
  g_autoptr (NhiResponse) response = NULL;
  g_autoptr (GBytes) expected = NULL;
  g_autofree char *id = NULL;
  const char *etag;
  gsize size;

  client_init (&client);
  id = apply (&client, APPLY_CARD);
  g_hash_table_insert (client.parameters, (gpointer) "id", id);
  run_jobs (&client);
  whole = call (&client, "GET", NHI_ROUTE_APPLICATIONS "/{id}/package", "");
  size = g_bytes_get_size (nhi_response_get_body (whole));
  etag = nhi_response_get_header (whole, "ETag");
  g_assert_true (etag[0] == '"' && strlen (etag) == 66);
  if (downloads[i].range != NULL)
    g_hash_table_insert (client.headers, (gpointer) "range", (gpointer)downloads[i].range);
  if (downloads[i].if_range != NULL)
    g_hash_table_insert (client.headers, (gpointer) "if-range",
                         (gpointer)(strcmp (downloads[i].if_range, "ETAG") == 0
                                        ? etag
                                        : downloads[i].if_range));
  response = call (&client, downloads[i].method, NHI_ROUTE_APPLICATIONS "/{id}/package", "");
  g_assert_cmpuint (nhi_response_get_status (response), ==, downloads[i].status);
  if (downloads[i].status == 416)
    return;
  expected = g_bytes_new_from_bytes (nhi_response_get_body (whole), downloads[i].offset,
                                     downloads[i].length > 0 ? downloads[i].length
                                                             : size - downloads[i].offset);
  g_assert_true (g_bytes_equal (nhi_response_get_body (response), expected));
  g_assert_cmpstr (nhi_response_get_header (response, "ETag"), ==, etag);
  g_assert_cmpstr (nhi_response_get_header (response, "Accept-Ranges"), ==, "bytes");
  g_assert_cmpstr (nhi_response_get_header (response, "Content-Disposition"), ==,
                   "attachment; filename=\"health-bank-20260105.zip\"; filename*=UTF-8''"
                   "%E5%81%A5%E5%BA%B7%E5%AD%98%E6%91%BA_20260105.zip");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/api/health-bank/categories", test_categories);
  g_test_add_func ("/api/health-bank/from-processing-to-ready",
                   test_application_from_processing_to_ready);
  g_test_add_func ("/api/health-bank/list-has-no-items", test_list_has_no_items);
  g_test_add_func ("/api/health-bank/fields-are-told-in-the-readers-language",
                   test_fields_are_told_in_the_readers_language);
  g_test_add_func ("/api/health-bank/too-many-at-once", test_too_many_at_once);
  g_test_add_func ("/api/health-bank/download-refused", test_download_refused);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strconcat ("/api/health-bank/refused/", refused[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_refused);
    }
  for (guint i = 0; i < G_N_ELEMENTS (downloads); i++)
    {
      g_autofree char *path = g_strconcat ("/api/health-bank/download/", downloads[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_download);
    }
  return g_test_run ();
}
