/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking people up and reading what belongs to them. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/population.h"

#include "service/store/first-row.h"

/* Makes one thing of the row the cursor is at. */
typedef gpointer (*FromRow) (NhiDbRows *rows);

void
nhi_person_free (NhiPerson *person)
{
  if (person == NULL)
    return;
  g_free (person->person_id);
  g_free (person->id_number);
  g_free (person->name);
  g_free (person->birth_date);
  g_free (person->sex);
  g_free (person);
}

void
nhi_card_free (NhiCard *card)
{
  if (card == NULL)
    return;
  g_free (card->card_number);
  g_free (card->issued_on);
  g_free (card->reason);
  g_free (card->state);
  g_free (card->ended_on);
  g_free (card);
}

void
nhi_residence_free (NhiResidence *residence)
{
  if (residence == NULL)
    return;
  g_free (residence->household_number);
  g_free (residence->village_code);
  g_free (residence);
}

void
nhi_enrolment_free (NhiEnrolment *enrolment)
{
  if (enrolment == NULL)
    return;
  g_free (enrolment->enrolment_id);
  g_free (enrolment->unit_code);
  g_free (enrolment->unit_name);
  g_free (enrolment->insured_class);
  g_free (enrolment->role);
  g_free (enrolment->insured_person_id);
  g_free (enrolment->starts_on);
  g_free (enrolment->ends_on);
  g_free (enrolment);
}

void
nhi_premium_bill_free (NhiPremiumBill *bill)
{
  if (bill == NULL)
    return;
  g_free (bill->month);
  g_free (bill->unit_code);
  g_free (bill->unit_name);
  g_free (bill->insured_class);
  g_free (bill->due_on);
  g_free (bill);
}

void
nhi_premium_payment_free (NhiPremiumPayment *payment)
{
  if (payment == NULL)
    return;
  g_free (payment->payment_id);
  g_free (payment->month);
  g_free (payment->paid_on);
  g_free (payment->channel);
  g_free (payment);
}

static char *
copy_text (NhiDbRows *rows, guint column)
{
  return g_strdup (nhi_db_rows_text (rows, column));
}

static gpointer
first_text_from_row (NhiDbRows *rows)
{
  return copy_text (rows, 0);
}

static gpointer
person_from_row (NhiDbRows *rows)
{
  NhiPerson *person = g_new0 (NhiPerson, 1);

  person->person_id = copy_text (rows, 0);
  person->id_number = copy_text (rows, 1);
  person->name = copy_text (rows, 2);
  person->birth_date = copy_text (rows, 3);
  person->sex = copy_text (rows, 4);
  return person;
}

static gpointer
card_from_row (NhiDbRows *rows)
{
  NhiCard *card = g_new0 (NhiCard, 1);

  card->card_number = copy_text (rows, 0);
  card->issued_on = copy_text (rows, 1);
  card->reason = copy_text (rows, 2);
  card->state = copy_text (rows, 3);
  card->ended_on = copy_text (rows, 4);
  return card;
}

static gpointer
residence_from_row (NhiDbRows *rows)
{
  NhiResidence *residence = g_new0 (NhiResidence, 1);

  residence->household_number = copy_text (rows, 0);
  residence->village_code = copy_text (rows, 1);
  residence->neighbourhood = nhi_db_rows_int (rows, 2);
  return residence;
}

static gpointer
enrolment_from_row (NhiDbRows *rows)
{
  NhiEnrolment *enrolment = g_new0 (NhiEnrolment, 1);

  enrolment->enrolment_id = copy_text (rows, 0);
  enrolment->unit_code = copy_text (rows, 1);
  enrolment->unit_name = copy_text (rows, 2);
  enrolment->insured_class = copy_text (rows, 3);
  enrolment->role = copy_text (rows, 4);
  enrolment->insured_person_id = copy_text (rows, 5);
  enrolment->insured_amount = nhi_db_rows_int (rows, 6);
  enrolment->starts_on = copy_text (rows, 7);
  enrolment->ends_on = copy_text (rows, 8);
  return enrolment;
}

static gpointer
bill_from_row (NhiDbRows *rows)
{
  NhiPremiumBill *bill = g_new0 (NhiPremiumBill, 1);

  bill->month = copy_text (rows, 0);
  bill->unit_code = copy_text (rows, 1);
  bill->unit_name = copy_text (rows, 2);
  bill->insured_class = copy_text (rows, 3);
  bill->insured_amount = nhi_db_rows_int (rows, 4);
  bill->dependants = nhi_db_rows_int (rows, 5);
  bill->premium = nhi_db_rows_int (rows, 6);
  bill->due_on = copy_text (rows, 7);
  return bill;
}

static gpointer
payment_from_row (NhiDbRows *rows)
{
  NhiPremiumPayment *payment = g_new0 (NhiPremiumPayment, 1);

  payment->payment_id = copy_text (rows, 0);
  payment->month = copy_text (rows, 1);
  payment->paid_on = copy_text (rows, 2);
  payment->amount = nhi_db_rows_int (rows, 3);
  payment->channel = copy_text (rows, 4);
  return payment;
}

/* The first row, or NULL when there is none. */
static gboolean
find_one (NhiDbConnection *connection,
          const char *sql,
          const NhiDbValue *values,
          gsize n_values,
          FromRow from_row,
          gpointer *ret_found,
          GError **error)
{
  g_autoptr (NhiDbRows) rows = nhi_db_query (connection, sql, values, n_values, error);
  gboolean found;

  if (rows == NULL || !nhi_store_first_row (rows, &found, error))
    return FALSE;
  *ret_found = found ? from_row (rows) : NULL;
  return TRUE;
}

