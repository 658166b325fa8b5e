/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows and check buttons with what GTK 4.8 leaves out for assistive technology. */
#define G_LOG_DOMAIN "nhi-widgets"

#include "client/widgets/row.h"

struct _NhiRow
{
  AdwActionRow parent_instance;
};
struct _NhiExpanderRow
{
  AdwExpanderRow parent_instance;
};
struct _NhiCheckButton
{
  GtkCheckButton parent_instance;
};

G_DEFINE_FINAL_TYPE (NhiRow, nhi_row, ADW_TYPE_ACTION_ROW)
G_DEFINE_FINAL_TYPE (NhiExpanderRow, nhi_expander_row, ADW_TYPE_EXPANDER_ROW)
G_DEFINE_FINAL_TYPE (NhiCheckButton, nhi_check_button, GTK_TYPE_CHECK_BUTTON)

void
nhi_widget_set_name (gpointer widget, const char *label)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

void
nhi_widget_set_description (gpointer widget, const char *description)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description != NULL ? description : "", -1);
}

/* Rows carry plain text from cards and services: never markup. */
static void
describe_by_subtitle (GObject *row, GParamSpec *pspec, gpointer user_data)
{
  g_autofree char *subtitle = NULL;

  g_object_get (row, "subtitle", &subtitle, NULL);
  nhi_widget_set_description (row, subtitle);
}

static void
name_by_title (GObject *row, GParamSpec *pspec, gpointer user_data)
{
  g_autofree char *title = NULL;

  g_object_get (row, "title", &title, NULL);
  nhi_widget_set_name (row, title != NULL ? title : "");
}

static void
activate_row (GtkWidget *widget, const char *action, GVariant *parameter)
{
  if (gtk_widget_is_sensitive (widget))
    gtk_widget_activate (widget);
}

static void
toggle_row (GtkWidget *widget, const char *action, GVariant *parameter)
{
  AdwExpanderRow *row = ADW_EXPANDER_ROW (widget);

  adw_expander_row_set_expanded (row, !adw_expander_row_get_expanded (row));
}

static void
toggle_check (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GtkCheckButton *button = GTK_CHECK_BUTTON (widget);

  if (gtk_widget_is_sensitive (widget))
    gtk_check_button_set_active (button, !gtk_check_button_get_active (button));
}

static void
nhi_row_class_init (NhiRowClass *klass)
{
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "row.activate", NULL, activate_row);
}

static void
nhi_row_init (NhiRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  g_signal_connect (self, "notify::subtitle", G_CALLBACK (describe_by_subtitle), NULL);
}

GtkWidget *
nhi_row_new (const char *title, const char *subtitle)
{
  return g_object_new (NHI_TYPE_ROW, "title", title, "subtitle", subtitle, NULL);
}

GtkWidget *
nhi_value_row_new (const char *title, const char *value)
{
  GtkWidget *row = nhi_row_new (title, value);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_add_css_class (row, "property");
  return row;
}

static void
nhi_expander_row_class_init (NhiExpanderRowClass *klass)
{
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "row.toggle", NULL, toggle_row);
}

static void
nhi_expander_row_init (NhiExpanderRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  g_signal_connect (self, "notify::title", G_CALLBACK (name_by_title), NULL);
  g_signal_connect (self, "notify::subtitle", G_CALLBACK (describe_by_subtitle), NULL);
}

GtkWidget *
nhi_expander_row_new (const char *title, const char *subtitle)
{
  return g_object_new (NHI_TYPE_EXPANDER_ROW, "title", title, "subtitle", subtitle, NULL);
}

static void
nhi_check_button_class_init (NhiCheckButtonClass *klass)
{
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "check.toggle", NULL, toggle_check);
}

static void
nhi_check_button_init (NhiCheckButton *self)
{
}

GtkWidget *
nhi_check_button_new (const char *label)
{
  return g_object_new (NHI_TYPE_CHECK_BUTTON, "label", label, NULL);
}
