/* SPDX-License-Identifier: GPL-3.0-or-later
 * The registration wizard (個人註冊). */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

#define NHI_TYPE_REGISTRATION_PAGE (nhi_registration_page_get_type ())
G_DECLARE_FINAL_TYPE (NhiRegistrationPage, nhi_registration_page, NHI, REGISTRATION_PAGE, AdwBin)

GtkWidget *nhi_registration_page_new (NhiContext *context);

G_END_DECLS
