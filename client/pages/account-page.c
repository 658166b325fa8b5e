/* SPDX-License-Identifier: GPL-3.0-or-later
 * The account page. */
#define G_LOG_DOMAIN "nhi-pages"

#include <glib/gi18n.h>

#include "client/pages/account-page.h"
#include "client/widgets/field.h"
#include "client/widgets/format.h"
#include "client/widgets/row.h"
#include "shared/identity/id-number.h"

struct _NhiAccountPage
{
  AdwBin parent_instance;

  NhiContext *context;
  GCancellable *cancellable; /* set while signing in */
  gint64 wait_until;
  guint wait_timer;

  GtkStack *stack;
  NhiRow *card_row;
  NhiField *password;
  GtkRevealer *notice;
  GtkLabel *notice_label;
  GtkWidget *sign_in_button;
  GtkSpinner *spinner;
  NhiRow *name_row;
  NhiRow *id_row;
  NhiRow *email_row;
  NhiRow *last_row;
};

G_DEFINE_FINAL_TYPE (NhiAccountPage, nhi_account_page, ADW_TYPE_BIN)

static NhiDateStyle
date_style (NhiAccountPage *self)
{
  return (NhiDateStyle)g_settings_get_enum (nhi_context_get_settings (self->context), "date-style");
}

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
set_notice (NhiAccountPage *self, const char *text)
{
  gtk_revealer_set_reveal_child (self->notice, text != NULL);
  if (text != NULL)
    gtk_label_set_label (self->notice_label, text);
}

static void
update_button (NhiAccountPage *self)
{
  gboolean busy = self->cancellable != NULL;

  gtk_widget_set_sensitive (self->sign_in_button,
                            !busy && self->wait_until == 0 &&
                                nhi_context_get_profile (self->context) != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->password), !busy);
  gtk_spinner_set_spinning (self->spinner, busy);
}

static void
show_card (NhiAccountPage *self)
{
  NhiReaderMonitor *monitor = nhi_context_get_monitor (self->context);
  NhiCardProfile *profile = nhi_reader_monitor_get_profile (monitor);
  NhiCardState state = nhi_reader_monitor_get_state (monitor);

  g_object_set (self->card_row, "subtitle",
                profile != NULL ? profile->name : nhi_card_state_title (state), NULL);
  if (profile == NULL)
    nhi_field_set_text (self->password, "");
  update_button (self);
}

static void
show_person (NhiAccountPage *self)
{
  NhiRemote *remote = nhi_context_get_remote (self->context);
  gint64 last = nhi_context_get_last_sign_in_at (self->context);
  g_autofree char *at = last > 0 ? nhi_format_instant (last, date_style (self)) : NULL;
  g_autofree char *email = NULL;
  g_autofree char *id = NULL;
  const char *name = nhi_remote_get_person_name (remote);
  const char *id_number = nhi_remote_get_id_number (remote);

  g_object_get (remote, "email", &email, NULL);
  id = id_number != NULL ? nhi_id_number_mask (id_number) : g_strdup ("");
  g_object_set (self->name_row, "subtitle", name != NULL ? name : "", NULL);
  g_object_set (self->id_row, "subtitle", id, NULL);
  g_object_set (self->email_row, "subtitle", email != NULL ? email : "", NULL);
  g_object_set (self->last_row, "subtitle", at != NULL ? at : _ ("This is the first time"), NULL);
}

static void
update (NhiAccountPage *self)
{
  gboolean signed_in = nhi_remote_get_signed_in (nhi_context_get_remote (self->context));

  gtk_stack_set_visible_child_name (self->stack, signed_in ? "in" : "out");
  show_person (self);
  show_card (self);
}

static gboolean
on_wait_timer (gpointer user_data)
{
  NhiAccountPage *self = user_data;
  gint64 left = self->wait_until - now_seconds ();
  g_autofree char *wait = nhi_format_wait (left);
  g_autofree char *moment = NULL;
  g_autofree char *text = NULL;

  if (left <= 0)
    {
      self->wait_until = 0;
      self->wait_timer = 0;
      set_notice (self, NULL);
      nhi_context_announce (self->context, _ ("You can try again now"));
      update_button (self);
      return G_SOURCE_REMOVE;
    }
  moment = nhi_format_instant (self->wait_until, date_style (self));
  /* Translators: first a time such as "2 min 5 s", then the date and time when it ends */
  text = g_strdup_printf (_ ("Too many failures. Please wait %1$s, until %2$s."), wait, moment);
  set_notice (self, text);
  return G_SOURCE_CONTINUE;
}

