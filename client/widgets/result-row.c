/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rows of the health bank's result table. */
#define G_LOG_DOMAIN "nhi-widgets"

#include <glib/gi18n.h>

#include "client/widgets/result-row.h"
#include "client/widgets/row.h"

void
nhi_result_columns_init (NhiResultColumns *columns)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns->columns); i++)
    columns->columns[i] = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
}

void
nhi_result_columns_clear (NhiResultColumns *columns)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns->columns); i++)
    g_clear_object (&columns->columns[i]);
}

const char *
nhi_result_status_label (const char *status)
{
  if (g_strcmp0 (status, "ready") == 0)
    return _ ("Ready to Download");
  if (g_strcmp0 (status, "none") == 0)
    return _ ("No Data");
  if (g_strcmp0 (status, "failed") == 0)
    return _ ("Failed");
  return _ ("Being Prepared");
}

static const char *
status_icon (const char *status)
{
  if (g_strcmp0 (status, "ready") == 0)
    return "nhi-pass-symbolic";
  if (g_strcmp0 (status, "none") == 0)
    return "nhi-skip-symbolic";
  return "content-loading-symbolic";
}

static GtkWidget *
make_badge (const char *status)
{
  GtkWidget *badge = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_append (GTK_BOX (badge), gtk_image_new_from_icon_name (status_icon (status)));
  gtk_box_append (GTK_BOX (badge), gtk_label_new (nhi_result_status_label (status)));
  gtk_widget_add_css_class (badge, "badge");
  gtk_widget_add_css_class (badge, "caption");
  gtk_widget_add_css_class (badge, g_strcmp0 (status, "ready") == 0 ? "success" : "dim-label");
  gtk_widget_set_valign (badge, GTK_ALIGN_CENTER);
  return badge;
}

static GtkWidget *
make_cell (const char *text, gboolean header)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (header)
    gtk_widget_add_css_class (label, "dim-label");
  return label;
}

static GtkWidget *
make_line (GtkWidget *const cells[4], NhiResultColumns *columns)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);

  for (guint i = 0; i < 4; i++)
    {
      gtk_size_group_add_widget (columns->columns[i], cells[i]);
      gtk_widget_set_hexpand (cells[i], i == 1);
      gtk_box_append (GTK_BOX (line), cells[i]);
    }
  gtk_widget_set_margin_top (line, 9);
  gtk_widget_set_margin_bottom (line, 9);
  gtk_widget_set_margin_start (line, 12);
  gtk_widget_set_margin_end (line, 12);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

GtkWidget *
nhi_result_header_new (NhiResultColumns *columns)
{
  GtkWidget *const cells[4] = {
    make_cell (_ ("Class"), TRUE),
    make_cell (_ ("Detail"), TRUE),
    make_cell (_ ("Period of the Data"), TRUE),
    make_cell (_ ("Status"), TRUE),
  };
  GtkWidget *row = make_line (cells, columns);

  nhi_widget_set_name (row, _ ("Class, Detail, Period of the Data, Status"));
  return row;
}

static void
say (GtkWidget *row, const NhiResultTexts *texts)
{
  g_autofree char *description = NULL;

  /* Translators: class, period and status of a category, for the screen reader */
  description = g_strdup_printf (_ ("%1$s, %2$s, %3$s"), texts->class_name, texts->period,
                                 nhi_result_status_label (texts->status));
  nhi_widget_set_name (row, texts->name);
  nhi_widget_set_description (row, description);
}

GtkWidget *
nhi_result_row_new (const NhiResultTexts *texts, NhiResultColumns *columns)
{
  GtkWidget *const cells[4] = {
    make_cell (texts->class_name, FALSE),
    make_cell (texts->name, FALSE),
    make_cell (texts->period, FALSE),
    make_badge (texts->status),
  };
  GtkWidget *row = make_line (cells, columns);

  gtk_widget_set_halign (cells[3], GTK_ALIGN_START);
  say (row, texts);
  return row;
}

GtkWidget *
nhi_result_narrow_row_new (const NhiResultTexts *texts)
{
  g_autofree char *subtitle = g_strdup_printf ("%s\n%s", texts->class_name, texts->period);
  GtkWidget *row = nhi_row_new (texts->name, subtitle);

  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_badge (texts->status));
  say (row, texts);
  return row;
}
