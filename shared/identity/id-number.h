/* SPDX-License-Identifier: GPL-3.0-or-later
 * National identity and resident numbers (身分證號, 統一證號): form, checksum, masking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_ID_NUMBER_LENGTH 10 /* a letter and nine more */

/**
 * NhiIdKind:
 * @NHI_ID_INVALID: not a number of any kind, or its checksum is wrong
 * @NHI_ID_NATIONAL: national identity number, `[A-Z][12]` and eight digits
 * @NHI_ID_RESIDENT_OLD: resident number of the old form, `[A-Z][A-D]` and eight digits
 * @NHI_ID_RESIDENT_NEW: resident number since 2021-01-02, `[A-Z][89]` and eight digits
 *
 * All three are in use side by side.
 */
typedef enum
{
  NHI_ID_INVALID,
  NHI_ID_NATIONAL,
  NHI_ID_RESIDENT_OLD,
  NHI_ID_RESIDENT_NEW,
} NhiIdKind;

/**
 * nhi_id_number_classify:
 * @id_number: (nullable): ten characters, letters in upper case; see nhi_id_number_normalise()
 *
 * Checks form and checksum. The letter counts as the two digits of the public table (A 10 … Z 33);
 * the weights are 1 9 8 7 6 5 4 3 2 1 1 and the sum must end in 0. A second letter counts as the
 * last digit of its value.
 */
NhiIdKind nhi_id_number_classify (const char *id_number);

/**
 * nhi_id_number_has_form:
 *
 * Whether it looks like one of the three forms, whatever its checksum: all that can be asked of a
 * card's bytes.
 */
gboolean nhi_id_number_has_form (const char *id_number);

/**
 * nhi_id_number_normalise:
 * @typed: what a person typed
 *
 * Full-width characters become half-width, letters upper case; spaces and hyphens go. The result
 * need not be valid.
 *
 * Returns: (transfer full): never %NULL
 */
char *nhi_id_number_normalise (const char *typed);

/**
 * nhi_id_number_mask:
 *
 * The insurer's form for logs and letters: six characters and `****` (E22361****). What is not ten
 * ASCII letters and digits long becomes `****` alone, so that nothing slips through by being
 * mistyped.
 *
 * Returns: (transfer full): never %NULL
 */
char *nhi_id_number_mask (const char *id_number);

/**
 * nhi_id_number_sex:
 *
 * Returns: 'M' or 'F' as the second character tells, 0 when the number is not valid
 */
char nhi_id_number_sex (const char *id_number);

/**
 * nhi_id_number_make:
 * @first_nine: a letter, the second character and seven digits
 *
 * Appends the check digit: for demo people and tests.
 *
 * Returns: (transfer full) (nullable): ten characters, or %NULL when @first_nine has none of the
 * three forms
 */
char *nhi_id_number_make (const char *first_nine);

G_END_DECLS
