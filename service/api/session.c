/* SPDX-License-Identifier: GPL-3.0-or-later
 * Signing in, looking at the session, signing out. */
#define G_LOG_DOMAIN "nhi-api"

#include "service/api/answer.h"
#include "service/domain/session.h"
#include "service/domain/sign-in.h"
#include "shared/api/api.h"
#include "shared/identity/contact.h"

#define BODY_LIMIT 8192

static JsonObject *
person_object (const char *name, const char *id_number)
{
  JsonObject *person = json_object_new ();
  json_object_set_string_member (person, "name", name);
  json_object_set_string_member (person, "id_number", id_number);
  return person;
}

static NhiResponse *
signed_in (const NhiSignIn *sign_in)
{
  JsonObject *answer = json_object_new ();

  json_object_set_string_member (answer, "token", sign_in->token);
  json_object_set_int_member (answer, "idle_seconds", NHI_SESSION_IDLE_SECONDS);
  nhi_api_set_instant (answer, "expires_at", sign_in->expires_at);
  json_object_set_object_member (answer, "person",
                                 person_object (sign_in->name, sign_in->id_number));
  if (sign_in->last_at > 0)
    {
      JsonObject *last = json_object_new ();
      nhi_api_set_instant (last, "at", sign_in->last_at);
      json_object_set_string_member (last, "network", sign_in->last_network);
      json_object_set_object_member (answer, "last_sign_in", last);
    }
  else
    {
      json_object_set_null_member (answer, "last_sign_in");
    }
  return nhi_api_new_response (201, answer);
}

static const char *const texts[] = { "card_number", "id_number", "password", "client", NULL };

static NhiResponse *
post_session (const NhiRequest *request, gpointer context, GError **error)
{
  NhiWorld *world = context;
  g_auto (NhiSignIn) sign_in = { 0 };
  g_autoptr (GError) refusal = NULL;
  g_autoptr (JsonObject) body = nhi_request_json_object (request, error);

  if (body == NULL)
    return NULL;
  const NhiSignInRequest asked = {
    .card_number = nhi_api_string_member (body, "card_number"),
    .id_number = nhi_api_string_member (body, "id_number"),
    .password = nhi_api_string_member (body, "password"),
    .client = nhi_api_string_member (body, "client"),
    .network = request->network,
  };
  if (!nhi_api_check_texts (body, texts, &refusal) ||
      !nhi_sign_in (world, &asked, &sign_in, &refusal))
    return nhi_api_detailed_problem (request, refusal, NHI_PROBLEM_SIGN_IN_WAIT,
                                     nhi_world_now (world));
  return signed_in (&sign_in);
}

static NhiResponse *
get_session (const NhiRequest *request, gpointer context, GError **error)
{
  g_auto (NhiSessionView) view = { 0 };

  if (!nhi_session_describe (context, request->person_id, request->session_id, &view, error))
    return NULL;

  g_autofree char *email_masked = nhi_email_mask (view.email);
  JsonObject *person = person_object (view.name, view.id_number);
  json_object_set_string_member (person, "email", view.email);
  json_object_set_string_member (person, "email_masked", email_masked);

  JsonObject *answer = json_object_new ();
  json_object_set_int_member (answer, "idle_seconds", NHI_SESSION_IDLE_SECONDS);
  nhi_api_set_instant (answer, "expires_at", view.expires_at);
  json_object_set_object_member (answer, "person", person);
  return nhi_api_new_response (200, answer);
}

static NhiResponse *
delete_session (const NhiRequest *request, gpointer context, GError **error)
{
  if (!nhi_session_end (context, request->person_id, request->session_id, error))
    return NULL;
  return nhi_response_new (204);
}

const NhiRoute nhi_api_session_routes[] = {
  { "POST", NHI_ROUTE_SESSIONS, post_session, NHI_ROUTE_HASHES, BODY_LIMIT },
  { "GET", NHI_ROUTE_SESSION, get_session, NHI_ROUTE_SESSION_NEEDED, 0 },
  { "DELETE", NHI_ROUTE_SESSION, delete_session, NHI_ROUTE_SESSION_NEEDED, 0 },
  { NULL },
};
