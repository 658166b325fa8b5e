/* SPDX-License-Identifier: GPL-3.0-or-later
 * The calls against a server in the test: every error of the contract, retries, and answers from a
 * hostile hand. */
#include <libsoup/soup.h>
#include <string.h>

#include "client/remote/remote-private.h"
#include "shared/api/api.h"

#define TOKEN "t0ken"
#define EXPORTED                                                                                   \
  "{\"service\":\"%s\",\"token\":\"" TOKEN "\",\"name\":\"陳美玲\",\"id_number\":\"A299000015\"}"
#define GOOD_SERVICE                                                                               \
  "{\"name\":\"健保卡網路服務\",\"version\":\"0.1.0\",\"minimum_client\":\"0.1\","          \
  "\"time\":\"2026-01-05T00:00:00Z\",\"demo\":true,\"languages\":[\"zh-TW\"]}"
#define PROBLEM(slug, more) "{\"type\":\"" NHI_PROBLEM_PREFIX slug "\",\"title\":\"t\"" more "}"

typedef struct
{
  guint status; /* 0: the connection is closed without an answer */
  const char *type;
  const char *body;
  const char *retry_after;
} Reply;

typedef struct
{
  SoupServer *server;
  char *base_uri;
  NhiRemote *remote;
  const Reply *replies; /* the last one is given again and again */
  guint n_replies;
  guint requests;
  char *authorization;
  char *idempotency_keys[8];
  GAsyncResult *result;
} Fixture;

static void
handle (SoupServer *server,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer data)
{
  Fixture *fixture = data;
  const Reply *reply = &fixture->replies[MIN (fixture->requests, fixture->n_replies - 1)];
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  g_free (fixture->authorization);
  fixture->authorization = g_strdup (soup_message_headers_get_one (headers, "Authorization"));
  if (fixture->requests < G_N_ELEMENTS (fixture->idempotency_keys))
    fixture->idempotency_keys[fixture->requests] =
        g_strdup (soup_message_headers_get_one (headers, NHI_HEADER_IDEMPOTENCY_KEY));
  fixture->requests++;

  if (reply->status == 0)
    {
      g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

      g_io_stream_close (stream, NULL, NULL);
      return;
    }
  soup_server_message_set_status (message, reply->status, NULL);
  if (reply->retry_after != NULL)
    soup_message_headers_append (soup_server_message_get_response_headers (message), "Retry-After",
                                 reply->retry_after);
  if (reply->body != NULL)
    soup_server_message_set_response (message, reply->type, SOUP_MEMORY_COPY, reply->body,
                                      strlen (reply->body));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;

  fixture->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (fixture->server, NULL, handle, fixture, NULL);
  soup_server_listen_local (fixture->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (fixture->server);
  fixture->base_uri = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  fixture->remote = nhi_remote_new (fixture->base_uri, NULL);
  fixture->remote->pause_ms = 1;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fixture->idempotency_keys); i++)
    g_free (fixture->idempotency_keys[i]);
  g_free (fixture->authorization);
  g_clear_object (&fixture->remote);
  soup_server_disconnect (fixture->server);
  g_object_unref (fixture->server);
  g_free (fixture->base_uri);
}

static void
keep (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Fixture *)data)->result = g_object_ref (result);
}

static GAsyncResult *
await (Fixture *fixture)
{
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&fixture->result);
}

static void
set_replies (Fixture *fixture, const Reply *replies, guint n)
{
  fixture->replies = replies;
  fixture->n_replies = n;
  fixture->requests = 0;
}

static void
sign_in_by_import (Fixture *fixture)
{
  g_autofree char *exported = g_strdup_printf (EXPORTED, fixture->base_uri);

  g_assert_true (nhi_remote_import_session (fixture->remote, exported));
}

static NhiServiceInfo *
ask_service (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  nhi_remote_service_async (fixture->remote, NULL, keep, fixture);
  result = await (fixture);
  return nhi_remote_service_finish (fixture->remote, result, error);
}

