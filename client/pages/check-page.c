/* SPDX-License-Identifier: GPL-3.0-or-later
 * The environment check page. */
#define G_LOG_DOMAIN "nhi-pages"

#include <gio/gdesktopappinfo.h>
#include <glib/gi18n.h>

#include "client/pages/check-page.h"
#include "client/widgets/format.h"
#include "client/widgets/row.h"
#include "client/widgets/verdict-row.h"

#define N_GROUPS (NHI_CHECK_GROUP_COMPUTER + 1)
#define FIX_SECONDS 120 /* for one step: a person may have to type a password */
#define AGE_SECONDS 10  /* how often "checked … ago" is told anew while the page is seen */

struct _NhiCheckPage
{
  AdwBin parent_instance;

  NhiContext *context;
  NhiCheckSuite *suite;
  GtkFileChooserNative *chooser;
  guint age_timer;
  char *said;
  GHashTable *told; /* id of check -> its verdict as the screen reader heard it */

  GtkImage *verdict_icon;
  GtkLabel *verdict;
  GtkLabel *age;
  GtkWidget *again_button;
  GtkWidget *fix_button;
  GtkLabel *fix_error;
  GtkBox *groups;
};

G_DEFINE_FINAL_TYPE (NhiCheckPage, nhi_check_page, ADW_TYPE_BIN)

static gboolean
show_age (gpointer user_data)
{
  NhiCheckPage *self = user_data;
  gint64 finished = 0;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *wait = NULL;
  g_autofree char *text = NULL;

  g_object_get (self->suite, "finished-at", &finished, NULL);
  wait = nhi_format_wait (now - finished);
  if (finished > 0)
    /* Translators: %s is a time such as "10 s" */
    text =
        g_strdup_printf (_ ("Checked %s ago; changes of readers, cards and network are followed"),
                         wait);
  gtk_label_set_label (self->age, text != NULL ? text : "");
  return G_SOURCE_CONTINUE;
}

static char *
verdict_sentence (NhiCheckPage *self, const char **ret_icon, const char **ret_style)
{
  guint failures = nhi_check_suite_get_failures (self->suite);
  guint warnings = nhi_check_suite_get_warnings (self->suite);

  if (failures > 0)
    {
      *ret_icon = "dialog-error-symbolic";
      *ret_style = "error";
      return g_strdup_printf (ngettext ("%u item needs attention", "%u items need attention",
                                        failures),
                              failures);
    }
  *ret_style = "success";
  *ret_icon = "nhi-pass-symbolic";
  if (warnings > 0)
    return g_strdup_printf (ngettext ("Ready, with %u remark", "Ready, with %u remarks", warnings),
                            warnings);
  return g_strdup (_ ("Everything is ready"));
}

/* What is new since it was last told; the first time only what is not fine. */
static char *
news (NhiCheckPage *self)
{
  GListModel *model = G_LIST_MODEL (self->suite);
  gboolean first = g_hash_table_size (self->told) == 0;
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (NhiCheck) check = g_list_model_get_item (model, i);
      NhiVerdict verdict = nhi_check_get_verdict (check);
      gpointer before = NULL;
      gboolean known =
          g_hash_table_lookup_extended (self->told, nhi_check_get_id (check), NULL, &before);

      g_hash_table_insert (self->told, (gpointer)nhi_check_get_id (check),
                           GUINT_TO_POINTER (verdict));
      if (known ? GPOINTER_TO_UINT (before) == verdict
                : !first || (verdict != NHI_VERDICT_FAIL && verdict != NHI_VERDICT_WARN))
        continue;
      /* Translators: said by the screen reader: name of a check, then its verdict */
      g_string_append_printf (text, _ (" %1$s: %2$s."), nhi_check_get_title (check),
                              nhi_verdict_label (verdict));
    }
  return g_string_free (text, FALSE);
}

/* Each change once. */
static void
tell_verdict (NhiCheckPage *self, const char *verdict)
{
  g_autofree char *changes = NULL;
  g_autofree char *text = NULL;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  changes = news (self);
  if (changes[0] == '\0' && g_strcmp0 (verdict, self->said) == 0)
    return;
  g_free (self->said);
  self->said = g_strdup (verdict);
  /* Translators: said by the screen reader: the verdict, then the checks that changed */
  text =
      changes[0] != '\0' ? g_strdup_printf (_ ("%1$s.%2$s"), verdict, changes) : g_strdup (verdict);
  nhi_context_announce (self->context, text);
}

