/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking people up and reading what belongs to them. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/population.h"

#include "service/store/first-row.h"

/* One member of a struct and the column at the same place in a row. */
typedef struct
{
  gboolean is_number;
  gsize offset;
} Member;

/* How rows become structs of one kind: the members in the order of the columns. */
typedef struct
{
  gsize size;
  gsize n_members;
  const Member *members;
} Kind;

#define TEXT(type, member)                                                                         \
  {                                                                                                \
    FALSE, G_STRUCT_OFFSET (type, member)                                                          \
  }
#define NUMBER(type, member)                                                                       \
  {                                                                                                \
    TRUE, G_STRUCT_OFFSET (type, member)                                                           \
  }
#define KIND(name, type, ...)                                                                      \
  static const Member name##_members[] = { __VA_ARGS__ };                                          \
  static const Kind name##_kind = { sizeof (type), G_N_ELEMENTS (name##_members), name##_members }

KIND (person,
      NhiPerson,
      TEXT (NhiPerson, person_id),
      TEXT (NhiPerson, id_number),
      TEXT (NhiPerson, name),
      TEXT (NhiPerson, birth_date),
      TEXT (NhiPerson, sex));
KIND (card,
      NhiCard,
      TEXT (NhiCard, card_number),
      TEXT (NhiCard, issued_on),
      TEXT (NhiCard, reason),
      TEXT (NhiCard, state),
      TEXT (NhiCard, ended_on));
KIND (residence,
      NhiResidence,
      TEXT (NhiResidence, household_number),
      TEXT (NhiResidence, village_code),
      NUMBER (NhiResidence, neighbourhood));
KIND (enrolment,
      NhiEnrolment,
      TEXT (NhiEnrolment, enrolment_id),
      TEXT (NhiEnrolment, unit_code),
      TEXT (NhiEnrolment, unit_name),
      TEXT (NhiEnrolment, insured_class),
      TEXT (NhiEnrolment, role),
      TEXT (NhiEnrolment, insured_person_id),
      NUMBER (NhiEnrolment, insured_amount),
      TEXT (NhiEnrolment, starts_on),
      TEXT (NhiEnrolment, ends_on));
KIND (bill,
      NhiPremiumBill,
      TEXT (NhiPremiumBill, month),
      TEXT (NhiPremiumBill, unit_code),
      TEXT (NhiPremiumBill, unit_name),
      TEXT (NhiPremiumBill, insured_class),
      NUMBER (NhiPremiumBill, insured_amount),
      NUMBER (NhiPremiumBill, dependants),
      NUMBER (NhiPremiumBill, premium),
      TEXT (NhiPremiumBill, due_on));
KIND (payment,
      NhiPremiumPayment,
      TEXT (NhiPremiumPayment, payment_id),
      TEXT (NhiPremiumPayment, month),
      TEXT (NhiPremiumPayment, paid_on),
      NUMBER (NhiPremiumPayment, amount),
      TEXT (NhiPremiumPayment, channel));

/* A row of a look-up table. */
typedef struct
{
  char *person_id;
} Key;

KIND (key, Key, TEXT (Key, person_id));

static void
free_struct (const Kind *kind, gpointer self)
{
  if (self == NULL)
    return;
  for (gsize i = 0; i < kind->n_members; i++)
    if (!kind->members[i].is_number)
      g_free (G_STRUCT_MEMBER (char *, self, kind->members[i].offset));
  g_free (self);
}

void
nhi_person_free (NhiPerson *person)
{
  free_struct (&person_kind, person);
}

void
nhi_card_free (NhiCard *card)
{
  free_struct (&card_kind, card);
}

void
nhi_residence_free (NhiResidence *residence)
{
  free_struct (&residence_kind, residence);
}

void
nhi_enrolment_free (NhiEnrolment *enrolment)
{
  free_struct (&enrolment_kind, enrolment);
}

void
nhi_premium_bill_free (NhiPremiumBill *bill)
{
  free_struct (&bill_kind, bill);
}

void
nhi_premium_payment_free (NhiPremiumPayment *payment)
{
  free_struct (&payment_kind, payment);
}

/* The row the cursor is at. */
static gpointer
read_struct (const Kind *kind, NhiDbRows *rows)
{
  gpointer self = g_malloc0 (kind->size);

  for (guint i = 0; i < kind->n_members; i++)
    {
      gsize offset = kind->members[i].offset;

      if (kind->members[i].is_number)
        G_STRUCT_MEMBER (gint64, self, offset) = nhi_db_rows_int (rows, i);
      else
        G_STRUCT_MEMBER (char *, self, offset) = g_strdup (nhi_db_rows_text (rows, i));
    }
  return self;
}

/* The first row, or NULL when there is none. */
static gboolean
find_one (NhiDbConnection *connection,
          const char *sql,
          const NhiDbValue *values,
          gsize n_values,
          const Kind *kind,
          gpointer *ret_found,
          GError **error)
{
  g_autoptr (NhiDbRows) rows = nhi_db_query (connection, sql, values, n_values, error);
  gboolean found;

  if (rows == NULL || !nhi_store_first_row (rows, &found, error))
    return FALSE;
  *ret_found = found ? read_struct (kind, rows) : NULL;
  return TRUE;
}

static GPtrArray *
list (NhiDbConnection *connection,
      const char *sql,
      const NhiDbValue *values,
      gsize n_values,
      const Kind *kind,
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
    g_ptr_array_add (found, read_struct (kind, rows));
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
                   NHI_DB_ARGS (nhi_db_text (person_id)), &person_kind, (gpointer *)ret_person,
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
  Key *found = NULL;
  gboolean done = TRUE;

  if (!find_one (connection, sql, NHI_DB_ARGS (nhi_db_text (key)), &key_kind, (gpointer *)&found,
                 error))
    return FALSE;
  *ret_person = NULL;
  if (found != NULL)
    done = nhi_population_find (connection, found->person_id, ret_person, error);
  free_struct (&key_kind, found);
  return done;
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
                   NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (card_number)), &card_kind,
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
                   NHI_DB_ARGS (nhi_db_text (person_id)), &residence_kind,
                   (gpointer *)ret_residence, error);
}

GPtrArray *
nhi_population_list_cards (NhiDbConnection *connection, const char *person_id, GError **error)
{
  return list (connection,
               "SELECT card_number, issued_on, reason, state, ended_on FROM card"
               " WHERE person_id = $1 ORDER BY issued_on DESC, card_number DESC",
               NHI_DB_ARGS (nhi_db_text (person_id)), &card_kind, (GDestroyNotify)nhi_card_free,
               error);
}

GPtrArray *
nhi_population_list_enrolments (NhiDbConnection *connection, const char *person_id, GError **error)
{
  return list (connection,
               "SELECT enrolment_id, unit_code, unit_name, insured_class, role,"
               " insured_person_id, insured_amount, starts_on, ends_on FROM enrolment"
               " WHERE person_id = $1 ORDER BY starts_on, enrolment_id",
               NHI_DB_ARGS (nhi_db_text (person_id)), &enrolment_kind,
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
               &bill_kind, (GDestroyNotify)nhi_premium_bill_free, error);
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
               &payment_kind, (GDestroyNotify)nhi_premium_payment_free, error);
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
