/* SPDX-License-Identifier: GPL-3.0-or-later
 * The results of the health bank: list, table, download. */
#define G_LOG_DOMAIN "nhi-pages"

#include <glib/gi18n.h>

#include "client/pages/health-bank-results.h"
#include "client/widgets/chooser.h"
#include "client/widgets/format.h"
#include "client/widgets/result-row.h"
#include "client/widgets/row.h"

typedef enum
{
  DOWNLOAD_IDLE,
  DOWNLOAD_RUNNING,
  DOWNLOAD_STOPPED, /* by the person or a broken connection; a part is kept */
  DOWNLOAD_DONE,
} DownloadState;

struct _NhiHealthBankResults
{
  AdwBin parent_instance;

  NhiContext *context;
  GCancellable *cancellable; /* of the list and the application */
  GCancellable *download;    /* set while a download runs */
  NhiApplication *application;
  char *wanted; /* id to show when the list is there */
  GFile *destination;
  GtkFileChooserNative *chooser;
  NhiResultColumns columns;

  GtkStack *stack;
  AdwStatusPage *error_page;
  NhiChooser *dates;
  GtkWidget *package_box;
  GtkLabel *package_title;
  GtkLabel *package_info;
  GtkProgressBar *progress;
  GtkLabel *saved;
  GtkWidget *open_button;
  GtkButton *download_button;
  GtkWidget *save_as_button;
  GtkWidget *cancel_button;
  GtkWidget *processing;
  GtkSpinner *processing_spinner;
  GtkLabel *processing_label;
  GtkListBox *table;
  GtkListBox *narrow_table;
};

G_DEFINE_FINAL_TYPE (NhiHealthBankResults, nhi_health_bank_results, ADW_TYPE_BIN)

static guint apply_wanted_signal;

static NhiDateStyle
date_style (NhiHealthBankResults *self)
{
  return (NhiDateStyle)g_settings_get_enum (nhi_context_get_settings (self->context), "date-style");
}

static void
clear_list (GtkListBox *list)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

static void
show_items (NhiHealthBankResults *self)
{
  GPtrArray *items = self->application->items;

  clear_list (self->table);
  clear_list (self->narrow_table);
  gtk_list_box_append (self->table, nhi_result_header_new (&self->columns));
  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const NhiApplicationItem *item = g_ptr_array_index (items, i);
      g_autofree char *period = nhi_format_period (item->from, item->to, date_style (self));
      NhiResultTexts texts = {
        .class_name = item->class_name,
        .name = item->name,
        .period = period,
        .status = item->status,
        .entries = item->entries,
      };

      gtk_list_box_append (self->table, nhi_result_row_new (&texts, &self->columns));
      gtk_list_box_append (self->narrow_table, nhi_result_narrow_row_new (&texts));
    }
}

static void
show_download (NhiHealthBankResults *self, DownloadState state)
{
  gboolean running = state == DOWNLOAD_RUNNING;

  gtk_widget_set_visible (GTK_WIDGET (self->progress), running || state == DOWNLOAD_STOPPED);
  gtk_widget_set_visible (self->cancel_button, running);
  gtk_widget_set_visible (GTK_WIDGET (self->download_button),
                          state == DOWNLOAD_IDLE || state == DOWNLOAD_STOPPED);
  gtk_widget_set_visible (self->save_as_button, !running);
  gtk_widget_set_visible (self->open_button, state == DOWNLOAD_DONE);
  gtk_widget_set_visible (GTK_WIDGET (self->saved), state == DOWNLOAD_DONE);
  gtk_button_set_label (self->download_button,
                        state == DOWNLOAD_STOPPED ? _ ("Resume Download") : _ ("Download"));
}

