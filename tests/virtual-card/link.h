/* SPDX-License-Identifier: GPL-3.0-or-later
 * The wire to vpcd: two bytes of length, then a control byte or a command. Connecting puts the card
 * in. */
#pragma once

#include "tests/virtual-card/card.h"

G_BEGIN_DECLS

typedef struct _Link Link;

/* @card is borrowed. @delay in milliseconds before each answer. */
Link *
link_new (const char *host, guint16 port, VirtualCard *card, gboolean trace);
void
link_free (Link *self);
void
link_set_delay (Link *self, guint delay);
/* Puts the card in; when nobody listens yet, tries again until it is taken out. */
void
link_insert (Link *self);
void
link_remove (Link *self);
gboolean
link_is_inserted (Link *self);
/* One line with the monotonic time in seconds, flushed; nothing when tracing is off. */
void
link_trace (Link *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Link, link_free)

G_END_DECLS
