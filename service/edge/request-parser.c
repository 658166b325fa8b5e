/* SPDX-License-Identifier: GPL-3.0-or-later
 * The states of one request:
 *
 *   START -> HEAD -> JUDGED -> LENGTH ------------------------------> DONE
 *                         \--> CHUNK_LINE -> CHUNK_DATA -> CHUNK_END -+
 *                                  ^  \-> TRAILER -> DONE             |
 *                                  +----------------------------------+
 *
 * and REFUSED from each of them. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/request-parser.h"

#include <string.h>

#include "service/edge/request-head.h"

#define KEPT_BUFFER 16384 /* a larger one is given back after its request */

enum
{
  STATE_START, /* nothing but perhaps one empty line */
  STATE_HEAD,
  STATE_JUDGED, /* the head is good; the caller sets the limit */
  STATE_LENGTH, /* body by Content-Length */
  STATE_CHUNK_LINE,
  STATE_CHUNK_DATA,
  STATE_CHUNK_END, /* CRLF behind the data */
  STATE_TRAILER,
  STATE_DONE,
  STATE_REFUSED,
};

void
nhi_request_parser_init (NhiRequestParser *parser)
{
  *parser = (NhiRequestParser){ .state = STATE_START };
  parser->raw = g_byte_array_new ();
  parser->canonical = g_byte_array_new ();
}

void
nhi_request_parser_clear (NhiRequestParser *parser)
{
  g_clear_pointer (&parser->raw, g_byte_array_unref);
  g_clear_pointer (&parser->canonical, g_byte_array_unref);
  g_clear_pointer (&parser->method, g_free);
  g_clear_pointer (&parser->target, g_free);
}

void
nhi_request_parser_reset (NhiRequestParser *parser)
{
  GByteArray *raw = parser->raw, *canonical = parser->canonical;

  g_free (parser->method);
  g_free (parser->target);
  if (canonical->len > KEPT_BUFFER)
    {
      g_byte_array_unref (canonical);
      canonical = g_byte_array_new ();
    }
  g_byte_array_set_size (raw, 0);
  g_byte_array_set_size (canonical, 0);
  *parser = (NhiRequestParser){ .state = STATE_START, .raw = raw, .canonical = canonical };
}

static NhiParserVerdict
refuse (NhiRequestParser *parser, guint status, const char *reason)
{
  parser->state = STATE_REFUSED;
  parser->status = status;
  parser->reason = reason;
  return NHI_PARSER_REFUSED;
}

/* Takes bytes up to and with the next CRLF into @raw. TRUE: the line is whole. FALSE: more is
 * needed, or REFUSED. */
static gboolean
take_line (NhiRequestParser *parser, const guint8 *data, gsize length, gsize *used, gsize limit)
{
  gsize i;

  for (i = *used; i < length; i++)
    {
      guint8 c = data[i];

      if (parser->after_cr != (c == '\n') || (c < 0x20 && c != '\t' && c != '\r' && c != '\n') ||
          c == 0x7f)
        {
          refuse (parser, 400,
                  c == '\n' || parser->after_cr ? "Lines must end with CR LF"
                                                : "There is a control character where none may be");
          return FALSE;
        }
      parser->after_cr = c == '\r';
      if (c == '\n')
        break;
    }
  if (i < length)
    i++;
  g_byte_array_append (parser->raw, data + *used, (guint)(i - *used));
  *used = i;
  if (parser->raw->len > limit)
    {
      refuse (parser, parser->state == STATE_HEAD || parser->state == STATE_TRAILER ? 431 : 400,
              parser->state == STATE_HEAD ? "The header is too long"
                                          : "A line of the body's framing is too long");
      return FALSE;
    }
  return parser->raw->len > 0 && parser->raw->data[parser->raw->len - 1] == '\n';
}

