/* SPDX-License-Identifier: GPL-3.0-or-later
 * The routes of registrations, sessions and the confirm page, from JSON to JSON and HTML, without a
 * socket. */
#include "service/domain/account-fixture.h"
#include "service/domain/session.h"
#include "service/domain/words.h"
#include "service/http/handler.h"

#include <string.h>

#define PERSON                                                                                     \
  "\"card_number\":\"000000000012\",\"id_number\":\"A123456789\",\"password\":"                    \
  "\"" NHI_FIXTURE_PASSWORD "\""
#define HOME                                                                                       \
  "\"name\":\"王小明\",\"birth_date\":\"1986-05-05\",\"household_number\":\"F1234567\","        \
  "\"village_code\":\"63000010001\",\"email\":\"ming@example.org\",\"phone\":\"0912345678\""
#define WHOLE "{" PERSON "," HOME ",\"neighbourhood\":12,\"language\":\"zh-TW\"}"
#define KEY "2f9a6c1e-58d4-4d0f-9a1b-0c8f5f0e7a11"

typedef struct
{
  const char *language;
  const char *key;
  const char *token; /* of the confirm page */
  const char *person_id;
  const char *session_id;
} With;

/* Finds the route in the table and calls it. */
static NhiResponse *
call (NhiAccountFixture *f,
      const NhiRoute *table,
      const char *method,
      const char *template,
      const char *body,
      With with)
{
  g_autoptr (GHashTable) headers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) parameters = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  g_autoptr (GError) error = NULL;
  const NhiRequest request = {
    .method = method,
    .path = template,
    .route = template,
    .parameters = parameters,
    .headers = headers,
    .body = bytes,
    .network = NHI_FIXTURE_NETWORK,
    .language = with.language != NULL ? with.language : "zh-TW",
    .person_id = with.person_id,
    .session_id = with.session_id,
  };

  g_hash_table_insert (headers, (gpointer) "content-type", (gpointer) "application/json");
  if (with.key != NULL)
    g_hash_table_insert (headers, (gpointer) "idempotency-key", (gpointer)with.key);
  if (with.token != NULL)
    g_hash_table_insert (parameters, (gpointer) "token", (gpointer)with.token);
  for (; table->method != NULL; table++)
    {
      if (!g_str_equal (table->method, method) || !g_str_equal (table->template, template))
        continue;
      NhiResponse *response = table->handler (&request, f->world, &error);
      g_assert_no_error (error);
      return response;
    }
  g_assert_not_reached ();
}

static JsonObject *
json_of (NhiResponse *response)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (nhi_response_get_body (response), &length);

  json_parser_load_from_data (parser, text, (gssize)length, &error);
  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

static NhiResponse *
post_registration (NhiAccountFixture *f, const char *body, With with)
{
  return call (f, nhi_api_registration_routes, "POST", "/api/v1/registrations", body, with);
}

static NhiResponse *
post_session (NhiAccountFixture *f, const char *body)
{
  return call (f, nhi_api_session_routes, "POST", "/api/v1/sessions", body, (With){ 0 });
}

static void
assert_slug (JsonObject *problem, const char *slug)
{
  g_assert_true (g_str_has_suffix (json_object_get_string_member (problem, "type"), slug));
}

static void
test_registration (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (NhiResponse) response = post_registration (f, WHOLE, (With){ .key = KEY });
  g_autoptr (JsonObject) answer = json_of (response);

  g_assert_cmpuint (nhi_response_get_status (response), ==, 202);
  g_assert_cmpstr (json_object_get_string_member (answer, "state"), ==, "pending");
  g_assert_cmpstr (json_object_get_string_member (answer, "expires_at"), ==,
                   "2026-11-28T06:30:00Z");
  g_assert_nonnull (strchr (json_object_get_string_member (answer, "email"), '*'));
}

static void
test_already_registered_looks_alike (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (NhiResponse) first = post_registration (f, WHOLE, (With){ .key = KEY });
  g_autofree char *token = nhi_fixture_letter_token (f);
  g_auto (NhiConfirmation) confirmation = { 0 };
  g_autofree char *key = g_uuid_string_random ();

  g_assert_true (nhi_registration_confirm (f->world, token, &confirmation, NULL));
  g_assert_true (confirmation.just_now);
  g_autoptr (NhiResponse) second = post_registration (f, WHOLE, (With){ .key = key });
  g_assert_cmpuint (nhi_response_get_status (second), ==, nhi_response_get_status (first));
  g_assert_true (g_bytes_equal (nhi_response_get_body (first), nhi_response_get_body (second)));
}

static void
test_key_missing (NhiAccountFixture *f, gconstpointer data)
{
  static const char *const keys[] = { NULL, "", "1234" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (NhiResponse) response = post_registration (f, WHOLE, (With){ .key = keys[i] });
      g_autoptr (JsonObject) problem = json_of (response);
      g_assert_cmpuint (nhi_response_get_status (response), ==, 400);
      assert_slug (problem, "idempotency-key-missing");
    }
}

