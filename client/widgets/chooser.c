/* SPDX-License-Identifier: GPL-3.0-or-later
 * A button with a searchable list in a popover. */
#define G_LOG_DOMAIN "nhi-widgets"

#include <glib/gi18n.h>

#include "client/widgets/chooser.h"
#include "client/widgets/row.h"

struct _NhiChooser
{
  GtkBox parent_instance;

  char *title;
  char *prompt;
  GtkWidget *button;
  GtkWidget *value;
  GtkWidget *popover;
  GtkWidget *search;
  GtkListBox *list;
  GtkListBoxRow *chosen;
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (NhiChooser, nhi_chooser, GTK_TYPE_BOX)

#define SEARCH_FROM 9 /* fewer items need no search entry */

static guint chosen_signal;

static const char *
row_key (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "key");
}

static const char *
row_text (GtkListBoxRow *row)
{
  return gtk_label_get_label (GTK_LABEL (gtk_list_box_row_get_child (row)));
}

static void
show_value (NhiChooser *self)
{
  const char *text = nhi_chooser_get_text (self);

  gtk_label_set_label (GTK_LABEL (self->value), text != NULL ? text : self->prompt);
  if (text != NULL)
    gtk_widget_remove_css_class (self->value, "dim-label");
  else
    gtk_widget_add_css_class (self->value, "dim-label");
  nhi_widget_set_name (self->button, self->title);
  nhi_widget_set_description (self->button, text != NULL ? text : self->prompt);
}

static void
on_row_selected (GtkListBox *list, GtkListBoxRow *row, NhiChooser *self)
{
  if (self->filling || row == NULL || row == self->chosen)
    return;
  self->chosen = row;
  show_value (self);
  g_signal_emit (self, chosen_signal, 0);
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, NhiChooser *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->popover));
}

static void
on_clicked (NhiChooser *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  gtk_widget_set_size_request (self->popover, MAX (gtk_widget_get_width (self->button), 200), -1);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  if (gtk_widget_get_visible (self->search))
    gtk_widget_grab_focus (self->search);
}

/* 台北 and 臺北 are the same place to a person who types. */
static char *
fold_for_search (const char *text)
{
  g_autofree char *lower = g_utf8_casefold (text, -1);
  g_auto (GStrv) parts = g_strsplit (lower, "台", -1);

  return g_strjoinv ("臺", parts);
}

static gboolean
matches (GtkListBoxRow *row, gpointer user_data)
{
  NhiChooser *self = user_data;
  g_autofree char *wanted = fold_for_search (gtk_editable_get_text (GTK_EDITABLE (self->search)));
  g_autofree char *text = fold_for_search (row_text (row));

  return strstr (text, wanted) != NULL;
}

static void
on_search_changed (NhiChooser *self)
{
  gtk_list_box_invalidate_filter (self->list);
}

/* Enter in the search entry takes the first row that is left. */
static void
on_search_activate (NhiChooser *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (matches (row, self))
      {
        gtk_list_box_select_row (self->list, row);
        gtk_popover_popdown (GTK_POPOVER (self->popover));
        return;
      }
}

static void
nhi_chooser_dispose (GObject *object)
{
  NhiChooser *self = NHI_CHOOSER (object);

  self->chosen = NULL;
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->prompt, g_free);

  G_OBJECT_CLASS (nhi_chooser_parent_class)->dispose (object);
}

static void
nhi_chooser_class_init (NhiChooserClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = nhi_chooser_dispose;
  chosen_signal = g_signal_new ("chosen", NHI_TYPE_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
build_popover (NhiChooser *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->popover = gtk_popover_new ();
  self->search = gtk_search_entry_new ();
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_SINGLE);
  gtk_list_box_set_filter_func (self->list, matches, self, NULL);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "navigation-sidebar");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 320);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->list));
  gtk_box_append (GTK_BOX (box), self->search);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_popover_set_child (GTK_POPOVER (self->popover), box);
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  g_signal_connect (self->list, "row-selected", G_CALLBACK (on_row_selected), self);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (on_search_changed), self);
  g_signal_connect_swapped (self->search, "activate", G_CALLBACK (on_search_activate), self);
}