static void
set_icon (NhiCheckPage *self, const char *icon, const char *style)
{
  gtk_image_set_from_icon_name (self->verdict_icon, icon);
  gtk_widget_remove_css_class (GTK_WIDGET (self->verdict_icon), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->verdict_icon), "success");
  gtk_widget_remove_css_class (GTK_WIDGET (self->verdict_icon), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->verdict_icon), style);
}

static void
show_verdict (NhiCheckPage *self)
{
  const char *icon = "content-loading-symbolic";
  const char *style = "dim-label";
  gboolean fixing = nhi_check_suite_get_fixing (self->suite);
  gboolean running = nhi_check_suite_get_running (self->suite) || fixing;
  g_autofree char *text = NULL;

  if (fixing)
    text = g_strdup (_ ("Fixing…"));
  else
    text = running ? g_strdup (_ ("Checking…")) : verdict_sentence (self, &icon, &style);
  gtk_label_set_label (self->verdict, text);
  set_icon (self, icon, style);
  gtk_widget_set_sensitive (self->again_button, !running);
  gtk_widget_set_sensitive (self->fix_button, !running);
  gtk_widget_set_visible (self->fix_button, nhi_check_suite_get_fixable (self->suite) > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "check.fix", !fixing);
  show_age (self);
  if (!running)
    tell_verdict (self, text);
}

static GtkListBox *
add_group (NhiCheckPage *self, NhiCheckGroup group)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *heading = gtk_label_new (nhi_check_group_title (group));
  GtkWidget *list = gtk_list_box_new ();

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "heading");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  nhi_widget_set_name (list, nhi_check_group_title (group));
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (self->groups, box);
  return GTK_LIST_BOX (list);
}

static void
fill_groups (NhiCheckPage *self)
{
  GListModel *model = G_LIST_MODEL (self->suite);
  GtkListBox *lists[N_GROUPS] = { NULL };
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->groups))) != NULL)
    gtk_box_remove (self->groups, child);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (NhiCheck) check = g_list_model_get_item (model, i);
      NhiCheckGroup group = nhi_check_get_group (check);

      if (lists[group] == NULL)
        lists[group] = add_group (self, group);
      gtk_list_box_append (lists[group], nhi_verdict_row_new (check));
    }
}

static void
on_again (NhiCheckPage *self)
{
  nhi_context_announce (self->context, _ ("Checking…"));
  nhi_check_suite_run_async (self->suite, NULL, NULL, NULL);
}

/* ---- mending ---- */

static void
show_fix_error (NhiCheckPage *self, const char *text)
{
  gtk_label_set_label (self->fix_error, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->fix_error), text != NULL);
}

static void
on_fixed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiCheckPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint fixed = 0;

  if (!nhi_check_suite_fix_finish (NHI_CHECK_SUITE (source), result, &fixed, &error) &&
      self->context != NULL)
    {
      show_fix_error (self, error->message);
      nhi_context_announce (self->context, error->message);
    }
  if (fixed > 0 && self->context != NULL)
    {
      text =
          g_strdup_printf (ngettext ("%u item was mended", "%u items were mended", fixed), fixed);
      nhi_context_toast (self->context, text);
    }
}

static void
start_fix (NhiCheckPage *self, NhiCheck *only)
{
  show_fix_error (self, NULL);
  nhi_context_announce (self->context, _ ("Fixing…"));
  nhi_check_suite_fix_async (self->suite, only, FIX_SECONDS, NULL, on_fixed, g_object_ref (self));
}

static void
on_fix_all (NhiCheckPage *self)
{
  start_fix (self, NULL);
}

static NhiCheck *
find_check (NhiCheckPage *self, GVariant *id)
{
  GListModel *model = G_LIST_MODEL (self->suite);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (NhiCheck) check = g_list_model_get_item (model, i);

      if (g_str_equal (nhi_check_get_id (check), g_variant_get_string (id, NULL)))
        return g_steal_pointer (&check);
    }
  return NULL;
}

static void
open_settings (NhiCheckPage *self, const char *panel)
{
  g_autofree char *id = g_strdup_printf ("gnome-%s-panel.desktop", panel);
  g_autoptr (GDesktopAppInfo) application = g_desktop_app_info_new (id);
  g_autoptr (GError) error = NULL;

  if (application == NULL || !g_app_info_launch (G_APP_INFO (application), NULL, NULL, &error))
    nhi_context_toast (self->context,
                       _ ("The settings could not be opened. Open them from the desktop’s menu."));
}

static void
fix_action (GtkWidget *widget, const char *name, GVariant *id)
{
  NhiCheckPage *self = NHI_CHECK_PAGE (widget);
  g_autoptr (NhiCheck) check = find_check (self, id);

  if (check == NULL)
    return;
  if (nhi_check_get_fix (check) == NHI_FIX_OPEN_SETTINGS)
    open_settings (self, nhi_check_get_fix_argument (check));
  else if (nhi_check_can_be_fixed (check))
    start_fix (self, check);
}