static void
test_fields (NhiAccountFixture *f, gconstpointer data)
{
  static const struct
  {
    const char *body;
    const char *field;
    const char *code;
  } cases[] = {
    { "{" PERSON "," HOME ",\"language\":\"en\"}", "neighbourhood", "required" },
    { "{" PERSON "," HOME ",\"neighbourhood\":0}", "neighbourhood", "invalid" },
    { "{" PERSON "," HOME ",\"neighbourhood\":\"12\"}", "neighbourhood", "invalid" },
    { "{" PERSON "," HOME ",\"neighbourhood\":12.5}", "neighbourhood", "invalid" },
    { "{" PERSON "," HOME ",\"neighbourhood\":12,\"language\":null}", "language", "invalid" },
    { "{" PERSON "," HOME ",\"neighbourhood\":12,\"language\":\"de\"}", "language", "invalid" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NhiResponse) response =
          post_registration (f, cases[i].body, (With){ .key = KEY, .language = "en" });
      g_autoptr (JsonObject) problem = json_of (response);
      JsonArray *fields = json_object_get_array_member (problem, "fields");

      g_test_message ("%s", cases[i].body);
      g_assert_cmpuint (nhi_response_get_status (response), ==, 422);
      assert_slug (problem, "invalid-input");
      g_assert_cmpuint (json_array_get_length (fields), ==, 1);
      JsonObject *field = json_array_get_object_element (fields, 0);
      g_assert_cmpstr (json_object_get_string_member (field, "field"), ==, cases[i].field);
      g_assert_cmpstr (json_object_get_string_member (field, "code"), ==, cases[i].code);
      g_assert_cmpstr (json_object_get_string_member (field, "message"), ==,
                       nhi_field_message (cases[i].field, cases[i].code, "en"));
    }
}

static void
test_registration_wait (NhiAccountFixture *f, gconstpointer data)
{
  static const char wrong[] = "{" PERSON "," HOME ",\"neighbourhood\":13}";

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (NhiResponse) response = post_registration (f, wrong, (With){ .key = KEY });
      g_autoptr (JsonObject) problem = json_of (response);
      g_assert_cmpuint (nhi_response_get_status (response), ==, 422);
      assert_slug (problem, "registration-not-matching");
      g_assert_false (json_object_has_member (problem, "fields"));
    }
  g_autoptr (NhiResponse) response = post_registration (f, wrong, (With){ .key = KEY });
  g_autoptr (JsonObject) problem = json_of (response);
  g_assert_cmpuint (nhi_response_get_status (response), ==, 429);
  assert_slug (problem, "too-many-requests");
  g_assert_cmpstr (nhi_response_get_header (response, "Retry-After"), ==, "30");
  g_assert_cmpstr (json_object_get_string_member (problem, "wait_until"), ==,
                   "2026-11-23T06:30:30Z");
}

static void
test_session (NhiAccountFixture *f, gconstpointer data)
{
  static const char body[] = "{" PERSON ",\"client\":\"nhicard 0.1.0\"}";

  nhi_fixture_register (f, &nhi_fixture_request);
  g_autoptr (NhiResponse) response = post_session (f, body);
  g_autoptr (JsonObject) answer = json_of (response);
  g_autofree char *person_id = NULL;
  g_autofree char *session_id = NULL;

  g_assert_cmpuint (nhi_response_get_status (response), ==, 201);
  g_assert_cmpint (json_object_get_int_member (answer, "idle_seconds"), ==, 900);
  g_assert_cmpstr (json_object_get_string_member (answer, "expires_at"), ==,
                   "2026-11-23T18:30:00Z");
  g_assert_true (json_object_get_null_member (answer, "last_sign_in"));
  const char *token = json_object_get_string_member (answer, "token");
  g_assert_true (nhi_session_authenticate (f->world, token, &person_id, &session_id, NULL));

  const With with = { .person_id = person_id, .session_id = session_id };
  g_autoptr (NhiResponse) seen =
      call (f, nhi_api_session_routes, "GET", "/api/v1/session", "", with);
  g_autoptr (JsonObject) session = json_of (seen);
  JsonObject *person = json_object_get_object_member (session, "person");
  g_assert_cmpstr (json_object_get_string_member (person, "name"), ==, "王小明");
  g_assert_cmpstr (json_object_get_string_member (person, "email"), ==, "ming@example.org");
  g_assert_nonnull (strchr (json_object_get_string_member (person, "email_masked"), '*'));

  g_autoptr (NhiResponse) gone =
      call (f, nhi_api_session_routes, "DELETE", "/api/v1/session", "", with);
  g_assert_cmpuint (nhi_response_get_status (gone), ==, 204);

  g_autoptr (NhiResponse) again = post_session (f, body);
  g_autoptr (JsonObject) second = json_of (again);
  JsonObject *last = json_object_get_object_member (second, "last_sign_in");
  g_assert_cmpstr (json_object_get_string_member (last, "at"), ==, "2026-11-23T06:30:00Z");
  g_assert_cmpstr (json_object_get_string_member (last, "network"), ==, NHI_FIXTURE_NETWORK);
}

