/* SPDX-License-Identifier: GPL-3.0-or-later
 * How strong the typed password is, in a bar and a word: a hint, never a rule. */
#pragma once

#include <gtk/gtk.h>

#include "client/widgets/field.h"

G_BEGIN_DECLS

void nhi_password_strength_show (NhiField *password, GtkLevelBar *bar);

G_END_DECLS
