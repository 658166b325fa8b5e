/* SPDX-License-Identifier: GPL-3.0-or-later
 * The health bank on the wire: categories, applying, applications, the package with Range. */
#define G_LOG_DOMAIN "nhi-api"

#include "service/api/answer.h"
#include "service/domain/health-bank.h"
#include "service/domain/idempotency.h"
#include "service/domain/words.h"
#include "service/http/handler.h"
#include "service/http/range.h"
#include "shared/api/api.h"
#include "shared/calendar/roc-date.h"
#include "shared/calendar/taipei.h"

#define BODY_LIMIT 4096
#define MAX_CATEGORIES 64 /* that are looked at; there are thirteen */
#define RETRY_SECONDS 1   /* a package takes less */

static gboolean
in_english (const NhiRequest *request)
{
  return g_strcmp0 (request->language, NHI_LANGUAGE_ENGLISH) == 0;
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_integer (JsonBuilder *builder, const char *name, gint64 integer)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, integer);
}

static void
add_instant (JsonBuilder *builder, const char *name, gint64 time)
{
  g_autofree char *text = nhi_api_instant (time);

  add_text (builder, name, text);
}

static void
add_both (JsonBuilder *builder, const char *name, const char *chinese, const char *english)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  add_text (builder, "zh", chinese);
  add_text (builder, "en", english);
  json_builder_end_object (builder);
}

static void
add_category_names (JsonBuilder *builder, const NhiCategory *category)
{
  add_text (builder, "class", nhi_category_class_code (category->category_class));
  add_both (builder, "class_name", nhi_category_class_name (category->category_class, FALSE),
            nhi_category_class_name (category->category_class, TRUE));
  add_both (builder, "name", category->name, category->name_en);
}

static NhiResponse *
get_categories (const NhiRequest *request, gpointer context, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  gsize count;
  const NhiCategory *categories = nhi_categories (&count);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "categories");
  json_builder_begin_array (builder);
  for (gsize i = 0; i < count; i++)
    {
      json_builder_begin_object (builder);
      add_text (builder, "code", categories[i].code);
      add_category_names (builder, &categories[i]);
      json_builder_set_member_name (builder, "sections");
      json_builder_begin_array (builder);
      json_builder_add_string_value (builder, categories[i].section);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return nhi_response_new_json (200, json_builder_get_root (builder));
}

static void
add_item (JsonBuilder *builder, const NhiApplicationItem *item)
{
  const NhiCategory *category = nhi_category_find (item->category);

  json_builder_begin_object (builder);
  add_text (builder, "category", item->category);
  if (category != NULL)
    add_category_names (builder, category);
  add_text (builder, "from", item->from_month);
  add_text (builder, "to", item->to_month);
  add_text (builder, "mode", "merged");
  add_text (builder, "status", nhi_item_status_name (item->status));
  add_integer (builder, "entries", item->entries);
  json_builder_end_object (builder);
}

static void
add_package (JsonBuilder *builder, const NhiApplication *application)
{
  json_builder_set_member_name (builder, "package");
  if (application->package_name == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  add_text (builder, "file_name", application->package_name);
  add_integer (builder, "size", application->package_size);
  add_text (builder, "sha256", application->package_sha256);
  json_builder_end_object (builder);
}

static void
add_application (JsonBuilder *builder, const NhiApplication *application, gboolean with_items)
{
  json_builder_begin_object (builder);
  add_text (builder, "application_id", application->application_id);
  add_instant (builder, "applied_at", application->applied_at);
  add_text (builder, "state", nhi_application_state_name (application->state));
  add_text (builder, "from", application->from_month);
  add_text (builder, "to", application->to_month);
  add_instant (builder, "available_until", application->available_until);
  if (with_items)
    {
      json_builder_set_member_name (builder, "items");
      json_builder_begin_array (builder);
      for (guint i = 0; i < application->items->len; i++)
        add_item (builder, g_ptr_array_index (application->items, i));
      json_builder_end_array (builder);
    }
  add_package (builder, application);
  json_builder_end_object (builder);
}

static void
set_retry_after (NhiResponse *response, gint64 seconds)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, seconds);

  nhi_response_set_header (response, "Retry-After", text);
}

