/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a card answers: bytes in, bytes out, and every way in which a card may misbehave. No I/O. */
#pragma once

#include "shared/card/profile.h"

G_BEGIN_DECLS

typedef enum
{
  VIRTUAL_CARD_NHI,
  VIRTUAL_CARD_HEALTH_PROFESSIONAL,
  VIRTUAL_CARD_CERTIFICATE,
} VirtualCardKind;

/**
 * VirtualCard:
 * @basic_data: (nullable): the answer to READ, status word included; NULL when no persona is set
 * @terminated: what the termination flag says
 * @kind: which card this is; others than %VIRTUAL_CARD_NHI hold no basic data
 * @new_generation: SELECT is refused with 6D00, READ works (cards from the end of 2025 on)
 * @mute: seen by the reader, but silent once it has power: dirty, upside down, broken
 * @status_word: 0, or the status word that answers every command
 * @pull_after: 0, or the number of the command after whose answer the card leaves the reader
 * @garbage: %NULL, or the randomness that answers every command
 * @powered: the reader has switched the power on
 * @commands: commands answered since the card was put in
 */
typedef struct
{
  GBytes *basic_data;
  gboolean terminated;
  VirtualCardKind kind;
  gboolean new_generation;
  gboolean mute;
  guint16 status_word;
  guint pull_after;
  GRand *garbage;
  gboolean powered;
  guint commands;
} VirtualCard;

void
virtual_card_clear (VirtualCard *card);
gboolean
virtual_card_kind_from_name (const char *name, VirtualCardKind *kind);
GBytes *
virtual_card_atr (const VirtualCard *card);
GBytes *
virtual_card_answer (VirtualCard *card, const guint8 *command, gsize length);
gboolean
virtual_card_leaves_now (const VirtualCard *card);

G_END_DECLS
