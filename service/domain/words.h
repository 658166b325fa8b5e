/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rules in words: for each code that a field can be refused with, one sentence in each
 * language. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_CODE_REQUIRED "required"
#define NHI_CODE_INVALID "invalid"
#define NHI_CODE_TOO_LONG "too-long"
#define NHI_CODE_TOO_SHORT "too-short"
#define NHI_CODE_TOO_COMMON "too-common"
#define NHI_CODE_PERSONAL "personal"
#define NHI_CODE_UNKNOWN "unknown"
#define NHI_CODE_TWICE "twice"
#define NHI_CODE_NO_MONTH "no-month"
#define NHI_CODE_TOO_EARLY "too-early"
#define NHI_CODE_FUTURE "future"
#define NHI_CODE_AFTER_END "after-end"
#define NHI_CODE_PERIOD_TOO_LONG "period-too-long"

#define NHI_LANGUAGE_CHINESE "zh-TW"
#define NHI_LANGUAGE_ENGLISH "en"

gboolean nhi_language_is_known (const char *language); /* NULL is not */

/**
 * nhi_field_message:
 * @field: member's name on the wire, "id_number"
 * @code: one of the codes above
 * @language: "zh-TW" or "en"
 *
 * Returns: (transfer none): what is wrong with the field and what to do, one sentence for the
 * person; never NULL
 */
const char *nhi_field_message (const char *field, const char *code, const char *language);

G_END_DECLS
