/* SPDX-License-Identifier: GPL-3.0-or-later
 * The registration wizard's widgets; its rules are in registration-flow.c. */
#define G_LOG_DOMAIN "nhi-pages"

#include <glib/gi18n.h>

#include "client/pages/registration-flow.h"
#include "client/pages/registration-page.h"
#include "client/widgets/address-chooser.h"
#include "client/widgets/card-details.h"
#include "client/widgets/card-drawing.h"
#include "client/widgets/field.h"
#include "client/widgets/password-strength.h"
#include "client/widgets/row.h"

struct _NhiRegistrationPage
{
  AdwBin parent_instance;

  NhiContext *context;
  NhiRegistrationFlow *flow;
  GCancellable *cancellable; /* set while sending */
  gboolean filling;
  NhiCardDetails *details;
  NhiAddressChooser *address;
  NhiField *fields[NHI_REGISTRATION_N_FIELDS]; /* NULL where a field is no text */

  GtkScrolledWindow *scroller;
  GtkLabel *progress;
  GtkRevealer *notice;
  GtkLabel *notice_label;
  GtkStack *stack;
  GtkCheckButton *prepared;
  GtkLabel *prepared_error;
  AdwStatusPage *card_status;
  GtkWidget *card_check_button;
  AdwBin *details_place;
  NhiField *household_number;
  AdwBin *address_place;
  NhiField *neighbourhood;
  NhiField *email;
  NhiField *phone;
  NhiField *password;
  GtkLevelBar *strength;
  NhiField *repeat;
  NhiRow *review_card;
  NhiRow *review_household;
  NhiRow *review_address;
  NhiRow *review_contact;
  GtkWidget *edit_household;
  GtkWidget *edit_address;
  GtkWidget *edit_contact;
  AdwStatusPage *sent_status;
  GtkWidget *buttons;
  GtkWidget *previous_button;
  GtkButton *next_button;
  GtkSpinner *spinner;
};

G_DEFINE_FINAL_TYPE (NhiRegistrationPage, nhi_registration_page, ADW_TYPE_BIN)

static const struct
{
  const char *page;
  const char *title;
} steps[] = {
  [NHI_REGISTRATION_PREPARE] = { "prepare", N_ ("Prepare") },
  [NHI_REGISTRATION_CARD] = { "card", N_ ("Read the Card") },
  [NHI_REGISTRATION_HOUSEHOLD] = { "household", N_ ("Household Number") },
  [NHI_REGISTRATION_ADDRESS] = { "address", N_ ("Registered Address") },
  [NHI_REGISTRATION_CONTACT] = { "contact", N_ ("Contact and Password") },
  [NHI_REGISTRATION_REVIEW] = { "review", N_ ("Review") },
  [NHI_REGISTRATION_SENT] = { "sent", N_ ("Registration Sent") },
};

static void
set_notice (NhiRegistrationPage *self, const char *text)
{
  gtk_revealer_set_reveal_child (self->notice, text != NULL);
  if (text == NULL)
    return;
  gtk_label_set_label (self->notice_label, text);
  nhi_context_announce (self->context, text);
}

static void
show_problems (NhiRegistrationPage *self)
{
  g_autofree char *prepared =
      nhi_registration_flow_shown_problem (self->flow, NHI_REGISTRATION_FIELD_PREPARED);
  g_autofree char *village =
      nhi_registration_flow_shown_problem (self->flow, NHI_REGISTRATION_FIELD_VILLAGE);

  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    {
      g_autofree char *problem = NULL;

      if (self->fields[i] == NULL)
        continue;
      problem = nhi_registration_flow_shown_problem (self->flow, (NhiRegistrationField)i);
      nhi_field_set_error (self->fields[i], problem);
    }
  nhi_address_chooser_set_error (self->address, village);
  gtk_label_set_label (self->prepared_error, prepared != NULL ? prepared : "");
  gtk_widget_set_visible (GTK_WIDGET (self->prepared_error), prepared != NULL);
}

