/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking a person, their card and their home up in one go. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/insured.h"

#define NOBODY "nobody"

void
nhi_insured_clear (NhiInsured *insured)
{
  g_clear_pointer (&insured->person, nhi_person_free);
  g_clear_pointer (&insured->card, nhi_card_free);
  g_clear_pointer (&insured->residence, nhi_residence_free);
}

gboolean
nhi_insured_find (NhiDbConnection *connection,
                  const char *id_number,
                  const char *card_number,
                  NhiInsured *ret,
                  GError **error)
{
  g_auto (NhiInsured) found = { 0 };

  if (!nhi_population_find_by_id_number (connection, id_number, &found.person, error))
    return FALSE;
  const char *person_id = found.person != NULL ? found.person->person_id : NOBODY;
  if (!nhi_population_find_card (connection, person_id, card_number, &found.card, error) ||
      !nhi_population_find_residence (connection, person_id, &found.residence, error))
    return FALSE;

  nhi_insured_clear (ret);
  *ret = found;
  found = (NhiInsured){ 0 };
  return TRUE;
}

gboolean
nhi_insured_has_active_card (const NhiInsured *insured)
{
  return insured->card != NULL && g_str_equal (insured->card->state, "active");
}
