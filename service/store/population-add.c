/* SPDX-License-Identifier: GPL-3.0-or-later
 * Adding people and what belongs to them. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/population.h"

gboolean
nhi_population_add_person (NhiDbConnection *connection, const NhiPerson *person, GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO person_by_id_number (id_number, person_id) VALUES ($1, $2)",
                     NHI_DB_ARGS (nhi_db_text (person->id_number), nhi_db_text (person->person_id)),
                     error) >= 0 &&
         nhi_db_run (connection,
                     "INSERT INTO person (person_id, id_number, name, birth_date, sex)"
                     " VALUES ($1, $2, $3, $4, $5)",
                     NHI_DB_ARGS (nhi_db_text (person->person_id), nhi_db_text (person->id_number),
                                  nhi_db_text (person->name), nhi_db_text (person->birth_date),
                                  nhi_db_text (person->sex)),
                     error) >= 0;
}

gboolean
nhi_population_add_card (NhiDbConnection *connection,
                         const char *person_id,
                         const NhiCard *card,
                         GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO person_by_card_number (card_number, person_id) VALUES ($1, $2)",
                     NHI_DB_ARGS (nhi_db_text (card->card_number), nhi_db_text (person_id)),
                     error) >= 0 &&
         nhi_db_run (connection,
                     "INSERT INTO card (person_id, card_number, issued_on, reason, state, ended_on)"
                     " VALUES ($1, $2, $3, $4, $5, $6)",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (card->card_number),
                                  nhi_db_text (card->issued_on), nhi_db_text (card->reason),
                                  nhi_db_text (card->state), nhi_db_text (card->ended_on)),
                     error) >= 0;
}

gboolean
nhi_population_add_residence (NhiDbConnection *connection,
                              const char *person_id,
                              const NhiResidence *residence,
                              GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO residence"
                     " (person_id, household_number, village_code, neighbourhood)"
                     " VALUES ($1, $2, $3, $4)",
                     NHI_DB_ARGS (nhi_db_text (person_id),
                                  nhi_db_text (residence->household_number),
                                  nhi_db_text (residence->village_code),
                                  nhi_db_int (residence->neighbourhood)),
                     error) >= 0;
}

gboolean
nhi_population_add_enrolment (NhiDbConnection *connection,
                              const char *person_id,
                              const NhiEnrolment *enrolment,
                              GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO enrolment (person_id, enrolment_id, unit_code, unit_name,"
                     " insured_class, role, insured_person_id, insured_amount, starts_on, ends_on)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (enrolment->enrolment_id),
                                  nhi_db_text (enrolment->unit_code),
                                  nhi_db_text (enrolment->unit_name),
                                  nhi_db_text (enrolment->insured_class),
                                  nhi_db_text (enrolment->role),
                                  nhi_db_text (enrolment->insured_person_id),
                                  nhi_db_int (enrolment->insured_amount),
                                  nhi_db_text (enrolment->starts_on),
                                  nhi_db_text (enrolment->ends_on)),
                     error) >= 0;
}

gboolean
nhi_population_add_bill (NhiDbConnection *connection,
                         const char *person_id,
                         const NhiPremiumBill *bill,
                         GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO premium_bill (person_id, month, unit_code, unit_name,"
                     " insured_class, insured_amount, dependants, premium, due_on)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (bill->month),
                                  nhi_db_text (bill->unit_code), nhi_db_text (bill->unit_name),
                                  nhi_db_text (bill->insured_class),
                                  nhi_db_int (bill->insured_amount), nhi_db_int (bill->dependants),
                                  nhi_db_int (bill->premium), nhi_db_text (bill->due_on)),
                     error) >= 0;
}

gboolean
nhi_population_add_payment (NhiDbConnection *connection,
                            const char *person_id,
                            const NhiPremiumPayment *payment,
                            GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO premium_payment"
                     " (person_id, payment_id, month, paid_on, amount, channel)"
                     " VALUES ($1, $2, $3, $4, $5, $6)",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (payment->payment_id),
                                  nhi_db_text (payment->month), nhi_db_text (payment->paid_on),
                                  nhi_db_int (payment->amount), nhi_db_text (payment->channel)),
                     error) >= 0;
}
