/* SPDX-License-Identifier: GPL-3.0-or-later
 * The health bank page: its two halves, and what stands there while nobody is signed in. */
#define G_LOG_DOMAIN "nhi-pages"

#include "client/pages/health-bank-apply.h"
#include "client/pages/health-bank-page.h"
#include "client/pages/health-bank-results.h"

struct _NhiHealthBankPage
{
  AdwBin parent_instance;

  NhiContext *context;
  GtkWidget *apply;
  GtkWidget *results;

  GtkStack *stack;
  GtkToggleButton *apply_toggle;
  GtkToggleButton *results_toggle;
  GtkStack *halves;
};

G_DEFINE_FINAL_TYPE (NhiHealthBankPage, nhi_health_bank_page, ADW_TYPE_BIN)

static void
on_go_to_sign_in (NhiHealthBankPage *self)
{
  nhi_context_show_page (self->context, "account");
}

static void
on_toggled (NhiHealthBankPage *self)
{
  gboolean apply = gtk_toggle_button_get_active (self->apply_toggle);

  if (self->apply == NULL)
    return;
  gtk_stack_set_visible_child (self->halves, apply ? self->apply : self->results);
}

static void
on_applied (NhiHealthBankPage *self, const char *application_id)
{
  gtk_toggle_button_set_active (self->results_toggle, TRUE);
  nhi_health_bank_results_show (NHI_HEALTH_BANK_RESULTS (self->results), application_id);
}

static void
on_apply_wanted (NhiHealthBankPage *self)
{
  gtk_toggle_button_set_active (self->apply_toggle, TRUE);
}

/* What belongs to a person goes with the session: the halves are made anew for the next one. */
static void
drop_halves (NhiHealthBankPage *self)
{
  if (self->apply == NULL)
    return;
  gtk_stack_remove (self->halves, self->apply);
  gtk_stack_remove (self->halves, self->results);
  self->apply = NULL;
  self->results = NULL;
}

static void
make_halves (NhiHealthBankPage *self)
{
  if (self->apply != NULL)
    return;
  self->apply = nhi_health_bank_apply_new (self->context);
  self->results = nhi_health_bank_results_new (self->context);
  gtk_stack_add_named (self->halves, self->apply, "apply");
  gtk_stack_add_named (self->halves, self->results, "results");
  g_signal_connect_swapped (self->apply, "applied", G_CALLBACK (on_applied), self);
  g_signal_connect_swapped (self->results, "apply-wanted", G_CALLBACK (on_apply_wanted), self);
  gtk_toggle_button_set_active (self->apply_toggle, TRUE);
  on_toggled (self);
}

static void
update (NhiHealthBankPage *self)
{
  gboolean signed_in = nhi_remote_get_signed_in (nhi_context_get_remote (self->context));

  if (signed_in)
    make_halves (self);
  else
    drop_halves (self);
  gtk_stack_set_visible_child_name (self->stack, signed_in ? "in" : "out");
}

static void
nhi_health_bank_page_dispose (GObject *object)
{
  NhiHealthBankPage *self = NHI_HEALTH_BANK_PAGE (object);

  self->apply = NULL;
  self->results = NULL;
  g_clear_object (&self->context);

  G_OBJECT_CLASS (nhi_health_bank_page_parent_class)->dispose (object);
}

static void
nhi_health_bank_page_class_init (NhiHealthBankPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = nhi_health_bank_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/tw/nhicard/Client/health-bank-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankPage, stack);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankPage, apply_toggle);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankPage, results_toggle);
  gtk_widget_class_bind_template_child (widget_class, NhiHealthBankPage, halves);
  gtk_widget_class_bind_template_callback (widget_class, on_go_to_sign_in);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled);
}

static void
nhi_health_bank_page_init (NhiHealthBankPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
nhi_health_bank_page_new (NhiContext *context)
{
  NhiHealthBankPage *self = g_object_new (NHI_TYPE_HEALTH_BANK_PAGE, NULL);

  self->context = g_object_ref (context);
  g_signal_connect_object (nhi_context_get_remote (context), "notify::signed-in",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
