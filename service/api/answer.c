/* SPDX-License-Identifier: GPL-3.0-or-later
 * Members, instants and detailed problems. */
#define G_LOG_DOMAIN "nhi-api"

#include "service/api/answer.h"

#include "service/api/problems.h"
#include "service/domain/words.h"
#include "service/domain/world.h"
#include "shared/api/api.h"

const char *
nhi_api_string_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

gboolean
nhi_api_check_texts (JsonObject *object, const char *const *names, GError **error)
{
  g_autoptr (NhiFieldErrors) errors = nhi_field_errors_new ();

  for (gsize i = 0; names[i] != NULL; i++)
    {
      JsonNode *node = json_object_get_member (object, names[i]);

      if (node != NULL && !json_node_is_null (node) &&
          json_node_get_value_type (node) != G_TYPE_STRING)
        nhi_field_errors_add (errors, names[i], NHI_CODE_INVALID);
    }
  return nhi_field_errors_done (errors, error);
}

char *
nhi_api_instant (gint64 unix_seconds)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_unix_utc (unix_seconds);
  return g_date_time_format (moment, "%Y-%m-%dT%H:%M:%SZ");
}

void
nhi_api_set_instant (JsonObject *object, const char *name, gint64 unix_seconds)
{
  g_autofree char *text = nhi_api_instant (unix_seconds);
  json_object_set_string_member (object, name, text);
}

NhiResponse *
nhi_api_new_response (guint status, JsonObject *object)
{
  JsonNode *node = json_node_init_object (json_node_alloc (), object);

  json_object_unref (object);
  return nhi_response_new_json (status, node);
}

static void
add_fields (JsonObject *members, const GError *error, const char *language)
{
  gsize count = 0;
  const NhiFieldError *fields = nhi_domain_error_fields (error, &count);
  JsonArray *array = json_array_new ();

  for (gsize i = 0; i < count; i++)
    {
      JsonObject *field = json_object_new ();
      json_object_set_string_member (field, "field", fields[i].field);
      json_object_set_string_member (field, "code", fields[i].code);
      json_object_set_string_member (field, "message",
                                     nhi_field_message (fields[i].field, fields[i].code, language));
      json_array_add_object_element (array, field);
    }
  json_object_set_array_member (members, "fields", array);
}

/* "30 秒", "5 分鐘": how long, because a person's clock and ours may differ. */
static char *
wait_detail (gint64 seconds, gboolean english)
{
  gint64 minutes = (seconds + 59) / 60;
  gint64 number = seconds < 60 ? seconds : minutes;
  const char *unit = seconds < 60   ? (english ? " seconds" : " 秒")
                     : minutes == 1 ? (english ? " minute" : " 分鐘")
                                    : (english ? " minutes" : " 分鐘");

  return g_strdup_printf (english ? "There were too many attempts from here. Try again in %d%s."
                                  : "嘗試次數過多，請等候 %d%s後再試。",
                          (int)number, unit);
}

static NhiResponse *
wait_problem (const NhiRequest *request, const GError *error, const char *slug, gint64 now)
{
  const gint64 wait_until = nhi_domain_error_wait_until (error);
  const gboolean english = g_strcmp0 (request->language, NHI_LANGUAGE_ENGLISH) == 0;
  const gint64 wait = MAX (wait_until - now, 1);
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, wait);
  g_autofree char *detail = wait_detail (wait, english);
  NhiResponse *problem =
      nhi_problem_new (429, slug, english ? "Please wait" : "請稍候再試", detail);

  nhi_response_set_header (problem, "Retry-After", seconds);
  nhi_api_set_instant (nhi_problem_members (problem), "wait_until", wait_until);
  return problem;
}

NhiResponse *
nhi_api_detailed_problem (const NhiRequest *request,
                          const GError *error,
                          const char *wait_slug,
                          gint64 now)
{
  if (g_error_matches (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_WAIT))
    return wait_problem (request, error, wait_slug, now);

  NhiResponse *problem = nhi_api_problem_from_error (request, error);
  if (g_error_matches (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_INVALID))
    add_fields (nhi_problem_members (problem), error, request->language);
  return problem;
}

NhiResponse *
nhi_api_key_missing (const NhiRequest *request)
{
  const gboolean english = g_strcmp0 (request->language, NHI_LANGUAGE_ENGLISH) == 0;
  return nhi_problem_new (
      400, NHI_PROBLEM_KEY_MISSING, english ? "Idempotency-Key is missing" : "缺少請求編號",
      english ? "Send an Idempotency-Key header with a UUID, so that sending twice does it once."
              : "請在 Idempotency-Key 標頭附上 UUID，以免重複送出時重複申請。");
}