static NhiResponse *
new_application_response (guint status, const NhiApplication *application)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  NhiResponse *response;

  add_application (builder, application, TRUE);
  response = nhi_response_new_json (status, json_builder_get_root (builder));
  if (application->state == NHI_APPLICATION_PROCESSING)
    set_retry_after (response, RETRY_SECONDS);
  return response;
}

/* The member as strings; an empty list when it is missing or anything else, which the rules then
 * refuse. */
static GStrv
read_categories (JsonObject *object)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (object, "categories");
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint count = array != NULL ? MIN (json_array_get_length (array), MAX_CATEGORIES) : 0;

  for (guint i = 0; i < count; i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      gboolean is_text = json_node_get_value_type (element) == G_TYPE_STRING;

      g_strv_builder_add (builder, is_text ? json_node_get_string (element) : "");
    }
  return g_strv_builder_end (builder);
}

/* What is there but no text is no month, rather than missing. */
static const char *
read_month (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  gboolean is_other =
      node != NULL && !json_node_is_null (node) && json_node_get_value_type (node) != G_TYPE_STRING;

  return is_other ? "" : nhi_api_string_member (object, name);
}

/* Too many applications: how long to wait depends on which limit it is. */
static NhiResponse *
limit_reached (const NhiRequest *request, NhiWorld *world, const GError *limit)
{
  gboolean english = in_english (request);
  gboolean busy = limit->code == NHI_HEALTH_BANK_ERROR_BUSY;
  gint64 now = nhi_world_now (world);
  g_autofree char *detail = NULL;
  NhiResponse *response;

  if (busy)
    detail = g_strdup_printf (english ? "%d of your applications are being processed. Apply again "
                                        "when one of them is ready."
                                      : "您有 %d 件申請正在處理，請等其中一件完成後再申請。",
                              NHI_HEALTH_BANK_MAX_PROCESSING);
  else
    detail = g_strdup_printf (english ? "%d of your applications are still kept. Apply again when "
                                        "the oldest has ended, or download what is ready."
                                      : "您在保留期限內的申請已達 %d 件，請等最早的一件到期後再申請"
                                        "，或下載已備妥的檔案。",
                              NHI_HEALTH_BANK_MAX_KEPT);
  response = nhi_problem_new (429, NHI_PROBLEM_RATE,
                              english ? "Too many applications" : "申請件數過多", detail);
  set_retry_after (response, busy ? RETRY_SECONDS : nhi_taipei_end_of_day (now, 0) + 1 - now);
  return response;
}

static NhiResponse *
post_application (const NhiRequest *request, gpointer context, GError **error)
{
  NhiWorld *world = context;
  const char *key = nhi_request_header (request, "idempotency-key");
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (NhiApplication) application = NULL;
  g_auto (GStrv) categories = NULL;
  g_autoptr (GError) failure = NULL;
  NhiHealthBankRequest ask = { .idempotency_key = key };

  if (!nhi_idempotency_key_is_valid (key))
    return nhi_api_key_missing (request);
  object = nhi_request_json_object (request, error);
  if (object == NULL)
    return NULL;
  categories = read_categories (object);
  ask.categories = (const char *const *)categories;
  ask.from = read_month (object, "from");
  ask.to = read_month (object, "to");
  application = nhi_health_bank_apply (world, request->person_id, &ask, &failure);
  if (application != NULL)
    return new_application_response (202, application);
  if (failure->domain == NHI_HEALTH_BANK_ERROR)
    return limit_reached (request, world, failure);
  return nhi_api_detailed_problem (request, failure, NHI_PROBLEM_RATE, nhi_world_now (world));
}

static NhiResponse *
list_applications (const NhiRequest *request, gpointer context, GError **error)
{
  NhiWorld *world = context;
  g_autoptr (GPtrArray) list = nhi_health_bank_list (world, request->person_id, error);
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  gboolean processing = FALSE;
  NhiResponse *response;

  if (list == NULL)
    return NULL;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "applications");
  json_builder_begin_array (builder);
  for (guint i = 0; i < list->len; i++)
    {
      const NhiApplication *application = g_ptr_array_index (list, i);

      add_application (builder, application, FALSE);
      processing = processing || application->state == NHI_APPLICATION_PROCESSING;
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  response = nhi_response_new_json (200, json_builder_get_root (builder));
  if (processing)
    set_retry_after (response, RETRY_SECONDS);
  return response;
}

