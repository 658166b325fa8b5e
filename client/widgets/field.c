/* SPDX-License-Identifier: GPL-3.0-or-later
 * A form field whose name, rule and error are also said by assistive technology. */
#define G_LOG_DOMAIN "nhi-widgets"

#include "client/widgets/field.h"
#include "client/widgets/row.h"

struct _NhiField
{
  GtkBox parent_instance;

  GtkLabel *title;
  GtkWidget *entry; /* GtkEntry or GtkPasswordEntry */
  GtkImage *icon;
  GtkLabel *below;
  char *hint;
  char *note;
  char *error;
  gboolean secret;
};

G_DEFINE_FINAL_TYPE (NhiField, nhi_field, GTK_TYPE_BOX)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_HINT,
  PROP_TEXT,
  PROP_SECRET,
  PROP_PURPOSE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint changed_signal;
static guint activate_signal;

static gboolean
is_set (const char *text)
{
  return text != NULL && text[0] != '\0';
}

static void
show_below (NhiField *self)
{
  gboolean wrong = is_set (self->error);
  const char *text = wrong ? self->error : is_set (self->note) ? self->note : self->hint;

  gtk_label_set_label (self->below, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->icon), wrong);
  gtk_widget_set_visible (GTK_WIDGET (self->below), is_set (text));
  nhi_widget_set_description (self->entry, text);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
  if (wrong)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self), "field-wrong");
      gtk_widget_add_css_class (self->entry, "error");
      gtk_widget_remove_css_class (GTK_WIDGET (self->below), "dim-label");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self), "field-wrong");
      gtk_widget_remove_css_class (self->entry, "error");
      gtk_widget_add_css_class (GTK_WIDGET (self->below), "dim-label");
    }
}

static void
on_changed (NhiField *self)
{
  g_signal_emit (self, changed_signal, 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

static void
on_activate (NhiField *self)
{
  g_signal_emit (self, activate_signal, 0);
}

static void
nhi_field_constructed (GObject *object)
{
  NhiField *self = NHI_FIELD (object);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  G_OBJECT_CLASS (nhi_field_parent_class)->constructed (object);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->entry = self->secret ? gtk_password_entry_new () : gtk_entry_new ();
  if (self->secret)
    gtk_password_entry_set_show_peek_icon (GTK_PASSWORD_ENTRY (self->entry), TRUE);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (on_activate), self);

  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->icon));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->below));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (self), self->entry);
  gtk_box_append (GTK_BOX (self), line);
  show_below (self);
}

static void
nhi_field_finalize (GObject *object)
{
  NhiField *self = NHI_FIELD (object);

  g_clear_pointer (&self->hint, g_free);
  g_clear_pointer (&self->note, g_free);
  g_clear_pointer (&self->error, g_free);

  G_OBJECT_CLASS (nhi_field_parent_class)->finalize (object);
}

static void
nhi_field_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  NhiField *self = NHI_FIELD (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, gtk_label_get_label (self->title));
      break;
    case PROP_HINT:
      g_value_set_string (value, self->hint);
      break;
    case PROP_TEXT:
      g_value_set_string (value, nhi_field_get_text (self));
      break;
    case PROP_SECRET:
      g_value_set_boolean (value, self->secret);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
nhi_field_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  NhiField *self = NHI_FIELD (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      gtk_label_set_label (self->title, g_value_get_string (value));
      nhi_widget_set_name (self->entry, g_value_get_string (value));
      break;
    case PROP_HINT:
      g_free (self->hint);
      self->hint = g_value_dup_string (value);
      show_below (self);
      break;
    case PROP_TEXT:
      nhi_field_set_text (self, g_value_get_string (value));
      break;
    case PROP_SECRET:
      self->secret = g_value_get_boolean (value);
      break;
    case PROP_PURPOSE:
      if (!self->secret)
        gtk_entry_set_input_purpose (GTK_ENTRY (self->entry), g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
nhi_field_class_init (NhiFieldClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->constructed = nhi_field_constructed;
  object_class->finalize = nhi_field_finalize;
  object_class->get_property = nhi_field_get_property;
  object_class->set_property = nhi_field_set_property;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_HINT] = g_param_spec_string ("hint", NULL, NULL, NULL, flags);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);
  properties[PROP_SECRET] =
      g_param_spec_boolean ("secret", NULL, NULL, FALSE, flags | G_PARAM_CONSTRUCT_ONLY);
  properties[PROP_PURPOSE] =
      g_param_spec_enum ("purpose", NULL, NULL, GTK_TYPE_INPUT_PURPOSE, GTK_INPUT_PURPOSE_FREE_FORM,
                         G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  changed_signal = g_signal_new ("changed", NHI_TYPE_FIELD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  activate_signal = g_signal_new ("activate", NHI_TYPE_FIELD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
nhi_field_init (NhiField *self)
{
  self->title = GTK_LABEL (gtk_label_new (NULL));
  self->below = GTK_LABEL (gtk_label_new (NULL));
  self->icon = GTK_IMAGE (gtk_image_new_from_icon_name ("dialog-error-symbolic"));
  gtk_label_set_xalign (self->title, 0);
  gtk_label_set_xalign (self->below, 0);
  gtk_label_set_wrap (self->below, TRUE);
  gtk_widget_set_valign (GTK_WIDGET (self->icon), GTK_ALIGN_START);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "field-title");
  gtk_widget_add_css_class (GTK_WIDGET (self->below), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self), "field");
}

const char *
nhi_field_get_text (NhiField *self)
{
  g_return_val_if_fail (NHI_IS_FIELD (self), "");
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

void
nhi_field_set_text (NhiField *self, const char *text)
{
  g_return_if_fail (NHI_IS_FIELD (self));

  text = text != NULL ? text : "";
  if (strcmp (text, nhi_field_get_text (self)) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}

void
nhi_field_set_error (NhiField *self, const char *error)
{
  g_return_if_fail (NHI_IS_FIELD (self));

  g_free (self->error);
  self->error = g_strdup (error);
  show_below (self);
}

void
nhi_field_set_note (NhiField *self, const char *note)
{
  g_return_if_fail (NHI_IS_FIELD (self));

  g_free (self->note);
  self->note = g_strdup (note);
  show_below (self);
}

gboolean
nhi_field_has_error (NhiField *self)
{
  g_return_val_if_fail (NHI_IS_FIELD (self), FALSE);
  return is_set (self->error);
}

void
nhi_field_focus (NhiField *self)
{
  g_return_if_fail (NHI_IS_FIELD (self));
  gtk_widget_grab_focus (self->entry);
}