static NhiParserVerdict
judge_head (NhiRequestParser *parser)
{
  NhiRequestHead head;

  if (!nhi_request_head_parse ((const char *)parser->raw->data, parser->raw->len - 4,
                               parser->close_after, parser->canonical, &head))
    {
      nhi_request_head_clear (&head);
      return refuse (parser, head.status, head.reason);
    }
  parser->method = head.method;
  parser->target = head.target;
  parser->chunked = head.chunked;
  parser->remaining = head.length;
  parser->expects_continue = head.expects_continue && (head.chunked || head.length > 0);
  if (head.chunked || head.has_length)
    {
      g_byte_array_append (parser->canonical, (const guint8 *)"Content-Length: ", 16);
      parser->length_at = parser->canonical->len;
      g_byte_array_append (parser->canonical, (const guint8 *)"0000000000\r\n", 12);
    }
  g_byte_array_append (parser->canonical, (const guint8 *)"\r\n", 2);
  parser->body_at = parser->canonical->len;
  g_byte_array_set_size (parser->raw, 0);
  parser->state = STATE_JUDGED;
  return NHI_PARSER_HEAD;
}

static NhiParserVerdict
read_head (NhiRequestParser *parser, const guint8 *data, gsize length, gsize *used)
{
  while (*used < length)
    {
      if (parser->state == STATE_START &&
          (data[*used] == '\r' || data[*used] == '\n' || parser->after_cr))
        {
          /* One empty line before a request is forgiven (RFC 9112, 2.2). */
          if (!take_line (parser, data, length, used, 2))
            continue;
          if (parser->trailer_bytes++ > 0)
            return refuse (parser, 400, "There are empty lines before the request");
          g_byte_array_set_size (parser->raw, 0);
          continue;
        }
      parser->state = parser->state == STATE_REFUSED ? STATE_REFUSED : STATE_HEAD;
      if (parser->state == STATE_HEAD &&
          take_line (parser, data, length, used, NHI_PARSER_MAX_HEAD) && parser->raw->len >= 4 &&
          memcmp (parser->raw->data + parser->raw->len - 4, "\r\n\r\n", 4) == 0)
        return judge_head (parser);
      if (parser->state == STATE_REFUSED)
        return NHI_PARSER_REFUSED;
    }
  return parser->state == STATE_REFUSED ? NHI_PARSER_REFUSED : NHI_PARSER_MORE;
}

static NhiParserVerdict
finish (NhiRequestParser *parser)
{
  if (parser->length_at > 0)
    {
      char digits[16];

      g_snprintf (digits, sizeof digits, "%010u", parser->canonical->len - (guint)parser->body_at);
      memcpy (parser->canonical->data + parser->length_at, digits, 10);
    }
  parser->state = STATE_DONE;
  return NHI_PARSER_COMPLETE;
}

static NhiParserVerdict
begin_body (NhiRequestParser *parser)
{
  if (!parser->chunked && parser->remaining > parser->body_limit)
    return refuse (parser, 413,
                   parser->body_limit == 0 ? "No body is taken here" : "The body is too long");
  parser->state = parser->chunked ? STATE_CHUNK_LINE : STATE_LENGTH;
  return NHI_PARSER_MORE;
}

/* Appends what is there of the body or chunk; TRUE when it is whole. */
static gboolean
take_data (NhiRequestParser *parser, const guint8 *data, gsize length, gsize *used)
{
  gsize take = (gsize)MIN ((guint64)(length - *used), parser->remaining);

  if (take > 0)
    g_byte_array_append (parser->canonical, data + *used, (guint)take);
  *used += take;
  parser->remaining -= take;
  return parser->remaining == 0;
}

/* "1a;ext=1" + CRLF. Extensions are skipped. */
static NhiParserVerdict
judge_chunk_line (NhiRequestParser *parser)
{
  const char *line = (const char *)parser->raw->data;
  gsize length = parser->raw->len - 2, digits = 0;
  guint64 size = 0;

  for (; digits < length && g_ascii_isxdigit (line[digits]); digits++)
    size = size * 16 + (guint64)g_ascii_xdigit_value (line[digits]);
  if (digits == 0 || digits > 8 || (digits < length && line[digits] != ';'))
    return refuse (parser, 400, "The size of a chunk is not right");
  g_byte_array_set_size (parser->raw, 0);
  if (size >
      parser->body_limit - MIN (parser->body_limit, nhi_request_parser_get_buffered (parser)))
    return refuse (parser, 413,
                   parser->body_limit == 0 ? "No body is taken here" : "The body is too long");
  parser->remaining = size;
  parser->state = size > 0 ? STATE_CHUNK_DATA : STATE_TRAILER;
  parser->trailer_bytes = 0;
  return NHI_PARSER_MORE;
}

