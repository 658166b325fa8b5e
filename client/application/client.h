/* SPDX-License-Identifier: GPL-3.0-or-later
 * The program with a window: options, actions, and the objects that live as long as it does. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define NHI_TYPE_CLIENT (nhi_client_get_type ())
G_DECLARE_FINAL_TYPE (NhiClient, nhi_client, NHI, CLIENT, AdwApplication)

NhiClient *nhi_client_new (void);

/* The action "app.restart" was chosen: main() opens the program anew. */
gboolean nhi_client_wants_restart (NhiClient *self);

G_END_DECLS
