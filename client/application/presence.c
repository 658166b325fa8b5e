/* SPDX-License-Identifier: GPL-3.0-or-later
 * GTK 4.8 shows the hidden pages of a stack, the folded side of a leaflet and closed revealers to
 * screen readers as if they were on the screen. What is not mapped is therefore marked as hidden.
 */
#include "client/application/presence.h"

static gboolean
on_mapping_changed (GSignalInvocationHint *hint,
                    guint n_values,
                    const GValue *values,
                    gpointer is_hidden)
{
  GtkWidget *widget = g_value_get_object (&values[0]);

  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_HIDDEN,
                               GPOINTER_TO_INT (is_hidden), -1);
  return G_SOURCE_CONTINUE;
}

void
nhi_presence_install (void)
{
  g_autoptr (GTypeClass) widget_class = g_type_class_ref (GTK_TYPE_WIDGET);

  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0, on_mapping_changed,
                              GINT_TO_POINTER (FALSE), NULL);
  g_signal_add_emission_hook (g_signal_lookup ("unmap", GTK_TYPE_WIDGET), 0, on_mapping_changed,
                              GINT_TO_POINTER (TRUE), NULL);
}
