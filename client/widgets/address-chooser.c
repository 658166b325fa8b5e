/* SPDX-License-Identifier: GPL-3.0-or-later
 * Three choosers, each filled from the choice before it. */
#define G_LOG_DOMAIN "nhi-widgets"

#include <string.h>

#include <glib/gi18n.h>

#include "client/widgets/address-chooser.h"
#include "client/widgets/chooser.h"
#include "client/widgets/format.h"
#include "client/widgets/row.h"
#include "shared/identity/divisions.h"

struct _NhiAddressChooser
{
  GtkBox parent_instance;

  NhiChooser *county;
  NhiChooser *town;
  NhiChooser *village;
  GtkLabel *error;
  gboolean filled;
};

G_DEFINE_FINAL_TYPE (NhiAddressChooser, nhi_address_chooser, GTK_TYPE_BOX)

static guint changed_signal;

static void
fill (NhiChooser *chooser, const NhiDivision *divisions, gsize count)
{
  g_autofree const char **keys = g_new (const char *, count + 1);
  g_autofree const char **names = g_new (const char *, count + 1);
  gboolean chinese = nhi_names_are_chinese ();

  for (gsize i = 0; i < count; i++)
    {
      keys[i] = divisions[i].code;
      names[i] = chinese ? divisions[i].name : divisions[i].name_en;
    }
  nhi_chooser_set_items (chooser, keys, names, (guint)count);
}

static void
say_changed (NhiAddressChooser *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static void
on_county (NhiAddressChooser *self)
{
  gsize count = 0;
  const NhiDivision *towns = nhi_divisions_towns (nhi_divisions_get_default (),
                                                  nhi_chooser_get_key (self->county), &count);

  fill (self->town, towns, count);
  fill (self->village, NULL, 0);
  say_changed (self);
}

static void
on_town (NhiAddressChooser *self)
{
  gsize count = 0;
  const NhiDivision *villages = nhi_divisions_villages (nhi_divisions_get_default (),
                                                        nhi_chooser_get_key (self->town), &count);

  fill (self->village, villages, count);
  say_changed (self);
}

static void
on_map (NhiAddressChooser *self)
{
  gsize count = 0;
  const NhiDivision *counties;

  if (self->filled)
    return;
  counties = nhi_divisions_counties (nhi_divisions_get_default (), &count);
  fill (self->county, counties, count);
  self->filled = TRUE;
}

static void
nhi_address_chooser_class_init (NhiAddressChooserClass *klass)
{
  changed_signal = g_signal_new ("changed", NHI_TYPE_ADDRESS_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static NhiChooser *
add_level (NhiAddressChooser *self, const char *title, const char *prompt)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *label = gtk_label_new (title);
  GtkWidget *chooser = nhi_chooser_new (title, prompt);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "field-title");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), chooser);
  gtk_box_append (GTK_BOX (self), box);
  nhi_chooser_set_items (NHI_CHOOSER (chooser), NULL, NULL, 0);
  return NHI_CHOOSER (chooser);
}

static void
nhi_address_chooser_init (NhiAddressChooser *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 12);
  self->county = add_level (self, _ ("County"), _ ("Choose a county"));
  self->town = add_level (self, _ ("Township"), _ ("Choose a township"));
  self->village = add_level (self, _ ("Village"), _ ("Choose a village"));
  self->error = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->error, 0);
  gtk_label_set_wrap (self->error, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->error), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->error), "error");
  gtk_widget_set_visible (GTK_WIDGET (self->error), FALSE);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->error));
  g_signal_connect_swapped (self->county, "chosen", G_CALLBACK (on_county), self);
  g_signal_connect_swapped (self->town, "chosen", G_CALLBACK (on_town), self);
  g_signal_connect_swapped (self->village, "chosen", G_CALLBACK (say_changed), self);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
}

GtkWidget *
nhi_address_chooser_new (void)
{
  return g_object_new (NHI_TYPE_ADDRESS_CHOOSER, NULL);
}

const char *
nhi_address_chooser_get_village_code (NhiAddressChooser *self)
{
  g_return_val_if_fail (NHI_IS_ADDRESS_CHOOSER (self), NULL);
  return nhi_chooser_get_key (self->village);
}

char *
nhi_address_chooser_get_text (NhiAddressChooser *self)
{
  g_return_val_if_fail (NHI_IS_ADDRESS_CHOOSER (self), NULL);

  if (nhi_chooser_get_key (self->village) == NULL)
    return g_strdup ("");
  if (nhi_names_are_chinese ())
    return g_strconcat (nhi_chooser_get_text (self->county), nhi_chooser_get_text (self->town),
                        nhi_chooser_get_text (self->village), NULL);
  return g_strjoin (", ", nhi_chooser_get_text (self->village), nhi_chooser_get_text (self->town),
                    nhi_chooser_get_text (self->county), NULL);
}

void
nhi_address_chooser_clear (NhiAddressChooser *self)
{
  g_return_if_fail (NHI_IS_ADDRESS_CHOOSER (self));

  self->filled = FALSE;
  fill (self->county, NULL, 0);
  fill (self->town, NULL, 0);
  fill (self->village, NULL, 0);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    on_map (self);
}

void
nhi_address_chooser_set_error (NhiAddressChooser *self, const char *error)
{
  gboolean wrong = error != NULL && error[0] != '\0';

  g_return_if_fail (NHI_IS_ADDRESS_CHOOSER (self));

  gtk_label_set_label (self->error, wrong ? error : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), wrong);
  nhi_chooser_set_error (self->county, wrong && nhi_chooser_get_key (self->county) == NULL);
  nhi_chooser_set_error (self->town, wrong && nhi_chooser_get_key (self->town) == NULL);
  nhi_chooser_set_error (self->village, wrong && nhi_chooser_get_key (self->village) == NULL);
}
