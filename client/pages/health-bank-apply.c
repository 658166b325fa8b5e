/* SPDX-License-Identifier: GPL-3.0-or-later
 * The application form of the health bank. */
#define G_LOG_DOMAIN "nhi-pages"

#include <glib/gi18n.h>

#include "client/pages/health-bank-apply.h"
#include "client/pages/period.h"
#include "client/widgets/chooser.h"
#include "client/widgets/format.h"
#include "client/widgets/row.h"

struct _NhiHealthBankApply
{
  AdwBin parent_instance;

  NhiContext *context;
  GCancellable *cancellable;
  GPtrArray *categories; /* of NhiCategory */
  GPtrArray *checks;     /* of GtkCheckButton, one per category, not owned */
  char *key;             /* idempotency: the same until the choice changes */
  gboolean loading;
  gboolean sending;

  GtkStack *stack;
  AdwStatusPage *error_page;
  NhiChooser *period;
  GtkWidget *custom_box;
  NhiChooser *from;
  NhiChooser *to;
  GtkLabel *months;
  GtkBox *classes;
  GtkLabel *problem;
  GtkWidget *send_button;
  GtkSpinner *spinner;
};

G_DEFINE_FINAL_TYPE (NhiHealthBankApply, nhi_health_bank_apply, ADW_TYPE_BIN)

static guint applied_signal;

static NhiDateStyle
date_style (NhiHealthBankApply *self)
{
  return (NhiDateStyle)g_settings_get_enum (nhi_context_get_settings (self->context), "date-style");
}

static void
get_today (GDate *today)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  g_date_clear (today, 1);
  g_date_set_dmy (today, (GDateDay)g_date_time_get_day_of_month (now),
                  (GDateMonth)g_date_time_get_month (now), (GDateYear)g_date_time_get_year (now));
}

static NhiPeriod
chosen_period (NhiHealthBankApply *self)
{
  const char *key = nhi_chooser_get_key (self->period);

  return key != NULL ? (NhiPeriod)CLAMP (atoi (key), 0, NHI_N_PERIODS - 1) : NHI_PERIOD_12_MONTHS;
}

static void
chosen_months (NhiHealthBankApply *self, char **ret_from, char **ret_to)
{
  NhiPeriod period = chosen_period (self);
  GDate today;

  get_today (&today);
  nhi_period_months (period, &today, ret_from, ret_to);
  if (period == NHI_PERIOD_CUSTOM)
    {
      *ret_from = g_strdup (nhi_chooser_get_key (self->from));
      *ret_to = g_strdup (nhi_chooser_get_key (self->to));
    }
}

static void
set_problem (NhiHealthBankApply *self, const char *text)
{
  gtk_label_set_label (self->problem, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), text != NULL);
  if (text != NULL)
    nhi_context_announce (self->context, text);
}

static void
on_choice_changed (NhiHealthBankApply *self)
{
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  g_autofree char *text = NULL;

  g_clear_pointer (&self->key, g_free);
  set_problem (self, NULL);
  gtk_widget_set_visible (self->custom_box, chosen_period (self) == NHI_PERIOD_CUSTOM);
  chosen_months (self, &from, &to);
  if (from != NULL && to != NULL)
    text = nhi_format_period (from, to, date_style (self));
  gtk_label_set_label (self->months,
                       text != NULL ? text : _ ("Choose the first and the last month"));
}

