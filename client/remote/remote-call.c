/* SPDX-License-Identifier: GPL-3.0-or-later
 * One HTTP call: sent, tried again where that is safe, its answer read within bounds and turned
 * into JSON or an error.
 *
 *   send ──answer──▶ read ──▶ done
 *    ▲  └─lost / 503─▶ pause (only calls that may be repeated, TRIES in all)
 *    └─────────────────┘
 */
#include "client/remote/remote-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shared/api/api.h"

#define TRIES 3
#define DEADLINE_SECONDS 30 /* of one try, however slowly the bytes drip */
#define PIECE 65536
#define LONGEST_PAUSE_SECONDS 5 /* a service that wants a longer pause is told to the person */

typedef struct
{
  NhiCall call;
  char *path;
  char *method;
  char *idempotency_key;
  GBytes *body;

  guint tries;
  SoupMessage *message;
  GCancellable *inner; /* of this try: the caller's, or the deadline's */
  gulong outer_handler;
  guint deadline_source;
  guint pause_source;
  gboolean too_slow;
  NhiDistrust distrust;
  GByteArray *received;
} Work;

static void send_try (GTask *task);

void
nhi_answer_free (NhiAnswer *answer)
{
  g_clear_pointer (&answer->root, json_node_unref);
  g_free (answer->tls_issuer);
  g_free (answer);
}

static void
wipe_and_free (gpointer data)
{
  nhi_wipe_string (data);
}

/* What came may hold a token or a name. */
static void
free_received (GByteArray *received)
{
  if (received->len > 0)
    explicit_bzero (received->data, received->len);
  g_byte_array_unref (received);
}

static void
end_try (Work *work, GCancellable *outer)
{
  g_clear_handle_id (&work->deadline_source, g_source_remove);
  if (work->outer_handler != 0)
    g_cancellable_disconnect (outer, work->outer_handler);
  work->outer_handler = 0;
  g_clear_object (&work->inner);
  g_clear_object (&work->message);
  g_clear_pointer (&work->received, free_received);
}

static void
work_free (Work *work)
{
  g_free (work->path);
  g_free (work->method);
  g_free (work->idempotency_key);
  g_clear_pointer (&work->body, g_bytes_unref);
  nhi_remote_distrust_clear (&work->distrust);
  g_free (work);
}

static void
finish (GTask *task, NhiAnswer *answer, GError *error)
{
  Work *work = g_task_get_task_data (task);

  end_try (work, g_task_get_cancellable (task));
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, answer, (GDestroyNotify)nhi_answer_free);
  g_object_unref (task);
}

static gboolean
pause_over (gpointer user_data)
{
  GTask *task = user_data;
  Work *work = g_task_get_task_data (task);

  work->pause_source = 0;
  send_try (task);
  return G_SOURCE_REMOVE;
}

/* TRUE when another try was set up. */
static gboolean
try_again (GTask *task, gint64 told_seconds)
{
  NhiRemote *self = g_task_get_source_object (task);
  Work *work = g_task_get_task_data (task);
  guint pause = self->pause_ms << (work->tries - 1);

  if (!work->call.repeatable || work->tries >= TRIES || told_seconds > LONGEST_PAUSE_SECONDS ||
      g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    return FALSE;
  if (told_seconds > 0)
    pause = MAX (pause, (guint)told_seconds * 1000);

  /* Many clients that lost the same service do not come back at the same moment. */
  pause += (guint)g_random_int_range (0, (gint32)pause / 2 + 1);
  end_try (work, g_task_get_cancellable (task));
  work->pause_source = g_timeout_add (pause, pause_over, task);
  return TRUE;
}

static void
fail_transport (GTask *task, const GError *cause)
{
  NhiRemote *self = g_task_get_source_object (task);
  Work *work = g_task_get_task_data (task);
  g_autoptr (GError) slow = NULL;
  GError *error = NULL;
  gboolean cancelled = g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if (cancelled && work->too_slow)
    {
      slow = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, cause->message);
      cause = slow;
    }
  else if (!cancelled && cause->domain != G_TLS_ERROR && try_again (task, 0))
    return;

  if (!cancelled || work->too_slow)
    nhi_remote_set_online (self, FALSE);
  nhi_remote_set_transport_error (&error, cause, &work->distrust);
  finish (task, NULL, error);
}

