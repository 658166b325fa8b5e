/* SPDX-License-Identifier: GPL-3.0-or-later
 * One environment check as a row: verdict in icon and word, found and recommended, reason and code
 * when opened. */
#pragma once

#include <adwaita.h>

#include "client/checks/check.h"

G_BEGIN_DECLS

/* Returns the row for a list; it follows the check's properties. Its buttons call the actions
 * "check.fix" and "check.copy-command" (parameter: the check's id) of what is around it, and
 * "app.restart". */
GtkWidget *nhi_verdict_row_new (NhiCheck *check);
/* The style class of a verdict: "success", "warning", "error", "dim-label". */
const char *nhi_verdict_style (NhiVerdict verdict);

G_END_DECLS