static void
test_session_refused (NhiAccountFixture *f, gconstpointer data)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (NhiResponse) response = post_session (f, "{" PERSON "}");
      g_autoptr (JsonObject) problem = json_of (response);
      g_assert_cmpuint (nhi_response_get_status (response), ==, 401);
      assert_slug (problem, "sign-in-failed");
    }
  g_autoptr (NhiResponse) response = post_session (f, "{" PERSON "}");
  g_autoptr (JsonObject) problem = json_of (response);
  g_assert_cmpuint (nhi_response_get_status (response), ==, 429);
  assert_slug (problem, "sign-in-wait");
  g_assert_cmpstr (nhi_response_get_header (response, "Retry-After"), ==, "30");
}

static void
assert_page (NhiAccountFixture *f,
             const char *method,
             const char *token,
             const char *language,
             guint status,
             const char *says)
{
  g_autoptr (NhiResponse) response = call (f, nhi_web_confirm_routes, method, "/confirm/{token}",
                                           "", (With){ .token = token, .language = language });
  gsize length;
  const char *body = g_bytes_get_data (nhi_response_get_body (response), &length);
  g_autofree char *html = g_strndup (body, length);

  g_assert_cmpuint (nhi_response_get_status (response), ==, status);
  g_assert_nonnull (strstr (html, says));
  g_assert_null (strstr (html, "<script"));
  g_assert_null (strchr (html, '{'));
  g_assert_null (strstr (html, "A123456789"));
}

static void
test_confirm_page (NhiAccountFixture *f, gconstpointer data)
{
  nhi_fixture_apply (f, &nhi_fixture_request);
  g_autofree char *old = nhi_fixture_letter_token (f);
  f->now += 60;
  nhi_fixture_apply (f, &nhi_fixture_request);
  g_autofree char *token = nhi_fixture_letter_token (f);

  assert_page (f, "GET", "nonsense", "zh-TW", 404, "找不到這個確認網址");
  assert_page (f, "POST", "nonsense", "en", 404, "There is nothing at this address");
  assert_page (f, "GET", old, "zh-TW", 410, "已由新的取代");
  for (guint i = 0; i < 3; i++)
    assert_page (f, "GET", token, "zh-TW", 200, "王○明 您好，請按下方按鈕");
  assert_page (f, "GET", token, "en", 200, "<button type=\"submit\">Confirm registration</button>");
  assert_page (f, "POST", token, "zh-TW", 200, "註冊已完成");
  assert_page (f, "POST", token, "zh-TW", 200, "這份註冊已經確認過");
  assert_page (f, "GET", token, "en", 200, "This registration was confirmed before");
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM account"), ==, 1);
}

static void
test_confirm_page_too_late (NhiAccountFixture *f, gconstpointer data)
{
  nhi_fixture_apply (f, &nhi_fixture_request);
  g_autofree char *token = nhi_fixture_letter_token (f);

  f->now += NHI_REGISTRATION_SECONDS;
  assert_page (f, "GET", token, "zh-TW", 410, "確認期限已過");
  assert_page (f, "POST", token, "en", 410, "The time for confirming is over");
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM account"), ==, 0);
}

static void
test_style (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (NhiResponse) response =
      call (f, nhi_web_confirm_routes, "GET", "/style.css", "", (With){ 0 });
  g_assert_cmpstr (nhi_response_get_header (response, "Content-Type"), ==,
                   "text/css; charset=utf-8");
}

#define ADD(path, function)                                                                        \
  g_test_add (path, NhiAccountFixture, NULL, nhi_account_fixture_set_up, function,                 \
              nhi_account_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/api/registrations/pending", test_registration);
  ADD ("/api/registrations/already-registered-looks-alike", test_already_registered_looks_alike);
  ADD ("/api/registrations/needs-a-key", test_key_missing);
  ADD ("/api/registrations/tells-each-field", test_fields);
  ADD ("/api/registrations/tells-the-wait", test_registration_wait);
  ADD ("/api/sessions/whole-life", test_session);
  ADD ("/api/sessions/refused-then-wait", test_session_refused);
  ADD ("/web/confirm/every-state-has-its-page", test_confirm_page);
  ADD ("/web/confirm/too-late", test_confirm_page_too_late);
  ADD ("/web/style", test_style);
  return g_test_run ();
}
