/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading, writing and holding the card's basic data. */
#include "shared/card/profile.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "shared/calendar/roc-date.h"
#include "shared/card/big5.h"
#include "shared/identity/contact.h"
#include "shared/identity/id-number.h"

enum
{
  CARD_NUMBER_AT = 0,
  CARD_NUMBER_LENGTH = 12,
  NAME_AT = 12,
  NAME_LENGTH = 20,
  ID_NUMBER_AT = 32,
  ID_NUMBER_LENGTH = 10,
  BIRTH_DATE_AT = 42,
  DATE_LENGTH = 7,
  SEX_AT = 49,
  ISSUE_DATE_AT = 50,
};

G_DEFINE_QUARK (nhi - card - error - quark, nhi_card_error)
G_DEFINE_BOXED_TYPE (NhiCardProfile, nhi_card_profile, nhi_card_profile_ref, nhi_card_profile_unref)

/* One field of ASCII as a string; what is no ASCII makes it fail every later check. */
static char *
take_ascii (const guint8 *answer, gsize at, gsize length)
{
  char *text = g_strndup ((const char *)answer + at, length);

  for (char *c = text; *c != '\0'; c++)
    *c = g_ascii_toupper (*c);
  return text;
}

static gboolean
take_date (const guint8 *answer, gsize at, GDate *ret_date)
{
  g_autofree char *text = take_ascii (answer, at, DATE_LENGTH);

  return nhi_roc_date_parse (text, ret_date);
}

static gboolean
fields_are_sound (const NhiCardProfile *profile)
{
  return nhi_card_number_is_valid (profile->card_number) &&
         nhi_id_number_has_form (profile->id_number) &&
         (profile->sex == 'M' || profile->sex == 'F') && g_date_valid (&profile->birth_date) &&
         g_date_valid (&profile->issued_on);
}

static gboolean
answer_is_whole (const guint8 *answer, gsize length, GError **error)
{
  if (length < 2 || answer[length - 2] != 0x90 || answer[length - 1] != 0x00)
    {
      g_set_error_literal (error, NHI_CARD_ERROR, NHI_CARD_ERROR_NOT_NHI,
                           _ ("This is not an NHI card. Insert your NHI card."));
      return FALSE;
    }
  if (length < NHI_CARD_BASIC_DATA_LENGTH + 2)
    {
      g_set_error_literal (error, NHI_CARD_ERROR, NHI_CARD_ERROR_SHORT,
                           _ ("The card sent too little data. Take it out and insert it again."));
      return FALSE;
    }
  return TRUE;
}

NhiCardProfile *
nhi_card_profile_parse (const guint8 *answer, gsize length, GError **error)
{
  g_autoptr (NhiCardProfile) profile = NULL;
  gboolean decoded;

  g_return_val_if_fail (answer != NULL || length == 0, NULL);

  if (!answer_is_whole (answer, length, error))
    return NULL;
  profile = g_atomic_rc_box_new0 (NhiCardProfile);
  profile->card_number = take_ascii (answer, CARD_NUMBER_AT, CARD_NUMBER_LENGTH);
  profile->id_number = take_ascii (answer, ID_NUMBER_AT, ID_NUMBER_LENGTH);
  profile->sex = g_ascii_toupper ((char)answer[SEX_AT]);
  g_date_clear (&profile->birth_date, 1);
  g_date_clear (&profile->issued_on, 1);
  take_date (answer, BIRTH_DATE_AT, &profile->birth_date);
  take_date (answer, ISSUE_DATE_AT, &profile->issued_on);
  if (!fields_are_sound (profile))
    {
      g_set_error_literal (error, NHI_CARD_ERROR, NHI_CARD_ERROR_DATA,
                           _ ("The data on the card cannot be read. Take it out, wipe the chip and "
                              "insert it again."));
      return NULL;
    }
  profile->name = nhi_big5_decode (answer + NAME_AT, NAME_LENGTH, &decoded);
  /* A blank name is none, and a name without padding may go on where the field ends. */
  profile->name_is_complete =
      decoded && *profile->name != '\0' &&
      (answer[NAME_AT + NAME_LENGTH - 1] == 0 || answer[NAME_AT + NAME_LENGTH - 1] == ' ');
  return g_steal_pointer (&profile);
}

