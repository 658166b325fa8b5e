/* SPDX-License-Identifier: GPL-3.0-or-later
 * The JSON pre-scan: a strict recursive descent over the bytes that builds nothing but the set of
 * names in each object. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/json.h"

#include "service/http/handler.h"

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  guint depth;
  guint members;
  const char *wrong; /* what stopped the scan */
} Scan;

static gboolean
scan_value (Scan *scan);

static gboolean
wrong (Scan *scan, const char *what)
{
  if (scan->wrong == NULL)
    scan->wrong = what;
  return FALSE;
}

static int
peek (const Scan *scan)
{
  return scan->at < scan->end ? (guchar)*scan->at : -1;
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->end &&
         (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
    scan->at++;
}

static gboolean
scan_hex4 (Scan *scan, guint *ret_unit)
{
  guint unit = 0;

  for (int i = 0; i < 4; i++, scan->at++)
    {
      if (scan->at == scan->end || !g_ascii_isxdigit (*scan->at))
        return wrong (scan, "\\u needs four hexadecimal digits");
      unit = unit * 16 + (guint)g_ascii_xdigit_value (*scan->at);
    }
  *ret_unit = unit;
  return TRUE;
}

/* Behind "\u". A surrogate must have its partner; U+0000 would cut C strings short. */
static gboolean
scan_unicode_escape (Scan *scan, GString *name)
{
  guint high, low;

  if (!scan_hex4 (scan, &high))
    return FALSE;
  if (high == 0)
    return wrong (scan, "the character U+0000 is not allowed");
  if (high >= 0xdc00 && high <= 0xdfff)
    return wrong (scan, "a surrogate stands alone");
  if (high >= 0xd800 && high <= 0xdbff)
    {
      if (scan->end - scan->at < 2 || scan->at[0] != '\\' || scan->at[1] != 'u')
        return wrong (scan, "a surrogate stands alone");
      scan->at += 2;
      if (!scan_hex4 (scan, &low))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return wrong (scan, "a surrogate stands alone");
      high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
  if (name != NULL)
    g_string_append_unichar (name, high);
  return TRUE;
}

static gboolean
scan_escape (Scan *scan, GString *name)
{
  static const char escapes[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  int c = peek (scan);
  const char *found = c > 0 ? strchr (escapes, c) : NULL;

  if (c == 'u')
    {
      scan->at++;
      return scan_unicode_escape (scan, name);
    }
  if (found == NULL)
    return wrong (scan, "unknown escape");
  if (name != NULL)
    g_string_append_c (name, meanings[found - escapes]);
  scan->at++;
  return TRUE;
}

/* @name: where the decoded text goes, or NULL */
static gboolean
scan_string (Scan *scan, GString *name)
{
  if (peek (scan) != '"')
    return wrong (scan, "a string in double quotes is expected");
  scan->at++;
  for (;;)
    {
      int c = peek (scan);

      if (c == -1)
        return wrong (scan, "a string does not end");
      if (c < 0x20)
        return wrong (scan, "a control character stands bare in a string");
      scan->at++;
      if (c == '"')
        return TRUE;
      if (c == '\\')
        {
          if (!scan_escape (scan, name))
            return FALSE;
        }
      else if (name != NULL)
        {
          g_string_append_c (name, (char)c);
        }
    }
}

static gboolean
scan_digits (Scan *scan)
{
  const char *first = scan->at;

  while (scan->at < scan->end && g_ascii_isdigit (*scan->at))
    scan->at++;
  return scan->at > first || wrong (scan, "a digit is expected");
}

static gboolean
scan_number (Scan *scan)
{
  const char *first = scan->at;

  if (peek (scan) == '-')
    scan->at++;
  if (peek (scan) == '0')
    scan->at++;
  else if (!scan_digits (scan))
    return FALSE;
  if (peek (scan) == '.')
    {
      scan->at++;
      if (!scan_digits (scan))
        return FALSE;
    }
  if (peek (scan) == 'e' || peek (scan) == 'E')
    {
      scan->at++;
      if (peek (scan) == '+' || peek (scan) == '-')
        scan->at++;
      if (!scan_digits (scan))
        return FALSE;
    }
  return scan->at - first <= NHI_JSON_MAX_NUMBER || wrong (scan, "a number is too long");
}

static gboolean
scan_member (Scan *scan, GHashTable *names)
{
  g_autoptr (GString) name = g_string_new (NULL);

  if (++scan->members > NHI_JSON_MAX_MEMBERS)
    return wrong (scan, "there are too many members");
  if (!scan_string (scan, name))
    return FALSE;
  if (!g_hash_table_add (names, g_strdup (name->str)))
    return wrong (scan, "a member comes twice");
  skip_space (scan);
  if (peek (scan) != ':')
    return wrong (scan, "a colon is expected");
  scan->at++;
  return scan_value (scan);
}

/* Both kinds of brackets: @names is NULL for an array. */
static gboolean
scan_container (Scan *scan, char closing, GHashTable *names)
{
  if (++scan->depth > NHI_JSON_MAX_DEPTH)
    return wrong (scan, "it is nested too deeply");
  scan->at++;
  skip_space (scan);
  if (peek (scan) == closing)
    {
      scan->at++;
      scan->depth--;
      return TRUE;
    }
  for (;;)
    {
      skip_space (scan);
      if (!(names != NULL ? scan_member (scan, names) : scan_value (scan)))
        return FALSE;
      skip_space (scan);
      if (peek (scan) == closing)
        break;
      if (peek (scan) != ',')
        return wrong (scan, "a comma or a closing bracket is expected");
      scan->at++;
    }
  scan->at++;
  scan->depth--;
  return TRUE;
}

static gboolean
scan_word (Scan *scan, const char *word)
{
  gsize length = strlen (word);

  if ((gsize)(scan->end - scan->at) < length || memcmp (scan->at, word, length) != 0)
    return wrong (scan, "a value is expected");
  scan->at += length;
  return TRUE;
}

static gboolean
scan_value (Scan *scan)
{
  skip_space (scan);
  switch (peek (scan))
    {
    case '{':
      {
        g_autoptr (GHashTable) names =
            g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

        return scan_container (scan, '}', names);
      }
    case '[':
      return scan_container (scan, ']', NULL);
    case '"':
      return scan_string (scan, NULL);
    case 't':
      return scan_word (scan, "true");
    case 'f':
      return scan_word (scan, "false");
    case 'n':
      return scan_word (scan, "null");
    default:
      return scan_number (scan);
    }
}

gboolean
nhi_json_check (const char *text, gsize length, GError **error)
{
  Scan scan = { .start = text, .at = text, .end = text + length };
  const char *bad;

  if (!g_utf8_validate_len (text, length, &bad))
    {
      scan.at = bad;
      wrong (&scan, "it is not UTF-8 or has a NUL");
    }
  else if (scan_value (&scan))
    {
      skip_space (&scan);
      if (scan.at < scan.end)
        wrong (&scan, "something follows the value");
    }
  if (scan.wrong == NULL)
    return TRUE;
  g_set_error (error, NHI_HTTP_ERROR, NHI_HTTP_ERROR_MALFORMED,
               "Not acceptable JSON at byte %zu: %s", (gsize)(scan.at - scan.start), scan.wrong);
  return FALSE;
}

JsonObject *
nhi_json_parse_object (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) local_error = NULL;
  JsonNode *root;

  if (!nhi_json_check (text, length, error))
    return NULL;
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, (gssize)length, &local_error))
    {
      g_set_error (error, NHI_HTTP_ERROR, NHI_HTTP_ERROR_MALFORMED, "Not acceptable JSON: %s",
                   local_error->message);
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, NHI_HTTP_ERROR, NHI_HTTP_ERROR_MALFORMED,
                           "The JSON value is no object");
      return NULL;
    }
  return json_object_ref (json_node_get_object (root));
}
