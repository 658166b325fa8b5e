/* SPDX-License-Identifier: GPL-3.0-or-later
 * A person as the insurer knows them, beside the card number that was given for them. */
#pragma once

#include "service/store/population.h"

G_BEGIN_DECLS

/* Any member may be NULL: nobody has the ID number; the card number is none of theirs; no home is
 * known. */
typedef struct
{
  NhiPerson *person;
  NhiCard *card;
  NhiResidence *residence;
} NhiInsured;

/* Asks as much when nobody has the ID number as when somebody has. */
gboolean nhi_insured_find (NhiDbConnection *connection,
                           const char *id_number,
                           const char *card_number,
                           NhiInsured *ret,
                           GError **error);
void nhi_insured_clear (NhiInsured *insured);

/* The card is the person's own and not terminated. */
gboolean nhi_insured_has_active_card (const NhiInsured *insured);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiInsured, nhi_insured_clear)

G_END_DECLS