static void
show_package (NhiHealthBankResults *self)
{
  const NhiApplication *application = self->application;
  gboolean ready = g_strcmp0 (application->state, "ready") == 0 && application->file_name != NULL;
  gboolean failed = g_strcmp0 (application->state, "failed") == 0;
  g_autofree char *size = NULL;
  g_autofree char *left = NULL;
  g_autofree char *info = NULL;

  gtk_widget_set_visible (self->package_box, ready);
  gtk_widget_set_visible (self->processing, !ready);
  gtk_spinner_set_spinning (self->processing_spinner, !ready && !failed);
  gtk_label_set_label (self->processing_label,
                       failed ? _ ("The package could not be made. Please apply once more.")
                              : _ ("The package is being prepared; this takes seconds."));
  if (!ready)
    return;
  size = g_format_size ((guint64)MAX (application->size, 0));
  left = nhi_format_days_left (g_get_real_time () / G_USEC_PER_SEC, application->available_until);
  gtk_label_set_label (self->package_title, application->file_name);
  /* Translators: size of a file, then how long it is kept */
  info = g_strdup_printf (_ ("%1$s · %2$s"), size, left);
  gtk_label_set_label (self->package_info, info);
  show_download (self, DOWNLOAD_IDLE);
}

static void
show_error (NhiHealthBankResults *self, const GError *error)
{
  adw_status_page_set_description (self->error_page, error->message);
  gtk_stack_set_visible_child_name (self->stack, "error");
  nhi_context_announce (self->context, error->message);
}

static void
take_application (NhiHealthBankResults *self, NhiApplication *application)
{
  g_clear_pointer (&self->application, nhi_application_free);
  self->application = application;
  show_items (self);
  show_package (self);
  gtk_stack_set_visible_child_name (self->stack, "results");
  if (g_strcmp0 (application->state, "ready") == 0)
    nhi_context_announce (self->context, _ ("The package is ready to download"));
}

static void
on_awaited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiHealthBankResults) self = user_data;
  g_autoptr (GError) error = NULL;
  NhiApplication *application =
      nhi_remote_await_application_finish (NHI_REMOTE (source), result, &error);

  if (application != NULL && self->context != NULL)
    take_application (self, application);
  else if (application != NULL)
    nhi_application_free (application);
  else if (self->context != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error);
}

static void
on_application (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiHealthBankResults) self = user_data;
  g_autoptr (GError) error = NULL;
  NhiApplication *application = nhi_remote_application_finish (NHI_REMOTE (source), result, &error);

  if (application == NULL || self->context == NULL)
    {
      g_clear_pointer (&application, nhi_application_free);
      if (self->context != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        show_error (self, error);
      return;
    }
  take_application (self, application);
  if (g_strcmp0 (application->state, "processing") == 0)
    nhi_remote_await_application_async (NHI_REMOTE (source), application->application_id,
                                        self->cancellable, on_awaited, g_object_ref (self));
}

/* One request at a time: what was asked for before is no longer wanted. */
static GCancellable *
renew_cancellable (NhiHealthBankResults *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  return self->cancellable;
}

static void
load_application (NhiHealthBankResults *self, const char *application_id)
{
  g_cancellable_cancel (self->download);
  nhi_remote_application_async (nhi_context_get_remote (self->context), application_id,
                                renew_cancellable (self), on_application, g_object_ref (self));
}

static void
on_date_chosen (NhiHealthBankResults *self)
{
  load_application (self, nhi_chooser_get_key (self->dates));
}

static void
fill_dates (NhiHealthBankResults *self, GPtrArray *list)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  for (guint i = 0; i < list->len; i++)
    {
      NhiApplication *application = g_ptr_array_index (list, i);

      g_ptr_array_add (keys, application->application_id);
      g_ptr_array_add (names, nhi_format_instant (application->applied_at, date_style (self)));
    }
  nhi_chooser_set_items (self->dates, (const char *const *)keys->pdata,
                         (const char *const *)names->pdata, list->len);
}

static void
on_applications (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiHealthBankResults) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  NhiApplication *newest;

  list = nhi_remote_applications_finish (NHI_REMOTE (source), result, &error);
  if (self->context == NULL)
    return;
  if (list == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        show_error (self, error);
      return;
    }
  if (list->len == 0)
    {
      gtk_stack_set_visible_child_name (self->stack, "empty");
      return;
    }
  fill_dates (self, list);
  newest = g_ptr_array_index (list, 0);
  if (self->wanted == NULL || !nhi_chooser_choose (self->dates, self->wanted))
    nhi_chooser_choose (self->dates, newest->application_id);
  load_application (self, nhi_chooser_get_key (self->dates));
}

