/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reads one NHI card in one reader: blocking, for a worker thread. */
#pragma once

#include "client/reader/pcsc.h"
#include "client/reader/reader-monitor.h"

G_BEGIN_DECLS

/**
 * NhiCardReading:
 * @state: %NHI_CARD_STATE_READ, OTHER_CARD, MUTE, BUSY, UNREADABLE, NO_CARD (pulled out meanwhile),
 * NO_READER (unplugged meanwhile) or NO_SERVICE
 * @profile: (nullable): only with %NHI_CARD_STATE_READ
 * @fault_code: (nullable): what support wants to know
 */
typedef struct
{
  NhiCardState state;
  NhiCardProfile *profile;
  char *fault_code;
} NhiCardReading;

/* Never NULL. The card is left as it was (LEAVE_CARD), shared with other programs. Follows the
 * algorithm of the public readers: SELECT is best effort, the READ answer decides, a second try on
 * the same connection, then one on a new connection; the termination flag is best effort. After
 * @cancellable is cancelled the state is NO_CARD. */
NhiCardReading *
nhi_card_session_read (const NhiPcsc *pcsc, const char *reader, GCancellable *cancellable);
void
nhi_card_reading_free (NhiCardReading *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiCardReading, nhi_card_reading_free)

G_END_DECLS
