/* SPDX-License-Identifier: GPL-3.0-or-later
 * One byte range: Range and If-Range to 200, 206 or 416 (RFC 9110, 14). */
#pragma once

#include "service/http/handler.h"

G_BEGIN_DECLS

typedef enum {
  NHI_RANGE_WHOLE,           /* no Range, one we do not act on (several ranges, other unit, bad syntax), or If-Range differs */
  NHI_RANGE_PART,
  NHI_RANGE_NOT_SATISFIABLE, /* begins behind the end */
} NhiRangeKind;

/**
 * nhi_range_parse:
 * @range: (nullable): value of the Range field
 * @if_range: (nullable): value of the If-Range field; only a strong entity tag equal to @etag keeps the range
 * @etag: the strong entity tag, with its quotes
 * @size: bytes of the whole
 * @ret_first: (out): first byte, set for %NHI_RANGE_PART
 * @ret_last: (out): last byte, inclusive, set for %NHI_RANGE_PART
 *
 * More than one range is ignored on purpose: it is how a small header asks for a large answer.
 */
NhiRangeKind nhi_range_parse (const char *range, const char *if_range, const char *etag, guint64 size,
                              guint64 *ret_first, guint64 *ret_last);

/* The problem with 416 and Content-Range that tells @size. */
NhiResponse *nhi_range_not_satisfiable (const NhiRequest *request, guint64 size);

/* 206 with Content-Range: @part is the bytes @first to @last of a whole of @size. */
NhiResponse *nhi_response_new_part (const char *content_type, GBytes *part, guint64 first, guint64 last, guint64 size);

G_END_DECLS
