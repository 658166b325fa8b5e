/* SPDX-License-Identifier: GPL-3.0-or-later
 * The window that explains why a card could not be read. */
#pragma once

#include <adwaita.h>

#include "client/reader/reader-monitor.h"

G_BEGIN_DECLS

#define NHI_TYPE_CARD_HELP_WINDOW (nhi_card_help_window_get_type ())
G_DECLARE_FINAL_TYPE (NhiCardHelpWindow, nhi_card_help_window, NHI, CARD_HELP_WINDOW, AdwWindow)

/* Signals: "check" (the person asks for the environment check), "retry" (for another reading); the
 * window closes by itself before either. @fault_code: (nullable). */
GtkWidget *nhi_card_help_window_new (GtkWindow *parent, NhiCardState state, const char *fault_code);

G_END_DECLS
