/* SPDX-License-Identifier: GPL-3.0-or-later
 * A form field: its name above, the entry, and below it the rule in words or what is wrong. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Properties: "title", "hint", "text", "secret" (construct only: a password), "purpose"
 * (GtkInputPurpose). Signals: "changed", "activate". The entry is named by the title and described
 * by hint or error. */
#define NHI_TYPE_FIELD (nhi_field_get_type ())
G_DECLARE_FINAL_TYPE (NhiField, nhi_field, NHI, FIELD, GtkBox)

const char *nhi_field_get_text (NhiField *self);
void nhi_field_set_text (NhiField *self, const char *text);
/* NULL or "" shows the hint again. */
void nhi_field_set_error (NhiField *self, const char *error);
/* A word of praise or state in place of the hint (neither red nor dim), or NULL. */
void nhi_field_set_note (NhiField *self, const char *note);
gboolean nhi_field_has_error (NhiField *self);
void nhi_field_focus (NhiField *self);

G_END_DECLS
