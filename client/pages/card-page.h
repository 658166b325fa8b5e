/* SPDX-License-Identifier: GPL-3.0-or-later
 * The inserted NHI card, or what is missing to read one. */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

#define NHI_TYPE_CARD_PAGE (nhi_card_page_get_type ())
G_DECLARE_FINAL_TYPE (NhiCardPage, nhi_card_page, NHI, CARD_PAGE, AdwBin)

GtkWidget *nhi_card_page_new (NhiContext *context);

G_END_DECLS
