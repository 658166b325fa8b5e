/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rules of each field, and the comparison with the population. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/registration-form.h"

#include "service/domain/form-field.h"
#include "service/domain/name.h"
#include "service/domain/words.h"
#include "shared/calendar/roc-date.h"
#include "shared/identity/contact.h"
#include "shared/identity/divisions.h"

#include <string.h>

#define OLDEST_AGE 130

/* Full-width letters stay as they are: the card may hold them. */
static char *
strip_invisible (const char *typed)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  for (const char *p = typed; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (g_unichar_type (character) == G_UNICODE_SPACE_SEPARATOR)
        g_string_append_c (seen, ' ');
      else if (g_unichar_type (character) != G_UNICODE_FORMAT)
        g_string_append_unichar (seen, character);
    }
  return g_strstrip (g_string_free (g_steal_pointer (&seen), FALSE));
}

static char *
read_name (NhiFieldErrors *errors, const char *value)
{
  if (!nhi_form_is_given (errors, "name", value))
    return NULL;
  g_autofree char *name = strip_invisible (value);
  gboolean is_clean = TRUE;

  for (const char *p = name; is_clean && *p != '\0'; p = g_utf8_next_char (p))
    is_clean = !g_unichar_iscntrl (g_utf8_get_char (p));
  if (!is_clean)
    nhi_field_errors_add (errors, "name", NHI_CODE_INVALID);
  else if (g_utf8_strlen (name, -1) > NHI_NAME_MAX)
    nhi_field_errors_add (errors, "name", NHI_CODE_TOO_LONG);
  else
    return g_steal_pointer (&name);
  return NULL;
}

static char *
read_birth_date (NhiFieldErrors *errors, const char *value, const GDate *today, GDate *ret_date)
{
  if (!nhi_form_is_given (errors, "birth_date", value))
    return NULL;
  g_autofree char *text = nhi_text_fold_width (value);
  if (nhi_iso_date_parse (text, ret_date) && g_date_compare (ret_date, today) <= 0 &&
      nhi_date_age (ret_date, today) <= OLDEST_AGE)
    return nhi_iso_date_format (ret_date);
  g_date_clear (ret_date, 1);
  nhi_field_errors_add (errors, "birth_date", NHI_CODE_INVALID);
  return NULL;
}

static char *
read_email (NhiFieldErrors *errors, const char *value)
{
  if (!nhi_form_is_given (errors, "email", value))
    return NULL;
  g_autofree char *email = nhi_text_fold_width (value);
  if (nhi_email_is_valid (email))
    return g_steal_pointer (&email);
  nhi_field_errors_add (errors, "email", NHI_CODE_INVALID);
  return NULL;
}

static char *
read_phone (NhiFieldErrors *errors, const char *value)
{
  if (!nhi_form_is_given (errors, "phone", value))
    return NULL;
  char *phone = nhi_phone_normalise (value);
  if (phone == NULL)
    nhi_field_errors_add (errors, "phone", NHI_CODE_INVALID);
  return phone;
}

static char *
read_password (NhiFieldErrors *errors,
               const char *value,
               const NhiRegistrationForm *form,
               const GDate *birth_date)
{
  static const char *const codes[] = {
    [NHI_PASSWORD_TOO_SHORT] = NHI_CODE_TOO_SHORT,
    [NHI_PASSWORD_TOO_LONG] = NHI_CODE_TOO_LONG,
    [NHI_PASSWORD_COMMON] = NHI_CODE_TOO_COMMON,
    [NHI_PASSWORD_PERSONAL] = NHI_CODE_PERSONAL,
  };

  if (!nhi_form_is_given (errors, "password", value))
    return NULL;
  const NhiPasswordVerdict verdict =
      nhi_password_judge (value, form->id_number, form->card_number,
                          birth_date != NULL && g_date_valid (birth_date) ? birth_date : NULL);
  if (verdict == NHI_PASSWORD_OK)
    return g_strdup (value);
  nhi_field_errors_add (errors, "password", codes[verdict]);
  return NULL;
}

gboolean
nhi_registration_form_read (const NhiRegistrationRequest *request,
                            const GDate *today,
                            NhiRegistrationForm *ret,
                            GError **error)
{
  g_autoptr (NhiFieldErrors) errors = nhi_field_errors_new ();
  g_auto (NhiRegistrationForm) form = { 0 };
  GDate birth_date;

  g_date_clear (&birth_date, 1);
  form.card_number = nhi_form_read_card_number (errors, request->card_number);
  form.id_number = nhi_form_read_id_number (errors, request->id_number);
  form.name = read_name (errors, request->name);
  form.birth_date = read_birth_date (errors, request->birth_date, today, &birth_date);
  form.household_number = nhi_form_read_code (errors, "household_number", request->household_number,
                                              nhi_household_number_is_valid);
  form.village_code =
      nhi_form_read_code (errors, "village_code", request->village_code, nhi_village_code_is_valid);
  form.neighbourhood = request->neighbourhood;
  if (form.neighbourhood == 0)
    nhi_field_errors_add (errors, "neighbourhood", NHI_CODE_REQUIRED);
  else if (form.neighbourhood < 0 || form.neighbourhood > NHI_NEIGHBOURHOOD_MAX)
    nhi_field_errors_add (errors, "neighbourhood", NHI_CODE_INVALID);
  form.email = read_email (errors, request->email);
  form.phone = read_phone (errors, request->phone);
  form.password = read_password (errors, request->password, &form, &birth_date);
  if (!nhi_language_is_known (request->language))
    nhi_field_errors_add (errors, "language", NHI_CODE_INVALID);
  form.language = g_strdup (request->language);

  if (!nhi_field_errors_done (errors, error))
    return FALSE;
  *ret = form;
  form = (NhiRegistrationForm){ 0 };
  return TRUE;
}

void
nhi_registration_form_clear (NhiRegistrationForm *form)
{
  g_free (form->card_number);
  g_free (form->id_number);
  g_free (form->name);
  g_free (form->birth_date);
  g_free (form->household_number);
  g_free (form->village_code);
  g_free (form->email);
  g_free (form->phone);
  if (form->password != NULL)
    explicit_bzero (form->password, strlen (form->password));
  g_free (form->password);
  g_free (form->language);
  *form = (NhiRegistrationForm){ 0 };
}

gboolean
nhi_registration_form_matches (const NhiRegistrationForm *form, const NhiInsured *insured)
{
  const NhiPerson *person = insured->person;
  const NhiResidence *home = insured->residence;

  return person != NULL && home != NULL && nhi_insured_has_active_card (insured) &&
         nhi_name_matches (person->name, form->name) &&
         g_str_equal (person->birth_date, form->birth_date) &&
         g_ascii_strcasecmp (home->household_number, form->household_number) == 0 &&
         nhi_village_code_matches (form->village_code, home->village_code) &&
         home->neighbourhood == form->neighbourhood;
}