/* Seconds; a date in the header is left aside, our service writes seconds. */
gint64
nhi_remote_retry_after (SoupMessage *message)
{
  const char *text =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  guint64 seconds;

  if (text == NULL ||
      !g_ascii_string_to_unsigned (text, 10, 0, NHI_REMOTE_MAX_WAIT, &seconds, NULL))
    return -1;
  return (gint64)seconds;
}

static gboolean
is_json (SoupMessage *message)
{
  const char *type =
      soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);

  return type != NULL && (g_ascii_strcasecmp (type, NHI_MEDIA_JSON) == 0 ||
                          g_ascii_strcasecmp (type, NHI_MEDIA_PROBLEM) == 0);
}

static void
measure (SoupMessage *message, NhiAnswer *answer)
{
  SoupMessageMetrics *metrics = soup_message_get_metrics (message);
  gint64 round_trip = 0;

  if (metrics != NULL && soup_message_metrics_get_response_start (metrics) != 0)
    round_trip = (gint64)soup_message_metrics_get_response_start (metrics) -
                 (gint64)soup_message_metrics_get_request_start (metrics);
  answer->latency = (double)MAX (round_trip, 0) / G_USEC_PER_SEC;
  answer->middle_time = (g_get_real_time () - MAX (round_trip, 0) / 2) / G_USEC_PER_SEC;
  answer->tls_protocol = soup_message_get_tls_protocol_version (message);
  answer->tls_issuer = nhi_remote_issuer_name (soup_message_get_tls_peer_certificate (message));
}

static void
take_answer (GTask *task)
{
  NhiRemote *self = g_task_get_source_object (task);
  Work *work = g_task_get_task_data (task);
  g_autoptr (NhiAnswer) answer = g_new0 (NhiAnswer, 1);
  g_autoptr (GBytes) bytes = g_bytes_new_static (work->received->data, work->received->len);
  GError *error = NULL;

  answer->status = soup_message_get_status (work->message);
  answer->retry_after = nhi_remote_retry_after (work->message);
  measure (work->message, answer);
  if (work->received->len > 0 && is_json (work->message))
    answer->root = nhi_answer_parse (bytes);
  if (answer->root != NULL)
    answer->object = json_node_get_object (answer->root);

  nhi_remote_set_online (self, TRUE);
  if (answer->status / 100 == 2 && (answer->object != NULL || answer->status == 204))
    {
      finish (task, g_steal_pointer (&answer), NULL);
      return;
    }
  if (answer->status == 503 && try_again (task, answer->retry_after))
    return;

  if (answer->status / 100 < 4 || (answer->object == NULL && answer->status < 500))
    nhi_remote_set_service_error (&error);
  else
    nhi_remote_set_problem_error (&error, answer->status, answer->object, answer->retry_after,
                                  g_get_real_time () / G_USEC_PER_SEC);
  if (work->call.with_session &&
      g_error_matches (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SESSION))
    nhi_remote_forget_session (self);
  finish (task, NULL, error);
}

static void
piece_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Work *work = g_task_get_task_data (task);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GBytes) piece =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &cause);
  GError *error = NULL;

  if (piece == NULL)
    {
      fail_transport (task, cause);
      return;
    }
  if (g_bytes_get_size (piece) == 0)
    {
      take_answer (task);
      return;
    }
  if (work->received->len + g_bytes_get_size (piece) > NHI_REMOTE_MAX_ANSWER)
    {
      nhi_remote_set_service_error (&error);
      finish (task, NULL, error);
      return;
    }

  g_byte_array_append (work->received, g_bytes_get_data (piece, NULL),
                       (guint)g_bytes_get_size (piece));
  g_input_stream_read_bytes_async (G_INPUT_STREAM (source), PIECE, G_PRIORITY_DEFAULT, work->inner,
                                   piece_read, task);
}

static void
headers_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Work *work = g_task_get_task_data (task);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GInputStream) stream =
      soup_session_send_finish (SOUP_SESSION (source), result, &cause);

  if (stream == NULL)
    {
      fail_transport (task, cause);
      return;
    }
  g_input_stream_read_bytes_async (stream, PIECE, G_PRIORITY_DEFAULT, work->inner, piece_read,
                                   task);
}