static void
start_wait (NhiAccountPage *self, gint64 until)
{
  self->wait_until = until;
  g_clear_handle_id (&self->wait_timer, g_source_remove);
  if (on_wait_timer (self) == G_SOURCE_CONTINUE)
    self->wait_timer = g_timeout_add_seconds (1, on_wait_timer, self);
  update_button (self);
}

static void
show_error (NhiAccountPage *self, const GError *error)
{
  gint64 until = nhi_remote_error_wait_until (error);
  const char *code = nhi_remote_error_code (error);
  g_autofree char *text = NULL;

  if (code != NULL)
    text = g_strdup_printf (_ ("%1$s (code: %2$s)"), error->message, code);
  set_notice (self, text != NULL ? text : error->message);
  if (until > now_seconds ())
    start_wait (self, until);
  nhi_context_announce (self->context, gtk_label_get_label (self->notice_label));
  nhi_field_focus (self->password);
}

static void
on_signed_in_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiAccountPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiSignInReceipt) receipt = NULL;

  receipt = nhi_remote_sign_in_finish (NHI_REMOTE (source), result, &error);
  if (self->context == NULL)
    return;
  g_clear_object (&self->cancellable);
  nhi_field_set_text (self->password, "");
  if (receipt != NULL)
    {
      nhi_context_note_sign_in (self->context, receipt);
      set_notice (self, NULL);
      nhi_context_announce (self->context, _ ("Signed in"));
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error);
  update (self);
}

static void
on_sign_in (NhiAccountPage *self)
{
  NhiCardProfile *profile = nhi_context_get_profile (self->context);
  const char *password = nhi_field_get_text (self->password);

  if (profile == NULL || self->cancellable != NULL || self->wait_until != 0)
    return;
  if (password[0] == '\0')
    {
      nhi_field_set_error (self->password, _ ("Enter your password"));
      nhi_field_focus (self->password);
      return;
    }
  set_notice (self, NULL);
  self->cancellable = g_cancellable_new ();
  nhi_context_announce (self->context, _ ("Signing in…"));
  nhi_remote_sign_in_async (nhi_context_get_remote (self->context), profile->card_number,
                            profile->id_number, password, self->cancellable, on_signed_in_result,
                            g_object_ref (self));
  update_button (self);
}

static void
on_password_changed (NhiAccountPage *self)
{
  nhi_field_set_error (self->password, NULL);
}

static void
on_profile (NhiAccountPage *self)
{
  if (nhi_context_get_profile (self->context) == NULL)
    g_cancellable_cancel (self->cancellable);
  show_card (self);
}

static void
on_register (NhiAccountPage *self)
{
  nhi_context_show_page (self->context, "registration");
}

static void
on_health_bank (NhiAccountPage *self)
{
  nhi_context_show_page (self->context, "health-bank");
}

static void
on_sign_out (NhiAccountPage *self)
{
  nhi_remote_sign_out (nhi_context_get_remote (self->context));
  nhi_context_announce (self->context, _ ("Signed out"));
}

static void
nhi_account_page_dispose (GObject *object)
{
  NhiAccountPage *self = NHI_ACCOUNT_PAGE (object);

  g_clear_handle_id (&self->wait_timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (nhi_account_page_parent_class)->dispose (object);
}

static void
nhi_account_page_class_init (NhiAccountPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_account_page_dispose;

  g_type_ensure (NHI_TYPE_ROW);
  g_type_ensure (NHI_TYPE_FIELD);
  gtk_widget_class_set_template_from_resource (widget_class, "/tw/nhicard/Client/account-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, stack);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, card_row);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, password);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, notice);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, notice_label);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, sign_in_button);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, name_row);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, id_row);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, email_row);
  gtk_widget_class_bind_template_child (widget_class, NhiAccountPage, last_row);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_in);
  gtk_widget_class_bind_template_callback (widget_class, on_register);
  gtk_widget_class_bind_template_callback (widget_class, on_health_bank);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_out);
}

static void
nhi_account_page_init (NhiAccountPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->password, "activate", G_CALLBACK (on_sign_in), self);
  g_signal_connect_swapped (self->password, "changed", G_CALLBACK (on_password_changed), self);
}

GtkWidget *
nhi_account_page_new (NhiContext *context)
{
  NhiAccountPage *self = g_object_new (NHI_TYPE_ACCOUNT_PAGE, NULL);
  NhiRemote *remote = nhi_context_get_remote (context);
  NhiReaderMonitor *monitor = nhi_context_get_monitor (context);

  self->context = g_object_ref (context);
  g_signal_connect_object (remote, "notify::signed-in", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (remote, "notify::email", G_CALLBACK (show_person), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "notify::last-sign-in-at", G_CALLBACK (show_person), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (monitor, "notify::profile", G_CALLBACK (on_profile), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (monitor, "notify::state", G_CALLBACK (show_card), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