/* Moves the keyboard to the first field that is wrong. */
static void
focus_problem (NhiRegistrationPage *self)
{
  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    if (self->fields[i] != NULL && nhi_field_has_error (self->fields[i]) &&
        nhi_registration_field_step ((NhiRegistrationField)i) ==
            nhi_registration_flow_step (self->flow))
      {
        nhi_field_focus (self->fields[i]);
        return;
      }
}

static void
show_card (NhiRegistrationPage *self)
{
  NhiCardProfile *profile = nhi_registration_flow_card (self->flow);
  NhiReaderMonitor *monitor = nhi_context_get_monitor (self->context);
  NhiCardState state = nhi_reader_monitor_get_state (monitor);
  NhiDateStyle style =
      (NhiDateStyle)g_settings_get_enum (nhi_context_get_settings (self->context), "date-style");

  nhi_card_details_set_profile (self->details, profile, style);
  gtk_widget_set_visible (GTK_WIDGET (self->details_place), profile != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->card_status), profile == NULL);
  gtk_widget_set_visible (self->card_check_button, profile == NULL &&
                                                       state != NHI_CARD_STATE_NO_CARD &&
                                                       state != NHI_CARD_STATE_READING);
  adw_status_page_set_icon_name (self->card_status, nhi_card_state_drawing (state));
  adw_status_page_set_title (self->card_status, nhi_card_state_title (state));
  adw_status_page_set_description (self->card_status, nhi_card_state_advice (state));
}

static void
show_review (NhiRegistrationPage *self)
{
  NhiCardProfile *profile = nhi_registration_flow_card (self->flow);
  g_autofree char *place = nhi_address_chooser_get_text (self->address);
  g_autofree char *address = NULL;
  g_autofree char *contact = NULL;

  g_object_set (self->review_card, "subtitle",
                profile != NULL ? profile->name : _ ("Insert the NHI card"), NULL);
  g_object_set (self->review_household, "subtitle", nhi_field_get_text (self->household_number),
                NULL);
  /* Translators: a registered address: place, number of the neighbourhood (鄰) */
  address = g_strdup_printf (_ ("%1$s, neighbourhood %2$s"), place,
                             nhi_field_get_text (self->neighbourhood));
  g_object_set (self->review_address, "subtitle", address, NULL);
  contact = g_strdup_printf ("%s\n%s", nhi_field_get_text (self->email),
                             nhi_field_get_text (self->phone));
  g_object_set (self->review_contact, "subtitle", contact, NULL);
}

static void
show_progress (NhiRegistrationPage *self, NhiRegistrationStep step)
{
  g_autofree char *text = NULL;

  /* Translators: number of the step, number of all steps, name of the step */
  text = g_strdup_printf (_ ("Step %1$u of %2$u: %3$s"), (guint)step + 1,
                          (guint)NHI_REGISTRATION_STEPS, _ (steps[step].title));
  gtk_label_set_label (self->progress, text);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), step < NHI_REGISTRATION_SENT);
}

static void
show_buttons (NhiRegistrationPage *self, NhiRegistrationStep step)
{
  gboolean sending = self->cancellable != NULL;

  gtk_widget_set_visible (self->buttons, step < NHI_REGISTRATION_SENT);
  gtk_widget_set_visible (self->previous_button, nhi_registration_flow_can_go_back (self->flow));
  gtk_widget_set_sensitive (self->previous_button, !sending);
  gtk_widget_set_sensitive (GTK_WIDGET (self->stack), !sending);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next_button),
                            !sending && (nhi_registration_flow_card (self->flow) != NULL ||
                                         (step != NHI_REGISTRATION_CARD &&
                                          step != NHI_REGISTRATION_REVIEW)));
  gtk_button_set_label (self->next_button,
                        step == NHI_REGISTRATION_REVIEW ? _ ("Send Registration") : _ ("Continue"));
  gtk_spinner_set_spinning (self->spinner, sending);
}

static void
update (NhiRegistrationPage *self)
{
  NhiRegistrationStep step = nhi_registration_flow_step (self->flow);

  gtk_stack_set_visible_child_name (self->stack, steps[step].page);
  show_progress (self, step);
  show_card (self);
  show_review (self);
  show_buttons (self, step);
  show_problems (self);
}

