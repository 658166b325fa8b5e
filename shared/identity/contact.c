/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers, email addresses and phone numbers that a person types. */
#include "shared/identity/contact.h"

#include <string.h>

#define EMAIL_LOCAL_MAX 64 /* octets, RFC 5321 4.5.3.1.1 */
#define HOST_LABEL_MAX 63  /* octets, RFC 1035 2.3.4 */
#define TYPED_MAX 1024     /* octets looked at of anything that is to become a phone number */

static gboolean
is_digits (const char *text, gsize length)
{
  if (text == NULL || strlen (text) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return TRUE;
}

gboolean
nhi_card_number_is_valid (const char *card_number)
{
  return is_digits (card_number, 12);
}

gboolean
nhi_household_number_is_valid (const char *household_number)
{
  return household_number != NULL && g_ascii_isupper (household_number[0]) &&
         is_digits (household_number + 1, 7);
}

gboolean
nhi_unit_code_is_valid (const char *unit_code)
{
  return is_digits (unit_code, 9);
}

gboolean
nhi_village_code_is_valid (const char *village_code)
{
  return is_digits (village_code, 11);
}

/* What looks like nothing, like a space or like a hyphen is that: text copied from a web page or a
 * chat is full of it. */
static gunichar
fold_character (gunichar character)
{
  if (character >= 0xFF01 && character <= 0xFF5E)
    return character - 0xFF01 + '!';
  if ((character >= 0x2010 && character <= 0x2015) || character == 0x2212)
    return '-';
  if (g_unichar_type (character) == G_UNICODE_SPACE_SEPARATOR)
    return ' ';
  return g_unichar_type (character) == G_UNICODE_FORMAT ? 0 : character;
}

char *
nhi_text_fold_width (const char *typed)
{
  g_autofree char *text = g_utf8_make_valid (typed != NULL ? typed : "", -1);
  g_autoptr (GString) folded = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = fold_character (g_utf8_get_char (c));

      if (character != 0)
        g_string_append_unichar (folded, character);
    }
  return g_strstrip (g_string_free (g_steal_pointer (&folded), FALSE));
}

/* A dot-atom of RFC 5322: letters, digits and a few signs, dots only between them. */
static gboolean
local_part_is_valid (const char *part, gsize length)
{
  if (length == 0 || length > EMAIL_LOCAL_MAX || part[0] == '.' || part[length - 1] == '.')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (part[i] == '.' && part[i - 1] == '.')
        return FALSE;
      if (!g_ascii_isalnum (part[i]) &&
          (part[i] == '\0' || strchr (".!#$%&'*+-/=?^_`{|}~", part[i]) == NULL))
        return FALSE;
    }
  return TRUE;
}

static gboolean
label_is_valid (const char *label)
{
  gsize length = strlen (label);

  if (length == 0 || length > HOST_LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (label[i]) && label[i] != '-')
      return FALSE;
  return TRUE;
}

static gboolean
last_label_is_valid (const char *label)
{
  if (g_ascii_strncasecmp (label, "xn--", 4) == 0)
    return strlen (label) > 4;
  for (const char *c = label; *c != '\0'; c++)
    if (!g_ascii_isalpha (*c))
      return FALSE;
  return strlen (label) >= 2;
}

gboolean
nhi_email_is_valid (const char *email)
{
  const char *at;
  g_auto (GStrv) labels = NULL;
  guint count;

  if (email == NULL || strlen (email) > NHI_EMAIL_MAX)
    return FALSE;
  at = strchr (email, '@');
  if (at == NULL || !local_part_is_valid (email, (gsize)(at - email)))
    return FALSE;
  labels = g_strsplit (at + 1, ".", -1);
  count = g_strv_length (labels);
  for (guint i = 0; i < count; i++)
    if (!label_is_valid (labels[i]))
      return FALSE;
  return count >= 2 && last_label_is_valid (labels[count - 1]);
}

char *
nhi_email_mask (const char *email)
{
  if (!nhi_email_is_valid (email))
    return g_strdup ("***");
  return g_strdup_printf ("%c***%s", email[0], strchr (email, '@'));
}

/* Area codes and how many digits a number there has. */
typedef struct
{
  const char *area;
  guint fewest;
  guint most;
} PhoneArea;

static const PhoneArea phone_areas[] = {
  { "0826", 5, 5 }, /* 烏坵 */
  { "0836", 5, 5 }, /* 馬祖 */
  { "037", 6, 6 },  /* 苗栗 */
  { "049", 7, 7 },  /* 南投 */
  { "082", 6, 6 },  /* 金門 */
  { "089", 6, 6 },  /* 臺東 */
  { "02", 8, 8 },   { "03", 7, 7 }, { "04", 7, 8 }, { "05", 7, 7 },
  { "06", 7, 7 },   { "07", 7, 7 }, { "08", 7, 7 },
};

static gboolean
phone_is_taiwanese (const char *digits)
{
  if (g_str_has_prefix (digits, "09"))
    return is_digits (digits, 10);
  for (gsize i = 0; i < G_N_ELEMENTS (phone_areas); i++)
    {
      const PhoneArea *area = &phone_areas[i];
      gsize prefix = strlen (area->area);
      gsize length = strlen (digits);

      /* A subscriber's number never begins with 0 or 1: those are for services. */
      if (g_str_has_prefix (digits, area->area) && length >= prefix + area->fewest &&
          length <= prefix + area->most && digits[prefix] >= '2')
        return TRUE;
    }
  return FALSE;
}

char *
nhi_phone_normalise (const char *typed)
{
  g_autofree char *folded = NULL;
  g_autoptr (GString) digits = g_string_new (NULL);
  const char *c;

  if (typed == NULL || strlen (typed) > TYPED_MAX)
    return NULL;
  folded = nhi_text_fold_width (typed);
  c = folded;
  if (g_str_has_prefix (c, "+886"))
    {
      g_string_append_c (digits, '0');
      c += strlen ("+886");
    }
  for (; *c != '\0'; c++)
    {
      if (g_ascii_isdigit (*c))
        g_string_append_c (digits, *c);
      else if (strchr (" -().", *c) == NULL)
        return NULL;
    }
  if (g_str_has_prefix (digits->str, "00")) /* +886 (0)2 … */
    g_string_erase (digits, 0, 1);
  return phone_is_taiwanese (digits->str) ? g_string_free (g_steal_pointer (&digits), FALSE) : NULL;
}
