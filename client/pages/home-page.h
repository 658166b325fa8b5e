/* SPDX-License-Identifier: GPL-3.0-or-later
 * The first page: the five steps and, for a signed-in person, what is new. */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

#define NHI_TYPE_HOME_PAGE (nhi_home_page_get_type ())
G_DECLARE_FINAL_TYPE (NhiHomePage, nhi_home_page, NHI, HOME_PAGE, AdwBin)

GtkWidget *nhi_home_page_new (NhiContext *context);

G_END_DECLS
