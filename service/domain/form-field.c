/* SPDX-License-Identifier: GPL-3.0-or-later
 * Length first, then the form of the folded value. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/form-field.h"

#include "service/domain/words.h"
#include "shared/identity/contact.h"
#include "shared/identity/id-number.h"

#include <string.h>

G_STATIC_ASSERT (NHI_FORM_FIELD_MAX >= NHI_PASSWORD_MAX * 4);

/* A password may be of anything. */
static gboolean
is_blank (const char *field, const char *value)
{
  g_autofree char *seen = g_str_equal (field, "password") || strlen (value) > NHI_FORM_FIELD_MAX
                              ? NULL
                              : nhi_text_fold_width (value);

  return seen != NULL && seen[0] == '\0';
}

gboolean
nhi_form_is_given (NhiFieldErrors *errors, const char *field, const char *value)
{
  if (value == NULL || value[0] == '\0' || is_blank (field, value))
    nhi_field_errors_add (errors, field, NHI_CODE_REQUIRED);
  else if (strlen (value) > NHI_FORM_FIELD_MAX)
    nhi_field_errors_add (errors, field, NHI_CODE_TOO_LONG);
  else
    return TRUE;
  return FALSE;
}

char *
nhi_form_read_code (NhiFieldErrors *errors,
                    const char *field,
                    const char *value,
                    gboolean (*is_valid) (const char *))
{
  if (!nhi_form_is_given (errors, field, value))
    return NULL;
  g_autofree char *plain = nhi_text_fold_width (value);
  g_autofree char *folded = g_ascii_strup (plain, -1);
  if (is_valid (folded))
    return g_steal_pointer (&folded);
  nhi_field_errors_add (errors, field, NHI_CODE_INVALID);
  return NULL;
}

char *
nhi_form_read_card_number (NhiFieldErrors *errors, const char *value)
{
  return nhi_form_read_code (errors, "card_number", value, nhi_card_number_is_valid);
}

char *
nhi_form_read_id_number (NhiFieldErrors *errors, const char *value)
{
  if (!nhi_form_is_given (errors, "id_number", value))
    return NULL;
  g_autofree char *normal = nhi_id_number_normalise (value);
  if (nhi_id_number_classify (normal) != NHI_ID_INVALID)
    return g_steal_pointer (&normal);
  nhi_field_errors_add (errors, "id_number", NHI_CODE_INVALID);
  return NULL;
}
