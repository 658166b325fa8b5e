/* SPDX-License-Identifier: GPL-3.0-or-later
 * GET /api/v1/service: what this service is, for a client before anyone has signed in. */
#define G_LOG_DOMAIN "nhi-api"

#include "service/api/answer.h"
#include "service/domain/words.h"
#include "service/domain/world.h"
#include "shared/api/api.h"

#define MINIMUM_CLIENT "0.1.0"

static NhiResponse *
get_service (const NhiRequest *request, gpointer context, GError **error)
{
  const NhiWorld *world = context;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *time = nhi_api_instant (nhi_world_now (world));

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, "nhicardd");
  json_builder_set_member_name (builder, "version");
  json_builder_add_string_value (builder, NHI_VERSION);
  json_builder_set_member_name (builder, "minimum_client");
  json_builder_add_string_value (builder, MINIMUM_CLIENT);
  json_builder_set_member_name (builder, "time");
  json_builder_add_string_value (builder, time);
  json_builder_set_member_name (builder, "demo");
  json_builder_add_boolean_value (builder, world->demo);
  json_builder_set_member_name (builder, "languages");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, NHI_LANGUAGE_CHINESE);
  json_builder_add_string_value (builder, NHI_LANGUAGE_ENGLISH);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return nhi_response_new_json (200, json_builder_get_root (builder));
}

const NhiRoute nhi_api_service_routes[] = {
  { "GET", NHI_ROUTE_SERVICE, get_service, NHI_ROUTE_INSTANT, 0 },
  { NULL },
};