static void
fill_periods (NhiHealthBankApply *self)
{
  const char *keys[NHI_N_PERIODS];
  const char *names[NHI_N_PERIODS];
  static const char *const numbers[] = { "0", "1", "2", "3", "4", "5" };
  g_auto (GStrv) months = NULL;
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  GDate today;

  G_STATIC_ASSERT (G_N_ELEMENTS (numbers) == NHI_N_PERIODS);
  for (guint i = 0; i < NHI_N_PERIODS; i++)
    {
      keys[i] = numbers[i];
      names[i] = nhi_period_label ((NhiPeriod)i);
    }
  nhi_chooser_set_items (self->period, keys, names, NHI_N_PERIODS);
  nhi_chooser_choose (self->period, numbers[NHI_PERIOD_12_MONTHS]);

  get_today (&today);
  months = nhi_period_list (&today);
  for (guint i = 0; months[i] != NULL; i++)
    g_ptr_array_add (labels, nhi_format_month (months[i], date_style (self)));
  nhi_chooser_set_items (self->from, (const char *const *)months,
                         (const char *const *)labels->pdata, labels->len);
  nhi_chooser_set_items (self->to, (const char *const *)months, (const char *const *)labels->pdata,
                         labels->len);
}

static void
on_select_all (GtkCheckButton *all, NhiHealthBankApply *self)
{
  const char *class_code = g_object_get_data (G_OBJECT (all), "class");
  gboolean active = gtk_check_button_get_active (all);

  for (guint i = 0; i < self->checks->len; i++)
    {
      NhiCategory *category = g_ptr_array_index (self->categories, i);

      if (g_strcmp0 (category->class_code, class_code) == 0)
        gtk_check_button_set_active (g_ptr_array_index (self->checks, i), active);
    }
}

static GtkListBox *
add_class (NhiHealthBankApply *self, const NhiCategory *category)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *heading = gtk_label_new (category->class_name);
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *all = nhi_check_button_new (_ ("Select All"));
  g_autofree char *name = NULL;

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_set_hexpand (heading, TRUE);
  gtk_widget_add_css_class (heading, "heading");
  /* Translators: %s is a class of data, such as "Medical" */
  name = g_strdup_printf (_ ("Select All %s"), category->class_name);
  nhi_widget_set_name (all, name);
  g_object_set_data_full (G_OBJECT (all), "class", g_strdup (category->class_code), g_free);
  g_signal_connect (all, "toggled", G_CALLBACK (on_select_all), self);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  nhi_widget_set_name (list, category->class_name);
  gtk_box_append (GTK_BOX (line), heading);
  gtk_box_append (GTK_BOX (line), all);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (self->classes, box);
  return GTK_LIST_BOX (list);
}

static void
show_categories (NhiHealthBankApply *self)
{
  GtkListBox *list = NULL;
  const char *class_code = NULL;

  for (guint i = 0; i < self->categories->len; i++)
    {
      NhiCategory *category = g_ptr_array_index (self->categories, i);
      GtkWidget *row = nhi_row_new (category->name, NULL);
      GtkWidget *check = nhi_check_button_new (NULL);

      if (g_strcmp0 (class_code, category->class_code) != 0)
        list = add_class (self, category);
      class_code = category->class_code;
      nhi_widget_set_name (check, category->name);
      g_signal_connect_swapped (check, "toggled", G_CALLBACK (on_choice_changed), self);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
      gtk_list_box_append (list, row);
      g_ptr_array_add (self->checks, check);
    }
}

static void
on_categories (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiHealthBankApply) self = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *categories = nhi_remote_categories_finish (NHI_REMOTE (source), result, &error);

  self->loading = FALSE;
  if (categories != NULL && self->context != NULL)
    {
      g_clear_pointer (&self->categories, g_ptr_array_unref);
      self->categories = categories;
      show_categories (self);
      gtk_stack_set_visible_child_name (self->stack, "form");
      return;
    }
  g_clear_pointer (&categories, g_ptr_array_unref);
  if (self->context == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  adw_status_page_set_description (self->error_page, error->message);
  gtk_stack_set_visible_child_name (self->stack, "error");
  nhi_context_announce (self->context, error->message);
}

static void
load (NhiHealthBankApply *self)
{
  if (self->loading || self->categories != NULL)
    return;
  self->loading = TRUE;
  gtk_stack_set_visible_child_name (self->stack, "loading");
  nhi_remote_categories_async (nhi_context_get_remote (self->context), self->cancellable,
                               on_categories, g_object_ref (self));
}

