/* SPDX-License-Identifier: GPL-3.0-or-later
 * PC/SC made of script for the tests: readers and cards by order, each call can be made to fail. */
#pragma once

#include "client/reader/pcsc.h"

G_BEGIN_DECLS

/* Answers one command into @answer (258 bytes) with its status word; returns the length. */
typedef gsize (*NhiFakeCard) (const guint8 *command, gsize length, guint8 *answer);

extern const NhiPcsc NHI_PCSC_FAKE;

void nhi_fake_pcsc_reset (void);
void nhi_fake_pcsc_set_running (gboolean running); /* the daemon */
void nhi_fake_pcsc_plug (const char *reader);
void nhi_fake_pcsc_unplug (const char *reader);
void nhi_fake_pcsc_insert (const char *reader, NhiFakeCard card);
void nhi_fake_pcsc_insert_mute (const char *reader);
void nhi_fake_pcsc_remove (const char *reader);
void nhi_fake_pcsc_set_flag (const char *reader,
                             guint32 flag,
                             gboolean on); /* an event without a new card */
void nhi_fake_pcsc_fail_connect (LONG result, guint times);
void nhi_fake_pcsc_fail_transmit (guint nth, LONG result); /* counted from now on, 1 = the next */
void nhi_fake_pcsc_fail_call (guint nth, LONG result);     /* of the calls that read a card */
/* Counts down at each listing of readers and each wait for a change. */
void nhi_fake_pcsc_fail_watch (guint nth, LONG result);

/* Called at the @nth call that reads a card, in the thread that reads: pull, unplug, kill. */
typedef void (*NhiFakeStrike) (void);
void nhi_fake_pcsc_strike_at_call (guint nth, NhiFakeStrike strike);
void nhi_fake_pcsc_heal (void);         /* nothing is to fail any more */
gboolean nhi_fake_pcsc_is_armed (void); /* a failure that was ordered has not come yet */

guint nhi_fake_pcsc_connects (void);
guint nhi_fake_pcsc_waits (void);          /* how often somebody waited for a change */
gboolean nhi_fake_pcsc_is_balanced (void); /* every connection ended and left the card as it was */

/* Cards. */
gsize nhi_fake_card_nhi (const guint8 *command, gsize length, guint8 *answer);
gsize
nhi_fake_card_newest (const guint8 *command, gsize length, guint8 *answer); /* refuses SELECT */
gsize nhi_fake_card_other (const guint8 *command, gsize length, guint8 *answer);
gsize
nhi_fake_card_broken (const guint8 *command, gsize length, guint8 *answer); /* a sex that is none */
gsize
nhi_fake_card_chained (const guint8 *command, gsize length, guint8 *answer); /* 61xx and 6Cxx */
gsize
nhi_fake_card_endless (const guint8 *command, gsize length, guint8 *answer); /* 61xx for ever */
gsize nhi_fake_card_short (const guint8 *command, gsize length, guint8 *answer);

G_END_DECLS
