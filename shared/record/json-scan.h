/* SPDX-License-Identifier: GPL-3.0-or-later
 * A pull reader for JSON as health-bank files hold it. Private to this folder.
 *
 * json-glib builds a tree of the whole file and refuses the raw control characters that real files
 * have in their texts; this reads in one pass, in bounded memory, and keeps a number's digits as
 * they are written. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_JSON_MAX_DEPTH 32

typedef enum
{
  NHI_JSON_OBJECT,
  NHI_JSON_ARRAY,
  NHI_JSON_SCALAR,  /* string, number, true, false, null */
  NHI_JSON_NOTHING, /* the end, or what begins no value */
} NhiJsonKind;

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  guint depth;
  gboolean fresh;  /* just inside a container: no comma yet */
  gboolean failed; /* once set, every call answers FALSE */
} NhiJson;

/* A byte order mark is passed over. */
void nhi_json_init (NhiJson *json, const char *text, gsize length);
NhiJsonKind nhi_json_peek (NhiJson *json);

/* Steps into the object or array that peek told. */
gboolean nhi_json_enter (NhiJson *json);

/* To the value of the next member, its name in @name; FALSE behind the last one (then the object is
 * left) or on failure. */
gboolean nhi_json_next_member (NhiJson *json, GString *name);
gboolean nhi_json_next_element (NhiJson *json);

/* The text of a string, the digits of a number, "true", "false"; "" for null. May hold bytes that
 * are not UTF-8. */
gboolean nhi_json_take_scalar (NhiJson *json, GString *value);
gboolean nhi_json_skip (NhiJson *json);

/* Nothing but white space is left. */
gboolean nhi_json_at_end (NhiJson *json);
guint nhi_json_line (const NhiJson *json);

G_END_DECLS
