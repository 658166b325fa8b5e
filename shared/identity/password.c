/* SPDX-License-Identifier: GPL-3.0-or-later
 * Judging a new password: its length, whether everybody uses it, whether it is its owner's data;
 * and a hint at its strength. */
#include "shared/identity/contact.h"

#include "shared/identity/common-passwords.h"

#include <math.h>
#include <string.h>

#define LONGEST_REPEATED_BLOCK 4 /* characters: "abcdabcd" is one block twice */
#define FEWEST_OWN_CHARACTERS 4  /* that must be left beside the owner's data or a common word */

static int
compare_strings (const void *key, const void *item)
{
  return strcmp (key, *(const char *const *)item);
}

static gboolean
is_in (const char *text, const char *const *sorted, gsize count)
{
  return bsearch (text, sorted, count, sizeof *sorted, compare_strings) != NULL;
}

/* Without the digits and signs around it: "123password!" is "password". */
static char *
bare_word (const char *password)
{
  const char *start = password;
  gsize length;

  while (*start != '\0' && !g_ascii_isalpha (*start))
    start++;
  length = strlen (start);
  while (length > 0 && !g_ascii_isalpha (start[length - 1]))
    length--;
  return g_strndup (start, length);
}

static gboolean
is_dressed_up_word (const char *password)
{
  g_autofree char *word = bare_word (password);

  return strlen (password) - strlen (word) <= 2 * FEWEST_OWN_CHARACTERS &&
         is_in (word, common_words, G_N_ELEMENTS (common_words));
}

/* One block over and over: aaaaaaaa, 12121212, abcabcabc. */
static gboolean
is_repetition (const gunichar *password, glong length)
{
  for (glong block = 1; block <= LONGEST_REPEATED_BLOCK && block * 2 <= length; block++)
    {
      glong i = block;

      while (i < length && password[i] == password[i - block])
        i++;
      if (i == length)
        return TRUE;
    }
  return FALSE;
}

/* Each character one above, or each one below, the last: 23456789, hgfedcba; 9 and 0 are
 * neighbours. */
