/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a person sent, checked field by field and brought into one form; and whether it is what the
 * population tables hold. */
#pragma once

#include "service/domain/insured.h"
#include "service/domain/registration.h"

G_BEGIN_DECLS

/* Every member is set. Freed memory of the password is wiped. */
typedef struct
{
  char *card_number;
  char *id_number;
  char *name;
  char *birth_date;
  char *household_number;
  char *village_code;
  gint64 neighbourhood;
  char *email;
  char *phone;
  char *password;
  char *language;
} NhiRegistrationForm;

/* FALSE with %NHI_DOMAIN_ERROR_INVALID and every field that breaks its rule. @ret is then not
 * touched. */
gboolean nhi_registration_form_read (const NhiRegistrationRequest *request,
                                     const GDate *today,
                                     NhiRegistrationForm *ret,
                                     GError **error);
void nhi_registration_form_clear (NhiRegistrationForm *form);

/* @insured: what nhi_insured_find() gave for form->id_number and form->card_number */
gboolean nhi_registration_form_matches (const NhiRegistrationForm *form, const NhiInsured *insured);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiRegistrationForm, nhi_registration_form_clear)

G_END_DECLS
