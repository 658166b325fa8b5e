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
typedef enum {
  NHI_CARD_ERROR_NOT_NHI,
  NHI_CARD_ERROR_SHORT,
  NHI_CARD_ERROR_DATA,
} NhiCardError;

typedef enum {
  NHI_CARD_TERMINATION_UNKNOWN, /* the card did not tell */
  NHI_CARD_TERMINATION_NO,
  NHI_CARD_TERMINATION_YES,
} NhiCardTermination;

/**
 * NhiCardProfile:
 * @card_number: 12 digits
 * @name: UTF-8; characters that the card's Big5 bytes cannot say stand as U+FFFD
 * @name_is_complete: FALSE when a byte could not be decoded or the 20-byte field is full, so that the name may be cut
 * @id_number: upper case
 * @sex: 'M' or 'F'
 *
 * Reference counted and immutable; freed memory is wiped.
 */
typedef struct {
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

NhiCardProfile *nhi_card_profile_parse (const guint8 *answer, gsize length, GError **error); /* answer includes SW1 SW2 */
NhiCardProfile *nhi_card_profile_with_termination (NhiCardProfile *profile, const guint8 *answer, gsize length);
NhiCardProfile *nhi_card_profile_ref (NhiCardProfile *profile);
void nhi_card_profile_unref (NhiCardProfile *profile);
gboolean nhi_card_profile_equal (const NhiCardProfile *a, const NhiCardProfile *b);

/* The other way, for the virtual card and the demo people: 57 bytes + 9000. Characters outside Big5 become '?'. */
GBytes *nhi_card_profile_encode (const NhiCardProfile *profile);

/* What the ATR hints at; only a hint, the READ answer decides. */
typedef enum {
  NHI_ATR_UNKNOWN,
  NHI_ATR_NHI,
  NHI_ATR_HEALTH_PROFESSIONAL,
  NHI_ATR_CITIZEN_CERTIFICATE,
} NhiAtrHint;
NhiAtrHint nhi_atr_hint (const guint8 *atr, gsize length);

/* The APDUs of the open basic data; source: reference nhi-facts 1.1 rows 1, 2, 3. */
extern const guint8 NHI_APDU_SELECT[21];
extern const guint8 NHI_APDU_READ_BASIC[7];
extern const guint8 NHI_APDU_READ_TERMINATION[7];

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiCardProfile, nhi_card_profile_unref)

G_END_DECLS
