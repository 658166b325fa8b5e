/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pull reader: a cursor over the text, one token at a time. */
#include "shared/record/json-scan.h"

#include <string.h>

#define REPLACEMENT 0xFFFD

void
nhi_json_scan_init (NhiJsonScan *json, const char *text, gsize length)
{
  if (length == 0)
    text = "";
  *json = (NhiJsonScan){ .start = text, .at = text, .end = text + length };
  if (length >= 3 && memcmp (text, "\xEF\xBB\xBF", 3) == 0)
    json->at += 3;
}

static gboolean
fail (NhiJsonScan *json)
{
  json->failed = TRUE;
  return FALSE;
}

/* The next byte that is no white space, or NUL: a NUL in the text begins no token either. */
static char
next_byte (NhiJsonScan *json)
{
  while (json->at < json->end && strchr (" \t\r\n", *json->at) != NULL && *json->at != '\0')
    json->at++;
  return json->at < json->end && !json->failed ? *json->at : '\0';
}

static gboolean
accept (NhiJsonScan *json, char byte)
{
  if (byte == '\0' || next_byte (json) != byte)
    return FALSE;
  json->at++;
  return TRUE;
}

NhiJsonScanKind
nhi_json_scan_peek (NhiJsonScan *json)
{
  char byte = next_byte (json);

  if (byte == '{')
    return NHI_JSON_SCAN_OBJECT;
  if (byte == '[')
    return NHI_JSON_SCAN_ARRAY;
  return byte == '"' || byte == '-' || g_ascii_isalnum (byte) ? NHI_JSON_SCAN_SCALAR
                                                              : NHI_JSON_SCAN_NOTHING;
}

gboolean
nhi_json_scan_enter (NhiJsonScan *json)
{
  if (!accept (json, '{') && !accept (json, '['))
    return fail (json);
  if (++json->depth > NHI_JSON_SCAN_MAX_DEPTH)
    return fail (json);
  json->fresh = TRUE;
  return TRUE;
}

/* Past the comma, or out of the container. */
static gboolean
step (NhiJsonScan *json, char closing)
{
  if (json->failed)
    return FALSE;
  if (accept (json, closing))
    {
      json->depth--;
      json->fresh = FALSE;
      return FALSE;
    }
  if (!json->fresh && !accept (json, ','))
    return fail (json);
  json->fresh = FALSE;
  return TRUE;
}

static gboolean
take_unit (NhiJsonScan *json, gunichar *ret_unit)
{
  gunichar unit = 0;

  if (json->end - json->at < 4)
    return fail (json);
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (json->at[i]);

      if (digit < 0)
        return fail (json);
      unit = unit << 4 | (gunichar)digit;
    }
  json->at += 4;
  *ret_unit = unit;
  return TRUE;
}

/* Behind "\u": one UTF-16 unit, or two that belong together. */
static gboolean
take_unicode_escape (NhiJsonScan *json, GString *value)
{
  gunichar unit, low;

  if (!take_unit (json, &unit))
    return FALSE;
  if (unit >= 0xD800 && unit <= 0xDBFF && json->end - json->at >= 6 && json->at[0] == '\\' &&
      json->at[1] == 'u')
    {
      const char *before = json->at;

      json->at += 2;
      if (!take_unit (json, &low))
        return FALSE;
      if (low >= 0xDC00 && low <= 0xDFFF)
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      else
        json->at = before;
    }
  if (unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF))
    unit = REPLACEMENT;
  g_string_append_unichar (value, unit);
  return TRUE;
}

static gboolean
take_escape (NhiJsonScan *json, GString *value)
{
  static const char names[] = "\"\\/bfnrt";
  static const char bytes[] = "\"\\/\b\f\n\r\t";
  const char *name;
  char byte;

  if (json->at >= json->end)
    return fail (json);
  byte = *json->at++;
  if (byte == 'u')
    return take_unicode_escape (json, value);
  name = byte != '\0' ? strchr (names, byte) : NULL;
  if (name != NULL)
    g_string_append_c (value, bytes[name - names]);
  else /* A backslash that someone typed and no program escaped. */
    {
      g_string_append_c (value, '\\');
      g_string_append_c (value, byte);
    }
  return TRUE;
}

static gboolean
take_string (NhiJsonScan *json, GString *value)
{
  g_string_truncate (value, 0);
  if (!accept (json, '"'))
    return fail (json);
  while (json->at < json->end)
    {
      const char *plain = json->at;

      while (json->at < json->end && *json->at != '"' && *json->at != '\\' && *json->at != '\0')
        json->at++;
      g_string_append_len (value, plain, json->at - plain);
      if (json->at == json->end)
        break;
      switch (*json->at++)
        {
        case '"':
          return TRUE;
        case '\\':
          if (!take_escape (json, value))
            return FALSE;
          break;
        default: /* A raw NUL would end the value for everybody behind us. */
          g_string_append_unichar (value, REPLACEMENT);
        }
    }
  return fail (json);
}

/* Digits or a bare word, as they stand. */
static gboolean
take_word (NhiJsonScan *json, GString *value)
{
  const char *word;

  g_string_truncate (value, 0);
  next_byte (json);
  word = json->at;
  while (json->at < json->end &&
         (g_ascii_isalnum (*json->at) || strchr ("+-.", *json->at) != NULL) && *json->at != '\0')
    json->at++;
  g_string_append_len (value, word, json->at - word);
  if (strcmp (value->str, "null") == 0)
    g_string_truncate (value, 0);
  else if (value->len == 0 ||
           (g_ascii_isalpha (value->str[0]) && strcmp (value->str, "true") != 0 &&
            strcmp (value->str, "false") != 0))
    return fail (json);
  return TRUE;
}

gboolean
nhi_json_scan_next_member (NhiJsonScan *json, GString *name)
{
  if (!step (json, '}') || !take_string (json, name))
    return FALSE;
  return accept (json, ':') || fail (json);
}

gboolean
nhi_json_scan_next_element (NhiJsonScan *json)
{
  return step (json, ']');
}

gboolean
nhi_json_scan_take_scalar (NhiJsonScan *json, GString *value)
{
  if (nhi_json_scan_peek (json) != NHI_JSON_SCAN_SCALAR)
    return fail (json);
  return *json->at == '"' ? take_string (json, value) : take_word (json, value);
}

gboolean
nhi_json_scan_skip (NhiJsonScan *json)
{
  g_autoptr (GString) ignored = g_string_new (NULL);

  switch (nhi_json_scan_peek (json))
    {
    case NHI_JSON_SCAN_OBJECT:
      nhi_json_scan_enter (json);
      while (nhi_json_scan_next_member (json, ignored))
        nhi_json_scan_skip (json);
      break;
    case NHI_JSON_SCAN_ARRAY:
      nhi_json_scan_enter (json);
      while (nhi_json_scan_next_element (json))
        nhi_json_scan_skip (json);
      break;
    case NHI_JSON_SCAN_SCALAR:
      nhi_json_scan_take_scalar (json, ignored);
      break;
    case NHI_JSON_SCAN_NOTHING:
      json->failed = TRUE;
    }
  return !json->failed;
}

gboolean
nhi_json_scan_at_end (NhiJsonScan *json)
{
  next_byte (json);
  return !json->failed && json->at == json->end;
}

guint
nhi_json_scan_line (const NhiJsonScan *json)
{
  guint line = 1;

  for (const char *c = json->start; c < json->at; c++)
    line += *c == '\n';
  return line;
}
