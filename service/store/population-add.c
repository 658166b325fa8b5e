/* SPDX-License-Identifier: GPL-3.0-or-later
 * Adding people and what belongs to them. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/population.h"

/* The columns in the order in which the functions below give the values. */
#define TABLE(id, ...)                                                                             \
  static const char *const id##_columns[] = { __VA_ARGS__, NULL };                                 \
  static const NhiBulkTable id##_table = { #id, id##_columns }

TABLE (person, "person_id", "id_number", "name", "birth_date", "sex");
TABLE (person_by_id_number, "id_number", "person_id");
TABLE (card, "person_id", "card_number", "issued_on", "reason", "state", "ended_on");
TABLE (person_by_card_number, "card_number", "person_id");
TABLE (residence, "person_id", "household_number", "village_code", "neighbourhood");
TABLE (enrolment,
       "person_id",
       "enrolment_id",
       "unit_code",
       "unit_name",
       "insured_class",
       "role",
       "insured_person_id",
       "insured_amount",
       "starts_on",
       "ends_on");
TABLE (premium_bill,
       "person_id",
       "month",
       "unit_code",
       "unit_name",
       "insured_class",
       "insured_amount",
       "dependants",
       "premium",
       "due_on");
TABLE (premium_payment, "person_id", "payment_id", "month", "paid_on", "amount", "channel");

gboolean
nhi_population_add_person (NhiBulk *bulk, const NhiPerson *person, GError **error)
{
  const NhiDbValue by_id_number[] = { nhi_db_text (person->id_number),
                                      nhi_db_text (person->person_id) };
  const NhiDbValue values[] = { nhi_db_text (person->person_id), nhi_db_text (person->id_number),
                                nhi_db_text (person->name), nhi_db_text (person->birth_date),
                                nhi_db_text (person->sex) };

  return nhi_bulk_add (bulk, &person_by_id_number_table, by_id_number, error) &&
         nhi_bulk_add (bulk, &person_table, values, error);
}

gboolean
nhi_population_add_card (NhiBulk *bulk, const char *person_id, const NhiCard *card, GError **error)
{
  const NhiDbValue by_card_number[] = { nhi_db_text (card->card_number), nhi_db_text (person_id) };
  const NhiDbValue values[] = { nhi_db_text (person_id),       nhi_db_text (card->card_number),
                                nhi_db_text (card->issued_on), nhi_db_text (card->reason),
                                nhi_db_text (card->state),     nhi_db_text (card->ended_on) };

  return nhi_bulk_add (bulk, &person_by_card_number_table, by_card_number, error) &&
         nhi_bulk_add (bulk, &card_table, values, error);
}

gboolean
nhi_population_add_residence (NhiBulk *bulk,
                              const char *person_id,
                              const NhiResidence *residence,
                              GError **error)
{
  const NhiDbValue values[] = { nhi_db_text (person_id), nhi_db_text (residence->household_number),
                                nhi_db_text (residence->village_code),
                                nhi_db_int (residence->neighbourhood) };

  return nhi_bulk_add (bulk, &residence_table, values, error);
}

gboolean
nhi_population_add_enrolment (NhiBulk *bulk,
                              const char *person_id,
                              const NhiEnrolment *enrolment,
                              GError **error)
{
  const NhiDbValue values[] = {
    nhi_db_text (person_id),
    nhi_db_text (enrolment->enrolment_id),
    nhi_db_text (enrolment->unit_code),
    nhi_db_text (enrolment->unit_name),
    nhi_db_text (enrolment->insured_class),
    nhi_db_text (enrolment->role),
    nhi_db_text (enrolment->insured_person_id),
    nhi_db_int (enrolment->insured_amount),
    nhi_db_text (enrolment->starts_on),
    nhi_db_text (enrolment->ends_on),
  };

  return nhi_bulk_add (bulk, &enrolment_table, values, error);
}

gboolean
nhi_population_add_bill (NhiBulk *bulk,
                         const char *person_id,
                         const NhiPremiumBill *bill,
                         GError **error)
{
  const NhiDbValue values[] = {
    nhi_db_text (person_id),           nhi_db_text (bill->month),
    nhi_db_text (bill->unit_code),     nhi_db_text (bill->unit_name),
    nhi_db_text (bill->insured_class), nhi_db_int (bill->insured_amount),
    nhi_db_int (bill->dependants),     nhi_db_int (bill->premium),
    nhi_db_text (bill->due_on),
  };

  return nhi_bulk_add (bulk, &premium_bill_table, values, error);
}

gboolean
nhi_population_add_payment (NhiBulk *bulk,
                            const char *person_id,
                            const NhiPremiumPayment *payment,
                            GError **error)
{
  const NhiDbValue values[] = { nhi_db_text (person_id),      nhi_db_text (payment->payment_id),
                                nhi_db_text (payment->month), nhi_db_text (payment->paid_on),
                                nhi_db_int (payment->amount), nhi_db_text (payment->channel) };

  return nhi_bulk_add (bulk, &premium_payment_table, values, error);
}
