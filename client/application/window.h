/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one window: sidebar, header with the card chip, banners, status line, and the pages, each
 * made when first shown. */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

#define NHI_TYPE_WINDOW (nhi_window_get_type ())
G_DECLARE_FINAL_TYPE (NhiWindow, nhi_window, NHI, WINDOW, AdwApplicationWindow)

NhiWindow *nhi_window_new (GtkApplication *application, NhiContext *context);
/* @name: "home", "check", "card", "account", "registration", "health-bank", "viewer". */
void nhi_window_show_page (NhiWindow *self, const char *name);
void nhi_window_open_package (NhiWindow *self, GFile *file);

G_END_DECLS
