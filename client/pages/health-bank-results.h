/* SPDX-License-Identifier: GPL-3.0-or-later
 * 申請結果: the applications, their categories, and the download of the package. */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

/* Signal: "apply-wanted" (the person wants the other half). */
#define NHI_TYPE_HEALTH_BANK_RESULTS (nhi_health_bank_results_get_type ())
G_DECLARE_FINAL_TYPE (NhiHealthBankResults,
                      nhi_health_bank_results,
                      NHI,
                      HEALTH_BANK_RESULTS,
                      AdwBin)

GtkWidget *nhi_health_bank_results_new (NhiContext *context);
/* Loads the list anew and shows this one; NULL: the newest. */
void nhi_health_bank_results_show (NhiHealthBankResults *self, const char *application_id);

G_END_DECLS
