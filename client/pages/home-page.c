/* SPDX-License-Identifier: GPL-3.0-or-later
 * The first page. */
#define G_LOG_DOMAIN "nhi-pages"

#include <glib/gi18n.h>

#include "client/pages/home-page.h"
#include "client/pages/way.h"
#include "client/widgets/format.h"
#include "client/widgets/row.h"

struct _NhiHomePage
{
  AdwBin parent_instance;

  NhiContext *context;
  GCancellable *cancellable;
  NhiStep next;
  GtkWidget *rows[NHI_N_STEPS];
  GtkStack *marks[NHI_N_STEPS];
  GtkLabel *words[NHI_N_STEPS];
  gboolean suite_followed;

  GtkLabel *title;
  GtkLabel *subtitle;
  GtkListBox *steps;
  GtkButton *next_button;
  GtkWidget *sign_in_button;
  GtkWidget *register_button;
  GtkWidget *news;
  NhiRow *last_sign_in_row;
  NhiRow *package_row;
};

G_DEFINE_FINAL_TYPE (NhiHomePage, nhi_home_page, ADW_TYPE_BIN)

static NhiDateStyle
date_style (NhiHomePage *self)
{
  return (NhiDateStyle)g_settings_get_enum (nhi_context_get_settings (self->context), "date-style");
}

static void
show_step (NhiHomePage *self, NhiStep step, NhiStepState state)
{
  GtkWidget *row = self->rows[step];
  const char *word = nhi_step_state_word (state);
  g_autofree char *description = NULL;

  gtk_stack_set_visible_child_name (self->marks[step], state == NHI_STEP_DONE ? "done" : "number");
  gtk_label_set_label (self->words[step], word);
  gtk_widget_remove_css_class (row, "step-next");
  gtk_widget_remove_css_class (row, "step-done");
  if (state == NHI_STEP_NEXT)
    gtk_widget_add_css_class (row, "step-next");
  if (state == NHI_STEP_DONE)
    gtk_widget_add_css_class (row, "step-done");
  /* Translators: state of a step, then what it is about */
  description = g_strdup_printf (_ ("%1$s: %2$s"), word, nhi_step_advice (step));
  nhi_widget_set_description (row, description);
}

static void
show_greeting (NhiHomePage *self, gboolean signed_in)
{
  NhiRemote *remote = nhi_context_get_remote (self->context);
  g_autofree char *greeting = NULL;

  if (!signed_in)
    {
      gtk_label_set_label (self->title, _ ("NHI Card Online Services"));
      gtk_label_set_label (self->subtitle, _ ("Five steps from the card to your health bank"));
      return;
    }
  /* Translators: %s is a person's name */
  greeting = g_strdup_printf (_ ("Welcome, %s"), nhi_remote_get_person_name (remote));
  gtk_label_set_label (self->title, greeting);
  gtk_label_set_label (self->subtitle, _ ("You are signed out when the card leaves the reader"));
}

static void
show_last_sign_in (NhiHomePage *self)
{
  gint64 at = nhi_context_get_last_sign_in_at (self->context);
  g_autofree char *text = at > 0 ? nhi_format_instant (at, date_style (self)) : NULL;

  g_object_set (self->last_sign_in_row, "subtitle",
                text != NULL ? text : _ ("This is the first time"), NULL);
}

static void
update (NhiHomePage *self)
{
  NhiRemote *remote = nhi_context_get_remote (self->context);
  NhiCheckSuite *suite = nhi_context_peek_suite (self->context);
  gboolean signed_in = nhi_remote_get_signed_in (remote);
  gboolean before =
      g_settings_get_boolean (nhi_context_get_settings (self->context), "signed-in-before");
  NhiStepState states[NHI_N_STEPS];
  NhiWayFacts facts = {
    .check_passed = suite != NULL && !nhi_check_suite_get_running (suite) &&
                    nhi_check_suite_get_failures (suite) == 0,
    .card_read = nhi_context_get_profile (self->context) != NULL,
    .service_reached = nhi_remote_get_online (remote),
    .signed_in_before = before,
    .registration_sent = nhi_context_get_registration_email (self->context) != NULL,
    .signed_in = signed_in,
    .downloaded = nhi_context_get_downloaded (self->context),
  };

  self->next = nhi_way_judge (&facts, states);
  for (guint i = 0; i < NHI_N_STEPS; i++)
    show_step (self, (NhiStep)i, states[i]);
  gtk_button_set_label (self->next_button, self->next < NHI_N_STEPS
                                               ? nhi_step_verb (self->next)
                                               : nhi_step_verb (NHI_STEP_HEALTH_BANK));
  gtk_widget_set_visible (self->sign_in_button, !signed_in && self->next == NHI_STEP_REGISTER);
  gtk_widget_set_visible (self->register_button,
                          !signed_in && before && self->next == NHI_STEP_LETTER);
  gtk_widget_set_visible (self->news, signed_in);
  show_greeting (self, signed_in);
  show_last_sign_in (self);
}

