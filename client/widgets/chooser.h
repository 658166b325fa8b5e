/* SPDX-License-Identifier: GPL-3.0-or-later
 * A button that opens a searchable list and shows what was chosen; for lists of up to a few
 * hundred. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* GtkDropDown's items have no names for assistive technology in GTK 4.8; these do, and the list can
 * be selected in. Signal: "chosen" (after a choice by the person). */
#define NHI_TYPE_CHOOSER (nhi_chooser_get_type ())
G_DECLARE_FINAL_TYPE (NhiChooser, nhi_chooser, NHI, CHOOSER, GtkBox)

/* @title names the button ("縣市"), @prompt stands there until something is chosen. */
GtkWidget *nhi_chooser_new (const char *title, const char *prompt);
void nhi_chooser_set_title (NhiChooser *self, const char *title, const char *prompt);
/* Forgets the choice; offers @count names (copied). @keys stand beside them and come back from
 * get_key. */
void nhi_chooser_set_items (NhiChooser *self,
                            const char *const *keys,
                            const char *const *names,
                            guint count);
const char *nhi_chooser_get_key (NhiChooser *self);  /* NULL = nothing chosen */
const char *nhi_chooser_get_text (NhiChooser *self); /* NULL = nothing chosen */
gboolean nhi_chooser_choose (NhiChooser *self, const char *key);
void nhi_chooser_set_error (NhiChooser *self, gboolean wrong);

G_END_DECLS
