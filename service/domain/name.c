/* SPDX-License-Identifier: GPL-3.0-or-later
 * Comparing and masking names. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/name.h"

#include <string.h>

#define REPLACEMENT 0xFFFD
#define DOT 0x00B7
#define CIRCLE "○"

static gboolean
is_dot (gunichar c)
{
  return c == 0x00B7 || c == 0x2027 || c == 0x2022 || c == 0x30FB || c == 0xFF0E || c == 0x22C5;
}

/* One form for what reads the same. */
static char *
fold (const char *name)
{
  g_autoptr (GString) dotted = g_string_new (NULL);
  gboolean space = FALSE;

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);
      if (g_unichar_isspace (c))
        {
          space = dotted->len > 0;
          continue;
        }
      if (space)
        g_string_append_c (dotted, ' ');
      space = FALSE;
      g_string_append_unichar (dotted, is_dot (c) ? DOT : c);
    }

  g_autofree char *composed = g_utf8_normalize (dotted->str, -1, G_NORMALIZE_ALL_COMPOSE);
  return g_utf8_casefold (composed, -1);
}

/* Bytes of @c in Big5; 0 when it has none. */
static guint
big5_width (gunichar c)
{
  char utf8[6];
  gsize written = 0;

  if (c == DOT)
    return 2;
  if (c < 0x80)
    return 1;
  const int length = g_unichar_to_utf8 (c, utf8);
  g_autofree char *big5 = g_convert (utf8, length, "BIG5", "UTF-8", NULL, &written, NULL);
  return big5 != NULL ? (guint)written : 0;
}

/* What a card with @unknown_width bytes for a character it cannot say holds of @registered,
 * REPLACEMENT for such a character. */
static gunichar *
card_form (const char *registered, guint unknown_width, glong *ret_length)
{
  glong length = 0;
  glong kept = 0;
  guint used = 0;
  gunichar *form = g_utf8_to_ucs4_fast (registered, -1, &length);

  for (glong i = 0; i < length; i++)
    {
      const guint width = big5_width (form[i]);
      used += width > 0 ? width : unknown_width;
      if (used > NHI_CARD_NAME_BYTES)
        break;
      if (width == 0)
        form[i] = REPLACEMENT;
      kept = i + 1;
    }
  while (kept > 0 && form[kept - 1] == ' ')
    kept--;
  *ret_length = kept;
  return form;
}

static gboolean
matches_card (const char *registered,
              const gunichar *given,
              glong given_length,
              guint unknown_width)
{
  glong length = 0;
  g_autofree gunichar *form = card_form (registered, unknown_width, &length);
  const char *original = registered;

  if (length != given_length || length == 0)
    return FALSE;
  for (glong i = 0; i < length; i++, original = g_utf8_next_char (original))
    {
      const gboolean is_unknown = given[i] == '?' || given[i] == REPLACEMENT;
      if (given[i] != g_utf8_get_char (original) && !(is_unknown && form[i] == REPLACEMENT))
        return FALSE;
    }
  return TRUE;
}

gboolean
nhi_name_matches (const char *registered, const char *given)
{
  if (!g_utf8_validate (registered, -1, NULL) || !g_utf8_validate (given, -1, NULL))
    return FALSE;

  g_autofree char *a = fold (registered);
  g_autofree char *b = fold (given);
  if (g_str_equal (a, b))
    return TRUE;

  glong length = 0;
  g_autofree gunichar *said = g_utf8_to_ucs4_fast (b, -1, &length);
  /* A program that wrote the card put one '?' for such a character, or the two bytes of a private
   * one. */
  return matches_card (a, said, length, 1) || matches_card (a, said, length, 2);
}

static gboolean
is_latin (const char *name)
{
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_utf8_get_char (p) >= 0x0250)
        return FALSE;
    }
  return TRUE;
}

static char *
mask_latin (const char *name)
{
  g_auto (GStrv) words = g_strsplit_set (name, " ,", -1);
  g_autoptr (GString) masked = g_string_new (NULL);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      if (words[i][0] == '\0')
        continue;
      if (masked->len > 0)
        g_string_append_c (masked, ' ');
      g_string_append_unichar (masked, g_utf8_get_char (words[i]));
      g_string_append (masked, CIRCLE);
    }
  return g_string_free (g_steal_pointer (&masked), FALSE);
}

char *
nhi_name_mask (const char *name)
{
  const glong length = g_utf8_strlen (name, -1);

  if (is_latin (name))
    return mask_latin (name);

  g_autoptr (GString) masked = g_string_new (NULL);
  g_string_append_unichar (masked, g_utf8_get_char (name));
  g_string_append (masked, CIRCLE);
  if (length > 2)
    g_string_append (masked, g_utf8_offset_to_pointer (name, length - 1));
  return g_string_free (g_steal_pointer (&masked), FALSE);
}
