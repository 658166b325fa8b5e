/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any bytes as requests, whole and in pieces: the verdict must be the same, and what is let through
 * must be read by the parser again as the same request. The first byte says how small the pieces
 * are. */
#include "service/edge/request-parser.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

#define BODY_LIMIT 4096

static NhiParserVerdict
feed_all (NhiRequestParser *parser, const guint8 *data, gsize size, gsize step)
{
  NhiParserVerdict verdict = NHI_PARSER_MORE;
  gsize at = 0;

  while (verdict == NHI_PARSER_MORE && at < size)
    {
      gsize used;

      verdict = nhi_request_parser_feed (parser, data + at, MIN (step, size - at), &used);
      at += used;
      if (verdict == NHI_PARSER_HEAD)
        {
          parser->body_limit = BODY_LIMIT;
          verdict = nhi_request_parser_feed (parser, NULL, 0, &used);
        }
    }
  g_assert_cmpuint (nhi_request_parser_get_buffered (parser), <=, BODY_LIMIT);
  return verdict;
}

/* What libsoup would read must be good by our own rules. */
static void
check_canonical (const NhiRequestParser *parser)
{
  NhiRequestParser again;
  gsize length, length_again;
  const guint8 *request = nhi_request_parser_get_request (parser, &length);

  g_assert_null (memmem (request, length - nhi_request_parser_get_buffered (parser),
                         "\nTransfer-Encoding:", 19));
  nhi_request_parser_init (&again);
  g_assert_cmpint (feed_all (&again, request, length, length), ==, NHI_PARSER_COMPLETE);
  g_assert_cmpstr (again.method, ==, parser->method);
  g_assert_cmpstr (again.target, ==, parser->target);
  g_assert_cmpuint (nhi_request_parser_get_buffered (&again), ==,
                    nhi_request_parser_get_buffered (parser));
  (void)nhi_request_parser_get_request (&again, &length_again);
  nhi_request_parser_clear (&again);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  NhiRequestParser whole, pieces;
  NhiParserVerdict verdict;

  if (size < 2)
    return 0;
  nhi_request_parser_init (&whole);
  nhi_request_parser_init (&pieces);
  verdict = feed_all (&whole, data + 1, size - 1, size);
  g_assert_cmpint (feed_all (&pieces, data + 1, size - 1, 1 + data[0] % 16), ==, verdict);
  g_assert_cmpuint (whole.status, ==, pieces.status);
  if (verdict == NHI_PARSER_COMPLETE)
    check_canonical (&whole);
  nhi_request_parser_clear (&whole);
  nhi_request_parser_clear (&pieces);
  return 0;
}
