/* SPDX-License-Identifier: GPL-3.0-or-later
 * People's names: whether what the card could say is the registry's name, and how a name is shown
 * to somebody who may be a stranger. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_NAME_MAX 100       /* characters */
#define NHI_CARD_NAME_BYTES 20 /* Big5, the card's field; reference: layout of the basic data */

/**
 * nhi_name_matches:
 * @registered: the registry's name, UTF-8, with every character
 * @given: what a person typed or a card said
 *
 * Equal after NFKC, case folding, one form of the dot in indigenous names and single spaces.
 * Besides, what a card says of that name is accepted: a character that Big5 does not have stands as
 * "?" or U+FFFD, and the name ends where the card's 20 bytes do. A character that Big5 has must be
 * there.
 */
gboolean nhi_name_matches (const char *registered, const char *given);

/* "王小明" -> "王○明", "陳美" -> "陳○", "Maria Santos" -> "M○ S○". */
char *nhi_name_mask (const char *name);

G_END_DECLS
