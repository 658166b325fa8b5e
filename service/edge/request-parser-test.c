/* SPDX-License-Identifier: GPL-3.0-or-later
 * Requests good and bad, fed whole and byte by byte: the verdict and the canonical form must not
 * depend on how they arrive. */
#include "service/edge/request-parser.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *input;
  guint status;          /* of the refusal; 0 when it is good */
  const char *canonical; /* of a good one */
  gsize behind;          /* bytes that belong to the next request */
} Case;

#define G1 "GET / HTTP/1.1\r\n"
#define P1 "POST /a HTTP/1.1\r\nHost: x\r\n"
#define TE P1 "Transfer-Encoding: chunked\r\n\r\n"

static const Case cases[] = {
  { "plain", G1 "Host: x\r\n\r\n", 0, G1 "Host: x\r\n\r\n", 0 },
  { "one-empty-line-before", "\r\n" G1 "Host: x\r\n\r\n", 0, G1 "Host: x\r\n\r\n", 0 },
  { "two-empty-lines-before", "\r\n\r\n" G1 "Host: x\r\n\r\n", 400, NULL, 0 },
  { "next-request-behind", G1 "Host: x\r\n\r\nGET", 0, G1 "Host: x\r\n\r\n", 3 },
  { "fields-pass", G1 "Host: x\r\nAccept:  a \t\r\n\r\n", 0, G1 "Accept: a\r\nHost: x\r\n\r\n", 0 },
  { "hop-by-hop-dropped", G1 "Host: x\r\nTE: trailers\r\nUpgrade: h2c\r\nKeep-Alive: 5\r\n\r\n", 0,
    G1 "Host: x\r\n\r\n", 0 },
  { "ours-dropped", G1 "Host: x\r\nx-nhi-range: bytes=0-1\r\nX-NHI-Admin: 1\r\n\r\n", 0,
    G1 "Host: x\r\n\r\n", 0 },
  { "range-renamed", G1 "Host: x\r\nRange: bytes=0-1\r\n\r\n", 0,
    G1 "X-Nhi-Range: bytes=0-1\r\nHost: x\r\n\r\n", 0 },
  { "connection-close", G1 "Host: x\r\nConnection: foo, Close\r\n\r\n", 0,
    G1 "Host: x\r\nConnection: close\r\n\r\n", 0 },
  { "old-version-closes", "GET / HTTP/1.0\r\n\r\n", 0,
    G1 "Host: localhost\r\nConnection: close\r\n\r\n", 0 },
  { "absolute-form", "GET http://h:8/p?q HTTP/1.1\r\nHost: other\r\n\r\n", 0,
    "GET /p?q HTTP/1.1\r\nHost: h:8\r\n\r\n", 0 },
  { "absolute-form-without-path", "GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n", 0,
    "GET /?q HTTP/1.1\r\nHost: h\r\n\r\n", 0 },
  { "options-star", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 0,
    "OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n", 0 },
  { "body", P1 "Content-Length: 3\r\n\r\nabcX", 0, P1 "Content-Length: 0000000003\r\n\r\nabc", 1 },
  { "empty-body", P1 "Content-Length: 0\r\n\r\n", 0, P1 "Content-Length: 0000000000\r\n\r\n", 0 },
  { "chunks", TE "2\r\nab\r\n1;x=\"y\"\r\nc\r\n0\r\n\r\n", 0,
    P1 "Content-Length: 0000000003\r\n\r\nabc", 0 },
  { "trailer-dropped", TE "1\r\na\r\n0\r\nT: v\r\n\r\n!", 0,
    P1 "Content-Length: 0000000001\r\n\r\na", 1 },
  { "both-lengths", P1 "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400, NULL, 0 },
  { "two-equal-lengths", P1 "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400, NULL, 0 },
  { "length-list", P1 "Content-Length: 3,3\r\n\r\n", 400, NULL, 0 },
  { "length-signed", P1 "Content-Length: -1\r\n\r\n", 400, NULL, 0 },
  { "length-empty", P1 "Content-Length:\r\n\r\n", 400, NULL, 0 },
  { "length-of-19-digits", P1 "Content-Length: 1000000000000000000\r\n\r\n", 400, NULL, 0 },
  { "length-over-limit", P1 "Content-Length: 101\r\n\r\n", 413, NULL, 0 },
  { "chunks-over-limit", TE "64\r\n", 0, NULL, 0 },
  { "chunk-over-limit", TE "65\r\n", 413, NULL, 0 },
  { "chunk-size-of-nine-digits", TE "000000001\r\n", 400, NULL, 0 },
  { "chunk-size-missing", TE ";x\r\n", 400, NULL, 0 },
  { "chunk-size-with-space", TE "1 \r\n", 400, NULL, 0 },
  { "chunk-size-with-prefix", TE "0x1\r\n", 400, NULL, 0 },
  { "chunk-line-too-long",
    TE "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 400, NULL, 0 },
  { "chunk-bare-lf", TE "1\na", 400, NULL, 0 },
  { "chunk-without-end", TE "1\r\nab\r\n", 400, NULL, 0 },
  { "trailer-folded", TE "0\r\nA: b\r\n c\r\n\r\n", 400, NULL, 0 },
  { "coding-unknown", P1 "Transfer-Encoding: gzip\r\n\r\n", 501, NULL, 0 },
  { "coding-list", P1 "Transfer-Encoding: chunked, chunked\r\n\r\n", 501, NULL, 0 },
  { "coding-twice", P1 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
    NULL, 0 },
  { "coding-in-old-version", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, NULL,
    0 },
  { "two-hosts", G1 "Host: x\r\nhost: x\r\n\r\n", 400, NULL, 0 },
  { "no-host", G1 "\r\n", 400, NULL, 0 },
  { "empty-host", G1 "Host:\r\n\r\n", 400, NULL, 0 },
  { "host-with-path", G1 "Host: x/y\r\n\r\n", 400, NULL, 0 },
  { "host-with-user", G1 "Host: u@x\r\n\r\n", 400, NULL, 0 },
  { "two-authorizations", G1 "Host: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n", 400, NULL,
    0 },
  { "folded", G1 "Host: x\r\nA: b\r\n c\r\n\r\n", 400, NULL, 0 },
  { "space-before-colon", G1 "Host: x\r\nA : b\r\n\r\n", 400, NULL, 0 },
  { "no-colon", G1 "Host: x\r\nAb\r\n\r\n", 400, NULL, 0 },
  { "no-name", G1 "Host: x\r\n: b\r\n\r\n", 400, NULL, 0 },
  { "bare-lf", "GET / HTTP/1.1\nHost: x\r\n\r\n", 400, NULL, 0 },
  { "bare-cr", G1 "Host: x\rA: b\r\n\r\n", 400, NULL, 0 },
  { "control-character", G1 "Host: x\r\nA: \001\r\n\r\n", 400, NULL, 0 },
  { "not-ascii", G1 "Host: x\r\nA: \xe5\r\n\r\n", 400, NULL, 0 },
  { "two-spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL, 0 },
  { "no-version", "GET /\r\nHost: x\r\n\r\n", 400, NULL, 0 },
  { "version-lower-case", "GET / http/1.1\r\nHost: x\r\n\r\n", 400, NULL, 0 },
  { "version-two", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, NULL, 0 },
  { "method-no-token", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, NULL, 0 },
  { "method-too-long", "AAAAAAAAAAAAAAAAA / HTTP/1.1\r\nHost: x\r\n\r\n", 501, NULL, 0 },
  { "authority-form", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 400, NULL, 0 },
  { "target-bad-escape", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400, NULL, 0 },
  { "target-fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400, NULL, 0 },
  { "expectation-unknown", P1 "Expect: tea\r\n\r\n", 417, NULL, 0 },
  { "not-http", "\x16\x03\x01", 400, NULL, 0 },
};

/* Feeds in steps of @step bytes; returns the last verdict. */
static NhiParserVerdict
feed_all (NhiRequestParser *parser, const char *input, gsize step, gsize *ret_used)
{
  NhiParserVerdict verdict = NHI_PARSER_MORE;
  gsize length = strlen (input), at = 0;

  while (at < length && verdict == NHI_PARSER_MORE)
    {
      gsize used, piece = MIN (step, length - at);

      verdict = nhi_request_parser_feed (parser, (const guint8 *)input + at, piece, &used);
      at += used;
      if (verdict == NHI_PARSER_MORE)
        g_assert_cmpuint (used, ==, piece);
      if (verdict == NHI_PARSER_HEAD)
        {
          parser->body_limit = 100;
          verdict = nhi_request_parser_feed (parser, NULL, 0, &used);
        }
    }
  *ret_used = at;
  return verdict;
}

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  const gsize steps[] = { 1, 2, 7, G_MAXSIZE };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      NhiRequestParser parser;
      gsize used, length;
      NhiParserVerdict verdict;
      const guint8 *canonical;

      nhi_request_parser_init (&parser);
      verdict = feed_all (&parser, one->input, steps[i], &used);
      canonical = nhi_request_parser_get_request (&parser, &length);
      g_assert_cmpuint (parser.status, ==, one->status);
      if (one->status != 0)
        {
          g_assert_cmpint (verdict, ==, NHI_PARSER_REFUSED);
          g_assert_nonnull (parser.reason);
        }
      else if (one->canonical != NULL)
        {
          g_assert_cmpint (verdict, ==, NHI_PARSER_COMPLETE);
          g_assert_cmpmem (canonical, length, one->canonical, strlen (one->canonical));
          g_assert_cmpuint (strlen (one->input) - used, ==, one->behind);
        }
      nhi_request_parser_clear (&parser);
    }
}

static void
test_limits (void)
{
  const struct
  {
    const char *prefix;
    const char *repeated;
    guint times;
    const char *suffix;
    guint status;
  } limits[] = {
    { G1 "Host: x\r\n", "A: b\r\n", NHI_PARSER_MAX_FIELDS - 1, "\r\n", 0 },
    { G1 "Host: x\r\n", "A: b\r\n", NHI_PARSER_MAX_FIELDS, "\r\n", 431 },
    { G1 "Host: x\r\nA: ", "a", NHI_PARSER_MAX_HEAD, "\r\n\r\n", 431 },
    { "GET /", "a", NHI_PARSER_MAX_TARGET - 1, " HTTP/1.1\r\nHost: x\r\n\r\n", 0 },
    { "GET /", "a", NHI_PARSER_MAX_TARGET, " HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
    { TE "0\r\n", "A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n", 1000, "\r\n", 431 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GString) input = g_string_new (limits[i].prefix);
      NhiRequestParser parser;
      gsize used;

      for (guint n = 0; n < limits[i].times; n++)
        g_string_append (input, limits[i].repeated);
      g_string_append (input, limits[i].suffix);
      nhi_request_parser_init (&parser);
      feed_all (&parser, input->str, 1000, &used);
      g_assert_cmpuint (parser.status, ==, limits[i].status);
      nhi_request_parser_clear (&parser);
    }
}

static void
test_body_memory_follows_what_came (void)
{
  NhiRequestParser parser;
  gsize used;
  const char *head = P1 "Content-Length: 1000000\r\n\r\n";

  nhi_request_parser_init (&parser);
  g_assert_cmpint (nhi_request_parser_feed (&parser, (const guint8 *)head, strlen (head), &used),
                   ==, NHI_PARSER_HEAD);
  parser.body_limit = 1000000;
  nhi_request_parser_feed (&parser, (const guint8 *)"ab", 2, &used);
  g_assert_cmpuint (nhi_request_parser_get_buffered (&parser), ==, 2);
  nhi_request_parser_clear (&parser);
}

static void
test_reset_serves_the_next_request (void)
{
  NhiRequestParser parser;
  gsize used, length;

  nhi_request_parser_init (&parser);
  g_assert_cmpint (feed_all (&parser, P1 "Content-Length: 1\r\n\r\na", 5, &used), ==,
                   NHI_PARSER_COMPLETE);
  nhi_request_parser_reset (&parser);
  g_assert_true (nhi_request_parser_is_empty (&parser));
  parser.close_after = TRUE;
  g_assert_cmpint (feed_all (&parser, G1 "Host: x\r\n\r\n", 5, &used), ==, NHI_PARSER_COMPLETE);
  g_assert_cmpstr (g_strstr_len ((const char *)nhi_request_parser_get_request (&parser, &length),
                                 (gssize)length, "Connection"),
                   !=, NULL);
  nhi_request_parser_clear (&parser);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/request-parser/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/request-parser/limits", test_limits);
  g_test_add_func ("/request-parser/body-memory-follows-what-came",
                   test_body_memory_follows_what_came);
  g_test_add_func ("/request-parser/reset-serves-the-next-request",
                   test_reset_serves_the_next_request);
  return g_test_run ();
}