static void
test_service (Fixture *fixture, gconstpointer data)
{
  const Reply reply = { 200, NHI_MEDIA_JSON, GOOD_SERVICE, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiServiceInfo) info = NULL;

  set_replies (fixture, &reply, 1);
  info = ask_service (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (info->minimum_client, ==, "0.1");
  g_assert_cmpint (info->service_time, ==, 1767571200);
  g_assert_true (info->demo);
  g_assert_null (info->tls_protocol);
  g_assert_true (nhi_remote_get_online (fixture->remote));
}

/* ---- answers that are not in the contract ---- */

typedef struct
{
  const char *name;
  Reply reply;
} Hostile;

static const Hostile HOSTILE[] = {
  { "empty", { 200, NHI_MEDIA_JSON, "", NULL } },
  { "no-json", { 200, NHI_MEDIA_JSON, "<html>", NULL } },
  { "html", { 200, "text/html", GOOD_SERVICE, NULL } },
  { "an-array", { 200, NHI_MEDIA_JSON, "[1]", NULL } },
  { "wrong-type",
    { 200, NHI_MEDIA_JSON, "{\"name\":1,\"version\":[],\"minimum_client\":{},\"time\":null}",
      NULL } },
  { "missing-member", { 200, NHI_MEDIA_JSON, "{\"name\":\"x\",\"version\":\"1\"}", NULL } },
  { "no-date",
    { 200, NHI_MEDIA_JSON,
      "{\"name\":\"x\",\"version\":\"1\",\"minimum_client\":\"1\",\"time\":\"soon\"}", NULL } },
  { "control-character",
    { 200, NHI_MEDIA_JSON,
      "{\"name\":\"\\u001b[2J\",\"version\":\"1\",\"minimum_client\":\"1\",\"time\":\"2026-01-"
      "05T00:00:00Z\"}",
      NULL } },
  { "not-utf-8", { 200, NHI_MEDIA_JSON, "{\"name\":\"\xff\"}", NULL } },
  { "redirect", { 302, NHI_MEDIA_JSON, "{}", NULL } },
  { "teapot", { 418, "text/plain", "short and stout", NULL } },
};

static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  const Hostile *c = data;
  g_autoptr (GError) error = NULL;

  set_replies (fixture, &c->reply, 1);
  g_assert_null (ask_service (fixture, &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SERVICE);
}

static void
test_hostile_size (Fixture *fixture, gconstpointer data)
{
  gsize length = GPOINTER_TO_SIZE (data);
  g_autofree char *body = g_malloc (length + 1);
  Reply reply = { 200, NHI_MEDIA_JSON, body, NULL };
  g_autoptr (GError) error = NULL;

  memset (body, '[', length);
  body[length] = '\0';
  set_replies (fixture, &reply, 1);
  g_assert_null (ask_service (fixture, &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SERVICE);
}

#define APPLICATION(state, package)                                                                \
  "{\"application_id\":\"a-1\",\"applied_at\":\"2026-01-05T00:00:00Z\",\"state\":\"" state "\","   \
  "\"from\":\"2025-01\",\"to\":\"2025-12\",\"available_until\":\"2026-01-12T15:59:59Z\","          \
  "\"items\":[{\"category\":\"outpatient\",\"class\":\"medical\",\"class_name\":{\"zh\":"          \
  "\"醫療類\",\"en\":\"Medical\"},"                                                             \
  "\"name\":\"Outpatient\",\"from\":\"2025-01\",\"to\":\"2025-12\",\"mode\":\"merged\","           \
  "\"status\":\"ready\",\"entries\":3}],"                                                          \
  "\"package\":" package "}"
#define HASH "0000000000000000000000000000000000000000000000000000000000000000"

static const Hostile HOSTILE_APPLICATIONS[] = {
  { "negative-size",
    { 200, NHI_MEDIA_JSON,
      APPLICATION ("ready", "{\"file_name\":\"a.zip\",\"size\":-1,\"sha256\":\"" HASH "\"}"),
      NULL } },
  { "huge-size",
    { 200, NHI_MEDIA_JSON,
      APPLICATION ("ready",
                   "{\"file_name\":\"a.zip\",\"size\":9999999999999,\"sha256\":\"" HASH "\"}"),
      NULL } },
  { "path-as-name",
    { 200, NHI_MEDIA_JSON,
      APPLICATION ("ready", "{\"file_name\":\"../.bashrc\",\"size\":1,\"sha256\":\"" HASH "\"}"),
      NULL } },
  { "hidden-name",
    { 200, NHI_MEDIA_JSON,
      APPLICATION ("ready", "{\"file_name\":\".bashrc\",\"size\":1,\"sha256\":\"" HASH "\"}"),
      NULL } },
  { "no-hash",
    { 200, NHI_MEDIA_JSON,
      APPLICATION ("ready", "{\"file_name\":\"a.zip\",\"size\":1,\"sha256\":\"abc\"}"), NULL } },
  { "ready-without-package", { 200, NHI_MEDIA_JSON, APPLICATION ("ready", "null"), NULL } },
  { "unknown-state", { 200, NHI_MEDIA_JSON, APPLICATION ("dancing", "null"), NULL } },
};

static NhiApplication *
ask_application (Fixture *fixture, const char *application_id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  nhi_remote_application_async (fixture->remote, application_id, NULL, keep, fixture);
  result = await (fixture);
  return nhi_remote_application_finish (fixture->remote, result, error);
}

static void
test_hostile_application (Fixture *fixture, gconstpointer data)
{
  const Hostile *c = data;
  g_autoptr (GError) error = NULL;

  sign_in_by_import (fixture);
  set_replies (fixture, &c->reply, 1);
  g_assert_null (ask_application (fixture, "a-1", &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SERVICE);
}

static void
test_application (Fixture *fixture, gconstpointer data)
{
  const Reply replies[] = {
    { 200, NHI_MEDIA_JSON, APPLICATION ("processing", "null"), NULL },
    { 200, NHI_MEDIA_JSON,
      APPLICATION ("ready", "{\"file_name\":\"a.zip\",\"size\":1,\"sha256\":\"" HASH "\"}"), NULL },
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NhiApplication) application = NULL;
  g_autoptr (NhiApplication) copy = NULL;
  g_autoptr (GError) error = NULL;

  sign_in_by_import (fixture);
  set_replies (fixture, replies, 2);
  nhi_remote_await_application_async (fixture->remote, "a-1", NULL, keep, fixture);
  result = await (fixture);
  application = nhi_remote_await_application_finish (fixture->remote, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->requests, ==, 2);
  g_assert_cmpstr (fixture->authorization, ==, "Bearer " TOKEN);
  copy = nhi_application_copy (application);
  g_assert_cmpstr (copy->file_name, ==, "a.zip");
  g_assert_cmpuint (copy->items->len, ==, 1);
  g_assert_cmpstr (((NhiApplicationItem *)copy->items->pdata[0])->class_name, ==, "Medical");
}

static void
test_application_id_is_no_path (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  sign_in_by_import (fixture);
  g_assert_null (ask_application (fixture, "../session", &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_NOT_FOUND);
  g_assert_cmpuint (fixture->requests, ==, 0);
}

/* ---- problems ---- */

typedef struct
{
  const char *name;
  Reply reply;
  NhiRemoteError code;
} ProblemCase;

static const ProblemCase PROBLEMS[] = {
  { "invalid",
    { 422, NHI_MEDIA_PROBLEM,
      PROBLEM (
          "invalid-input",
          ",\"fields\":[{\"field\":\"email\",\"code\":\"form\",\"message\":\"不是電子郵件\"}]"),
      NULL },
    NHI_REMOTE_ERROR_INVALID },
  { "not-matching",
    { 422, NHI_MEDIA_PROBLEM, PROBLEM ("registration-not-matching", ""), NULL },
    NHI_REMOTE_ERROR_NOT_MATCHING },
  { "sign-in",
    { 401, NHI_MEDIA_PROBLEM, PROBLEM ("sign-in-failed", ""), NULL },
    NHI_REMOTE_ERROR_SIGN_IN },
  { "wait", { 429, NHI_MEDIA_PROBLEM, PROBLEM ("sign-in-wait", ""), "60" }, NHI_REMOTE_ERROR_WAIT },
  { "rate",
    { 429, NHI_MEDIA_PROBLEM, PROBLEM ("too-many-requests", ""), "60" },
    NHI_REMOTE_ERROR_WAIT },
  { "session",
    { 401, NHI_MEDIA_PROBLEM, PROBLEM ("session-required", ""), NULL },
    NHI_REMOTE_ERROR_SESSION },
  { "not-ready",
    { 409, NHI_MEDIA_PROBLEM, PROBLEM ("package-not-ready", ""), "1" },
    NHI_REMOTE_ERROR_NOT_READY },
  { "gone",
    { 410, NHI_MEDIA_PROBLEM, PROBLEM ("package-expired", ""), NULL },
    NHI_REMOTE_ERROR_GONE },
  { "not-found",
    { 404, NHI_MEDIA_PROBLEM, PROBLEM ("not-found", ""), NULL },
    NHI_REMOTE_ERROR_NOT_FOUND },
  { "overloaded",
    { 503, NHI_MEDIA_PROBLEM, PROBLEM ("overloaded", ""), "60" },
    NHI_REMOTE_ERROR_BUSY },
  { "internal",
    { 500, NHI_MEDIA_PROBLEM, PROBLEM ("internal", ""), NULL },
    NHI_REMOTE_ERROR_SERVICE },
  { "gateway-page", { 502, "text/html", "<html>", NULL }, NHI_REMOTE_ERROR_BUSY },
};

static void
test_problem (Fixture *fixture, gconstpointer data)
{
  const ProblemCase *c = data;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) copy = NULL;

  sign_in_by_import (fixture);
  set_replies (fixture, &c->reply, 1);
  g_assert_null (ask_application (fixture, "a-1", &error));
  g_assert_error (error, NHI_REMOTE_ERROR, (int)c->code);
  g_assert_cmpstr (error->message, !=, "");
  copy = g_error_copy (error);
  if (c->code == NHI_REMOTE_ERROR_WAIT)
    g_assert_cmpint (nhi_remote_error_wait_until (copy), >=, now + 60);
  if (c->code == NHI_REMOTE_ERROR_INVALID)
    g_assert_cmpstr (nhi_remote_error_field (copy, "email"), ==, "不是電子郵件");
  g_assert_true (nhi_remote_get_signed_in (fixture->remote) ==
                 (c->code != NHI_REMOTE_ERROR_SESSION));
}

/* ---- retries ---- */

static void
test_lost_and_retried (Fixture *fixture, gconstpointer data)
{
  const Reply replies[] = { { 0 },
                            { 503, NHI_MEDIA_PROBLEM, PROBLEM ("overloaded", ""), NULL },
                            { 202, NHI_MEDIA_JSON,
                              "{\"state\":\"pending\",\"email\":\"m***@example.org\",\"expires_"
                              "at\":\"2026-01-10T00:00:00Z\"}",
                              NULL } };
  g_autoptr (NhiRegistrationForm) form = nhi_registration_form_new ();
  g_autoptr (NhiRegistrationReceipt) receipt = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_replies (fixture, replies, 3);
  nhi_remote_register_async (fixture->remote, form, NULL, keep, fixture);
  result = await (fixture);
  receipt = nhi_remote_register_finish (fixture->remote, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (receipt->email_masked, ==, "m***@example.org");
  g_assert_cmpuint (fixture->requests, ==, 3);
  /* Three letters, one registration. */
  g_assert_nonnull (fixture->idempotency_keys[0]);
  g_assert_cmpstr (fixture->idempotency_keys[0], ==, fixture->idempotency_keys[1]);
  g_assert_cmpstr (fixture->idempotency_keys[0], ==, fixture->idempotency_keys[2]);
}

static void
sign_in (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NhiSignInReceipt) receipt = NULL;

  nhi_remote_sign_in_async (fixture->remote, "900000000018", "A299000015", "secret", NULL, keep,
                            fixture);
  result = await (fixture);
  receipt = nhi_remote_sign_in_finish (fixture->remote, result, error);
}

static void
test_sign_in_is_sent_once (Fixture *fixture, gconstpointer data)
{
  const Reply reply = { 503, NHI_MEDIA_PROBLEM, PROBLEM ("overloaded", ""), NULL };
  g_autoptr (GError) error = NULL;

  set_replies (fixture, &reply, 1);
  sign_in (fixture, &error);
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_BUSY);
  g_assert_cmpuint (fixture->requests, ==, 1);
}

static void
test_sign_in_and_out (Fixture *fixture, gconstpointer data)
{
  const Reply replies[] = {
    { 201, NHI_MEDIA_JSON,
      "{\"token\":\"" TOKEN "\",\"idle_seconds\":900,\"person\":{\"name\":\"陳美玲\",\"id_number\":"
                            "\"A299000015\"},\"last_sign_in\":null}",
      NULL },
    { 200, NHI_MEDIA_JSON, "{\"person\":{\"email\":\"mei@example.tw\"}}", NULL },
    { 204, NULL, NULL, NULL },
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *exported = NULL;

  set_replies (fixture, replies, 3);
  sign_in (fixture, &error);
  g_assert_no_error (error);
  g_assert_true (nhi_remote_get_signed_in (fixture->remote));
  g_assert_cmpstr (nhi_remote_get_id_number (fixture->remote), ==, "A299000015");
  while (fixture->remote->email == NULL)
    g_main_context_iteration (NULL, TRUE);

  exported = nhi_remote_export_session (fixture->remote);
  g_assert_nonnull (strstr (exported, TOKEN));
  nhi_remote_sign_out_async (fixture->remote, NULL, keep, fixture);
  g_assert_false (nhi_remote_get_signed_in (fixture->remote));
  g_assert_null (nhi_remote_get_person_name (fixture->remote));
  result = await (fixture);
  g_assert_true (nhi_remote_sign_out_finish (fixture->remote, result, &error));
  g_assert_cmpstr (fixture->authorization, ==, "Bearer " TOKEN);
}

static void
test_session_of_another_service (Fixture *fixture, gconstpointer data)
{
  g_autofree char *exported = g_strdup_printf (EXPORTED, "https://elsewhere.example");

  g_assert_false (nhi_remote_import_session (fixture->remote, exported));
  g_assert_false (nhi_remote_import_session (fixture->remote, "nonsense"));
  g_assert_false (nhi_remote_import_session (fixture->remote, NULL));
}

static void
test_offline (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  soup_server_disconnect (fixture->server);
  g_assert_null (ask_service (fixture, &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_OFFLINE);
  g_assert_false (nhi_remote_get_online (fixture->remote));
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const Reply reply = { 200, NHI_MEDIA_JSON, GOOD_SERVICE, NULL };

  set_replies (fixture, &reply, 1);
  nhi_remote_service_async (fixture->remote, cancellable, keep, fixture);
  g_cancellable_cancel (cancellable);
  result = await (fixture);
  g_assert_null (nhi_remote_service_finish (fixture->remote, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_address (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = { "http://example.org",
                                       "ftp://localhost",
                                       "localhost:8443",
                                       "https://",
                                       "https://me:secret@example.org",
                                       "" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_clear_object (&fixture->remote);
      fixture->remote = nhi_remote_new (wrong[i], NULL);
      g_assert_null (ask_service (fixture, &error));
      g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_OFFLINE);
      g_assert_cmpstr (nhi_remote_error_code (error), ==, "address-not-valid");
    }
}

static void
test_ca_file_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->remote);
  fixture->remote = nhi_remote_new ("https://localhost:1", "/nonexistent/ca.pem");
  g_assert_null (ask_service (fixture, &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_TLS);
}

#define ADD(path, data, function) g_test_add (path, Fixture, data, set_up, function, tear_down)

static void
add_hostile (const char *folder,
             const Hostile *cases,
             gsize n,
             void (*function) (Fixture *, gconstpointer))
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strconcat (folder, cases[i].name, NULL);

      ADD (path, &cases[i], function);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/remote/service", NULL, test_service);
  add_hostile ("/remote/hostile/", HOSTILE, G_N_ELEMENTS (HOSTILE), test_hostile);
  ADD ("/remote/hostile/deep", GSIZE_TO_POINTER (100000), test_hostile_size);
  ADD ("/remote/hostile/too-large", GSIZE_TO_POINTER (NHI_REMOTE_MAX_ANSWER + 1),
       test_hostile_size);
  add_hostile ("/remote/hostile/application/", HOSTILE_APPLICATIONS,
               G_N_ELEMENTS (HOSTILE_APPLICATIONS), test_hostile_application);
  ADD ("/remote/application-is-awaited", NULL, test_application);
  ADD ("/remote/application-id-is-no-path", NULL, test_application_id_is_no_path);
  for (gsize i = 0; i < G_N_ELEMENTS (PROBLEMS); i++)
    {
      g_autofree char *path = g_strconcat ("/remote/problem/", PROBLEMS[i].name, NULL);

      ADD (path, &PROBLEMS[i], test_problem);
    }
  ADD ("/remote/lost-and-retried-with-one-key", NULL, test_lost_and_retried);
  ADD ("/remote/sign-in-is-sent-once", NULL, test_sign_in_is_sent_once);
  ADD ("/remote/sign-in-and-out", NULL, test_sign_in_and_out);
  ADD ("/remote/session-of-another-service", NULL, test_session_of_another_service);
  ADD ("/remote/offline", NULL, test_offline);
  ADD ("/remote/cancelled", NULL, test_cancelled);
  ADD ("/remote/address-has-to-be-safe", NULL, test_address);
  ADD ("/remote/ca-file-missing", NULL, test_ca_file_missing);
  return g_test_run ();
}
