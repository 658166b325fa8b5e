/* SPDX-License-Identifier: GPL-3.0-or-later
 * The environment check (電腦環境檢測). */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

#define NHI_TYPE_CHECK_PAGE (nhi_check_page_get_type ())
G_DECLARE_FINAL_TYPE (NhiCheckPage, nhi_check_page, NHI, CHECK_PAGE, AdwBin)

GtkWidget *nhi_check_page_new (NhiContext *context);

G_END_DECLS
