/* SPDX-License-Identifier: GPL-3.0-or-later
 * GET /health/live and /health/ready: what a front such as HAProxy asks a node. */
#define G_LOG_DOMAIN "nhi-api"

#include "service/api/answer.h"
#include "service/domain/readiness.h"
#include "service/domain/world.h"
#include "shared/api/api.h"

static const struct
{
  const char *state;
  const char *detail; /* for an operator */
} states[] = {
  [NHI_READY] = { "ready", NULL },
  [NHI_NOT_READY_DRAINING] = { "draining", "This node is about to end. Others serve." },
  [NHI_NOT_READY_DATABASE] = { "database", "The database does not answer this node." },
  [NHI_NOT_READY_SCHEMA] = { "schema", "The database has an older schema than this node needs." },
};

static NhiResponse *
say (const char *state)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (builder, state);
  json_builder_end_object (builder);
  return nhi_response_new_json (200, json_builder_get_root (builder));
}

static NhiResponse *
get_live (const NhiRequest *request, gpointer context, GError **error)
{
  return say ("live");
}

static NhiResponse *
get_ready (const NhiRequest *request, gpointer context, GError **error)
{
  const NhiWorld *world = context;
  NhiReadinessState state = nhi_readiness_get (world->readiness);
  NhiResponse *problem;

  if (state == NHI_READY)
    return say (states[state].state);
  problem = nhi_problem_new (503, NHI_PROBLEM_UNAVAILABLE, "Not ready", states[state].detail);
  json_object_set_string_member (nhi_problem_members (problem), "state", states[state].state);
  nhi_response_set_header (problem, "Retry-After", "1");
  return problem;
}

const NhiRoute nhi_api_health_routes[] = {
  { "GET", NHI_ROUTE_LIVE, get_live, NHI_ROUTE_INSTANT, 0 },
  { "GET", NHI_ROUTE_READY, get_ready, NHI_ROUTE_INSTANT, 0 },
  { NULL },
};
