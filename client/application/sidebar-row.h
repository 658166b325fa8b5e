/* SPDX-License-Identifier: GPL-3.0-or-later
 * A row of the sidebar. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NHI_TYPE_SIDEBAR_ROW (nhi_sidebar_row_get_type ())
G_DECLARE_FINAL_TYPE (NhiSidebarRow, nhi_sidebar_row, NHI, SIDEBAR_ROW, GtkListBoxRow)

/* @page: name of the page; a static string */
GtkWidget *nhi_sidebar_row_new (const char *page, const char *title, const char *icon_name);
const char *nhi_sidebar_row_get_page (NhiSidebarRow *self);
/* A lock beside the title, and in the words of the screen reader. */
void nhi_sidebar_row_set_locked (NhiSidebarRow *self, gboolean locked);

G_END_DECLS
