/* SPDX-License-Identifier: GPL-3.0-or-later
 * The NHI card's open basic data: from the bytes of the READ answer to what a person can read. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define NHI_TYPE_CARD_PROFILE (nhi_card_profile_get_type ())
#define NHI_CARD_ERROR (nhi_card_error_quark ())
#define NHI_CARD_BASIC_DATA_LENGTH 57 /* bytes before SW1 SW2 */

/**
 * NhiCardError:
 * @NHI_CARD_ERROR_NOT_NHI: another kind of card answered (status word is not 9000)
 * @NHI_CARD_ERROR_SHORT: fewer than 57 bytes came
 * @NHI_CARD_ERROR_DATA: a field is not what the layout says (date, sex, ID number, card number)
 */
typedef enum
{
  NHI_CARD_ERROR_NOT_NHI,
  NHI_CARD_ERROR_SHORT,
  NHI_CARD_ERROR_DATA,
} NhiCardError;

typedef enum
{
  NHI_CARD_TERMINATION_UNKNOWN, /* the card did not tell */
  NHI_CARD_TERMINATION_NO,
  NHI_CARD_TERMINATION_YES,
} NhiCardTermination;

/**
 * NhiCardProfile:
 * @card_number: 12 digits
 * @name: UTF-8; characters that the card's Big5 bytes cannot say stand as U+FFFD
 * @name_is_complete: FALSE when a byte could not be decoded or the 20-byte field is full, so that
 * the name may be cut
 * @id_number: upper case; of one of the three forms, its checksum unchecked
 * @sex: 'M' or 'F'
 *
 * Reference counted and immutable; freed memory is wiped.
 */
typedef struct
{
  char *card_number;
  char *name;
  gboolean name_is_complete;
  char *id_number;
  GDate birth_date;
  char sex;
  GDate issued_on;
  NhiCardTermination termination;
} NhiCardProfile;

GType nhi_card_profile_get_type (void);
GQuark nhi_card_error_quark (void);

/**
 * nhi_card_profile_parse:
 * @answer: the card's answer to %NHI_APDU_READ_BASIC with SW1 SW2 behind it
 *
 * The layout: card number 12, name 20 (Big5, padded with 00), ID number 10, birth date 7 (ROC
 * YYYMMDD), sex 1, issue date 7; more bytes before the status word are let be. An NHI card is one
 * that answers so; its ATR and SELECT prove nothing.
 *
 * Returns: (transfer full) (nullable): %NULL with an error of %NHI_CARD_ERROR
 */
NhiCardProfile *nhi_card_profile_parse (const guint8 *answer, gsize length, GError **error);

/**
 * nhi_card_profile_with_termination:
 * @answer: the answer to %NHI_APDU_READ_TERMINATION with SW1 SW2; its first character is the flag
 * (卡片註銷註記)
 *
 * Y or 1 is terminated, N or 0 is not; anything else, and any answer that is not 9000, is unknown:
 * older cards may not have the file.
 *
 * Returns: (transfer full): a copy of @profile that says so; @profile stays the caller's
 */
NhiCardProfile *
nhi_card_profile_with_termination (NhiCardProfile *profile, const guint8 *answer, gsize length);
NhiCardProfile *nhi_card_profile_ref (NhiCardProfile *profile);
void nhi_card_profile_unref (NhiCardProfile *profile);

/* Both may be NULL. */
gboolean nhi_card_profile_equal (const NhiCardProfile *a, const NhiCardProfile *b);

/* The other way, for the virtual card and the demo people: 57 bytes + 9000. Characters outside Big5
 * become '?'. A plain struct of the caller will do. Strings too long for their field are cut, names
 * between characters. */
GBytes *nhi_card_profile_encode (const NhiCardProfile *profile);

/* What the ATR hints at; only a hint, the READ answer decides. */
typedef enum
{
  NHI_ATR_UNKNOWN,
  NHI_ATR_NHI,
  NHI_ATR_HEALTH_PROFESSIONAL,
  NHI_ATR_CITIZEN_CERTIFICATE,
} NhiAtrHint;
NhiAtrHint nhi_atr_hint (const guint8 *atr, gsize length);

/* The APDUs of the open basic data. SELECT's answer is to be ignored: some new cards refuse it and
 * still answer READ. */
extern const guint8 NHI_APDU_SELECT[21];
extern const guint8 NHI_APDU_READ_BASIC[7];
extern const guint8 NHI_APDU_READ_TERMINATION[7];

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiCardProfile, nhi_card_profile_unref)

G_END_DECLS
