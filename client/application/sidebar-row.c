/* SPDX-License-Identifier: GPL-3.0-or-later
 * A row of the sidebar: Tab comes to the selected one only; the arrow keys go from row to row. */
#define G_LOG_DOMAIN "nhi-application"

#include <glib/gi18n.h>

#include "client/application/sidebar-row.h"
#include "client/widgets/row.h"

struct _NhiSidebarRow
{
  GtkListBoxRow parent_instance;

  const char *page;
  GtkWidget *lock;
};

G_DEFINE_FINAL_TYPE (NhiSidebarRow, nhi_sidebar_row, GTK_TYPE_LIST_BOX_ROW)

/* A row that gets the focus is selected, and that turns the page: Tab passing through, or a focus
 * that only looks for a new place, must not do it. */
static gboolean
nhi_sidebar_row_focus (GtkWidget *widget, GtkDirectionType direction)
{
  gboolean tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;

  if (tab && !gtk_list_box_row_is_selected (GTK_LIST_BOX_ROW (widget)))
    return FALSE;
  return GTK_WIDGET_CLASS (nhi_sidebar_row_parent_class)->focus (widget, direction);
}

static void
activate_row (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_activate (widget);
}

static void
nhi_sidebar_row_class_init (NhiSidebarRowClass *klass)
{
  GTK_WIDGET_CLASS (klass)->focus = nhi_sidebar_row_focus;
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "row.activate", NULL, activate_row);
}

static void
nhi_sidebar_row_init (NhiSidebarRow *self)
{
}

GtkWidget *
nhi_sidebar_row_new (const char *page, const char *title, const char *icon_name)
{
  NhiSidebarRow *self = g_object_new (NHI_TYPE_SIDEBAR_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (title);

  self->page = page;
  self->lock = gtk_image_new_from_icon_name ("changes-prevent-symbolic");
  gtk_widget_add_css_class (self->lock, "dim-label");
  gtk_widget_set_visible (self->lock, FALSE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (icon_name));
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), self->lock);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  nhi_widget_set_name (self, title);
  return GTK_WIDGET (self);
}

const char *
nhi_sidebar_row_get_page (NhiSidebarRow *self)
{
  g_return_val_if_fail (NHI_IS_SIDEBAR_ROW (self), NULL);
  return self->page;
}

void
nhi_sidebar_row_set_locked (NhiSidebarRow *self, gboolean locked)
{
  g_return_if_fail (NHI_IS_SIDEBAR_ROW (self));

  gtk_widget_set_visible (self->lock, locked);
  nhi_widget_set_description (self, locked ? _ ("needs a sign-in") : "");
}
