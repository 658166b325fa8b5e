/* SPDX-License-Identifier: GPL-3.0-or-later
 * Big5 as the card uses it, one character at a time so that a bad byte costs one character and not
 * the name.
 *
 * The converter is plain BIG5 with the ETEN characters (CP950's repertoire), as in the insurer's
 * own component. The Hong Kong extension would decode more byte pairs, but in Taiwan those pairs
 * are user-defined: a wrong character in a name is worse than one that is marked as unknown. */
#include "shared/card/big5.h"

#include <string.h>

#define REPLACEMENT 0xFFFD
#define IDEOGRAPHIC_SPACE 0x3000

static gboolean
is_lead (guint8 byte)
{
  return byte >= 0x81 && byte <= 0xFE;
}

static gboolean
is_trail (guint8 byte)
{
  return (byte >= 0x40 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xFE);
}

static gboolean
is_private_use (gunichar character)
{
  return (character >= 0xE000 && character <= 0xF8FF) || character >= 0xF0000;
}

/* Runs one character through @converter; FALSE when it has no counterpart there. */
static gboolean
convert (GIConv converter, const char *in, gsize in_length, char *out, gsize *out_length)
{
  char *source = (char *)in;
  char *target = out;
  gsize room = *out_length;

  if (converter == (GIConv)-1)
    return FALSE;
  if (g_iconv (converter, &source, &in_length, &target, &room) == (gsize)-1 || in_length > 0)
    {
      g_iconv (converter, NULL, NULL, NULL, NULL);
      return FALSE;
    }
  *out_length -= room;
  return TRUE;
}

static gunichar
decode_pair (GIConv converter, const guint8 *pair)
{
  char utf8[8];
  gsize length = sizeof utf8;
  gunichar character;

  if (!convert (converter, (const char *)pair, 2, utf8, &length))
    return REPLACEMENT;
  character = g_utf8_get_char_validated (utf8, (gssize)length);
  return (gint)character < 0 || is_private_use (character) ? REPLACEMENT : character;
}

/* The character at @bytes and, in @ret_used, how many bytes it takes; 0 for one that is cut in
 * half. */
static gunichar
decode_next (GIConv converter, const guint8 *bytes, gsize length, gsize *ret_used)
{
  *ret_used = 1;
  if (bytes[0] < 0x80)
    return bytes[0] >= 0x20 && bytes[0] != 0x7F ? bytes[0] : REPLACEMENT;
  if (!is_lead (bytes[0]))
    return REPLACEMENT;
  if (length == 1)
    return 0;
  if (!is_trail (bytes[1]))
    return REPLACEMENT;
  *ret_used = 2;
  return decode_pair (converter, bytes);
}

static gboolean
is_blank (const char *at)
{
  gunichar character = g_utf8_get_char (at);

  return character == ' ' || character == IDEOGRAPHIC_SPACE;
}

static void
trim_blanks (GString *text)
{
  const char *end;

  while (is_blank (text->str))
    g_string_erase (text, 0, g_utf8_next_char (text->str) - text->str);
  while (text->len > 0 && is_blank (end = g_utf8_prev_char (text->str + text->len)))
    g_string_truncate (text, (gsize)(end - text->str));
}

char *
nhi_big5_decode (const guint8 *bytes, gsize length, gboolean *ret_complete)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const guint8 *end = memchr (bytes, 0, length);
  GIConv converter = g_iconv_open ("UTF-8", "BIG5");

  *ret_complete = TRUE;
  if (end != NULL)
    length = (gsize)(end - bytes);
  for (gsize at = 0, used; at < length; at += used)
    {
      gunichar character = decode_next (converter, bytes + at, length - at, &used);

      if (character != 0)
        g_string_append_unichar (text, character);
      if (character == 0 || character == REPLACEMENT)
        *ret_complete = FALSE;
    }
  if (converter != (GIConv)-1)
    g_iconv_close (converter);
  trim_blanks (text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
nhi_big5_encode (const char *text, guint8 *field, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GIConv converter = g_iconv_open ("BIG5", "UTF-8");
  gsize filled = 0;

  memset (field, 0, length);
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      char big5[8];
      gsize count = sizeof big5;

      if (!convert (converter, c, (gsize)(g_utf8_next_char (c) - c), big5, &count))
        {
          big5[0] = '?';
          count = 1;
        }
      if (count > length - filled)
        break;
      memcpy (field + filled, big5, count);
      filled += count;
    }
  if (converter != (GIConv)-1)
    g_iconv_close (converter);
}
