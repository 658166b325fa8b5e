/* SPDX-License-Identifier: GPL-3.0-or-later
 * Error help: title, drawings with their words, cause, next step, codes, and the two ways on. */
#define G_LOG_DOMAIN "nhi-widgets"

#include <glib/gi18n.h>

#include "client/reader/card-help.h"
#include "client/widgets/card-help-window.h"
#include "client/widgets/row.h"

struct _NhiCardHelpWindow
{
  AdwWindow parent_instance;
};

G_DEFINE_FINAL_TYPE (NhiCardHelpWindow, nhi_card_help_window, ADW_TYPE_WINDOW)

enum
{
  SIGNAL_CHECK,
  SIGNAL_RETRY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  const char *icon;
  const char *words; /* below the drawing */
  const char *name;  /* what the drawing shows, for who cannot see it */
} Figure;

static const Figure ORIENTATION[] = {
  { "nhi-draw-help-chip-first-symbolic", N_ ("Right: chip first and facing up"),
    N_ ("Drawing: a card goes into the reader with the side of the golden chip first, and the chip "
        "can be seen from above") },
  { "nhi-draw-help-chip-down-symbolic", N_ ("Wrong: chip facing down"),
    N_ ("Drawing: a card lies with its back up, so that the chip cannot be seen") },
  { "nhi-draw-help-chip-last-symbolic", N_ ("Wrong: chip still outside"),
    N_ ("Drawing: a card goes into the reader with the side that has no chip first") },
};

static const Figure READERS[] = {
  { "nhi-draw-help-reader-flat-symbolic", N_ ("Flat: slot in front, chip up"),
    N_ ("Drawing: a flat reader with a cable; the card goes in level from the front, its chip "
        "facing up") },
  { "nhi-draw-help-reader-standing-symbolic", N_ ("Standing: slot on top, chip towards you"),
    N_ ("Drawing: a standing reader; the card goes in from above, its chip facing the person") },
  { "nhi-draw-help-reader-contactless-symbolic", N_ ("Contactless only: does not fit"),
    N_ ("Drawing: a reader without a slot, on which cards are only laid; it cannot read an NHI "
        "card") },
};

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0F);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_figure (const Figure *figure)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *image = g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG,
                                   "icon-name", figure->icon, "pixel-size", 96, NULL);
  GtkWidget *words = make_label (_ (figure->words), "caption");

  nhi_widget_set_name (image, _ (figure->name));
  gtk_widget_add_css_class (image, "drawing");
  gtk_label_set_xalign (GTK_LABEL (words), 0.5F);
  gtk_label_set_justify (GTK_LABEL (words), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (GTK_LABEL (words), 14);
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), words);
  return box;
}

static GtkWidget *
make_figures (const Figure *figures, guint n)
{
  GtkWidget *flow = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), n);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  nhi_widget_set_name (flow, _ ("Drawings"));
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *child = gtk_flow_box_child_new ();

      gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), make_figure (&figures[i]));
      gtk_widget_set_focusable (child, FALSE);
      nhi_widget_set_name (child, _ (figures[i].words));
      gtk_flow_box_append (GTK_FLOW_BOX (flow), child);
    }
  return flow;
}

static void
add_figures (GtkBox *box, NhiCardPicture picture)
{
  if (picture == NHI_CARD_PICTURE_ORIENTATION)
    gtk_box_append (box, make_figures (ORIENTATION, G_N_ELEMENTS (ORIENTATION)));
  else if (picture == NHI_CARD_PICTURE_READERS)
    gtk_box_append (box, make_figures (READERS, G_N_ELEMENTS (READERS)));
}

static void
add_part (GtkBox *box, const char *heading, const char *text)
{
  GtkWidget *part = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  gtk_box_append (GTK_BOX (part), make_label (heading, "heading"));
  gtk_box_append (GTK_BOX (part), make_label (text, NULL));
  gtk_box_append (box, part);
}

static void
add_codes (GtkBox *box, const char *fault_code, const char *insurer_code)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GtkWidget *label;

  if (fault_code != NULL)
    /* Translators: %s is a code for the support, such as PCSC-8010001D */
    g_string_append_printf (text, _ ("Code for support: %s"), fault_code);
  if (fault_code != NULL && insurer_code != NULL)
    g_string_append_c (text, '\n');
  if (insurer_code != NULL)
    /* Translators: %s is a number of four digits. */
    g_string_append_printf (text, _ ("On pages of the NHIA: %s"), insurer_code);
  if (text->len == 0)
    return;
  label = make_label (text->str, "caption");
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE); /* or all of it would be selected at the start */
  gtk_box_append (box, label);
}

static void
leave_by (NhiCardHelpWindow *self, guint signal)
{
  g_autoptr (NhiCardHelpWindow) kept = g_object_ref (self);

  gtk_window_close (GTK_WINDOW (self));
  g_signal_emit (kept, signals[signal], 0);
}

static void
on_check (NhiCardHelpWindow *self)
{
  leave_by (self, SIGNAL_CHECK);
}

static void
on_retry (NhiCardHelpWindow *self)
{
  leave_by (self, SIGNAL_RETRY);
}

static void
add_button (NhiCardHelpWindow *self, GtkBox *box, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_add_css_class (button, "pill");
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "clicked", callback, self);
  gtk_box_append (box, button);
}

static GtkWidget *
make_content (NhiCardHelpWindow *self, const NhiCardHelp *help, const char *fault_code)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_box_append (GTK_BOX (box), make_label (help->title, "title-2"));
  add_part (GTK_BOX (box), _ ("What to Do"), help->action);
  add_figures (GTK_BOX (box), help->picture);
  add_part (GTK_BOX (box), _ ("Cause"), help->cause);
  add_part (GTK_BOX (box), _ ("Try Again"), nhi_card_retry_words (help->retry));
  add_codes (GTK_BOX (box), fault_code, help->insurer_code);
  add_button (self, GTK_BOX (box), _ ("Read Again"), G_CALLBACK (on_retry));
  add_button (self, GTK_BOX (box), _ ("Environment Check"), G_CALLBACK (on_check));

  g_object_set (box, "margin-top", 12, "margin-bottom", 24, "margin-start", 18, "margin-end", 18,
                NULL);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
nhi_card_help_window_class_init (NhiCardHelpWindowClass *klass)
{
  signals[SIGNAL_CHECK] = g_signal_new ("check", NHI_TYPE_CARD_HELP_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_RETRY] = g_signal_new ("retry", NHI_TYPE_CARD_HELP_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close",
                                       NULL);
}

static void
nhi_card_help_window_init (NhiCardHelpWindow *self)
{
  gtk_window_set_title (GTK_WINDOW (self), _ ("Card Reading Help"));
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (self), 480, 680);
}

GtkWidget *
nhi_card_help_window_new (GtkWindow *parent, NhiCardState state, const char *fault_code)
{
  NhiCardHelpWindow *self = g_object_new (NHI_TYPE_CARD_HELP_WINDOW, "transient-for", parent, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  NhiCardHelp help;

  nhi_card_help_for (state, fault_code, &help);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), make_content (self, &help, fault_code));
  adw_window_set_content (ADW_WINDOW (self), box);
  return GTK_WIDGET (self);
}
