/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fields of an NHI card as a list, ID masked until asked, each field can be copied. */
#pragma once

#include <adwaita.h>

#include "client/widgets/format.h"
#include "shared/card/profile.h"

G_BEGIN_DECLS

/* Signal: "copied" (string: name of the field). */
#define NHI_TYPE_CARD_DETAILS (nhi_card_details_get_type ())
G_DECLARE_FINAL_TYPE (NhiCardDetails, nhi_card_details, NHI, CARD_DETAILS, AdwBin)

GtkWidget *nhi_card_details_new (void);
/* NULL empties every field at once. */
void
nhi_card_details_set_profile (NhiCardDetails *self, NhiCardProfile *profile, NhiDateStyle style);

G_END_DECLS
