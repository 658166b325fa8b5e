/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the JSON pre-scan lets through and what it stops. */
#include "service/http/handler.h"
#include "service/http/json.h"

static const struct
{
  const char *name;
  const char *text;
  gsize length; /* 0: strlen */
  gboolean good;
} cases[] = {
  { "empty-object", "{}", 0, TRUE },
  { "every-kind", " {\"a\":[1,-2.5e+3,true,false,null,\"x\\n\\u4e2d\\ud83d\\ude00\"],\"b\":{}} ", 0,
    TRUE },
  { "depth-16", "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", 0, TRUE },
  { "depth-17", "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", 0, FALSE },
  { "number-of-32", "12345678901234567890123456789012", 0, TRUE },
  { "number-of-33", "123456789012345678901234567890123", 0, FALSE },
  { "duplicate", "{\"a\":1,\"a\":2}", 0, FALSE },
  { "duplicate-by-escape", "{\"a\":1,\"\\u0061\":2}", 0, FALSE },
  { "same-name-in-two-objects", "[{\"a\":1},{\"a\":2}]", 0, TRUE },
  { "nul-escaped", "\"\\u0000\"", 0, FALSE },
  { "nul-bare", "\"a\0b\"", 5, FALSE },
  { "not-utf8", "\"\xe5\"", 0, FALSE },
  { "lone-high-surrogate", "\"\\ud83d\"", 0, FALSE },
  { "lone-low-surrogate", "\"\\ude00\"", 0, FALSE },
  { "two-high-surrogates", "\"\\ud83d\\ud83d\"", 0, FALSE },
  { "bare-newline", "\"a\nb\"", 0, FALSE },
  { "unknown-escape", "\"\\x41\"", 0, FALSE },
  { "unended-string", "\"abc", 0, FALSE },
  { "unended-escape", "\"abc\\", 0, FALSE },
  { "unended-unicode", "\"\\u12", 0, FALSE },
  { "trailing-comma", "[1,]", 0, FALSE },
  { "trailing-comma-object", "{\"a\":1,}", 0, FALSE },
  { "comment", "[1/*x*/]", 0, FALSE },
  { "single-quotes", "{'a':1}", 0, FALSE },
  { "bare-name", "{a:1}", 0, FALSE },
  { "leading-zero", "01", 0, FALSE },
  { "leading-plus", "+1", 0, FALSE },
  { "no-fraction", "1.", 0, FALSE },
  { "no-exponent", "1e", 0, FALSE },
  { "not-a-number", "NaN", 0, FALSE },
  { "two-values", "{} {}", 0, FALSE },
  { "nothing", "  ", 0, FALSE },
  { "unended-object", "{\"a\":1", 0, FALSE },
  { "wrong-bracket", "[1}", 0, FALSE },
};

static void
test_case (gconstpointer data)
{
  const gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  gsize length = cases[i].length > 0 ? cases[i].length : strlen (cases[i].text);

  g_assert_cmpint (nhi_json_check (cases[i].text, length, &error), ==, cases[i].good);
  if (cases[i].good)
    g_assert_no_error (error);
  else
    g_assert_error (error, NHI_HTTP_ERROR, NHI_HTTP_ERROR_MALFORMED);
}

static void
test_object_on_top (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = nhi_json_parse_object ("{\"a\":\"\\u4e2d\"}", 14, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (object, "a"), ==, "中");
  g_assert_null (nhi_json_parse_object ("[1]", 3, &error));
  g_assert_error (error, NHI_HTTP_ERROR, NHI_HTTP_ERROR_MALFORMED);
}

static void
test_too_many_members (void)
{
  g_autoptr (GString) text = g_string_new ("{");

  for (int i = 0; i <= NHI_JSON_MAX_MEMBERS; i++)
    g_string_append_printf (text, "%s\"m%d\":1", i > 0 ? "," : "", i);
  g_string_append_c (text, '}');
  g_assert_false (nhi_json_check (text->str, text->len, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/json/", cases[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/json/object-on-top", test_object_on_top);
  g_test_add_func ("/json/too-many-members", test_too_many_members);
  return g_test_run ();
}
