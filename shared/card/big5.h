/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names between the card's Big5 bytes and UTF-8. Private to this folder. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Decodes up to the first 00 or @length and trims blanks of both widths. What Big5 does not define
 * becomes U+FFFD; a last character cut in half is left out. Either clears @ret_complete. Returns:
 * (transfer full): valid UTF-8 */
char *nhi_big5_decode (const guint8 *bytes, gsize length, gboolean *ret_complete);

/* Fills @field, padding with 00; '?' stands for what Big5 lacks; whole characters only. */
void nhi_big5_encode (const char *text, guint8 *field, gsize length);

G_END_DECLS
