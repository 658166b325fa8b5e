/* SPDX-License-Identifier: GPL-3.0-or-later
 * POST /api/v1/registrations: applying for an account. */
#define G_LOG_DOMAIN "nhi-api"

#include "service/api/answer.h"
#include "service/domain/idempotency.h"
#include "service/domain/registration.h"
#include "service/domain/words.h"
#include "shared/api/api.h"

#define BODY_LIMIT 8192

/* 0 when it was not given, −1 when it is no whole number. */
static gint64
read_neighbourhood (JsonObject *body)
{
  JsonNode *node = json_object_get_member (body, "neighbourhood");

  if (node == NULL || json_node_is_null (node))
    return 0;
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return -1;
  const gint64 value = json_node_get_int (node);
  return value == 0 ? -1 : value;
}

static const char *const texts[] = { "card_number",      "id_number",    "name",  "birth_date",
                                     "household_number", "village_code", "email", "phone",
                                     "password",         "language",     NULL };

static void
read_request (JsonObject *body, const char *language, NhiRegistrationRequest *ret)
{
  ret->card_number = nhi_api_string_member (body, "card_number");
  ret->id_number = nhi_api_string_member (body, "id_number");
  ret->name = nhi_api_string_member (body, "name");
  ret->birth_date = nhi_api_string_member (body, "birth_date");
  ret->household_number = nhi_api_string_member (body, "household_number");
  ret->village_code = nhi_api_string_member (body, "village_code");
  ret->neighbourhood = read_neighbourhood (body);
  ret->email = nhi_api_string_member (body, "email");
  ret->phone = nhi_api_string_member (body, "phone");
  ret->password = nhi_api_string_member (body, "password");
  ret->language = json_object_has_member (body, "language")
                      ? nhi_api_string_member (body, "language")
                      : language;
}

static NhiResponse *
post_registration (const NhiRequest *request, gpointer context, GError **error)
{
  NhiWorld *world = context;
  const char *key = nhi_request_header (request, "idempotency-key");
  g_auto (NhiRegistrationTicket) ticket = { 0 };
  g_autoptr (GError) refusal = NULL;
  NhiRegistrationRequest registration = { 0 };

  if (!nhi_idempotency_key_is_valid (key))
    return nhi_api_key_missing (request);
  g_autoptr (JsonObject) body = nhi_request_json_object (request, error);
  if (body == NULL)
    return NULL;
  read_request (body, request->language, &registration);
  if (!nhi_api_check_texts (body, texts, &refusal) ||
      !nhi_registration_apply (world, &registration, request->network, key, &ticket, &refusal))
    return nhi_api_detailed_problem (request, refusal, NHI_PROBLEM_RATE, nhi_world_now (world));

  JsonObject *answer = json_object_new ();
  json_object_set_string_member (answer, "state", "pending");
  json_object_set_string_member (answer, "email", ticket.email_masked);
  nhi_api_set_instant (answer, "expires_at", ticket.expires_at);
  return nhi_api_new_response (202, answer);
}

const NhiRoute nhi_api_registration_routes[] = {
  { "POST", NHI_ROUTE_REGISTRATIONS, post_registration, NHI_ROUTE_HASHES, BODY_LIMIT },
  { NULL },
};
