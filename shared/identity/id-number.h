/* SPDX-License-Identifier: GPL-3.0-or-later
 * National identity and resident numbers (身分證號, 統一證號): form, checksum, masking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NhiIdKind:
 * @NHI_ID_INVALID: not a number of any kind, or its checksum is wrong
 * @NHI_ID_NATIONAL: national identity number, `[A-Z][12]` and eight digits
 * @NHI_ID_RESIDENT_OLD: resident number of the old form, `[A-Z][A-D]` and eight digits
 * @NHI_ID_RESIDENT_NEW: resident number since 2021-01-02, `[A-Z][89]` and eight digits
 *
 * All three are in use side by side.
 */
typedef enum {
  NHI_ID_INVALID,
  NHI_ID_NATIONAL,
  NHI_ID_RESIDENT_OLD,
  NHI_ID_RESIDENT_NEW,
} NhiIdKind;

NhiIdKind nhi_id_number_classify (const char *id_number);
char *nhi_id_number_normalise (const char *typed);
char *nhi_id_number_mask (const char *id_number);
char nhi_id_number_sex (const char *id_number);
char *nhi_id_number_make (const char *first_nine);

G_END_DECLS