static NhiResponse *
get_application (const NhiRequest *request, gpointer context, GError **error)
{
  g_autoptr (NhiApplication) application = NULL;

  application = nhi_health_bank_get (context, request->person_id,
                                     nhi_request_parameter (request, "id"), error);
  return application != NULL ? new_application_response (200, application) : NULL;
}

typedef struct
{
  const NhiRequest *request;
  NhiRangeKind kind;
  guint64 first;
  guint64 last;
} Choice;

static char *
make_etag (const NhiApplication *application)
{
  return g_strdup_printf ("\"%s\"", application->package_sha256);
}

/* HEAD tells of the whole, whatever range it names (RFC 9110, 14.2). */
static gboolean
choose_range (const NhiApplication *application,
              gpointer data,
              guint64 *ret_offset,
              guint64 *ret_length)
{
  Choice *choice = data;
  g_autofree char *etag = make_etag (application);
  gboolean is_get = g_strcmp0 (choice->request->method, "GET") == 0;

  choice->first = 0;
  choice->last = application->package_size - 1;
  choice->kind = nhi_range_parse (is_get ? nhi_request_header (choice->request, "range") : NULL,
                                  nhi_request_header (choice->request, "if-range"), etag,
                                  application->package_size, &choice->first, &choice->last);
  *ret_offset = choice->first;
  *ret_length = choice->last - choice->first + 1;
  return choice->kind != NHI_RANGE_NOT_SATISFIABLE;
}

static void
set_package_headers (NhiResponse *response, const NhiApplication *application)
{
  g_autofree char *etag = make_etag (application);
  GDate applied_on = nhi_taipei_date (application->applied_at);
  g_autofree char *date = nhi_compact_date_format (&applied_on);
  g_autofree char *name = g_uri_escape_string (application->package_name, NULL, FALSE);
  g_autofree char *disposition =
      g_strdup_printf ("attachment; filename=\"health-bank-%s.zip\"; filename*=UTF-8''%s", date,
                       name);

  nhi_response_set_header (response, "ETag", etag);
  nhi_response_set_header (response, "Accept-Ranges", "bytes");
  nhi_response_set_header (response, "Content-Disposition", disposition);
  nhi_response_set_header (response, "Cache-Control", "private, no-store");
}

static NhiResponse *
get_package (const NhiRequest *request, gpointer context, GError **error)
{
  Choice choice = { request };
  g_autoptr (NhiApplication) application = NULL;
  g_autoptr (GBytes) bytes = NULL;
  NhiResponse *response;

  application = nhi_health_bank_read_package (context, request->person_id,
                                              nhi_request_parameter (request, "id"), choose_range,
                                              &choice, &bytes, error);
  if (application == NULL)
    return NULL;
  if (choice.kind == NHI_RANGE_NOT_SATISFIABLE)
    return nhi_range_not_satisfiable (request, application->package_size);
  response = choice.kind == NHI_RANGE_PART
                 ? nhi_response_new_part (NHI_MEDIA_ZIP, bytes, choice.first, choice.last,
                                          (guint64)application->package_size)
                 : nhi_response_new_bytes (200, NHI_MEDIA_ZIP, bytes);
  set_package_headers (response, application);
  return response;
}

const NhiRoute nhi_api_health_bank_routes[] = {
  { "GET", NHI_ROUTE_CATEGORIES, get_categories, NHI_ROUTE_INSTANT, 0 },
  { "POST", NHI_ROUTE_APPLICATIONS, post_application, NHI_ROUTE_SESSION_NEEDED, BODY_LIMIT },
  { "GET", NHI_ROUTE_APPLICATIONS, list_applications, NHI_ROUTE_SESSION_NEEDED, 0 },
  { "GET", NHI_ROUTE_APPLICATIONS "/{id}", get_application, NHI_ROUTE_SESSION_NEEDED, 0 },
  { "GET", NHI_ROUTE_APPLICATIONS "/{id}/package", get_package, NHI_ROUTE_SESSION_NEEDED, 0 },
  { NULL },
};