static void
enter_step (NhiRegistrationPage *self)
{
  NhiRegistrationStep step = nhi_registration_flow_step (self->flow);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  update (self);
  gtk_adjustment_set_value (adjustment, 0);
  if (step < NHI_REGISTRATION_SENT)
    nhi_context_announce (self->context, gtk_label_get_label (self->progress));
  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    if (self->fields[i] != NULL && nhi_registration_field_step ((NhiRegistrationField)i) == step &&
        step != NHI_REGISTRATION_ADDRESS)
      {
        nhi_field_focus (self->fields[i]);
        return;
      }
}

static void
clear_widgets (NhiRegistrationPage *self)
{
  self->filling = TRUE;
  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    if (self->fields[i] != NULL)
      nhi_field_set_text (self->fields[i], "");
  nhi_address_chooser_clear (self->address);
  gtk_check_button_set_active (self->prepared,
                               nhi_registration_flow_get (self->flow,
                                                          NHI_REGISTRATION_FIELD_PREPARED)[0] ==
                                   '1');
  nhi_password_strength_show (self->password, self->strength);
  self->filling = FALSE;
}

static void
show_sent (NhiRegistrationPage *self, const NhiRegistrationReceipt *receipt)
{
  NhiDateStyle style =
      (NhiDateStyle)g_settings_get_enum (nhi_context_get_settings (self->context), "date-style");
  g_autofree char *until = nhi_format_instant (receipt->expires_at, style);
  g_autofree char *text = NULL;

  /* Translators: first a masked email address, then a date and time */
  text = g_strdup_printf (_ ("A letter is on its way to %1$s. Open its link and confirm there by "
                             "%2$s (five days); unconfirmed registrations lapse. Then sign in here "
                             "with your card and the password you have chosen."),
                          receipt->email_masked, until);
  adw_status_page_set_description (self->sent_status, text);
  nhi_context_announce (self->context, _ ("Registration Sent"));
}

/* Puts each complaint of the service to its field and goes to the first. FALSE when it names no
 * field. */
static gboolean
take_field_errors (NhiRegistrationPage *self, const GError *error)
{
  NhiRegistrationStep first = NHI_REGISTRATION_SENT;

  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    {
      NhiRegistrationField field = (NhiRegistrationField)i;
      const char *name = nhi_registration_field_wire_name (field);
      const char *message = name != NULL ? nhi_remote_error_field (error, name) : NULL;

      if (message == NULL)
        continue;
      nhi_registration_flow_set_server_problem (self->flow, field, message);
      first = MIN (first, nhi_registration_field_step (field));
    }
  if (first == NHI_REGISTRATION_SENT)
    return FALSE;
  nhi_registration_flow_edit (self->flow, first);
  return TRUE;
}

static void
show_error (NhiRegistrationPage *self, const GError *error)
{
  const char *code = nhi_remote_error_code (error);
  g_autofree char *text = NULL;

  if (code != NULL)
    /* Translators: a message, then a code for the support */
    text = g_strdup_printf (_ ("%1$s (code: %2$s)"), error->message, code);
  set_notice (self, text != NULL ? text : error->message);
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NhiRegistrationPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiRegistrationReceipt) receipt = NULL;

  receipt = nhi_remote_register_finish (NHI_REMOTE (source), result, &error);
  if (self->context == NULL)
    return;
  g_clear_object (&self->cancellable);
  if (receipt != NULL)
    {
      nhi_registration_flow_sent (self->flow);
      clear_widgets (self);
      set_notice (self, NULL);
      nhi_context_note_registration (self->context, receipt->email_masked, receipt->expires_at);
      enter_step (self);
      show_sent (self, receipt);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      update (self);
      return;
    }
  take_field_errors (self, error);
  enter_step (self);
  focus_problem (self);
  show_error (self, error);
}

static void
send_form (NhiRegistrationPage *self)
{
  g_autoptr (NhiRegistrationForm) form = nhi_registration_flow_form (self->flow);

  if (form == NULL || self->cancellable != NULL)
    return;
  self->cancellable = g_cancellable_new ();
  set_notice (self, NULL);
  nhi_context_announce (self->context, _ ("Sending the registration…"));
  update (self);
  nhi_remote_register_async (nhi_context_get_remote (self->context), form, self->cancellable,
                             on_registered, g_object_ref (self));
}