static GPtrArray *
list (NhiDbConnection *connection,
      const char *sql,
      const NhiDbValue *values,
      gsize n_values,
      FromRow from_row,
      GDestroyNotify free_func,
      GError **error)
{
  g_autoptr (NhiDbRows) rows = nhi_db_query (connection, sql, values, n_values, error);
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) cause = NULL;

  if (rows == NULL)
    return NULL;
  found = g_ptr_array_new_with_free_func (free_func);
  while (nhi_db_rows_next (rows, &cause))
    g_ptr_array_add (found, from_row (rows));
  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return NULL;
    }
  return g_steal_pointer (&found);
}

gboolean
nhi_population_find (NhiDbConnection *connection,
                     const char *person_id,
                     NhiPerson **ret_person,
                     GError **error)
{
  return find_one (connection,
                   "SELECT person_id, id_number, name, birth_date, sex FROM person"
                   " WHERE person_id = $1",
                   NHI_DB_ARGS (nhi_db_text (person_id)), person_from_row, (gpointer *)ret_person,
                   error);
}

/* Two statements and no join: the look-up table and the person lie on different shards of a
 * distributed engine, and each statement goes to one. */
static gboolean
find_by_key (NhiDbConnection *connection,
             const char *sql,
             const char *key,
             NhiPerson **ret_person,
             GError **error)
{
  g_autofree char *person_id = NULL;

  if (!find_one (connection, sql, NHI_DB_ARGS (nhi_db_text (key)), first_text_from_row,
                 (gpointer *)&person_id, error))
    return FALSE;
  *ret_person = NULL;
  return person_id == NULL || nhi_population_find (connection, person_id, ret_person, error);
}

gboolean
nhi_population_find_by_id_number (NhiDbConnection *connection,
                                  const char *id_number,
                                  NhiPerson **ret_person,
                                  GError **error)
{
  return find_by_key (connection, "SELECT person_id FROM person_by_id_number WHERE id_number = $1",
                      id_number, ret_person, error);
}

gboolean
nhi_population_find_by_card_number (NhiDbConnection *connection,
                                    const char *card_number,
                                    NhiPerson **ret_person,
                                    GError **error)
{
  return find_by_key (connection,
                      "SELECT person_id FROM person_by_card_number WHERE card_number = $1",
                      card_number, ret_person, error);
}

gboolean
nhi_population_find_card (NhiDbConnection *connection,
                          const char *person_id,
                          const char *card_number,
                          NhiCard **ret_card,
                          GError **error)
{
  return find_one (connection,
                   "SELECT card_number, issued_on, reason, state, ended_on FROM card"
                   " WHERE person_id = $1 AND card_number = $2",
                   NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (card_number)), card_from_row,
                   (gpointer *)ret_card, error);
}

gboolean
nhi_population_find_residence (NhiDbConnection *connection,
                               const char *person_id,
                               NhiResidence **ret_residence,
                               GError **error)
{
  return find_one (connection,
                   "SELECT household_number, village_code, neighbourhood FROM residence"
                   " WHERE person_id = $1",
                   NHI_DB_ARGS (nhi_db_text (person_id)), residence_from_row,
                   (gpointer *)ret_residence, error);
}

GPtrArray *
nhi_population_list_cards (NhiDbConnection *connection, const char *person_id, GError **error)
{
  return list (connection,
               "SELECT card_number, issued_on, reason, state, ended_on FROM card"
               " WHERE person_id = $1 ORDER BY issued_on DESC, card_number DESC",
               NHI_DB_ARGS (nhi_db_text (person_id)), card_from_row, (GDestroyNotify)nhi_card_free,
               error);
}

GPtrArray *
nhi_population_list_enrolments (NhiDbConnection *connection, const char *person_id, GError **error)
{
  return list (connection,
               "SELECT enrolment_id, unit_code, unit_name, insured_class, role,"
               " insured_person_id, insured_amount, starts_on, ends_on FROM enrolment"
               " WHERE person_id = $1 ORDER BY starts_on, enrolment_id",
               NHI_DB_ARGS (nhi_db_text (person_id)), enrolment_from_row,
               (GDestroyNotify)nhi_enrolment_free, error);
}

GPtrArray *
nhi_population_list_bills (NhiDbConnection *connection,
                           const char *person_id,
                           const char *from_month,
                           const char *to_month,
                           GError **error)
{
  return list (connection,
               "SELECT month, unit_code, unit_name, insured_class, insured_amount, dependants,"
               " premium, due_on FROM premium_bill"
               " WHERE person_id = $1 AND month >= $2 AND month <= $3 ORDER BY month, unit_code",
               NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (from_month),
                            nhi_db_text (to_month)),
               bill_from_row, (GDestroyNotify)nhi_premium_bill_free, error);
}

GPtrArray *
nhi_population_list_payments (NhiDbConnection *connection,
                              const char *person_id,
                              const char *from_month,
                              const char *to_month,
                              GError **error)
{
  return list (connection,
               "SELECT payment_id, month, paid_on, amount, channel FROM premium_payment"
               " WHERE person_id = $1 AND month >= $2 AND month <= $3 ORDER BY month, payment_id",
               NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (from_month),
                            nhi_db_text (to_month)),
               payment_from_row, (GDestroyNotify)nhi_premium_payment_free, error);
}

gboolean
nhi_population_is_empty (NhiDbConnection *connection, gboolean *ret_empty, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection, "SELECT count(*) FROM (SELECT person_id FROM person LIMIT 1) p",
                       NHI_DB_NO_ARGS, error);
  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return FALSE;
  *ret_empty = nhi_db_rows_int (rows, 0) == 0;
  return TRUE;
}
