/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tells assistive technology which widgets are really on the screen. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Once, after GTK is initialised; for every widget of the program. */
void nhi_presence_install (void);

G_END_DECLS
