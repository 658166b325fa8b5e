/* SPDX-License-Identifier: GPL-3.0-or-later
 * Form, checksum and masking of the three kinds of personal number. */
#include "shared/identity/id-number.h"

#include "shared/identity/contact.h"

#include <string.h>

/* The letters in the order of their values 10, 11, 12 …: I, O, W and Z came late and stand out of
 * line. */
static const char letters_by_value[] = "ABCDEFGHJKLMNPQRSTUVXYWZIO";

static int
letter_value (char letter)
{
  const char *at = letter != '\0' ? strchr (letters_by_value, letter) : NULL;

  return at != NULL ? 10 + (int)(at - letters_by_value) : -1;
}

static NhiIdKind
kind_by_second (char second)
{
  switch (second)
    {
    case '1':
    case '2':
      return NHI_ID_NATIONAL;
    case 'A':
    case 'B':
    case 'C':
    case 'D':
      return NHI_ID_RESIDENT_OLD;
    case '8':
    case '9':
      return NHI_ID_RESIDENT_NEW;
    default:
      return NHI_ID_INVALID;
    }
}

static NhiIdKind
kind_by_form (const char *id_number, gsize length)
{
  if (id_number == NULL || strlen (id_number) != length || letter_value (id_number[0]) < 0)
    return NHI_ID_INVALID;
  for (gsize i = 2; i < length; i++)
    if (!g_ascii_isdigit (id_number[i]))
      return NHI_ID_INVALID;
  return kind_by_second (id_number[1]);
}

/* The weighted sum over the first nine characters; what the tenth adds has the weight 1. */
static int
weigh_first_nine (const char *id_number)
{
  int first = letter_value (id_number[0]);
  int second =
      g_ascii_isdigit (id_number[1]) ? id_number[1] - '0' : letter_value (id_number[1]) % 10;
  int sum = first / 10 + first % 10 * 9 + second * 8;

  for (int i = 2; i < 9; i++)
    sum += (id_number[i] - '0') * (9 - i);
  return sum;
}

NhiIdKind
nhi_id_number_classify (const char *id_number)
{
  NhiIdKind kind = kind_by_form (id_number, NHI_ID_NUMBER_LENGTH);

  if (kind == NHI_ID_INVALID || (weigh_first_nine (id_number) + id_number[9] - '0') % 10 != 0)
    return NHI_ID_INVALID;
  return kind;
}

gboolean
nhi_id_number_has_form (const char *id_number)
{
  return kind_by_form (id_number, NHI_ID_NUMBER_LENGTH) != NHI_ID_INVALID;
}

char *
nhi_id_number_normalise (const char *typed)
{
  g_autofree char *folded = nhi_text_fold_width (typed);
  g_autoptr (GString) number = g_string_new (NULL);

  for (const char *c = folded; *c != '\0'; c++)
    if (*c != ' ' && *c != '-')
      g_string_append_c (number, g_ascii_toupper (*c));
  return g_string_free (g_steal_pointer (&number), FALSE);
}

char *
nhi_id_number_mask (const char *id_number)
{
  if (id_number == NULL || strlen (id_number) != NHI_ID_NUMBER_LENGTH)
    return g_strdup ("****");
  for (gsize i = 0; i < NHI_ID_NUMBER_LENGTH; i++)
    if (!g_ascii_isalnum (id_number[i]))
      return g_strdup ("****");
  return g_strdup_printf ("%.6s****", id_number);
}

char
nhi_id_number_sex (const char *id_number)
{
  if (nhi_id_number_classify (id_number) == NHI_ID_INVALID)
    return 0;
  return strchr ("1A8C", id_number[1]) != NULL ? 'M' : 'F';
}

char *
nhi_id_number_make (const char *first_nine)
{
  if (kind_by_form (first_nine, NHI_ID_NUMBER_LENGTH - 1) == NHI_ID_INVALID)
    return NULL;
  return g_strdup_printf ("%s%d", first_nine, (10 - weigh_first_nine (first_nine) % 10) % 10);
}