/* Trailer fields are checked for their line ends and thrown away. */
static NhiParserVerdict
judge_trailer_line (NhiRequestParser *parser)
{
  gboolean last = parser->raw->len == 2;

  parser->trailer_bytes += parser->raw->len;
  if (!last && (parser->raw->data[0] == ' ' || parser->raw->data[0] == '\t' ||
                memchr (parser->raw->data, ':', parser->raw->len) == NULL))
    return refuse (parser, 400, "A trailer field is malformed");
  if (parser->trailer_bytes > NHI_PARSER_MAX_HEAD)
    return refuse (parser, 431, "The trailer is too long");
  g_byte_array_set_size (parser->raw, 0);
  return last ? finish (parser) : NHI_PARSER_MORE;
}

static NhiParserVerdict
read_chunked (NhiRequestParser *parser, const guint8 *data, gsize length, gsize *used)
{
  switch (parser->state)
    {
    case STATE_CHUNK_LINE:
      return take_line (parser, data, length, used, NHI_PARSER_MAX_CHUNK_LINE)
                 ? judge_chunk_line (parser)
                 : NHI_PARSER_MORE;
    case STATE_CHUNK_DATA:
      if (take_data (parser, data, length, used))
        parser->state = STATE_CHUNK_END;
      return NHI_PARSER_MORE;
    case STATE_CHUNK_END:
      if (data[*used] != '\r' && !parser->after_cr)
        return refuse (parser, 400, "A chunk is longer than it said");
      if (take_line (parser, data, length, used, 2))
        {
          g_byte_array_set_size (parser->raw, 0);
          parser->state = STATE_CHUNK_LINE;
        }
      return NHI_PARSER_MORE;
    default:
      return take_line (parser, data, length, used, NHI_PARSER_MAX_HEAD)
                 ? judge_trailer_line (parser)
                 : NHI_PARSER_MORE;
    }
}

NhiParserVerdict
nhi_request_parser_feed (NhiRequestParser *parser,
                         const guint8 *data,
                         gsize length,
                         gsize *ret_used)
{
  NhiParserVerdict verdict = NHI_PARSER_MORE;

  *ret_used = 0;
  if (parser->state == STATE_REFUSED)
    return NHI_PARSER_REFUSED;
  if (parser->state == STATE_DONE)
    return NHI_PARSER_COMPLETE;
  if (parser->state <= STATE_HEAD)
    return read_head (parser, data, length, ret_used);
  if (parser->state == STATE_JUDGED)
    verdict = begin_body (parser);
  if (verdict == NHI_PARSER_MORE && parser->state == STATE_LENGTH)
    return take_data (parser, data, length, ret_used) ? finish (parser) : NHI_PARSER_MORE;
  while (verdict == NHI_PARSER_MORE && parser->state != STATE_REFUSED && *ret_used < length)
    verdict = read_chunked (parser, data, length, ret_used);
  return parser->state == STATE_REFUSED ? NHI_PARSER_REFUSED : verdict;
}

const guint8 *
nhi_request_parser_get_request (const NhiRequestParser *parser, gsize *ret_length)
{
  *ret_length = parser->canonical->len;
  return parser->canonical->data;
}

gboolean
nhi_request_parser_is_empty (const NhiRequestParser *parser)
{
  return parser->state == STATE_START && parser->raw->len == 0 && parser->trailer_bytes == 0;
}

gsize
nhi_request_parser_get_buffered (const NhiRequestParser *parser)
{
  return parser->body_at > 0 ? parser->canonical->len - parser->body_at : 0;
}