static void
on_next (NhiRegistrationPage *self)
{
  gboolean review = nhi_registration_flow_step (self->flow) == NHI_REGISTRATION_REVIEW;

  if (!gtk_widget_is_sensitive (GTK_WIDGET (self->next_button)))
    return;
  if (!nhi_registration_flow_next (self->flow))
    {
      show_problems (self);
      focus_problem (self);
      nhi_context_announce (self->context, _ ("Please mend what is marked"));
      return;
    }
  if (review)
    {
      send_form (self);
      return;
    }
  if (nhi_registration_flow_card (self->flow) != NULL)
    set_notice (self, NULL);
  enter_step (self);
}

static void
on_previous (NhiRegistrationPage *self)
{
  nhi_registration_flow_back (self->flow);
  enter_step (self);
}

static void
on_edit (NhiRegistrationPage *self, GtkWidget *button)
{
  NhiRegistrationStep step = NHI_REGISTRATION_CONTACT;

  if (button == self->edit_household)
    step = NHI_REGISTRATION_HOUSEHOLD;
  else if (button == self->edit_address)
    step = NHI_REGISTRATION_ADDRESS;
  nhi_registration_flow_edit (self->flow, step);
  enter_step (self);
}

static void
on_check_clicked (NhiRegistrationPage *self)
{
  nhi_context_show_page (self->context, "check");
}

static void
on_go_to_sign_in (NhiRegistrationPage *self)
{
  nhi_context_show_page (self->context, "account");
}

static void
on_prepared (NhiRegistrationPage *self)
{
  nhi_registration_flow_set (self->flow, NHI_REGISTRATION_FIELD_PREPARED,
                             gtk_check_button_get_active (self->prepared) ? "1" : "");
  show_problems (self);
}

static void
on_field_changed (NhiField *field, NhiRegistrationPage *self)
{
  if (self->filling)
    return;
  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    if (self->fields[i] == field)
      nhi_registration_flow_set (self->flow, (NhiRegistrationField)i, nhi_field_get_text (field));
  if (field == self->password)
    nhi_password_strength_show (self->password, self->strength);
  show_problems (self);
}

static void
on_address_changed (NhiRegistrationPage *self)
{
  const char *code = nhi_address_chooser_get_village_code (self->address);

  if (self->filling)
    return;
  nhi_registration_flow_set (self->flow, NHI_REGISTRATION_FIELD_VILLAGE, code != NULL ? code : "");
  show_problems (self);
}

static void
on_profile (NhiRegistrationPage *self)
{
  NhiCardProfile *profile = nhi_context_get_profile (self->context);
  NhiRegistrationStep step = nhi_registration_flow_step (self->flow);

  if (step == NHI_REGISTRATION_SENT)
    return;
  switch (nhi_registration_flow_set_card (self->flow, profile))
    {
    case NHI_REGISTRATION_CARD_LEFT:
      if (step > NHI_REGISTRATION_CARD)
        set_notice (self, _ ("The card was removed. What you have entered is kept; insert the same "
                             "card again to go on."));
      break;
    case NHI_REGISTRATION_CARD_OTHER_PERSON:
      if (step > NHI_REGISTRATION_CARD)
        {
          clear_widgets (self);
          set_notice (self, _ ("This is another person’s card. What was entered has been erased."));
        }
      break;
    case NHI_REGISTRATION_CARD_ARRIVED:
      set_notice (self, NULL);
      break;
    case NHI_REGISTRATION_CARD_SAME:
    default:
      break;
    }
  update (self);
}

/* The page is shown anew after a registration was sent: a new one begins. */
static void
on_map (NhiRegistrationPage *self)
{
  if (nhi_registration_flow_step (self->flow) == NHI_REGISTRATION_SENT &&
      nhi_context_get_registration_email (self->context) == NULL)
    {
      g_clear_pointer (&self->flow, nhi_registration_flow_free);
      self->flow = nhi_registration_flow_new ();
      clear_widgets (self);
    }
  on_profile (self);
}

