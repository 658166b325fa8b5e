/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finds a demo person's card in the table of personas (tab-separated, the first row names the
 * columns). */
#pragma once

#include "tests/virtual-card/card.h"

G_BEGIN_DECLS

/**
 * persona_load:
 * @table: path of `personas.tsv`
 * @persona: which row, by its first column
 * @card: gets the basic data and the termination flag; unchanged on failure
 *
 * Returns: FALSE with an error when the table cannot be read, has no such persona or lacks a column
 */
gboolean
persona_load (const char *table, const char *persona, VirtualCard *card, GError **error);

G_END_DECLS