static void
nhi_chooser_init (NhiChooser *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->title = g_strdup ("");
  self->prompt = g_strdup ("");
  self->button = gtk_button_new ();
  self->value = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->value), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->value), 0);
  gtk_widget_set_hexpand (self->value, TRUE);
  gtk_box_append (GTK_BOX (line), self->value);
  gtk_box_append (GTK_BOX (line), gtk_image_new_from_icon_name ("pan-down-symbolic"));
  gtk_button_set_child (GTK_BUTTON (self->button), line);
  gtk_widget_set_hexpand (self->button, TRUE);
  gtk_widget_add_css_class (self->button, "chooser");
  gtk_box_append (GTK_BOX (self), self->button);
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (on_clicked), self);
  build_popover (self);
}

GtkWidget *
nhi_chooser_new (const char *title, const char *prompt)
{
  NhiChooser *self = g_object_new (NHI_TYPE_CHOOSER, NULL);

  nhi_chooser_set_title (self, title, prompt);
  return GTK_WIDGET (self);
}

void
nhi_chooser_set_title (NhiChooser *self, const char *title, const char *prompt)
{
  g_autofree char *search = NULL;

  g_return_if_fail (NHI_IS_CHOOSER (self));

  g_free (self->title);
  g_free (self->prompt);
  self->title = g_strdup (title);
  self->prompt = g_strdup (prompt);
  /* Translators: the name of a search entry, %s is what is searched, such as "County" */
  search = g_strdup_printf (_ ("Search: %s"), title);
  nhi_widget_set_name (self->search, search);
  nhi_widget_set_name (self->list, title);
  show_value (self);
}

void
nhi_chooser_set_items (NhiChooser *self,
                       const char *const *keys,
                       const char *const *names,
                       guint count)
{
  GtkListBoxRow *row;

  g_return_if_fail (NHI_IS_CHOOSER (self));

  self->filling = TRUE;
  self->chosen = NULL;
  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = 0; i < count; i++)
    {
      GtkWidget *item = gtk_list_box_row_new ();
      GtkWidget *label = gtk_label_new (names[i]);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (item), label);
      g_object_set_data_full (G_OBJECT (item), "key", g_strdup (keys[i]), g_free);
      nhi_widget_set_name (item, names[i]);
      gtk_list_box_append (self->list, item);
    }
  gtk_list_box_unselect_all (self->list);
  self->filling = FALSE;
  gtk_widget_set_visible (self->search, count >= SEARCH_FROM);
  gtk_widget_set_sensitive (self->button, count > 0);
  show_value (self);
}

const char *
nhi_chooser_get_key (NhiChooser *self)
{
  g_return_val_if_fail (NHI_IS_CHOOSER (self), NULL);
  return self->chosen != NULL ? row_key (self->chosen) : NULL;
}

const char *
nhi_chooser_get_text (NhiChooser *self)
{
  g_return_val_if_fail (NHI_IS_CHOOSER (self), NULL);
  return self->chosen != NULL ? row_text (self->chosen) : NULL;
}

gboolean
nhi_chooser_choose (NhiChooser *self, const char *key)
{
  GtkListBoxRow *row;

  g_return_val_if_fail (NHI_IS_CHOOSER (self), FALSE);

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (g_strcmp0 (row_key (row), key) == 0)
      {
        self->filling = TRUE;
        self->chosen = row;
        gtk_list_box_select_row (self->list, row);
        self->filling = FALSE;
        show_value (self);
        return TRUE;
      }
  return FALSE;
}

void
nhi_chooser_set_error (NhiChooser *self, gboolean wrong)
{
  g_return_if_fail (NHI_IS_CHOOSER (self));

  if (wrong)
    gtk_widget_add_css_class (self->button, "field-wrong-button");
  else
    gtk_widget_remove_css_class (self->button, "field-wrong-button");
}