static gboolean
deadline_over (gpointer user_data)
{
  Work *work = user_data;

  work->deadline_source = 0;
  work->too_slow = TRUE;
  g_cancellable_cancel (work->inner);
  return G_SOURCE_REMOVE;
}

static void
pass_on_cancel (GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel (inner);
}

SoupMessage *
nhi_remote_make_message (NhiRemote *self,
                         const char *method,
                         const char *path,
                         gboolean with_session,
                         GError **error)
{
  g_autofree char *uri = g_strconcat (self->base_uri, path, NULL);
  SoupMessage *message = NULL;
  SoupMessageHeaders *headers;

  if (self->trust_error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->trust_error));
      return NULL;
    }
  if (self->uri != NULL)
    message = soup_message_new (method, uri);
  if (message == NULL)
    {
      nhi_remote_set_error (error, NHI_REMOTE_ERROR_OFFLINE, "address-not-valid",
                            _ ("The address of the service is not valid. It begins with "
                               "“https://” and a host name."));
      return NULL;
    }

  headers = soup_message_get_request_headers (message);
  soup_message_headers_append (headers, "Accept", NHI_MEDIA_JSON ", " NHI_MEDIA_PROBLEM);
  soup_message_headers_append (headers, "Accept-Language",
                               nhi_remote_language_is_chinese () ? "zh-TW, en;q=0.5"
                                                                 : "en, zh-TW;q=0.5");
  if (with_session && self->token != NULL)
    {
      g_autofree char *value = g_strconcat ("Bearer ", self->token, NULL);

      soup_message_headers_append (headers, "Authorization", value);
      explicit_bzero (value, strlen (value));
    }
  return message;
}

static void
send_try (GTask *task)
{
  NhiRemote *self = g_task_get_source_object (task);
  Work *work = g_task_get_task_data (task);
  GCancellable *outer = g_task_get_cancellable (task);
  GError *error = NULL;

  work->tries++;
  nhi_remote_distrust_clear (&work->distrust);
  work->message =
      nhi_remote_make_message (self, work->method, work->path, work->call.with_session, &error);
  if (work->message == NULL)
    {
      finish (task, NULL, error);
      return;
    }
  nhi_remote_guard_message (self, self->session, work->message, &work->distrust);
  if (work->idempotency_key != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (work->message),
                                  NHI_HEADER_IDEMPOTENCY_KEY, work->idempotency_key);
  if (work->body != NULL)
    soup_message_set_request_body_from_bytes (work->message, NHI_MEDIA_JSON, work->body);

  work->received = g_byte_array_new ();
  work->inner = g_cancellable_new ();
  if (outer != NULL)
    work->outer_handler = g_cancellable_connect (outer, G_CALLBACK (pass_on_cancel),
                                                 g_object_ref (work->inner), g_object_unref);
  work->deadline_source = g_timeout_add_seconds (DEADLINE_SECONDS, deadline_over, work);
  soup_session_send_async (self->session, work->message, G_PRIORITY_DEFAULT, work->inner,
                           headers_read, task);
}

static GBytes *
body_bytes (JsonObject *body)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  char *text;

  json_node_take_object (root, body);
  text = json_to_string (root, FALSE);
  return g_bytes_new_with_free_func (text, strlen (text), wipe_and_free, text);
}

void
nhi_remote_call_async (NhiRemote *self,
                       const NhiCall *call,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Work *work = g_new0 (Work, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, nhi_remote_call_async);
  g_task_set_task_data (task, work, (GDestroyNotify)work_free);
  work->call = *call;
  work->path = g_strdup (call->path);
  work->method = g_strdup (call->method);
  work->idempotency_key = g_strdup (call->idempotency_key);
  if (call->body != NULL)
    work->body = body_bytes (call->body);

  if (call->with_session && self->token == NULL)
    {
      nhi_remote_set_problem_error (&error, 401, NULL, -1, 0);
      finish (task, NULL, error);
    }
  else
    send_try (task);
}

NhiAnswer *
nhi_remote_call_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
