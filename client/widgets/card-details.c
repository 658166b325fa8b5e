/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fields of an NHI card. */
#define G_LOG_DOMAIN "nhi-widgets"

#include <glib/gi18n.h>

#include "client/widgets/card-details.h"
#include "client/widgets/row.h"
#include "shared/identity/id-number.h"

typedef enum
{
  FIELD_NAME,
  FIELD_ID,
  FIELD_CARD_NUMBER,
  FIELD_BIRTH,
  FIELD_SEX,
  FIELD_ISSUED,
  FIELD_STATE,
  N_FIELDS
} Field;

static const struct
{
  const char *title;
  const char *copy; /* NULL: nothing worth copying */
} fields[N_FIELDS] = {
  [FIELD_NAME] = { N_ ("Name"), N_ ("Copy Name") },
  [FIELD_ID] = { N_ ("ID Number"), N_ ("Copy ID Number") },
  [FIELD_CARD_NUMBER] = { N_ ("Card Number"), N_ ("Copy Card Number") },
  [FIELD_BIRTH] = { N_ ("Date of Birth"), N_ ("Copy Date of Birth") },
  [FIELD_SEX] = { N_ ("Sex"), NULL },
  [FIELD_ISSUED] = { N_ ("Date of Issue"), N_ ("Copy Date of Issue") },
  [FIELD_STATE] = { N_ ("Card State"), NULL },
};

struct _NhiCardDetails
{
  AdwBin parent_instance;

  NhiCardProfile *profile;
  GtkWidget *rows[N_FIELDS];
  char *values[N_FIELDS];
  GtkWidget *reveal;
  GtkWidget *incomplete; /* shown when the card holds a part of the name only */
  gboolean id_shown;
};

G_DEFINE_FINAL_TYPE (NhiCardDetails, nhi_card_details, ADW_TYPE_BIN)

static guint copied_signal;

static void
set_value (NhiCardDetails *self, Field field, const char *shown, const char *copied)
{
  g_object_set (self->rows[field], "subtitle", shown, NULL);
  g_free (self->values[field]);
  self->values[field] = g_strdup (copied != NULL ? copied : shown);
}

static void
show_id (NhiCardDetails *self)
{
  g_autofree char *masked = NULL;
  const char *label = self->id_shown ? _ ("Hide ID Number") : _ ("Show ID Number");

  gtk_button_set_icon_name (GTK_BUTTON (self->reveal),
                            self->id_shown ? "view-conceal-symbolic" : "view-reveal-symbolic");
  gtk_widget_set_tooltip_text (self->reveal, label);
  nhi_widget_set_name (self->reveal, label);
  if (self->profile == NULL)
    {
      set_value (self, FIELD_ID, "", "");
      return;
    }
  masked = nhi_id_number_mask (self->profile->id_number);
  set_value (self, FIELD_ID, self->id_shown ? self->profile->id_number : masked,
             self->profile->id_number);
}

static const char *
state_text (const NhiCardProfile *profile)
{
  switch (profile->termination)
    {
    case NHI_CARD_TERMINATION_NO:
      return _ ("In use");
    case NHI_CARD_TERMINATION_YES:
      return _ ("Cancelled: this card is no longer valid");
    case NHI_CARD_TERMINATION_UNKNOWN:
    default:
      return _ ("The card does not tell");
    }
}

static void
on_reveal (NhiCardDetails *self)
{
  self->id_shown = !self->id_shown;
  show_id (self);
}

static void
on_copy (GtkButton *button, NhiCardDetails *self)
{
  Field field = (Field)GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "field"));

  if (self->profile == NULL || self->values[field] == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->values[field]);
  g_signal_emit (self, copied_signal, 0, _ (fields[field].title));
}

static GtkWidget *
make_icon_button (const char *icon, const char *label)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  nhi_widget_set_name (button, label);
  return button;
}

static void
nhi_card_details_finalize (GObject *object)
{
  NhiCardDetails *self = NHI_CARD_DETAILS (object);

  g_clear_pointer (&self->profile, nhi_card_profile_unref);
  for (guint i = 0; i < N_FIELDS; i++)
    g_clear_pointer (&self->values[i], g_free);

  G_OBJECT_CLASS (nhi_card_details_parent_class)->finalize (object);
}

static void
nhi_card_details_class_init (NhiCardDetailsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nhi_card_details_finalize;
  copied_signal = g_signal_new ("copied", NHI_TYPE_CARD_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
nhi_card_details_init (NhiCardDetails *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  nhi_widget_set_name (list, _ ("Card Data"));
  for (guint i = 0; i < N_FIELDS; i++)
    {
      GtkWidget *row = nhi_value_row_new (_ (fields[i].title), "");

      self->rows[i] = row;
      if (i == FIELD_ID)
        {
          self->reveal = make_icon_button ("view-reveal-symbolic", _ ("Show ID Number"));
          g_signal_connect_swapped (self->reveal, "clicked", G_CALLBACK (on_reveal), self);
          adw_action_row_add_suffix (ADW_ACTION_ROW (row), self->reveal);
        }
      if (fields[i].copy != NULL)
        {
          GtkWidget *copy = make_icon_button ("edit-copy-symbolic", _ (fields[i].copy));

          g_object_set_data (G_OBJECT (copy), "field", GUINT_TO_POINTER (i));
          g_signal_connect (copy, "clicked", G_CALLBACK (on_copy), self);
          adw_action_row_add_suffix (ADW_ACTION_ROW (row), copy);
        }
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  gtk_widget_add_css_class (self->rows[FIELD_NAME], "person-name");
  self->incomplete = gtk_label_new (_ ("The card cannot hold this name completely."));
  gtk_label_set_wrap (GTK_LABEL (self->incomplete), TRUE);
  gtk_widget_add_css_class (self->incomplete, "caption");
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (GTK_BOX (box), self->incomplete);
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
nhi_card_details_new (void)
{
  return g_object_new (NHI_TYPE_CARD_DETAILS, NULL);
}

static void
empty_fields (NhiCardDetails *self)
{
  for (guint i = 0; i < N_FIELDS; i++)
    set_value (self, (Field)i, "", "");
}

void
nhi_card_details_set_profile (NhiCardDetails *self, NhiCardProfile *profile, NhiDateStyle style)
{
  g_autofree char *birth = NULL;
  g_autofree char *issued = NULL;

  g_return_if_fail (NHI_IS_CARD_DETAILS (self));

  g_clear_pointer (&self->profile, nhi_card_profile_unref);
  self->profile = profile != NULL ? nhi_card_profile_ref (profile) : NULL;
  self->id_shown = FALSE;
  show_id (self);
  gtk_widget_set_visible (self->incomplete, profile != NULL && !profile->name_is_complete);
  if (profile == NULL)
    {
      empty_fields (self);
      return;
    }
  birth = nhi_format_date (&profile->birth_date, style);
  issued = nhi_format_date (&profile->issued_on, style);
  set_value (self, FIELD_NAME, profile->name, NULL);
  set_value (self, FIELD_CARD_NUMBER, profile->card_number, NULL);
  set_value (self, FIELD_BIRTH, birth, NULL);
  set_value (self, FIELD_SEX, profile->sex == 'F' ? _ ("Female") : _ ("Male"), NULL);
  set_value (self, FIELD_ISSUED, issued, NULL);
  set_value (self, FIELD_STATE, state_text (profile), NULL);
}
