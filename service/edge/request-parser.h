/* SPDX-License-Identifier: GPL-3.0-or-later
 * The strict, incremental reader of HTTP/1 requests (RFC 9112). Takes a stranger's bytes, gives one request in canonical form. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_PARSER_MAX_HEAD 16384  /* request line and fields, with their line ends */
#define NHI_PARSER_MAX_FIELDS 100
#define NHI_PARSER_MAX_TARGET 4096
#define NHI_PARSER_MAX_METHOD 16
#define NHI_PARSER_MAX_CHUNK_LINE 64 /* chunk size and its extensions; also one trailer line is no longer than a head */

typedef enum {
  NHI_PARSER_MORE,     /* all bytes were taken, more are needed */
  NHI_PARSER_HEAD,     /* the head is good; set @body_limit and feed on, also with 0 bytes */
  NHI_PARSER_COMPLETE, /* nhi_request_parser_get_request(); bytes behind it were not taken */
  NHI_PARSER_REFUSED,  /* @status and @reason say why; the connection must end */
} NhiParserVerdict;

/**
 * NhiRequestParser:
 * @body_limit: bytes of body allowed; to be set at %NHI_PARSER_HEAD
 * @close_after: the canonical form says "Connection: close"; to be set before the first byte
 * @status: of the refusal: 400, 413, 414, 417, 431, 501, 505
 * @reason: of the refusal, for a person, in English
 * @method: valid from %NHI_PARSER_HEAD on
 * @target: path and query, valid from %NHI_PARSER_HEAD on
 * @expects_continue: the client waits for 100 before it sends the body
 *
 * Refused: CL with TE, repeated or odd Content-Length, repeated or missing Host, obs-fold, bare CR or LF, NUL and other control
 * characters, any transfer coding but chunked, wrong chunk framing, and everything over a limit. Left out of the canonical form:
 * hop-by-hop fields, Expect, Upgrade, whatever is named X-Nhi-…; Range is renamed, so that libsoup does not act on it.
 */
typedef struct {
  gsize body_limit;
  gboolean close_after;
  guint status;
  const char *reason;
  char *method;
  char *target;
  gboolean expects_continue;

  /*< private >*/
  guint state;
  GByteArray *raw;       /* head, or the line of a chunk or trailer, as it comes */
  GByteArray *canonical; /* what libsoup will read */
  gboolean after_cr;
  gsize length_at;       /* where the ten digits of Content-Length stand in @canonical; 0 for no body */
  gsize body_at;
  guint64 remaining;     /* of the body, or of the chunk */
  gboolean chunked;
  gsize trailer_bytes;
} NhiRequestParser;

void nhi_request_parser_init (NhiRequestParser *parser);
void nhi_request_parser_clear (NhiRequestParser *parser);
/* Forgets the request, for the next on the same connection. Large buffers are given back. */
void nhi_request_parser_reset (NhiRequestParser *parser);

/* @ret_used: (out): how many of @length were taken */
NhiParserVerdict nhi_request_parser_feed (NhiRequestParser *parser, const guint8 *data, gsize length, gsize *ret_used);

/* At %NHI_PARSER_COMPLETE: head with CRLFs, Content-Length when there is a body, and the body without its framing. */
const guint8 *nhi_request_parser_get_request (const NhiRequestParser *parser, gsize *ret_length);

gboolean nhi_request_parser_is_empty (const NhiRequestParser *parser);   /* nothing of a request has come */
gsize nhi_request_parser_get_buffered (const NhiRequestParser *parser);  /* bytes of body held */

G_END_DECLS