static void
on_retry (NhiHealthBankApply *self)
{
  load (self);
}

static void
set_sending (NhiHealthBankApply *self, gboolean sending)
{
  self->sending = sending;
  gtk_widget_set_sensitive (self->send_button, !sending);
  gtk_spinner_set_spinning (self->spinner, sending);
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiHealthBankApply) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiApplication) application = NULL;

  application = nhi_remote_apply_finish (NHI_REMOTE (source), result, &error);
  if (self->context == NULL)
    return;
  set_sending (self, FALSE);
  if (application == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        set_problem (self, error->message);
      return;
    }
  g_clear_pointer (&self->key, g_free);
  nhi_context_announce (self->context, _ ("The application has been sent"));
  g_signal_emit (self, applied_signal, 0, application->application_id);
}

static GStrv
chosen_categories (NhiHealthBankApply *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
      g_strv_builder_add (builder, ((NhiCategory *)g_ptr_array_index (self->categories, i))->code);
  return g_strv_builder_end (builder);
}

static void
on_send (NhiHealthBankApply *self)
{
  g_auto (GStrv) codes = chosen_categories (self);
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;

  chosen_months (self, &from, &to);
  if (self->sending)
    return;
  if (codes[0] == NULL)
    {
      set_problem (self, _ ("Choose at least one category"));
      return;
    }
  if (nhi_period_problem (from, to) != NULL)
    {
      set_problem (self, nhi_period_problem (from, to));
      return;
    }
  if (self->key == NULL)
    self->key = g_uuid_string_random ();
  set_problem (self, NULL);
  set_sending (self, TRUE);
  nhi_remote_apply_async (nhi_context_get_remote (self->context), (const char *const *)codes, from,
                          to, self->key, self->cancellable, on_applied, g_object_ref (self));
}

static void
nhi_health_bank_apply_dispose (GObject *object)
{
  NhiHealthBankApply *self = NHI_HEALTH_BANK_APPLY (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->context);
  g_clear_pointer (&self->categories, g_ptr_array_unref);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_clear_pointer (&self->key, g_free);

  G_OBJECT_CLASS (nhi_health_bank_apply_parent_class)->dispose (object);
}

static void
nhi_health_bank_apply_class_init (NhiHealthBankApplyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_health_bank_apply_dispose;
  applied_signal = g_signal_new ("applied", NHI_TYPE_HEALTH_BANK_APPLY, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (NHI_TYPE_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/tw/nhicard/Client/health-bank-apply.ui");
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, stack);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, error_page);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, period);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, custom_box);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, from);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, to);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, months);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, classes);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, problem);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, send_button);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankApply, spinner);
  gtk_widget_class_bind_template_callback (widget_class, on_retry);
  gtk_widget_class_bind_template_callback (widget_class, on_send);
}

static void
nhi_health_bank_apply_init (NhiHealthBankApply *self)
{
  self->cancellable = g_cancellable_new ();
  self->checks = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  nhi_chooser_set_title (self->period, _ ("Period"), _ ("Choose a period"));
  nhi_chooser_set_title (self->from, _ ("First Month"), _ ("First Month"));
  nhi_chooser_set_title (self->to, _ ("Last Month"), _ ("Last Month"));
}

GtkWidget *
nhi_health_bank_apply_new (NhiContext *context)
{
  NhiHealthBankApply *self = g_object_new (NHI_TYPE_HEALTH_BANK_APPLY, NULL);

  self->context = g_object_ref (context);
  fill_periods (self);
  on_choice_changed (self);
  g_signal_connect_swapped (self->period, "chosen", G_CALLBACK (on_choice_changed), self);
  g_signal_connect_swapped (self->from, "chosen", G_CALLBACK (on_choice_changed), self);
  g_signal_connect_swapped (self->to, "chosen", G_CALLBACK (on_choice_changed), self);
  load (self);
  return GTK_WIDGET (self);
}
