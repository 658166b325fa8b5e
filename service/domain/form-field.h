/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fields that more than one form has: each is read by one rule. */
#pragma once

#include "service/domain/world.h"

G_BEGIN_DECLS

#define NHI_FORM_FIELD_MAX                                                                         \
  1024 /* bytes, before anything looks into a field; a password of 256 characters fits */

/* @value: (nullable): as it came. TRUE when there is something of acceptable length; otherwise
 * FALSE with the reason in @errors. */
gboolean nhi_form_is_given (NhiFieldErrors *errors, const char *field, const char *value);

/**
 * nhi_form_read_code:
 * @value: (nullable): as it came: full-width characters become plain, letters capitals, blanks
 * around go
 * @is_valid: judges the folded value
 *
 * Returns: (transfer full) (nullable): %NULL with the reason in @errors
 */
char *nhi_form_read_code (NhiFieldErrors *errors,
                          const char *field,
                          const char *value,
                          gboolean (*is_valid) (const char *));

/* The fields "card_number" and "id_number", normalised. (transfer full) (nullable) */
char *nhi_form_read_card_number (NhiFieldErrors *errors, const char *value);
char *nhi_form_read_id_number (NhiFieldErrors *errors, const char *value);

G_END_DECLS
