/* SPDX-License-Identifier: GPL-3.0-or-later
 * One environment check as a row. */
#define G_LOG_DOMAIN "nhi-widgets"

#include <glib/gi18n.h>

#include "client/widgets/row.h"
#include "client/widgets/verdict-row.h"

/* What a row shows beside its own texts; owned by the row. */
typedef struct
{
  NhiCheck *check;
  GtkImage *icon;
  GtkLabel *word;
  GtkWidget *reason;
  GtkWidget *recommended;
  GtkWidget *code;
  GtkWidget *fix; /* the command */
  GtkWidget *buttons;
  GtkWidget *fix_it;
  GtkWidget *copy_it;
} Parts;

static void
parts_free (gpointer data)
{
  Parts *parts = data;

  g_object_unref (parts->check);
  g_free (parts);
}

const char *
nhi_verdict_style (NhiVerdict verdict)
{
  switch (verdict)
    {
    case NHI_VERDICT_PASS:
      return "success";
    case NHI_VERDICT_WARN:
      return "warning";
    case NHI_VERDICT_FAIL:
      return "error";
    case NHI_VERDICT_SKIP:
    case NHI_VERDICT_RUNNING:
    default:
      return "dim-label";
    }
}

static void
set_style (GtkWidget *widget, NhiVerdict verdict)
{
  static const NhiVerdict all[] = { NHI_VERDICT_PASS, NHI_VERDICT_WARN, NHI_VERDICT_FAIL,
                                    NHI_VERDICT_SKIP };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    gtk_widget_remove_css_class (widget, nhi_verdict_style (all[i]));
  gtk_widget_add_css_class (widget, nhi_verdict_style (verdict));
}

static void
show_part (GtkWidget *row, const char *text)
{
  g_object_set (row, "subtitle", text != NULL ? text : "", NULL);
  gtk_widget_set_visible (row, text != NULL && text[0] != '\0');
}

/* What the button says and does; NULL when there is nothing to press. */
static const char *
fix_label (NhiFixKind fix)
{
  switch (fix)
    {
    case NHI_FIX_START_UNIT:
      return _ ("Start It");
    case NHI_FIX_RESTART_UNIT:
      return _ ("Start It Anew");
    case NHI_FIX_UNMASK_UNIT:
      return _ ("Allow and Start It");
    case NHI_FIX_INSTALL_PACKAGE:
      return _ ("Install It");
    case NHI_FIX_RESTART_APP:
      return _ ("Restart the App");
    case NHI_FIX_OPEN_SETTINGS:
      return _ ("Open the Settings");
    case NHI_FIX_COMMAND:
    case NHI_FIX_NONE:
    default:
      return NULL;
    }
}

static void
show_fix (Parts *parts)
{
  NhiFixKind fix = nhi_check_get_fix (parts->check);
  const char *command = nhi_check_get_command (parts->check);
  const char *label = fix_label (fix);

  show_part (parts->fix, command);
  gtk_widget_set_visible (parts->buttons, label != NULL || command != NULL);
  gtk_widget_set_visible (parts->fix_it, label != NULL);
  gtk_widget_set_visible (parts->copy_it, command != NULL);
  if (label == NULL)
    return;
  gtk_button_set_label (GTK_BUTTON (parts->fix_it), label);
  if (fix == NHI_FIX_RESTART_APP)
    gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (parts->fix_it), "app.restart");
  else
    gtk_actionable_set_action_name (GTK_ACTIONABLE (parts->fix_it), "check.fix");
  if (fix != NHI_FIX_RESTART_APP)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (parts->fix_it), "s",
                                      nhi_check_get_id (parts->check));
}

static void
update (GtkWidget *row)
{
  Parts *parts = g_object_get_data (G_OBJECT (row), "parts");
  NhiVerdict verdict = nhi_check_get_verdict (parts->check);
  const char *found = nhi_check_get_found (parts->check);
  const char *recommended = nhi_check_get_recommended (parts->check);
  const char *reason = nhi_check_get_reason (parts->check);
  const char *word = nhi_verdict_label (verdict);
  gboolean told = found != NULL && found[0] != '\0';
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;
  g_autofree char *description = NULL;

  title = g_strdup_printf ("%u. %s", nhi_check_get_number (parts->check),
                           nhi_check_get_title (parts->check));
  if (!told)
    subtitle = g_strdup ("");
  else if (recommended != NULL && verdict != NHI_VERDICT_PASS)
    /* Translators: what a check found, and what is recommended */
    subtitle = g_strdup_printf (_ ("%1$s → recommended: %2$s"), found, recommended);
  else
    subtitle = g_strdup (found);
  g_object_set (row, "title", title, "subtitle", subtitle, NULL);
  gtk_image_set_from_icon_name (parts->icon, nhi_verdict_icon_name (verdict));
  gtk_label_set_label (parts->word, word);
  set_style (GTK_WIDGET (parts->icon), verdict);
  set_style (GTK_WIDGET (parts->word), verdict);
  show_part (parts->reason, reason);
  show_part (parts->recommended, recommended);
  show_part (parts->code, nhi_check_get_code (parts->check));
  show_fix (parts);
  /* Translators: said by the screen reader: verdict, then what was found */
  description = g_strdup_printf (_ ("%1$s: %2$s"), word, subtitle);
  nhi_widget_set_description (row, description);
}

static GtkWidget *
add_part (GtkWidget *row, const char *title)
{
  GtkWidget *part = nhi_value_row_new (title, "");

  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), part);
  return part;
}

/* The buttons stand below the command, so that a narrow window has room for both. */
static void
add_fix (GtkWidget *row, Parts *parts)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  parts->fix = add_part (row, _ ("Way Out"));
  parts->buttons = g_object_new (ADW_TYPE_PREFERENCES_ROW, "activatable", FALSE, "focusable", FALSE,
                                 "child", box, NULL);
  parts->fix_it = gtk_button_new ();
  parts->copy_it = gtk_button_new_with_label (_ ("Copy the Command"));
  gtk_widget_add_css_class (parts->fix_it, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (parts->copy_it), "check.copy-command");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (parts->copy_it), "s",
                                    nhi_check_get_id (parts->check));
  gtk_widget_set_halign (box, GTK_ALIGN_START);
  gtk_widget_add_css_class (box, "row-buttons");
  gtk_box_append (GTK_BOX (box), parts->fix_it);
  gtk_box_append (GTK_BOX (box), parts->copy_it);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), parts->buttons);
}

GtkWidget *
nhi_verdict_row_new (NhiCheck *check)
{
  GtkWidget *row = nhi_expander_row_new ("", "");
  Parts *parts = g_new0 (Parts, 1);

  parts->check = g_object_ref (check);
  parts->icon = GTK_IMAGE (gtk_image_new ());
  parts->word = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (parts->word), "verdict");
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), GTK_WIDGET (parts->icon));
  adw_expander_row_add_action (ADW_EXPANDER_ROW (row), GTK_WIDGET (parts->word));
  parts->reason = add_part (row, _ ("Reason"));
  add_fix (row, parts);
  parts->recommended = add_part (row, _ ("Recommended"));
  parts->code = add_part (row, _ ("Code for Support"));
  g_object_set_data_full (G_OBJECT (row), "parts", parts, parts_free);
  g_signal_connect_object (check, "notify", G_CALLBACK (update), row, G_CONNECT_SWAPPED);
  update (row);
  return row;
}
