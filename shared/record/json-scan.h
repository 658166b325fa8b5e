/* SPDX-License-Identifier: GPL-3.0-or-later
 * A pull reader for JSON as health-bank files hold it. Private to this folder.
 *
 * Why not json-glib, which the rest of the house uses: it changes what it reads without a word
 * (28.00 to 28.0, 0012 to 10, a number of 22 digits to -1, C:\data to C:data), refuses a whole file
 * for one lone surrogate or one byte that is not UTF-8, overflows the stack on deep nesting, and
 * builds a tree of some seventy times the text (1.6.6: 8 MB became 550 MB), where a file may have
 * 128 MB. A pass that mends the text for it would have to know strings, escapes, numbers and depth,
 * as this reader does. This one reads once, in memory for one value. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_JSON_SCAN_MAX_DEPTH 32

typedef enum
{
  NHI_JSON_SCAN_OBJECT,
  NHI_JSON_SCAN_ARRAY,
  NHI_JSON_SCAN_SCALAR,  /* string, number, true, false, null */
  NHI_JSON_SCAN_NOTHING, /* the end, or what begins no value */
} NhiJsonScanKind;

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  guint depth;
  gboolean fresh;  /* just inside a container: no comma yet */
  gboolean failed; /* once set, every call answers FALSE */
} NhiJsonScan;

/* A byte order mark is passed over. */
void nhi_json_scan_init (NhiJsonScan *json, const char *text, gsize length);
NhiJsonScanKind nhi_json_scan_peek (NhiJsonScan *json);

/* Steps into the object or array that peek told. */
gboolean nhi_json_scan_enter (NhiJsonScan *json);

/* To the value of the next member, its name in @name; FALSE behind the last one (then the object is
 * left) or on failure. */
gboolean nhi_json_scan_next_member (NhiJsonScan *json, GString *name);
gboolean nhi_json_scan_next_element (NhiJsonScan *json);

/* The text of a string, the digits of a number, "true", "false"; "" for null. May hold bytes that
 * are not UTF-8. */
gboolean nhi_json_scan_take_scalar (NhiJsonScan *json, GString *value);
gboolean nhi_json_scan_skip (NhiJsonScan *json);

/* Nothing but white space is left. */
gboolean nhi_json_scan_at_end (NhiJsonScan *json);
guint nhi_json_scan_line (const NhiJsonScan *json);

G_END_DECLS
