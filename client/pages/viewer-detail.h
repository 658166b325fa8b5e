/* SPDX-License-Identifier: GPL-3.0-or-later
 * One entry of a record with all its fields and its children (orders), for the viewer. */
#pragma once

#include <adwaita.h>

#include "client/widgets/format.h"
#include "shared/record/record.h"

G_BEGIN_DECLS

/* Replaces what is in @place; NULL: a word that nothing is chosen. */
void nhi_viewer_detail_show (GtkBox *place, const NhiRecordEntry *entry, NhiDateStyle style);

G_END_DECLS
