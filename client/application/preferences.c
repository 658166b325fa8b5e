/* SPDX-License-Identifier: GPL-3.0-or-later
 * The preferences window. */
#define G_LOG_DOMAIN "nhi-application"

#include <glib/gi18n.h>

#include "client/application/preferences.h"
#include "client/widgets/format.h"
#include "client/widgets/row.h"

struct _NhiPreferences
{
  AdwPreferencesWindow parent_instance;

  NhiContext *context;
  GSettings *settings; /* the context's */
  GtkFileChooserNative *chooser;

  AdwEntryRow *service_row;
  NhiRow *folder_row;
  NhiRow *both_row;
  NhiRow *roc_row;
  NhiRow *western_row;
  GtkCheckButton *both_check;
  GtkCheckButton *roc_check;
  GtkCheckButton *western_check;
};

G_DEFINE_FINAL_TYPE (NhiPreferences, nhi_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static void
show_folder (NhiPreferences *self)
{
  g_autoptr (GFile) folder = nhi_context_get_download_folder (self->context);
  g_autofree char *path = folder != NULL ? g_file_get_path (folder) : NULL;
  g_autofree char *name = NULL;

  if (path == NULL)
    name = g_strdup (_ ("Asked for at each download"));
  else if (nhi_remote_is_document (path))
    name = g_path_get_basename (path);
  else
    name = g_strdup (path);
  g_object_set (self->folder_row, "subtitle", name, NULL);
}

static void
on_service_apply (NhiPreferences *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->service_row));
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  AdwToast *toast;

  if (uri == NULL || g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 ||
      g_uri_get_host (uri) == NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->service_row), "error");
      toast = adw_toast_new (_ ("The address must begin with https:// and name a host"));
      adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), toast);
      return;
    }
  gtk_widget_remove_css_class (GTK_WIDGET (self->service_row), "error");
  g_settings_set_string (self->settings, "service-uri", text);
}

static void
on_folder_response (NhiPreferences *self, int response)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  if (file != NULL && g_file_peek_path (file) != NULL)
    g_settings_set_string (self->settings, "download-folder", g_file_peek_path (file));
  g_clear_object (&self->chooser);
}

static void
on_folder_activated (NhiPreferences *self)
{
  if (self->chooser != NULL)
    return;
  self->chooser =
      gtk_file_chooser_native_new (_ ("Choose the Download Folder"), GTK_WINDOW (self),
                                   GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), NULL);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (on_folder_response), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_style_toggled (NhiPreferences *self)
{
  NhiDateStyle style = NHI_DATE_BOTH;

  if (gtk_check_button_get_active (self->roc_check))
    style = NHI_DATE_ROC;
  else if (gtk_check_button_get_active (self->western_check))
    style = NHI_DATE_WESTERN;
  if (g_settings_get_enum (self->settings, "date-style") != (int)style)
    g_settings_set_enum (self->settings, "date-style", (int)style);
}

static void
show_example (NhiRow *row, NhiDateStyle style)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *text = NULL;
  GDate today;

  g_date_clear (&today, 1);
  g_date_set_dmy (&today, (GDateDay)g_date_time_get_day_of_month (now),
                  (GDateMonth)g_date_time_get_month (now), (GDateYear)g_date_time_get_year (now));
  text = nhi_format_date (&today, style);
  g_object_set (row, "subtitle", text, NULL);
}

static void
nhi_preferences_dispose (GObject *object)
{
  NhiPreferences *self = NHI_PREFERENCES (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->settings);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (nhi_preferences_parent_class)->dispose (object);
}

static void
nhi_preferences_class_init (NhiPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_preferences_dispose;

  g_type_ensure (NHI_TYPE_ROW);
  g_type_ensure (NHI_TYPE_CHECK_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class, "/tw/nhicard/Client/preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, NhiPreferences, service_row);
  gtk_widget_class_bind_template_child (widget_class, NhiPreferences, folder_row);
  gtk_widget_class_bind_template_child (widget_class, NhiPreferences, both_row);
  gtk_widget_class_bind_template_child (widget_class, NhiPreferences, roc_row);
  gtk_widget_class_bind_template_child (widget_class, NhiPreferences, western_row);
  gtk_widget_class_bind_template_child (widget_class, NhiPreferences, both_check);
  gtk_widget_class_bind_template_child (widget_class, NhiPreferences, roc_check);
  gtk_widget_class_bind_template_child (widget_class, NhiPreferences, western_check);
  gtk_widget_class_bind_template_callback (widget_class, on_service_apply);
  gtk_widget_class_bind_template_callback (widget_class, on_folder_activated);
}

static void
nhi_preferences_init (NhiPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

NhiPreferences *
nhi_preferences_new (GtkWindow *parent, NhiContext *context)
{
  GSettings *settings = nhi_context_get_settings (context);
  NhiPreferences *self =
      g_object_new (NHI_TYPE_PREFERENCES, "transient-for", parent, "modal", TRUE, NULL);
  g_autofree char *uri = g_settings_get_string (settings, "service-uri");
  GtkCheckButton *checks[] = { self->both_check, self->roc_check, self->western_check };
  int style = g_settings_get_enum (settings, "date-style");

  self->context = g_object_ref (context);
  self->settings = g_object_ref (settings);
  gtk_editable_set_text (GTK_EDITABLE (self->service_row), uri);
  show_folder (self);
  g_signal_connect_object (settings, "changed::download-folder", G_CALLBACK (show_folder), self,
                           G_CONNECT_SWAPPED);
  show_example (self->both_row, NHI_DATE_BOTH);
  show_example (self->roc_row, NHI_DATE_ROC);
  show_example (self->western_row, NHI_DATE_WESTERN);
  gtk_check_button_set_active (checks[CLAMP (style, 0, 2)], TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    g_signal_connect_swapped (checks[i], "toggled", G_CALLBACK (on_style_toggled), self);
  return self;
}
