/* SPDX-License-Identifier: GPL-3.0-or-later
 * The words of the letters, in Chinese and English, as plain text and as HTML. */
#pragma once

#include "service/mail/letter.h"

G_BEGIN_DECLS

const char *nhi_letter_subject (const NhiLetter *letter); /* UTF-8, not encoded */
char *nhi_letter_text (const NhiLetter *letter);
char *nhi_letter_html (const NhiLetter *letter); /* everything in it is escaped */

G_END_DECLS
