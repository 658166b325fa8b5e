/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the handlers share: reading members, writing instants,
 * problems with all that is to be told. */
#pragma once

#include "service/http/handler.h"

G_BEGIN_DECLS

/* NULL when the member is missing, null or no string. */
const char *nhi_api_string_member (JsonObject *object, const char *name);

/* Whether each of @names (NULL at the end) that is there is a string or null; else
 * %NHI_DOMAIN_ERROR_INVALID that names the fields. */
gboolean nhi_api_check_texts (JsonObject *object, const char *const *names, GError **error);

/* RFC 3339 in UTC: "2026-11-23T06:30:00Z". */
char *nhi_api_instant (gint64 unix_seconds);

/* Sets "name": "2026-11-23T06:30:00Z". */
void nhi_api_set_instant (JsonObject *object, const char *name, gint64 unix_seconds);

/**
 * nhi_api_detailed_problem:
 * @wait_slug: the problem's type when @error is a wait
 * @now: Unix seconds by the world's clock
 *
 * The problem of @error with what is told beside it: "fields" with a sentence for each,
 * "wait_until" and Retry-After.
 *
 * Returns: (transfer full): never NULL
 */
NhiResponse *nhi_api_detailed_problem (const NhiRequest *request,
                                       const GError *error,
                                       const char *wait_slug,
                                       gint64 now);

/* @object: (transfer full): the whole body */
NhiResponse *nhi_api_new_response (guint status, JsonObject *object);

/* 400: a create came without an Idempotency-Key that is a UUID. */
NhiResponse *nhi_api_key_missing (const NhiRequest *request);

G_END_DECLS