static NhiCardTermination
read_flag (const guint8 *answer, gsize length)
{
  if (answer == NULL || length < 3 || answer[length - 2] != 0x90 || answer[length - 1] != 0x00)
    return NHI_CARD_TERMINATION_UNKNOWN;
  switch (answer[0])
    {
    case 'Y':
    case '1':
      return NHI_CARD_TERMINATION_YES;
    case 'N':
    case '0':
      return NHI_CARD_TERMINATION_NO;
    default:
      return NHI_CARD_TERMINATION_UNKNOWN;
    }
}

NhiCardProfile *
nhi_card_profile_with_termination (NhiCardProfile *profile, const guint8 *answer, gsize length)
{
  NhiCardProfile *copy;

  g_return_val_if_fail (profile != NULL, NULL);

  copy = g_atomic_rc_box_new (NhiCardProfile);
  *copy = *profile;
  copy->card_number = g_strdup (profile->card_number);
  copy->name = g_strdup (profile->name);
  copy->id_number = g_strdup (profile->id_number);
  copy->termination = read_flag (answer, length);
  return copy;
}

NhiCardProfile *
nhi_card_profile_ref (NhiCardProfile *profile)
{
  return g_atomic_rc_box_acquire (profile);
}

static void
wipe_string (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static void
wipe_profile (gpointer data)
{
  NhiCardProfile *profile = data;

  wipe_string (profile->card_number);
  wipe_string (profile->name);
  wipe_string (profile->id_number);
  explicit_bzero (profile, sizeof *profile);
}

void
nhi_card_profile_unref (NhiCardProfile *profile)
{
  g_atomic_rc_box_release_full (profile, wipe_profile);
}

/* Two dates that are both unset are the same, too. */
static gboolean
same_date (const GDate *a, const GDate *b)
{
  if (!g_date_valid (a) || !g_date_valid (b))
    return g_date_valid (a) == g_date_valid (b);
  return g_date_compare (a, b) == 0;
}

gboolean
nhi_card_profile_equal (const NhiCardProfile *a, const NhiCardProfile *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_strcmp0 (a->card_number, b->card_number) == 0 && g_strcmp0 (a->name, b->name) == 0 &&
         a->name_is_complete == b->name_is_complete &&
         g_strcmp0 (a->id_number, b->id_number) == 0 &&
         same_date (&a->birth_date, &b->birth_date) && a->sex == b->sex &&
         same_date (&a->issued_on, &b->issued_on) && a->termination == b->termination;
}

static void
put_ascii (guint8 *answer, gsize at, gsize length, const char *text)
{
  if (text != NULL)
    memcpy (answer + at, text, strnlen (text, length));
}

static void
put_date (guint8 *answer, gsize at, const GDate *date)
{
  g_autofree char *text = g_date_valid (date) ? nhi_roc_date_to_chip (date) : NULL;

  put_ascii (answer, at, DATE_LENGTH, text);
}

GBytes *
nhi_card_profile_encode (const NhiCardProfile *profile)
{
  guint8 answer[NHI_CARD_BASIC_DATA_LENGTH + 2] = { 0 };

  g_return_val_if_fail (profile != NULL, NULL);

  put_ascii (answer, CARD_NUMBER_AT, CARD_NUMBER_LENGTH, profile->card_number);
  nhi_big5_encode (profile->name != NULL ? profile->name : "", answer + NAME_AT, NAME_LENGTH);
  put_ascii (answer, ID_NUMBER_AT, ID_NUMBER_LENGTH, profile->id_number);
  put_date (answer, BIRTH_DATE_AT, &profile->birth_date);
  answer[SEX_AT] = (guint8)profile->sex;
  put_date (answer, ISSUE_DATE_AT, &profile->issued_on);
  answer[NHI_CARD_BASIC_DATA_LENGTH] = 0x90;
  return g_bytes_new (answer, sizeof answer);
}
