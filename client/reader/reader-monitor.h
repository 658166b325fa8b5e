/* SPDX-License-Identifier: GPL-3.0-or-later
 * Watches PC/SC from one thread and says on the main loop which readers there are and which card
 * was read. */
#pragma once

#include <gio/gio.h>
#include "shared/card/profile.h"

G_BEGIN_DECLS

/**
 * NhiCardState:
 * The one state that the window shows for all readers together; the better state of several readers
 * wins (a read NHI card over a busy one over an empty reader over another card).
 */
typedef enum
{
  NHI_CARD_STATE_STARTING,   /* not asked yet */
  NHI_CARD_STATE_NO_SERVICE, /* PC/SC is not running or not reachable */
  NHI_CARD_STATE_NO_READER,
  NHI_CARD_STATE_NO_CARD,
  NHI_CARD_STATE_READING,
  NHI_CARD_STATE_READ,       /* profile is set */
  NHI_CARD_STATE_OTHER_CARD, /* a card that is not an NHI card */
  NHI_CARD_STATE_MUTE,       /* upside down, dirty, no power */
  NHI_CARD_STATE_BUSY,       /* another program holds it; tried again by itself */
  NHI_CARD_STATE_UNREADABLE, /* an NHI card whose data is not what it should be, or a protocol error
                              */
} NhiCardState;

#define NHI_TYPE_CARD_STATE (nhi_card_state_get_type ())
GType
nhi_card_state_get_type (void);

/* One reader: properties "name" (string), "state" (NhiCardState), "atr" (string, hex, or NULL). */
#define NHI_TYPE_READER (nhi_reader_get_type ())
G_DECLARE_FINAL_TYPE (NhiReader, nhi_reader, NHI, READER, GObject)
const char *
nhi_reader_get_name (NhiReader *self);
NhiCardState
nhi_reader_get_state (NhiReader *self);
const char *
nhi_reader_get_atr (NhiReader *self);

/* Properties, all read-only, notified on the main loop: "readers" (GListModel of NhiReader),
 * "state" (NhiCardState), "profile" (NhiCardProfile, boxed, NULL when no NHI card is read – NULL at
 * once on removal), "fault-code" (string or NULL: the code for support, "PCSC-8010001D" or
 * "SW-6A82" or "DATA-SEX"), "service-version" (string or NULL: of the PC/SC library and, where
 * known, daemon). */
#define NHI_TYPE_READER_MONITOR (nhi_reader_monitor_get_type ())
G_DECLARE_FINAL_TYPE (NhiReaderMonitor, nhi_reader_monitor, NHI, READER_MONITOR, GObject)

NhiReaderMonitor *
nhi_reader_monitor_new (void);
void
nhi_reader_monitor_start (NhiReaderMonitor *self); /* starts the thread; again after stop */
void
nhi_reader_monitor_stop (NhiReaderMonitor *self); /* cancels, joins, clears everything */
GListModel *
nhi_reader_monitor_get_readers (NhiReaderMonitor *self);
NhiCardState
nhi_reader_monitor_get_state (NhiReaderMonitor *self);
NhiCardProfile *
nhi_reader_monitor_get_profile (NhiReaderMonitor *self);
const char *
nhi_reader_monitor_get_fault_code (NhiReaderMonitor *self);

/* What a person is told about a state: a short title, a sentence that says what to do. Translated.
 */
const char *
nhi_card_state_title (NhiCardState state);
const char *
nhi_card_state_advice (NhiCardState state);
const char *
nhi_card_state_nick (NhiCardState state); /* stable, for programs: "no-card" */

G_END_DECLS
