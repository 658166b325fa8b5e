/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sign in with card and password; who is signed in. */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

#define NHI_TYPE_ACCOUNT_PAGE (nhi_account_page_get_type ())
G_DECLARE_FINAL_TYPE (NhiAccountPage, nhi_account_page, NHI, ACCOUNT_PAGE, AdwBin)

GtkWidget *nhi_account_page_new (NhiContext *context);

G_END_DECLS
