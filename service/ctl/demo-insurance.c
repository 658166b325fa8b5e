/* SPDX-License-Identifier: GPL-3.0-or-later
 * Enrolments and premiums of invented people. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-insurance.h"
#include "service/store/population.h"
#include "shared/calendar/roc-date.h"

#define FIRST_ENROLMENT_YEAR 2005
#define FIRST_BILL_YEAR 2025
#define LOWEST_LEVEL_2026 29500
#define LOWEST_LEVEL_2025 28590
#define REGIONAL_PREMIUM 826
#define MAX_CHARGED_DEPENDANTS 3
#define STREAM 0x696e7375u /* of chance, apart from the streams of other matters */
#define PAYMENT_STREAM 0x70617965u

/* Share of the insured person (%), as the class says; of 5.17 %. */
static const struct
{
  const char *insured_class;
  gint64 share;
} classes[] = {
  [NHI_DEMO_EMPLOYEE] = { "1-2", 30 },
  [NHI_DEMO_UNION] = { "2", 60 },
  [NHI_DEMO_FARMER] = { "3", 30 },
  [NHI_DEMO_REGIONAL] = { "6-2", 60 },
};

gint64
nhi_demo_premium (NhiDemoInsurance insurance, gint64 insured_amount)
{
  if (insurance == NHI_DEMO_REGIONAL)
    return REGIONAL_PREMIUM;
  return (insured_amount * 517 * classes[insurance].share + 500000) / 1000000;
}

gint64
nhi_demo_insured_amount_in (gint64 insured_amount, guint year)
{
  return year < 2026 && insured_amount == LOWEST_LEVEL_2026 ? LOWEST_LEVEL_2025 : insured_amount;
}

/* The first of the month the insurance began in, or the day of birth. The same each time. */
static GDate
draw_start (const NhiDemoSource *source, const NhiDemoPerson *person)
{
  NhiDemoRandom random = nhi_demo_random_new (source->seed ^ STREAM, person->number);
  guint last_year = g_date_get_year (&source->until) - 1;
  guint grown = g_date_get_year (&person->birth) + (person->insured == NULL ? 20 : 0);
  guint first_year = MIN (MAX (grown, FIRST_ENROLMENT_YEAR), last_year);
  GDateYear year = (GDateYear)nhi_demo_random_range (&random, first_year, last_year);
  GDateMonth month = (GDateMonth)nhi_demo_random_range (&random, 1, 12);
  GDate start;

  g_date_set_dmy (&start, 1, month, year);
  return g_date_compare (&start, &person->birth) < 0 ? person->birth : start;
}

gboolean
nhi_demo_add_enrolment (NhiBulk *bulk,
                        const NhiDemoSource *source,
                        const NhiDemoPerson *person,
                        GError **error)
{
  GDate start = draw_start (source, person);
  g_autofree char *starts_on = nhi_iso_date_format (&start);
  NhiEnrolment enrolment = {
    .enrolment_id = (char *)"1",
    .unit_code = (char *)nhi_demo_table_cell (source->units, person->unit, 0),
    .unit_name = (char *)nhi_demo_table_cell (source->units, person->unit, 1),
    .insured_class = (char *)classes[person->insurance].insured_class,
    .role = (char *)(person->insured == NULL ? "insured" : "dependant"),
    .insured_person_id = person->insured != NULL ? (char *)person->insured->person_id : NULL,
    .insured_amount = person->insured_amount,
    .starts_on = starts_on,
  };

  return nhi_population_add_enrolment (bulk, person->person_id, &enrolment, error);
}

static const char *
draw_channel (const NhiDemoPerson *person, NhiDemoRandom *random)
{
  static const char *const channels[] = { "bank-debit", "convenience-store", "counter" };

  if (person->insurance == NHI_DEMO_EMPLOYEE)
    return "payroll";
  return channels[nhi_demo_random_range (random, 0, 2)];
}

/* On the last days before it is due, or a few days late. */
static gboolean
add_payment (NhiBulk *bulk,
             const NhiDemoSource *source,
             const NhiDemoPerson *person,
             const NhiPremiumBill *bill,
             const GDate *due,
             NhiDemoRandom *random,
             GError **error)
{
  g_autofree char *payment_id = g_strconcat (bill->month, "-1", NULL);
  g_autofree char *paid_on = NULL;
  NhiPremiumPayment payment = {
    .payment_id = payment_id,
    .month = bill->month,
    .amount = bill->premium,
    .channel = (char *)draw_channel (person, random),
  };
  gboolean late = person->insurance != NHI_DEMO_EMPLOYEE && nhi_demo_random_chance (random, 8);
  gboolean never = person->insurance == NHI_DEMO_REGIONAL && nhi_demo_random_chance (random, 3);
  GDate paid = *due;

  if (late)
    g_date_add_days (&paid, (guint)nhi_demo_random_range (random, 1, 14));
  else
    g_date_subtract_days (&paid, (guint)nhi_demo_random_range (random, 0, 20));
  if (never || g_date_compare (&paid, &source->until) > 0)
    return TRUE;
  payment.paid_on = paid_on = nhi_iso_date_format (&paid);
  return nhi_population_add_payment (bulk, person->person_id, &payment, error);
}

/* Due at the end of the month after. */
static gboolean
add_month (NhiBulk *bulk,
           const NhiDemoSource *source,
           const NhiDemoPerson *person,
           const GDate *month,
           NhiDemoRandom *random,
           GError **error)
{
  g_autofree char *name =
      g_strdup_printf ("%04u-%02d", g_date_get_year (month), (int)g_date_get_month (month));
  gint64 charged = MIN (person->dependants, MAX_CHARGED_DEPENDANTS);
  gint64 amount = nhi_demo_insured_amount_in (person->insured_amount, g_date_get_year (month));
  g_autofree char *due_on = NULL;
  GDate due = *month;
  NhiPremiumBill bill = {
    .month = name,
    .unit_code = (char *)nhi_demo_table_cell (source->units, person->unit, 0),
    .unit_name = (char *)nhi_demo_table_cell (source->units, person->unit, 1),
    .insured_class = (char *)classes[person->insurance].insured_class,
    .insured_amount = amount,
    .dependants = charged,
    .premium = nhi_demo_premium (person->insurance, amount) * (1 + charged),
  };

  g_date_add_months (&due, 2);
  g_date_subtract_days (&due, 1);
  bill.due_on = due_on = nhi_iso_date_format (&due);
  return nhi_population_add_bill (bulk, person->person_id, &bill, error) &&
         add_payment (bulk, source, person, &bill, &due, random, error);
}

gboolean
nhi_demo_add_premiums (NhiBulk *bulk,
                       const NhiDemoSource *source,
                       const NhiDemoPerson *person,
                       GError **error)
{
  NhiDemoRandom random = nhi_demo_random_new (source->seed ^ PAYMENT_STREAM, person->number);
  GDate start = draw_start (source, person);
  GDate month;

  if (person->insured != NULL)
    return TRUE;
  g_date_set_dmy (&month, 1, G_DATE_JANUARY, FIRST_BILL_YEAR);
  if (g_date_compare (&month, &start) < 0)
    g_date_set_dmy (&month, 1, g_date_get_month (&start), g_date_get_year (&start));
  while (g_date_compare (&month, &source->until) < 0)
    {
      if (!add_month (bulk, source, person, &month, &random, error))
        return FALSE;
      g_date_add_months (&month, 1);
    }
  return TRUE;
}
