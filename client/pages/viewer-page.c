/* SPDX-License-Identifier: GPL-3.0-or-later
 * The viewer: opens a package in memory and lists what is in it. */
#define G_LOG_DOMAIN "nhi-pages"

#include <string.h>

#include <glib/gi18n.h>

#include "client/pages/viewer-detail.h"
#include "client/pages/viewer-model.h"
#include "client/pages/viewer-page.h"
#include "client/widgets/field.h"
#include "client/widgets/row.h"
#include "shared/identity/id-number.h"
#include "shared/record/package.h"

struct _NhiViewerPage
{
  AdwBin parent_instance;

  NhiContext *context;
  GCancellable *cancellable; /* set while a file is opened */
  GBytes *bytes;             /* the file as it is, while its password is asked */
  GPtrArray *records;
  GtkSingleSelection *selection;
  gboolean building;

  GtkStack *stack;
  GtkLabel *file_name;
  NhiField *password;
  AdwStatusPage *error_page;
  AdwLeaflet *leaflet;
  GtkSearchEntry *search;
  GtkLabel *count;
  GtkStack *list_stack;
  AdwStatusPage *nothing_page;
  GtkListView *list;
  GtkStack *detail_stack;
  GtkBox *detail;
};

G_DEFINE_FINAL_TYPE (NhiViewerPage, nhi_viewer_page, ADW_TYPE_BIN)

static NhiDateStyle
date_style (NhiViewerPage *self)
{
  return (NhiDateStyle)g_settings_get_enum (nhi_context_get_settings (self->context), "date-style");
}

static void
show_detail (NhiViewerPage *self, const NhiRecordEntry *entry)
{
  nhi_viewer_detail_show (self->detail, entry, date_style (self));
  gtk_stack_set_visible_child_name (self->detail_stack, entry != NULL ? "entry" : "none");
}

static void
show_whether_empty (NhiViewerPage *self, gboolean empty, gboolean searched)
{
  adw_status_page_set_title (self->nothing_page, searched ? _ ("Nothing Found") : _ ("No Entries"));
  adw_status_page_set_description (
      self->nothing_page,
      searched ? _ ("Try a shorter word, such as part of the name of a clinic or a medicine.")
               : _ ("The insurer has no records for the period of this file."));
  gtk_stack_set_visible_child_name (self->list_stack, empty ? "nothing" : "entries");
}

static void
show_list (NhiViewerPage *self)
{
  const char *query = gtk_editable_get_text (GTK_EDITABLE (self->search));
  guint entries = 0;
  g_autoptr (GListStore) store =
      nhi_viewer_model_build (self->records, query, date_style (self), &entries);
  g_autofree char *text = NULL;

  self->building = TRUE;
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (store));
  self->building = FALSE;
  show_detail (self, NULL);
  show_whether_empty (self, entries == 0, query[0] != '\0');
  text = g_strdup_printf (ngettext ("%u entry", "%u entries", entries), entries);
  gtk_label_set_label (self->count, text);
  nhi_context_announce (self->context, text);
}

static void
on_search (NhiViewerPage *self)
{
  if (self->records != NULL)
    show_list (self);
}