void
nhi_health_bank_results_show (NhiHealthBankResults *self, const char *application_id)
{
  g_return_if_fail (NHI_IS_HEALTH_BANK_RESULTS (self));

  g_free (self->wanted);
  self->wanted = g_strdup (application_id);
  gtk_stack_set_visible_child_name (self->stack, "loading");
  nhi_remote_applications_async (nhi_context_get_remote (self->context), renew_cancellable (self),
                                 on_applications, g_object_ref (self));
}

static void
on_retry (NhiHealthBankResults *self)
{
  g_autofree char *wanted = g_strdup (self->wanted);

  nhi_health_bank_results_show (self, wanted);
}

static void
on_apply_wanted (NhiHealthBankResults *self)
{
  g_signal_emit (self, apply_wanted_signal, 0);
}

static void
on_progress (gint64 received, gint64 total, gpointer user_data)
{
  NhiHealthBankResults *self = user_data;
  g_autofree char *so_far = g_format_size ((guint64)MAX (received, 0));
  g_autofree char *all = g_format_size ((guint64)MAX (total, 0));
  g_autofree char *text = NULL;

  if (self->context == NULL)
    return;
  /* Translators: bytes so far, bytes in all */
  text = g_strdup_printf (_ ("%1$s of %2$s"), so_far, all);
  gtk_progress_bar_set_fraction (self->progress,
                                 total > 0 ? CLAMP ((double)received / (double)total, 0, 1) : 0);
  gtk_progress_bar_set_text (self->progress, text);
}

static char *
saved_words (const char *path)
{
  g_autofree char *folder_path = g_path_get_dirname (path);
  g_autofree char *folder = g_path_get_basename (folder_path);
  g_autofree char *name = g_path_get_basename (path);

  if (nhi_remote_is_document (path))
    /* Translators: %s is the name of a file */
    return g_strdup_printf (_ ("Saved as %s"), name);
  /* Translators: first the name of a folder, then the name of a file */
  return g_strdup_printf (_ ("Saved to “%1$s” as %2$s"), folder, name);
}

static void
show_saved (NhiHealthBankResults *self)
{
  g_autofree char *path = g_file_get_path (self->destination);
  g_autofree char *text = saved_words (path);

  gtk_label_set_label (self->saved, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->saved),
                               nhi_remote_is_document (path) ? NULL : path);
  show_download (self, DOWNLOAD_DONE);
  nhi_context_note_download (self->context);
  nhi_context_announce (self->context, text);
  gtk_widget_grab_focus (self->open_button);
}

static void
on_downloaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiHealthBankResults) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = nhi_remote_download_finish (NHI_REMOTE (source), result, &error);

  g_clear_object (&self->download);
  if (self->context == NULL)
    return;
  if (done)
    {
      show_saved (self);
      return;
    }
  show_download (self, DOWNLOAD_STOPPED);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    nhi_context_toast (self->context, _ ("Download stopped; it can be resumed"));
  else
    nhi_context_toast (self->context, error->message);
}

static void
start_download (NhiHealthBankResults *self)
{
  if (self->download != NULL || self->application == NULL)
    return;
  self->download = g_cancellable_new ();
  show_download (self, DOWNLOAD_RUNNING);
  gtk_progress_bar_set_fraction (self->progress, 0);
  nhi_context_announce (self->context, _ ("Downloading…"));
  nhi_remote_download_async (nhi_context_get_remote (self->context), self->application,
                             self->destination, on_progress, self, self->download, on_downloaded,
                             g_object_ref (self));
}

/* A file of that name that is there already is not overwritten; a part of it is taken up again. */
static GFile *
unused_file (GFile *folder, const char *file_name)
{
  g_autofree char *base = g_path_get_basename (file_name);
  const char *dot = strrchr (base, '.');
  int stem = dot != NULL ? (int)(dot - base) : (int)strlen (base);
  GFile *file = g_file_get_child (folder, base);

  for (guint i = 2; i < 1000 && g_file_query_exists (file, NULL); i++)
    {
      g_autofree char *name = g_strdup_printf ("%.*s (%u)%s", stem, base, i, base + stem);

      g_object_unref (file);
      file = g_file_get_child (folder, name);
    }
  return file;
}

static void
on_save_response (NhiHealthBankResults *self, int response)
{
  GFile *file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file == NULL)
    return;
  g_clear_object (&self->destination);
  self->destination = file;
  start_download (self);
}

