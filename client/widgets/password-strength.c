/* SPDX-License-Identifier: GPL-3.0-or-later
 * Strength of a password in a bar and a word. */
#define G_LOG_DOMAIN "nhi-widgets"

#include <glib/gi18n.h>

#include "client/widgets/password-strength.h"
#include "shared/identity/contact.h"

void
nhi_password_strength_show (NhiField *password, GtkLevelBar *bar)
{
  static const char *const words[] = {
    N_ ("Would be guessed at once"), N_ ("Weak"), N_ ("Fair"), N_ ("Good"), N_ ("Strong"),
  };
  const char *text = nhi_field_get_text (password);
  guint strength = MIN (nhi_password_strength (text), G_N_ELEMENTS (words) - 1);

  gtk_level_bar_set_value (bar, text[0] != '\0' ? strength : 0);
  nhi_field_set_note (password, text[0] != '\0' ? _ (words[strength]) : NULL);
}