static NhiViewerItem *
chosen_item (NhiViewerPage *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

static void
on_selected (NhiViewerPage *self)
{
  NhiViewerItem *item = chosen_item (self);

  if (self->building)
    return;
  show_detail (self, item != NULL ? nhi_viewer_item_get_entry (item) : NULL);
}

static void
on_activate (NhiViewerPage *self, guint position)
{
  g_autoptr (NhiViewerItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (item == NULL || nhi_viewer_item_get_entry (item) == NULL)
    return;
  gtk_single_selection_set_selected (self->selection, position);
  adw_leaflet_set_visible_child_name (self->leaflet, "detail");
}

static void
on_back (NhiViewerPage *self)
{
  adw_leaflet_set_visible_child_name (self->leaflet, "list");
}

static void
on_stop_search (NhiViewerPage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

/* Ctrl+F, wherever in the window the focus is. */
static gboolean
on_find (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  NhiViewerPage *self = NHI_VIEWER_PAGE (widget);

  if (!gtk_widget_get_mapped (GTK_WIDGET (self->leaflet)))
    return GDK_EVENT_PROPAGATE;
  adw_leaflet_set_visible_child_name (self->leaflet, "list");
  return gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/* One click opens the detail where only one of the two has room. */
static void
on_row_clicked (GtkGestureClick *gesture, int presses, double x, double y, GtkListItem *item)
{
  GtkWidget *child = gtk_list_item_get_child (item);
  GtkWidget *page = gtk_widget_get_ancestor (child, NHI_TYPE_VIEWER_PAGE);

  if (page != NULL && adw_leaflet_get_folded (NHI_VIEWER_PAGE (page)->leaflet))
    on_activate (NHI_VIEWER_PAGE (page), gtk_list_item_get_position (item));
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title = gtk_label_new (NULL);
  GtkWidget *amount = gtk_label_new (NULL);
  GtkWidget *below = gtk_label_new (NULL);
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_label_set_xalign (GTK_LABEL (below), 0);
  gtk_label_set_ellipsize (GTK_LABEL (below), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (amount, "numeric");
  gtk_widget_add_css_class (below, "caption");
  gtk_widget_add_css_class (below, "dim-label");
  gtk_box_append (GTK_BOX (line), title);
  gtk_box_append (GTK_BOX (line), amount);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), below);
  gtk_widget_set_margin_top (box, 4);
  gtk_widget_set_margin_bottom (box, 4);
  g_signal_connect (click, "released", G_CALLBACK (on_row_clicked), item);
  gtk_widget_add_controller (box, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (item, box);
  g_object_set_data (G_OBJECT (item), "title", title);
  g_object_set_data (G_OBJECT (item), "amount", amount);
  g_object_set_data (G_OBJECT (item), "below", below);
}

/* Rows are used again: what the last item had is taken away. */
static void
style_heading (GtkWidget *label, const char *style)
{
  gtk_widget_remove_css_class (label, "heading");
  gtk_widget_remove_css_class (label, "dim-label");
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  NhiViewerItem *viewer_item = gtk_list_item_get_item (item);
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkWidget *title = g_object_get_data (G_OBJECT (item), "title");
  GtkWidget *below = g_object_get_data (G_OBJECT (item), "below");
  gboolean heading = nhi_viewer_item_get_entry (viewer_item) == NULL;
  const char *date = nhi_viewer_item_get_date (viewer_item);
  const char *institution = nhi_viewer_item_get_institution (viewer_item);
  const char *amount = nhi_viewer_item_get_amount (viewer_item);
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;

  text = institution[0] != '\0' ? g_strdup_printf ("%s · %s", date, institution) : g_strdup (date);
  gtk_label_set_label (GTK_LABEL (title), nhi_viewer_item_get_title (viewer_item));
  gtk_label_set_label (GTK_LABEL (below), text);
  gtk_label_set_label (g_object_get_data (G_OBJECT (item), "amount"), amount);
  gtk_widget_set_visible (below, !heading);
  gtk_widget_set_margin_top (box, heading ? 12 : 4);
  style_heading (title, heading ? "heading" : NULL);
  style_heading (g_object_get_data (G_OBJECT (item), "amount"), heading ? "dim-label" : NULL);
  gtk_list_item_set_selectable (item, !heading);
  gtk_list_item_set_activatable (item, !heading);
  name = heading ? g_strdup (nhi_viewer_item_get_title (viewer_item))
                 : g_strjoin (" ", date, nhi_viewer_item_get_title (viewer_item), institution,
                              amount, NULL);
  /* GTK 4.8 leaves list items without a name; the one around our child can be given one. */
  if (gtk_widget_get_parent (box) != NULL)
    nhi_widget_set_name (gtk_widget_get_parent (box), g_strstrip (name));
}

typedef struct
{
  GBytes *bytes;
  char *password;
} OpenRequest;

static void
open_request_free (gpointer data)
{
  OpenRequest *request = data;

  g_bytes_unref (request->bytes);
  if (request->password != NULL)
    explicit_bzero (request->password, strlen (request->password));
  g_free (request->password);
  g_free (request);
}

/* The password as typed, then as the insurer forms it: people type a small letter or full-width
 * digits. */
static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  OpenRequest *request = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *records = nhi_package_read_records (request->bytes, request->password, &error);

  if (records == NULL && request->password != NULL &&
      g_error_matches (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_PASSWORD))
    {
      g_autofree char *normal = nhi_id_number_normalise (request->password);

      if (normal != NULL && strcmp (normal, request->password) != 0)
        {
          g_clear_error (&error);
          records = nhi_package_read_records (request->bytes, normal, &error);
        }
    }
  if (records != NULL)
    g_task_return_pointer (task, records, (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
show_error (NhiViewerPage *self, const char *message)
{
  adw_status_page_set_description (self->error_page, message);
  gtk_stack_set_visible_child_name (self->stack, "error");
  nhi_context_announce (self->context, message);
}

static void
ask_password (NhiViewerPage *self, gboolean again)
{
  gtk_stack_set_visible_child_name (self->stack, "password");
  nhi_field_set_text (self->password, "");
  nhi_field_set_error (self->password, again ? _ ("This is not the password of the file") : NULL);
  nhi_context_announce (self->context, again ? _ ("This is not the password of the file")
                                             : _ ("The file needs its password"));
  nhi_field_focus (self->password);
}

static void
forget (NhiViewerPage *self)
{
  show_detail (self, NULL);
  self->building = TRUE;
  gtk_single_selection_set_model (self->selection, NULL);
  self->building = FALSE;
  g_clear_pointer (&self->records, g_ptr_array_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NhiViewerPage *self = NHI_VIEWER_PAGE (source);
  OpenRequest *request = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  GPtrArray *records = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->context == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_pointer (&records, g_ptr_array_unref);
      return;
    }
  g_clear_object (&self->cancellable);
  if (records == NULL && g_error_matches (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_PASSWORD))
    {
      self->bytes = self->bytes != NULL ? self->bytes : g_bytes_ref (request->bytes);
      ask_password (self, request->password != NULL);
      return;
    }
  if (records == NULL)
    {
      show_error (self, error->message);
      return;
    }
  forget (self);
  self->records = records;
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  gtk_stack_set_visible_child_name (self->stack, "content");
  adw_leaflet_set_visible_child_name (self->leaflet, "list");
  show_list (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
open_bytes (NhiViewerPage *self, GBytes *bytes, const char *password)
{
  OpenRequest *request = g_new0 (OpenRequest, 1);
  g_autoptr (GTask) task = NULL;

  request->bytes = g_bytes_ref (bytes);
  request->password = g_strdup (password);
  task = g_task_new (self, self->cancellable, on_opened, NULL);
  g_task_set_task_data (task, request, open_request_free);
  g_task_run_in_thread (task, open_in_thread);
  gtk_stack_set_visible_child_name (self->stack, "loading");
}

static void
on_unlock (NhiViewerPage *self)
{
  const char *password = nhi_field_get_text (self->password);
  g_autoptr (GBytes) bytes = NULL;

  if (self->bytes == NULL)
    return;
  if (password[0] == '\0')
    {
      nhi_field_set_error (self->password, _ ("Enter the password of the file"));
      return;
    }
  bytes = g_bytes_ref (self->bytes);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  open_bytes (self, bytes, password);
  nhi_field_set_text (self->password, "");
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiViewerPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes_finish (G_FILE (source), result, NULL, &error);

  if (self->context == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (bytes == NULL)
    show_error (self, error->message);
  else
    open_bytes (self, bytes, NULL);
}

static void
on_size_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiViewerPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (self->context == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (info == NULL)
    show_error (self, error->message);
  else if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    show_error (self, _ ("This is not a file"));
  else if (g_file_info_get_size (info) > NHI_PACKAGE_MAX_BYTES)
    show_error (self, _ ("The file is too big to be a health bank package"));
  else
    g_file_load_bytes_async (G_FILE (source), self->cancellable, on_loaded, g_object_ref (self));
}

void
nhi_viewer_page_open (NhiViewerPage *self, GFile *file)
{
  g_autofree char *name = NULL;

  g_return_if_fail (NHI_IS_VIEWER_PAGE (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  forget (self);
  name = g_file_get_basename (file);
  gtk_label_set_label (self->file_name, name != NULL ? name : "");
  gtk_stack_set_visible_child_name (self->stack, "loading");
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                           G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, self->cancellable,
                           on_size_known, g_object_ref (self));
}

static void
on_close (NhiViewerPage *self)
{
  forget (self);
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

static gboolean
on_drop (NhiViewerPage *self, const GValue *value)
{
  nhi_viewer_page_open (self, g_value_get_object (value));
  return TRUE;
}

static void
on_password_changed (NhiViewerPage *self)
{
  if (nhi_field_get_text (self->password)[0] != '\0')
    nhi_field_set_error (self->password, NULL);
}

static void
nhi_viewer_page_dispose (GObject *object)
{
  NhiViewerPage *self = NHI_VIEWER_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->selection);
  g_clear_pointer (&self->records, g_ptr_array_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (nhi_viewer_page_parent_class)->dispose (object);
}

static void
nhi_viewer_page_class_init (NhiViewerPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_viewer_page_dispose;

  g_type_ensure (NHI_TYPE_FIELD);
  gtk_widget_class_set_template_from_resource (widget_class, "/tw/nhicard/Client/viewer-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, stack);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, file_name);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, password);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, error_page);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, search);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, count);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, list);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, nothing_page);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, detail_stack);
  gtk_widget_class_bind_template_child (widget_class, NhiViewerPage, detail);
  gtk_widget_class_bind_template_callback (widget_class, on_unlock);
  gtk_widget_class_bind_template_callback (widget_class, on_search);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
  gtk_widget_class_bind_template_callback (widget_class, on_close);
}

static void
nhi_viewer_page_init (NhiViewerPage *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_FILE, GDK_ACTION_COPY);
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_object_unref (factory);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->password, "activate", G_CALLBACK (on_unlock), self);
  g_signal_connect_swapped (self->password, "changed", G_CALLBACK (on_password_changed), self);
  g_signal_connect_swapped (drop, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (shortcuts),
                                     GTK_SHORTCUT_SCOPE_GLOBAL);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_f,
                                                                                  GDK_CONTROL_MASK),
                                                          gtk_callback_action_new (on_find, NULL,
                                                                                   NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self), shortcuts);
  gtk_search_entry_set_key_capture_widget (self->search, GTK_WIDGET (self->leaflet));
}

GtkWidget *
nhi_viewer_page_new (NhiContext *context)
{
  NhiViewerPage *self = g_object_new (NHI_TYPE_VIEWER_PAGE, NULL);

  self->context = g_object_ref (context);
  return GTK_WIDGET (self);
}