static gboolean
is_staircase (const gunichar *password, glong length)
{
  for (int step = -1; step <= 1; step += 2)
    {
      glong i = 1;

      while (i < length &&
             ((gint64)password[i] - (gint64)password[i - 1] == step ||
              (password[i - 1] == (step > 0 ? '9' : '0') && password[i] == (step > 0 ? '0' : '9'))))
        i++;
      if (i == length)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_common (const char *password)
{
  g_autofree char *folded = g_utf8_strdown (password, -1);
  g_autofree gunichar *characters = NULL;
  glong length;

  characters = g_utf8_to_ucs4_fast (folded, -1, &length);
  return is_repetition (characters, length) || is_staircase (characters, length) ||
         is_in (folded, common_passwords, G_N_ELEMENTS (common_passwords)) ||
         is_dressed_up_word (folded);
}

/* Lower-case letters and digits only, so that 1986-05-05 and A12345-6789 show what they are. */
static char *
squeeze (const char *password)
{
  g_autofree char *folded = nhi_text_fold_width (password);
  g_autoptr (GString) squeezed = g_string_new (NULL);

  for (const char *c = folded; *c != '\0'; c++)
    if (strchr (" -/._:", *c) == NULL)
      g_string_append_c (squeezed, g_ascii_tolower (*c));
  return g_string_free (g_steal_pointer (&squeezed), FALSE);
}

static GPtrArray *
birth_date_forms (const GDate *date)
{
  GPtrArray *forms = g_ptr_array_new_with_free_func (g_free);
  int year = g_date_get_year (date);
  int roc = year - 1911;
  int month = g_date_get_month (date);
  int day = g_date_get_day (date);

  g_ptr_array_add (forms, g_strdup_printf ("%04d%02d%02d", year, month, day));
  g_ptr_array_add (forms, g_strdup_printf ("%02d%02d%04d", day, month, year));
  g_ptr_array_add (forms, g_strdup_printf ("%02d%02d%04d", month, day, year));
  g_ptr_array_add (forms, g_strdup_printf ("%03d%02d%02d", roc, month, day));
  g_ptr_array_add (forms, g_strdup_printf ("%d%02d%02d", roc, month, day));
  g_ptr_array_add (forms, g_strdup_printf ("%02d%02d%02d", year % 100, month, day));
  g_ptr_array_add (forms, g_strdup_printf ("%02d%02d%02d", day, month, year % 100));
  g_ptr_array_add (forms, g_strdup_printf ("%04d%d%d", year, month, day));
  return forms;
}

/* How many characters are left of @text when every @piece is taken out. */
static glong
left_without (const char *text, const char *piece)
{
  g_auto (GStrv) parts = g_strsplit (text, piece, -1);
  g_autofree char *left = g_strjoinv ("", parts);

  return g_utf8_strlen (left, -1);
}

static gboolean
is_mostly (const char *squeezed, const char *piece)
{
  g_autofree char *folded = NULL;

  if (piece == NULL || *piece == '\0')
    return FALSE;
  folded = squeeze (piece);
  return *folded != '\0' && strstr (squeezed, folded) != NULL &&
         left_without (squeezed, folded) < FEWEST_OWN_CHARACTERS;
}

static gboolean
is_personal (const char *password,
             const char *id_number,
             const char *card_number,
             const GDate *birth_date)
{
  g_autofree char *squeezed = squeeze (password);
  g_autoptr (GPtrArray) forms = NULL;

  if (is_mostly (squeezed, id_number) || is_mostly (squeezed, card_number))
    return TRUE;
  if (birth_date == NULL || !g_date_valid (birth_date))
    return FALSE;
  forms = birth_date_forms (birth_date);
  for (guint i = 0; i < forms->len; i++)
    if (is_mostly (squeezed, g_ptr_array_index (forms, i)))
      return TRUE;
  return FALSE;
}

NhiPasswordVerdict
nhi_password_judge (const char *password,
                    const char *id_number,
                    const char *card_number,
                    const GDate *birth_date)
{
  glong length;

  if (password == NULL || !g_utf8_validate (password, -1, NULL))
    return NHI_PASSWORD_TOO_SHORT;
  length = g_utf8_strlen (password, -1);
  if (length < NHI_PASSWORD_MIN)
    return NHI_PASSWORD_TOO_SHORT;
  if (length > NHI_PASSWORD_MAX)
    return NHI_PASSWORD_TOO_LONG;
  if (is_personal (password, id_number, card_number, birth_date))
    return NHI_PASSWORD_PERSONAL;
  return is_common (password) ? NHI_PASSWORD_COMMON : NHI_PASSWORD_OK;
}

/* How many different characters a guesser must try for each place, from the kinds that occur. */
static double
alphabet_size (const gunichar *characters, glong length)
{
  gboolean lower = FALSE, upper = FALSE, digit = FALSE, sign = FALSE, other = FALSE;

  for (glong i = 0; i < length; i++)
    {
      gunichar c = characters[i];

      lower |= c >= 'a' && c <= 'z';
      upper |= c >= 'A' && c <= 'Z';
      digit |= c >= '0' && c <= '9';
      other |= c >= 0x80;
      sign |= c < 0x80 && !g_ascii_isalnum ((char)c);
    }
  return 26 * lower + 26 * upper + 10 * digit + 33 * sign + 2000 * other;
}

/* A character that repeats the last, or is its neighbour, adds next to nothing. */
static double
effective_length (const gunichar *characters, glong length)
{
  double effective = 0;

  for (glong i = 0; i < length; i++)
    {
      gint64 step = i > 0 ? (gint64)characters[i] - (gint64)characters[i - 1] : 100;

      effective += step >= -1 && step <= 1 ? 0.25 : 1;
    }
  return effective;
}

guint
nhi_password_strength (const char *password)
{
  NhiPasswordVerdict verdict = nhi_password_judge (password, NULL, NULL, NULL);
  g_autofree gunichar *characters = NULL;
  glong length;
  double bits;

  if (verdict == NHI_PASSWORD_TOO_LONG)
    return 4;
  if (verdict != NHI_PASSWORD_OK)
    return 0;
  characters = g_utf8_to_ucs4_fast (password, -1, &length);
  bits = effective_length (characters, length) * log2 (alphabet_size (characters, length));
  if (bits < 40)
    return 1;
  if (bits < 52)
    return 2;
  return bits < 66 ? 3 : 4;
}
