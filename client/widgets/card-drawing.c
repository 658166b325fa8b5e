/* SPDX-License-Identifier: GPL-3.0-or-later
 * Drawings of the card's states. */
#include "client/widgets/card-drawing.h"

const char *
nhi_card_state_drawing (NhiCardState state)
{
  switch (state)
    {
    case NHI_CARD_STATE_NO_SERVICE:
      return "nhi-draw-no-service-symbolic";
    case NHI_CARD_STATE_NO_READER:
      return "nhi-draw-no-reader-symbolic";
    case NHI_CARD_STATE_NO_CARD:
      return "nhi-draw-no-card-symbolic";
    case NHI_CARD_STATE_OTHER_CARD:
      return "nhi-draw-other-card-symbolic";
    case NHI_CARD_STATE_MUTE:
      return "nhi-draw-mute-symbolic";
    case NHI_CARD_STATE_BUSY:
      return "nhi-draw-busy-symbolic";
    case NHI_CARD_STATE_UNREADABLE:
      return "nhi-draw-unreadable-symbolic";
    case NHI_CARD_STATE_READ:
      return "nhi-draw-read-symbolic";
    case NHI_CARD_STATE_STARTING:
    case NHI_CARD_STATE_READING:
    default:
      return "nhi-draw-reading-symbolic";
    }
}
