/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whom the insurer knows: people, their cards, homes, enrolments and premiums. Days are YYYY-MM-DD,
 * months YYYY-MM, amounts NT$. */
#pragma once

#include "service/store/bulk.h"

G_BEGIN_DECLS

typedef struct
{
  char *person_id;
  char *id_number; /* 身分證號 or 統一證號, upper case */
  char *name;      /* whole, in UTF-8, also where the card cannot hold it */
  char *birth_date;
  char *sex; /* M, F */
} NhiPerson;

typedef struct
{
  char *card_number;
  char *issued_on;
  char *reason;   /* first, replacement, renewal */
  char *state;    /* active, terminated */
  char *ended_on; /* NULL while active */
} NhiCard;

typedef struct
{
  char *household_number; /* 戶號 */
  char *village_code;     /* 11 digits */
  gint64 neighbourhood;   /* 鄰 */
} NhiResidence;

typedef struct
{
  char *enrolment_id;
  char *unit_code; /* 投保單位代號, 9 digits */
  char *unit_name;
  char *insured_class;     /* 1-2, 2, 3, 6-2 … */
  char *role;              /* insured, dependant */
  char *insured_person_id; /* of a dependant: whose; otherwise NULL */
  gint64 insured_amount;   /* 投保金額, a month */
  char *starts_on;
  char *ends_on; /* NULL while it lasts */
} NhiEnrolment;

typedef struct
{
  char *month;
  char *unit_code;
  char *unit_name;
  char *insured_class;
  gint64 insured_amount;
  gint64 dependants; /* charged, three at most */
  gint64 premium;    /* what the person owes, dependants included */
  char *due_on;
} NhiPremiumBill;

typedef struct
{
  char *payment_id;
  char *month;
  char *paid_on;
  gint64 amount;
  char *channel; /* payroll, bank-debit, convenience-store, counter */
} NhiPremiumPayment;

void nhi_person_free (NhiPerson *person);
void nhi_card_free (NhiCard *card);
void nhi_residence_free (NhiResidence *residence);
void nhi_enrolment_free (NhiEnrolment *enrolment);
void nhi_premium_bill_free (NhiPremiumBill *bill);
void nhi_premium_payment_free (NhiPremiumPayment *payment);

/* Looking up. TRUE also when there is none: *ret is NULL then. FALSE: @error set, *ret left alone.
 */
gboolean nhi_population_find (NhiDbConnection *connection,
                              const char *person_id,
                              NhiPerson **ret_person,
                              GError **error);
gboolean nhi_population_find_by_id_number (NhiDbConnection *connection,
                                           const char *id_number,
                                           NhiPerson **ret_person,
                                           GError **error);
gboolean nhi_population_find_by_card_number (NhiDbConnection *connection,
                                             const char *card_number,
                                             NhiPerson **ret_person,
                                             GError **error);
gboolean nhi_population_find_card (NhiDbConnection *connection,
                                   const char *person_id,
                                   const char *card_number,
                                   NhiCard **ret_card,
                                   GError **error);
gboolean nhi_population_find_residence (NhiDbConnection *connection,
                                        const char *person_id,
                                        NhiResidence **ret_residence,
                                        GError **error);

gboolean nhi_population_is_empty (NhiDbConnection *connection, gboolean *ret_empty, GError **error);

/* Lists: an array that frees what it holds, NULL with @error set. Cards: newest first; the rest:
 * oldest first. Months are inclusive on both sides. */
GPtrArray *
nhi_population_list_cards (NhiDbConnection *connection, const char *person_id, GError **error);
GPtrArray *
nhi_population_list_enrolments (NhiDbConnection *connection, const char *person_id, GError **error);
GPtrArray *nhi_population_list_bills (NhiDbConnection *connection,
                                      const char *person_id,
                                      const char *from_month,
                                      const char *to_month,
                                      GError **error);
GPtrArray *nhi_population_list_payments (NhiDbConnection *connection,
                                         const char *person_id,
                                         const char *from_month,
                                         const char *to_month,
                                         GError **error);

/* Adding, each to @bulk; the database sees them when it is flushed. */
gboolean nhi_population_add_person (NhiBulk *bulk, const NhiPerson *person, GError **error);
gboolean
nhi_population_add_card (NhiBulk *bulk, const char *person_id, const NhiCard *card, GError **error);
gboolean nhi_population_add_residence (NhiBulk *bulk,
                                       const char *person_id,
                                       const NhiResidence *residence,
                                       GError **error);
gboolean nhi_population_add_enrolment (NhiBulk *bulk,
                                       const char *person_id,
                                       const NhiEnrolment *enrolment,
                                       GError **error);
gboolean nhi_population_add_bill (NhiBulk *bulk,
                                  const char *person_id,
                                  const NhiPremiumBill *bill,
                                  GError **error);
gboolean nhi_population_add_payment (NhiBulk *bulk,
                                     const char *person_id,
                                     const NhiPremiumPayment *payment,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiPerson, nhi_person_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiCard, nhi_card_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiResidence, nhi_residence_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiEnrolment, nhi_enrolment_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiPremiumBill, nhi_premium_bill_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiPremiumPayment, nhi_premium_payment_free)

G_END_DECLS