static void
on_applications (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiHomePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autofree char *left = NULL;
  NhiApplication *newest;

  list = nhi_remote_applications_finish (NHI_REMOTE (source), result, &error);
  if (list == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_object_set (self->package_row, "subtitle", error->message, NULL);
      return;
    }
  if (list->len == 0)
    {
      g_object_set (self->package_row, "subtitle", _ ("None yet"), NULL);
      return;
    }
  newest = g_ptr_array_index (list, 0);
  left = nhi_format_days_left (g_get_real_time () / G_USEC_PER_SEC, newest->available_until);
  g_object_set (self->package_row, "subtitle",
                g_strcmp0 (newest->state, "ready") == 0 ? left : _ ("Being prepared"), NULL);
}

static void
on_signed_in (NhiHomePage *self)
{
  NhiRemote *remote = nhi_context_get_remote (self->context);

  g_cancellable_cancel (self->cancellable);
  g_set_object (&self->cancellable, NULL);
  g_object_set (self->package_row, "subtitle", "…", NULL);
  if (nhi_remote_get_signed_in (remote))
    {
      self->cancellable = g_cancellable_new ();
      nhi_remote_applications_async (remote, self->cancellable, on_applications,
                                     g_object_ref (self));
    }
  update (self);
}

static void
on_map (NhiHomePage *self)
{
  NhiCheckSuite *suite = nhi_context_peek_suite (self->context);

  if (suite != NULL && !self->suite_followed)
    {
      g_signal_connect_object (suite, "notify::running", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      self->suite_followed = TRUE;
    }
  update (self);
}

static void
on_row_activated (NhiHomePage *self, AdwActionRow *row)
{
  nhi_context_show_page (self->context, g_object_get_data (G_OBJECT (row), "page"));
}

static void
on_next_clicked (NhiHomePage *self)
{
  nhi_context_show_page (self->context, nhi_step_page (MIN (self->next, NHI_STEP_HEALTH_BANK)));
}

static void
on_sign_in_clicked (NhiHomePage *self)
{
  nhi_context_show_page (self->context, "account");
}

static void
on_register_clicked (NhiHomePage *self)
{
  nhi_context_show_page (self->context, "registration");
}

static void
on_package_activated (NhiHomePage *self)
{
  nhi_context_show_page (self->context, "health-bank");
}

static void
add_step (NhiHomePage *self, NhiStep step)
{
  GtkWidget *row = nhi_row_new (nhi_step_title (step), nhi_step_advice (step));
  GtkWidget *stack = gtk_stack_new ();
  GtkWidget *done = gtk_image_new_from_icon_name ("nhi-pass-symbolic");
  g_autofree char *number = g_strdup_printf ("%u", (guint)step + 1);
  GtkWidget *digit = gtk_label_new (number);
  GtkWidget *word = gtk_label_new (NULL);

  gtk_image_set_pixel_size (GTK_IMAGE (done), 24);
  gtk_widget_add_css_class (done, "success");
  gtk_widget_add_css_class (digit, "step-number");
  gtk_stack_add_named (GTK_STACK (stack), digit, "number");
  gtk_stack_add_named (GTK_STACK (stack), done, "done");
  gtk_widget_set_valign (stack, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (word, "caption");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), stack);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), word);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data (G_OBJECT (row), "page", (gpointer)nhi_step_page (step));
  g_signal_connect_swapped (row, "activated", G_CALLBACK (on_row_activated), self);
  gtk_list_box_append (self->steps, row);
  self->rows[step] = row;
  self->marks[step] = GTK_STACK (stack);
  self->words[step] = GTK_LABEL (word);
}

static void
nhi_home_page_dispose (GObject *object)
{
  NhiHomePage *self = NHI_HOME_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (nhi_home_page_parent_class)->dispose (object);
}

static void
nhi_home_page_class_init (NhiHomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_home_page_dispose;

  g_type_ensure (NHI_TYPE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/tw/nhicard/Client/home-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NhiHomePage, title);
  gtk_widget_class_bind_template_child (widget_class, NhiHomePage, subtitle);
  gtk_widget_class_bind_template_child (widget_class, NhiHomePage, steps);
  gtk_widget_class_bind_template_child (widget_class, NhiHomePage, next_button);
  gtk_widget_class_bind_template_child (widget_class, NhiHomePage, sign_in_button);
  gtk_widget_class_bind_template_child (widget_class, NhiHomePage, register_button);
  gtk_widget_class_bind_template_child (widget_class, NhiHomePage, news);
  gtk_widget_class_bind_template_child (widget_class, NhiHomePage, last_sign_in_row);
  gtk_widget_class_bind_template_child (widget_class, NhiHomePage, package_row);
  gtk_widget_class_bind_template_callback (widget_class, on_next_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_in_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_register_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_package_activated);
}

static void
nhi_home_page_init (NhiHomePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < NHI_N_STEPS; i++)
    add_step (self, (NhiStep)i);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
}

GtkWidget *
nhi_home_page_new (NhiContext *context)
{
  NhiHomePage *self = g_object_new (NHI_TYPE_HOME_PAGE, NULL);
  NhiRemote *remote = nhi_context_get_remote (context);

  self->context = g_object_ref (context);
  g_signal_connect_object (nhi_context_get_monitor (context), "notify::profile",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (remote, "notify::online", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (remote, "notify::signed-in", G_CALLBACK (on_signed_in), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
