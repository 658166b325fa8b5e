/* SPDX-License-Identifier: GPL-3.0-or-later
 * The preferences window: service address, download folder, style of dates. */
#pragma once

#include <adwaita.h>

#include "client/pages/context.h"

G_BEGIN_DECLS

#define NHI_TYPE_PREFERENCES (nhi_preferences_get_type ())
G_DECLARE_FINAL_TYPE (NhiPreferences, nhi_preferences, NHI, PREFERENCES, AdwPreferencesWindow)

NhiPreferences *nhi_preferences_new (GtkWindow *parent, NhiContext *context);

G_END_DECLS