static void
nhi_registration_page_dispose (GObject *object)
{
  NhiRegistrationPage *self = NHI_REGISTRATION_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (nhi_registration_page_parent_class)->dispose (object);
}

static void
nhi_registration_page_finalize (GObject *object)
{
  NhiRegistrationPage *self = NHI_REGISTRATION_PAGE (object);

  g_clear_pointer (&self->flow, nhi_registration_flow_free);

  G_OBJECT_CLASS (nhi_registration_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, NhiRegistrationPage, child)
  BIND (scroller);
  BIND (progress);
  BIND (notice);
  BIND (notice_label);
  BIND (stack);
  BIND (prepared);
  BIND (prepared_error);
  BIND (card_status);
  BIND (card_check_button);
  BIND (details_place);
  BIND (household_number);
  BIND (address_place);
  BIND (neighbourhood);
  BIND (email);
  BIND (phone);
  BIND (password);
  BIND (strength);
  BIND (repeat);
  BIND (review_card);
  BIND (review_household);
  BIND (review_address);
  BIND (review_contact);
  BIND (edit_household);
  BIND (edit_address);
  BIND (edit_contact);
  BIND (sent_status);
  BIND (buttons);
  BIND (previous_button);
  BIND (next_button);
  BIND (spinner);
#undef BIND
}

static void
nhi_registration_page_class_init (NhiRegistrationPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_registration_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = nhi_registration_page_finalize;

  g_type_ensure (NHI_TYPE_ROW);
  g_type_ensure (NHI_TYPE_CHECK_BUTTON);
  g_type_ensure (NHI_TYPE_FIELD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/tw/nhicard/Client/registration-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_next);
  gtk_widget_class_bind_template_callback (widget_class, on_previous);
  gtk_widget_class_bind_template_callback (widget_class, on_edit);
  gtk_widget_class_bind_template_callback (widget_class, on_prepared);
  gtk_widget_class_bind_template_callback (widget_class, on_check_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_go_to_sign_in);
}

static void
nhi_registration_page_init (NhiRegistrationPage *self)
{
  self->flow = nhi_registration_flow_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->details = NHI_CARD_DETAILS (nhi_card_details_new ());
  adw_bin_set_child (self->details_place, GTK_WIDGET (self->details));
  self->address = NHI_ADDRESS_CHOOSER (nhi_address_chooser_new ());
  adw_bin_set_child (self->address_place, GTK_WIDGET (self->address));
  g_signal_connect_swapped (self->address, "changed", G_CALLBACK (on_address_changed), self);

  self->fields[NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER] = self->household_number;
  self->fields[NHI_REGISTRATION_FIELD_NEIGHBOURHOOD] = self->neighbourhood;
  self->fields[NHI_REGISTRATION_FIELD_EMAIL] = self->email;
  self->fields[NHI_REGISTRATION_FIELD_PHONE] = self->phone;
  self->fields[NHI_REGISTRATION_FIELD_PASSWORD] = self->password;
  self->fields[NHI_REGISTRATION_FIELD_REPEAT] = self->repeat;
  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    if (self->fields[i] != NULL)
      {
        g_signal_connect (self->fields[i], "changed", G_CALLBACK (on_field_changed), self);
        g_signal_connect_swapped (self->fields[i], "activate", G_CALLBACK (on_next), self);
      }
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
}

GtkWidget *
nhi_registration_page_new (NhiContext *context)
{
  NhiRegistrationPage *self = g_object_new (NHI_TYPE_REGISTRATION_PAGE, NULL);
  NhiReaderMonitor *monitor = nhi_context_get_monitor (context);

  self->context = g_object_ref (context);
  g_signal_connect_object (monitor, "notify::profile", G_CALLBACK (on_profile), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (monitor, "notify::state", G_CALLBACK (show_card), self,
                           G_CONNECT_SWAPPED);
  nhi_registration_flow_set_card (self->flow, nhi_context_get_profile (context));
  update (self);
  return GTK_WIDGET (self);
}
