/* SPDX-License-Identifier: GPL-3.0-or-later
 * One entry with its fields under their official names. */
#define G_LOG_DOMAIN "nhi-pages"

#include <glib/gi18n.h>

#include "client/pages/viewer-detail.h"
#include "client/pages/viewer-model.h"
#include "client/widgets/row.h"

#define MAX_CHILDREN 200 /* rows of orders; more are counted */

static void
append_label (GtkBox *place, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, style);
  gtk_box_append (place, label);
}

static GtkWidget *
append_list (GtkBox *place, const char *name)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  nhi_widget_set_name (list, name);
  gtk_box_append (place, list);
  return list;
}

static void
append_fields (GtkWidget *list, const NhiRecordEntry *entry, NhiDateStyle style)
{
  gboolean chinese = nhi_names_are_chinese ();

  for (const NhiFieldInfo *field = entry->section->fields; field->number != 0; field++)
    {
      const char *value = nhi_record_entry_get (entry, field->number);
      g_autofree char *text = NULL;
      GtkWidget *row;

      if (value[0] == '\0')
        continue;
      text = nhi_viewer_format_value (field, value, style);
      row = nhi_value_row_new (chinese ? field->name : field->name_en, text);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
}

/* A child (an order) in one row: its name as title, the other fields below. */
static GtkWidget *
make_child_row (const NhiRecordEntry *child, NhiDateStyle style)
{
  gboolean chinese = nhi_names_are_chinese ();
  g_autoptr (GString) below = g_string_new (NULL);
  g_autofree char *title = NULL;
  GtkWidget *row;

  for (const NhiFieldInfo *field = child->section->fields; field->number != 0; field++)
    {
      const char *value = nhi_record_entry_get (child, field->number);
      g_autofree char *text = nhi_viewer_format_value (field, value, style);

      if (value[0] == '\0')
        continue;
      if (title == NULL && g_str_has_suffix (field->name, "名稱"))
        {
          title = g_steal_pointer (&text);
          continue;
        }
      g_string_append_printf (below, "%s%s %s", below->len > 0 ? "  ·  " : "",
                              chinese ? field->name : field->name_en, text);
    }
  row = nhi_row_new (title != NULL ? title
                                   : (chinese ? child->section->name : child->section->name_en),
                     below->str);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  return row;
}

static void
append_children (GtkBox *place, const NhiRecordEntry *entry, NhiDateStyle style)
{
  guint count = entry->children != NULL ? entry->children->len : 0;
  g_autofree char *title = NULL;
  GtkWidget *list;

  if (count == 0)
    return;
  title = g_strdup_printf (ngettext ("%u order", "%u orders", count), count);
  append_label (place, title, "heading");
  list = append_list (place, title);
  for (guint i = 0; i < MIN (count, MAX_CHILDREN); i++)
    gtk_list_box_append (GTK_LIST_BOX (list),
                         make_child_row (g_ptr_array_index (entry->children, i), style));
  if (count > MAX_CHILDREN)
    append_label (place, _ ("The first 200 are shown; search finds the others."), "dim-label");
}

void
nhi_viewer_detail_show (GtkBox *place, const NhiRecordEntry *entry, NhiDateStyle style)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (place))) != NULL)
    gtk_box_remove (place, child);
  if (entry == NULL)
    return;
  append_label (place, nhi_names_are_chinese () ? entry->section->name : entry->section->name_en,
                "title-3");
  append_fields (append_list (place, _ ("Fields")), entry, style);
  append_children (place, entry, style);
}
