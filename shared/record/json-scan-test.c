/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pull reader: strings and their escapes, numbers as written, and what is no JSON. */
#include "shared/record/json-scan.h"

#include <string.h>

typedef struct
{
  const char *json;
  gsize length;     /* 0: strlen */
  const char *text; /* NULL: refused */
} ScalarCase;

static const ScalarCase scalar_cases[] = {
  { "\"plain\"", 0, "plain" },
  { "\xEF\xBB\xBF \"behind a mark\" \n", 0, "behind a mark" },
  { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", 0, "\"\\/\b\f\n\r\t" },
  { "\"raw\ttab\x01\nline\"", 0, "raw\ttab\x01\nline" },
  { "\"a\0b\"", 5,
    "a\xef\xbf\xbd"
    "b" },
  { "\"\\u738b\\uD840\\uDC0b\"", 0, "王𠀋" },
  { "\"\\ud840\"", 0, "\xef\xbf\xbd" },
  { "\"\\ud840\\u0041\"", 0,
    "\xef\xbf\xbd"
    "A" },
  { "\"\\udc0bx\"", 0, "\xef\xbf\xbdx" },
  { "\"\\u0000\"", 0, "\xef\xbf\xbd" },
  { "\"C:\\data\"", 0, "C:\\data" },
  { "28.00", 0, "28.00" },
  { "-1.5e+3", 0, "-1.5e+3" },
  { "true", 0, "true" },
  { "null", 0, "" },
  { "\"open", 0, NULL },
  { "\"\\", 0, NULL },
  { "\"\\u12", 0, NULL },
  { "\"\\u12g4\"", 0, NULL },
  { "nul", 0, NULL },
  { "NaN", 0, NULL },
  { "", 0, NULL },
  { "\"a\" \"b\"", 0, NULL },
  { "1 2", 0, NULL },
  { "'a'", 0, NULL },
  { "{}", 0, NULL },
};

static void
test_scalars (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (scalar_cases); i++)
    {
      const ScalarCase *c = &scalar_cases[i];
      g_autoptr (GString) value = g_string_new ("before");
      NhiJsonScan json;
      gboolean taken;

      nhi_json_scan_init (&json, c->json, c->length != 0 ? c->length : strlen (c->json));
      taken = nhi_json_scan_take_scalar (&json, value) && nhi_json_scan_at_end (&json);
      if (taken != (c->text != NULL))
        g_test_message ("%s", c->json);
      g_assert_cmpint (taken, ==, c->text != NULL);
      if (taken)
        g_assert_cmpstr (value->str, ==, c->text);
    }
}

typedef struct
{
  const char *json;
  gboolean sound;
} DocumentCase;

static const DocumentCase document_cases[] = {
  { "{}", TRUE },
  { "[]", TRUE },
  { " { \"a\" : [ 1 , {\"b\":null} , \"c\" ] , \"d\" : {} } ", TRUE },
  { "[[],[[]],{}]", TRUE },
  { "{\"a\":1,}", FALSE },
  { "[1,]", FALSE },
  { "[,1]", FALSE },
  { "[1 2]", FALSE },
  { "{\"a\" 1}", FALSE },
  { "{a:1}", FALSE },
  { "{\"a\":}", FALSE },
  { "[1}", FALSE },
  { "[", FALSE },
  { "{\"a\":[", FALSE },
  { "[1]]", FALSE },
};

static void
test_documents (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (document_cases); i++)
    {
      NhiJsonScan json;
      gboolean sound;

      nhi_json_scan_init (&json, document_cases[i].json, strlen (document_cases[i].json));
      sound = nhi_json_scan_skip (&json) && nhi_json_scan_at_end (&json);
      if (sound != document_cases[i].sound)
        g_test_message ("%s", document_cases[i].json);
      g_assert_cmpint (sound, ==, document_cases[i].sound);
    }
}

static void
test_depth (void)
{
  for (guint depth = NHI_JSON_SCAN_MAX_DEPTH; depth <= NHI_JSON_SCAN_MAX_DEPTH + 1; depth++)
    {
      g_autofree char *opening = g_strnfill (depth, '[');
      g_autofree char *closing = g_strnfill (depth, ']');
      g_autofree char *text = g_strconcat (opening, closing, NULL);
      NhiJsonScan json;

      nhi_json_scan_init (&json, text, strlen (text));
      g_assert_cmpint (nhi_json_scan_skip (&json), ==, depth <= NHI_JSON_SCAN_MAX_DEPTH);
    }
}

/* Nothing beyond the given length is looked at. */
static void
test_length (void)
{
  static const char text[] = "[\"abc\",1234]";

  for (gsize length = 0; length < strlen (text); length++)
    {
      g_autofree char *exact = g_memdup2 (text, length);
      NhiJsonScan json;

      nhi_json_scan_init (&json, exact, length);
      g_assert_false (nhi_json_scan_skip (&json) && nhi_json_scan_at_end (&json));
    }
}

static void
test_line (void)
{
  static const char text[] = "[\n1,\n\n?]";
  NhiJsonScan json;

  nhi_json_scan_init (&json, text, strlen (text));
  g_assert_false (nhi_json_scan_skip (&json));
  g_assert_cmpuint (nhi_json_scan_line (&json), ==, 4);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-scan/scalars", test_scalars);
  g_test_add_func ("/json-scan/documents", test_documents);
  g_test_add_func ("/json-scan/depth-has-a-limit", test_depth);
  g_test_add_func ("/json-scan/every-cut-is-seen", test_length);
  g_test_add_func ("/json-scan/line-of-the-fault", test_line);
  return g_test_run ();
}
