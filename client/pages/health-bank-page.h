/* SPDX-License-Identifier: GPL-3.0-or-later
 * The health bank: apply (資料申請) and results (申請結果). */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

#define NHI_TYPE_HEALTH_BANK_PAGE (nhi_health_bank_page_get_type ())
G_DECLARE_FINAL_TYPE (NhiHealthBankPage, nhi_health_bank_page, NHI, HEALTH_BANK_PAGE, AdwBin)

GtkWidget *nhi_health_bank_page_new (NhiContext *context);

G_END_DECLS
