/* SPDX-License-Identifier: GPL-3.0-or-later
 * 資料申請: which categories, which period. */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

/* Signal: "applied" (string: the application's id). */
#define NHI_TYPE_HEALTH_BANK_APPLY (nhi_health_bank_apply_get_type ())
G_DECLARE_FINAL_TYPE (NhiHealthBankApply, nhi_health_bank_apply, NHI, HEALTH_BANK_APPLY, AdwBin)

GtkWidget *nhi_health_bank_apply_new (NhiContext *context);

G_END_DECLS
