/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of this room share: the reader's inner side, ranks, a monitor over another PC/SC.
 */
#pragma once

#include "client/reader/card-session.h"
#include "client/reader/reader-monitor.h"

G_BEGIN_DECLS

guint
nhi_card_state_rank (NhiCardState state);

/* What PC/SC said about one reader at one moment. @flags: SCARD_STATE_… without the counter;
 * @events: the counter of insertions and removals, so that a quick change of cards is not missed.
 */
typedef struct
{
  char *name;
  guint32 flags;
  guint16 events;
  guint8 atr[MAX_ATR_SIZE];
  gsize atr_length;
} NhiReaderSight;
NhiReaderSight *
nhi_reader_sight_new (const SCARD_READERSTATE *state);
void
nhi_reader_sight_free (NhiReaderSight *sight);

/* Called on the main context whenever something about a reader's card changed. */
typedef void (*NhiReaderChanged) (NhiReader *reader, gpointer user_data);

NhiReader *
nhi_reader_new (const char *name,
                const NhiPcsc *pcsc,
                NhiReaderChanged changed,
                gpointer user_data);
void
nhi_reader_see (NhiReader *self, const NhiReaderSight *sight);
void
nhi_reader_close (NhiReader *self); /* unplugged: forgets its card and its callback at once */
NhiCardProfile *
nhi_reader_get_profile (NhiReader *self);
const char *
nhi_reader_get_fault_code (NhiReader *self);

NhiReaderMonitor *
nhi_reader_monitor_new_for_pcsc (const NhiPcsc *pcsc, const char *socket_path);

G_END_DECLS