static void
copy_command_action (GtkWidget *widget, const char *name, GVariant *id)
{
  NhiCheckPage *self = NHI_CHECK_PAGE (widget);
  g_autoptr (NhiCheck) check = find_check (self, id);

  if (check == NULL || nhi_check_get_command (check) == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), nhi_check_get_command (check));
  nhi_context_toast (self->context, _ ("Command copied: paste it into a terminal"));
}

/* ---- the report ---- */

static void
on_copy (NhiCheckPage *self)
{
  g_autofree char *text = nhi_check_suite_to_text (self->suite);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  nhi_context_toast (self->context, _ ("Report copied"));
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiCheckPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    {
      nhi_context_toast (self->context, _ ("Report saved"));
      return;
    }
  /* Translators: %s is the system's reason */
  text = g_strdup_printf (_ ("The report could not be saved: %s"), error->message);
  nhi_context_toast (self->context, text);
}

static void
on_save_response (NhiCheckPage *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = NULL;
  char *report;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file == NULL)
    return;
  name = g_file_get_basename (file);
  report = g_str_has_suffix (name, ".json") ? nhi_check_suite_to_json (self->suite)
                                            : nhi_check_suite_to_text (self->suite);
  bytes = g_bytes_new_take (report, strlen (report));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, on_saved,
                                       g_object_ref (self));
}

static void
on_save (NhiCheckPage *self)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  g_autoptr (GtkFileFilter) text = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) json = gtk_file_filter_new ();

  if (self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Save Report"), window,
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);
  gtk_file_filter_set_name (text, _ ("Text (.txt)"));
  gtk_file_filter_add_suffix (text, "txt");
  gtk_file_filter_set_name (json, _ ("JSON (.json)"));
  gtk_file_filter_add_suffix (json, "json");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), text);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), json);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), "nhicard-check.txt");
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (on_save_response), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_map (NhiCheckPage *self)
{
  show_verdict (self);
  if (self->age_timer == 0)
    self->age_timer = g_timeout_add_seconds (AGE_SECONDS, show_age, self);
}

static void
on_unmap (NhiCheckPage *self)
{
  g_clear_handle_id (&self->age_timer, g_source_remove);
}

static void
nhi_check_page_dispose (GObject *object)
{
  NhiCheckPage *self = NHI_CHECK_PAGE (object);

  g_clear_handle_id (&self->age_timer, g_source_remove);
  g_clear_object (&self->chooser);
  g_clear_object (&self->suite);
  g_clear_object (&self->context);
  g_clear_pointer (&self->said, g_free);
  g_clear_pointer (&self->told, g_hash_table_unref);

  G_OBJECT_CLASS (nhi_check_page_parent_class)->dispose (object);
}

static void
nhi_check_page_class_init (NhiCheckPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_check_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/tw/nhicard/Client/check-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NhiCheckPage, verdict_icon);
  gtk_widget_class_bind_template_child (widget_class, NhiCheckPage, verdict);
  gtk_widget_class_bind_template_child (widget_class, NhiCheckPage, age);
  gtk_widget_class_bind_template_child (widget_class, NhiCheckPage, again_button);
  gtk_widget_class_bind_template_child (widget_class, NhiCheckPage, fix_button);
  gtk_widget_class_bind_template_child (widget_class, NhiCheckPage, fix_error);
  gtk_widget_class_bind_template_child (widget_class, NhiCheckPage, groups);
  gtk_widget_class_bind_template_callback (widget_class, on_fix_all);
  gtk_widget_class_bind_template_callback (widget_class, on_again);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
  gtk_widget_class_install_action (widget_class, "check.fix", "s", fix_action);
  gtk_widget_class_install_action (widget_class, "check.copy-command", "s", copy_command_action);
}

static void
nhi_check_page_init (NhiCheckPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->told = g_hash_table_new (g_str_hash, g_str_equal);
}

GtkWidget *
nhi_check_page_new (NhiContext *context)
{
  NhiCheckPage *self = g_object_new (NHI_TYPE_CHECK_PAGE, NULL);

  self->context = g_object_ref (context);
  self->suite = g_object_ref (nhi_context_get_suite (context));
  fill_groups (self);
  g_signal_connect_object (self->suite, "items-changed", G_CALLBACK (fill_groups), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->suite, "notify", G_CALLBACK (show_verdict), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
  g_signal_connect (self, "unmap", G_CALLBACK (on_unmap), NULL);
  show_verdict (self);
  return GTK_WIDGET (self);
}
