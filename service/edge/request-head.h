/* SPDX-License-Identifier: GPL-3.0-or-later
 * One whole head: its request line and fields checked and written anew. Used by request-parser.c alone. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NhiRequestHead:
 * @length: of the body as said by Content-Length; 0 without one
 * @has_length: Content-Length was there
 */
typedef struct {
  char *method;
  char *target;
  guint64 length;
  gboolean has_length;
  gboolean chunked;
  gboolean expects_continue;
  guint status; /* of a refusal */
  const char *reason;
} NhiRequestHead;

/* @raw: (array length=size): CRLF line ends only, without the empty line at the end; no control character but those and HT
 * @close: "Connection: close" is added
 * @canonical: the lines that libsoup may see are appended, without Content-Length and without the empty line */
gboolean nhi_request_head_parse (const char *raw, gsize size, gboolean close, GByteArray *canonical, NhiRequestHead *ret_head);
void nhi_request_head_clear (NhiRequestHead *head);

G_END_DECLS
