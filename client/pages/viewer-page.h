/* SPDX-License-Identifier: GPL-3.0-or-later
 * The viewer of a downloaded package; works without the service. */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

#define NHI_TYPE_VIEWER_PAGE (nhi_viewer_page_get_type ())
G_DECLARE_FINAL_TYPE (NhiViewerPage, nhi_viewer_page, NHI, VIEWER_PAGE, AdwBin)

GtkWidget *nhi_viewer_page_new (NhiContext *context);
/* Asks for the password when the file is encrypted. Nothing decrypted is written anywhere. */
void nhi_viewer_page_open (NhiViewerPage *self, GFile *file);

G_END_DECLS
