/* SPDX-License-Identifier: GPL-3.0-or-later
 * County, township and village by the official list; the list is loaded when the chooser is first
 * seen. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Signal: "changed". */
#define NHI_TYPE_ADDRESS_CHOOSER (nhi_address_chooser_get_type ())
G_DECLARE_FINAL_TYPE (NhiAddressChooser, nhi_address_chooser, NHI, ADDRESS_CHOOSER, GtkBox)

GtkWidget *nhi_address_chooser_new (void);
const char *nhi_address_chooser_get_village_code (NhiAddressChooser *self); /* NULL until chosen */
/* "臺北市中正區黎明里"; "" until a village is chosen. */
char *nhi_address_chooser_get_text (NhiAddressChooser *self);
void nhi_address_chooser_clear (NhiAddressChooser *self);
void nhi_address_chooser_set_error (NhiAddressChooser *self, const char *error);

G_END_DECLS
