/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which drawing belongs to which state of the card. */
#pragma once

#include "client/reader/reader-monitor.h"

G_BEGIN_DECLS

const char *nhi_card_state_drawing (NhiCardState state); /* icon name, never NULL */

G_END_DECLS
