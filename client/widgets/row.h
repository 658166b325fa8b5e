/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows and check buttons that assistive technology can activate and that say their subtitle. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* GTK 4.8 exposes no AT-SPI action on rows and check buttons, and no subtitle. These do: NhiRow has
 * the action "row.activate", NhiExpanderRow "row.toggle", NhiCheckButton "check.toggle". */
#define NHI_TYPE_ROW (nhi_row_get_type ())
G_DECLARE_FINAL_TYPE (NhiRow, nhi_row, NHI, ROW, AdwActionRow)
GtkWidget *nhi_row_new (const char *title, const char *subtitle);
/* A row that tells a value: the subtitle is what one reads, the title only says what it is. */
GtkWidget *nhi_value_row_new (const char *title, const char *value);

#define NHI_TYPE_EXPANDER_ROW (nhi_expander_row_get_type ())
G_DECLARE_FINAL_TYPE (NhiExpanderRow, nhi_expander_row, NHI, EXPANDER_ROW, AdwExpanderRow)
GtkWidget *nhi_expander_row_new (const char *title, const char *subtitle);

#define NHI_TYPE_CHECK_BUTTON (nhi_check_button_get_type ())
G_DECLARE_FINAL_TYPE (NhiCheckButton, nhi_check_button, NHI, CHECK_BUTTON, GtkCheckButton)
GtkWidget *nhi_check_button_new (const char *label);

/* Says @label as the name of @widget, for icon buttons and lists. */
void nhi_widget_set_name (gpointer widget, const char *label);
void nhi_widget_set_description (gpointer widget, const char *description);

G_END_DECLS