static void
on_save_as (NhiHealthBankResults *self)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  g_autofree char *base = NULL;

  if (self->chooser != NULL || self->application == NULL || self->application->file_name == NULL)
    return;
  base = g_path_get_basename (self->application->file_name);
  self->chooser = gtk_file_chooser_native_new (_ ("Save the Package"), window,
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), base);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (on_save_response), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_download (NhiHealthBankResults *self)
{
  g_autoptr (GFile) folder = nhi_context_get_download_folder (self->context);
  g_autoptr (GError) error = NULL;

  if (self->application == NULL || self->application->file_name == NULL)
    return;
  if (folder == NULL)
    {
      on_save_as (self);
      return;
    }
  if (!g_file_make_directory_with_parents (folder, NULL, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    {
      nhi_context_toast (self->context, error->message);
      return;
    }
  g_clear_object (&self->destination);
  self->destination = unused_file (folder, self->application->file_name);
  start_download (self);
}

static void
on_cancel (NhiHealthBankResults *self)
{
  g_cancellable_cancel (self->download);
}

static void
on_open (NhiHealthBankResults *self)
{
  if (self->destination != NULL)
    nhi_context_open_package (self->context, self->destination);
}

static void
on_map (NhiHealthBankResults *self)
{
  if (self->application == NULL && self->wanted == NULL)
    nhi_health_bank_results_show (self, NULL);
}

static void
nhi_health_bank_results_dispose (GObject *object)
{
  NhiHealthBankResults *self = NHI_HEALTH_BANK_RESULTS (object);

  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->download);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->destination);
  g_clear_object (&self->context);
  g_clear_pointer (&self->application, nhi_application_free);
  g_clear_pointer (&self->wanted, g_free);
  nhi_result_columns_clear (&self->columns);

  G_OBJECT_CLASS (nhi_health_bank_results_parent_class)->dispose (object);
}

static gboolean
resize_later (GtkWidget *squeezer, GdkFrameClock *clock, gpointer user_data)
{
  gtk_widget_queue_resize (squeezer);
  return G_SOURCE_REMOVE;
}

/* The squeezer chooses its table while it is being allocated, with the height of the other one: the
 * frame after that gives the chosen one its own, or it would cover what stands above. */
static void
on_table_chosen (NhiHealthBankResults *self, GParamSpec *pspec, GtkWidget *squeezer)
{
  gtk_widget_add_tick_callback (squeezer, resize_later, NULL, NULL);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, NhiHealthBankResults, child)
  BIND (stack);
  BIND (error_page);
  BIND (dates);
  BIND (package_box);
  BIND (package_title);
  BIND (package_info);
  BIND (progress);
  BIND (saved);
  BIND (open_button);
  BIND (download_button);
  BIND (save_as_button);
  BIND (cancel_button);
  BIND (processing);
  BIND (processing_spinner);
  BIND (processing_label);
  BIND (table);
  BIND (narrow_table);
#undef BIND
}

static void
nhi_health_bank_results_class_init (NhiHealthBankResultsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_health_bank_results_dispose;
  apply_wanted_signal = g_signal_new ("apply-wanted", NHI_TYPE_HEALTH_BANK_RESULTS,
                                      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (NHI_TYPE_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/tw/nhicard/Client/health-bank-results.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_retry);
  gtk_widget_class_bind_template_callback (widget_class, on_apply_wanted);
  gtk_widget_class_bind_template_callback (widget_class, on_download);
  gtk_widget_class_bind_template_callback (widget_class, on_save_as);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_open);
  gtk_widget_class_bind_template_callback (widget_class, on_table_chosen);
}

static void
nhi_health_bank_results_init (NhiHealthBankResults *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  nhi_result_columns_init (&self->columns);
  nhi_chooser_set_title (self->dates, _ ("Application Date"), _ ("Choose an application"));
  g_signal_connect_swapped (self->dates, "chosen", G_CALLBACK (on_date_chosen), self);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
}

GtkWidget *
nhi_health_bank_results_new (NhiContext *context)
{
  NhiHealthBankResults *self = g_object_new (NHI_TYPE_HEALTH_BANK_RESULTS, NULL);

  self->context = g_object_ref (context);
  return GTK_WIDGET (self);
}
