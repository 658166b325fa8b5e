/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looks a stranger's JSON over before json-glib gets it: depth, UTF-8, NUL, duplicate members, length of numbers. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define NHI_JSON_MAX_DEPTH 16
#define NHI_JSON_MAX_NUMBER 32     /* characters of one number */
#define NHI_JSON_MAX_MEMBERS 1000  /* of all objects together */

/**
 * nhi_json_check:
 * @text: (array length=length): what came
 *
 * Strict RFC 8259: one value, no comments, no trailing commas, no NaN; and our limits above.
 *
 * Returns: TRUE when json-glib may see it; FALSE with %NHI_HTTP_ERROR_MALFORMED that says where
 */
gboolean nhi_json_check (const char *text, gsize length, GError **error);

/* Checks, parses, and gives the object on top. Returns: (transfer full): NULL with %NHI_HTTP_ERROR_MALFORMED. */
JsonObject *nhi_json_parse_object (const char *text, gsize length, GError **error);

G_END_DECLS
