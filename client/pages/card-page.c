/* SPDX-License-Identifier: GPL-3.0-or-later
 * The card page: what the card says, or what to do so that one can be read. */
#define G_LOG_DOMAIN "nhi-pages"

#include <glib/gi18n.h>

#include "client/pages/card-page.h"
#include "client/reader/card-help.h"
#include "client/widgets/card-details.h"
#include "client/widgets/card-drawing.h"
#include "client/widgets/card-help-window.h"

struct _NhiCardPage
{
  AdwBin parent_instance;

  NhiContext *context;
  NhiCardDetails *details;

  GtkStack *stack;
  AdwStatusPage *status;
  GtkSpinner *spinner;
  GtkWidget *check_button;
  GtkWidget *help_button;
  GtkLabel *code;
  GtkWidget *cancelled;
  AdwBin *details_place;
};

G_DEFINE_FINAL_TYPE (NhiCardPage, nhi_card_page, ADW_TYPE_BIN)

static void
show_profile (NhiCardPage *self, NhiCardProfile *profile)
{
  NhiDateStyle style =
      (NhiDateStyle)g_settings_get_enum (nhi_context_get_settings (self->context), "date-style");

  gtk_widget_set_visible (self->cancelled,
                          profile != NULL && profile->termination == NHI_CARD_TERMINATION_YES);
  nhi_card_details_set_profile (self->details, profile, style);
}

static void
show_state (NhiCardPage *self, NhiCardState state, const char *fault)
{
  gboolean busy = state == NHI_CARD_STATE_READING || state == NHI_CARD_STATE_STARTING;
  g_autofree char *code = NULL;
  NhiCardHelp help;

  nhi_card_help_for (state, fault, &help);
  adw_status_page_set_icon_name (self->status, nhi_card_state_drawing (state));
  adw_status_page_set_title (self->status, help.title);
  adw_status_page_set_description (self->status, help.action);
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_widget_set_visible (self->check_button, !busy && state != NHI_CARD_STATE_NO_CARD);
  gtk_widget_set_visible (self->help_button, !busy);
  if (fault != NULL)
    /* Translators: %s is a code for the support, such as PCSC-8010001D */
    code = g_strdup_printf (_ ("Code for support: %s"), fault);
  gtk_label_set_label (self->code, code != NULL ? code : "");
  gtk_widget_set_visible (GTK_WIDGET (self->code), code != NULL);
}

/* The profile is NULL before the state says so when a card leaves: either is enough to empty the
 * page. */
static void
update (NhiCardPage *self)
{
  NhiReaderMonitor *monitor = nhi_context_get_monitor (self->context);
  NhiCardProfile *profile = nhi_reader_monitor_get_profile (monitor);
  NhiCardState state = nhi_reader_monitor_get_state (monitor);

  show_profile (self, profile);
  show_state (self, state, nhi_reader_monitor_get_fault_code (monitor));
  gtk_stack_set_visible_child_name (self->stack, profile != NULL ? "card" : "state");
}

static void
on_check_clicked (NhiCardPage *self)
{
  nhi_context_show_page (self->context, "check");
}

static void
on_retry (NhiCardPage *self)
{
  NhiReaderMonitor *monitor = nhi_context_get_monitor (self->context);

  nhi_reader_monitor_stop (monitor);
  nhi_reader_monitor_start (monitor);
}

static void
on_help_clicked (NhiCardPage *self)
{
  NhiReaderMonitor *monitor = nhi_context_get_monitor (self->context);
  GtkWindow *parent = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkWidget *window = nhi_card_help_window_new (parent, nhi_reader_monitor_get_state (monitor),
                                                nhi_reader_monitor_get_fault_code (monitor));

  g_signal_connect_object (window, "check", G_CALLBACK (on_check_clicked), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (window, "retry", G_CALLBACK (on_retry), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_copied (NhiCardPage *self, const char *field)
{
  g_autofree char *text = NULL;

  /* Translators: %s is the name of a field, such as "Card Number" */
  text = g_strdup_printf (_ ("Copied: %s"), field);
  nhi_context_toast (self->context, text);
}

static void
nhi_card_page_dispose (GObject *object)
{
  NhiCardPage *self = NHI_CARD_PAGE (object);

  g_clear_object (&self->context);

  G_OBJECT_CLASS (nhi_card_page_parent_class)->dispose (object);
}

static void
nhi_card_page_class_init (NhiCardPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_card_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/tw/nhicard/Client/card-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NhiCardPage, stack);
  gtk_widget_class_bind_template_child (widget_class, NhiCardPage, status);
  gtk_widget_class_bind_template_child (widget_class, NhiCardPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, NhiCardPage, check_button);
  gtk_widget_class_bind_template_child (widget_class, NhiCardPage, help_button);
  gtk_widget_class_bind_template_child (widget_class, NhiCardPage, code);
  gtk_widget_class_bind_template_child (widget_class, NhiCardPage, details_place);
  gtk_widget_class_bind_template_child (widget_class, NhiCardPage, cancelled);
  gtk_widget_class_bind_template_callback (widget_class, on_check_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_help_clicked);
}

static void
nhi_card_page_init (NhiCardPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->details = NHI_CARD_DETAILS (nhi_card_details_new ());
  adw_bin_set_child (self->details_place, GTK_WIDGET (self->details));
  g_signal_connect_swapped (self->details, "copied", G_CALLBACK (on_copied), self);
}

GtkWidget *
nhi_card_page_new (NhiContext *context)
{
  NhiCardPage *self = g_object_new (NHI_TYPE_CARD_PAGE, NULL);
  NhiReaderMonitor *monitor = nhi_context_get_monitor (context);

  self->context = g_object_ref (context);
  g_signal_connect_object (monitor, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (nhi_context_get_settings (context), "changed::date-style",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
