/* SPDX-License-Identifier: GPL-3.0-or-later
 * The named personas, from their table. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-people.h"
#include "shared/calendar/roc-date.h"

#include <string.h>

#define CONTACT_UNIT "110000001" /* 示範企業股份有限公司 */

static const struct
{
  const char *name;
  NhiDemoHistory history;
} histories[] = {
  { "none", NHI_DEMO_HISTORY_NONE },       { "ordinary", NHI_DEMO_HISTORY_ORDINARY },
  { "child", NHI_DEMO_HISTORY_CHILD },     { "elder", NHI_DEMO_HISTORY_ELDER },
  { "chronic", NHI_DEMO_HISTORY_CHRONIC }, { "dental-chinese", NHI_DEMO_HISTORY_DENTAL_CHINESE },
};

static const struct
{
  const char *name;
  NhiDemoInsurance insurance;
  const char *kind; /* of units */
} insurances[] = {
  { "employee", NHI_DEMO_EMPLOYEE, "employee" }, { "contact", NHI_DEMO_EMPLOYEE, "employee" },
  { "union", NHI_DEMO_UNION, "union" },          { "farmer", NHI_DEMO_FARMER, "farmer" },
  { "regional", NHI_DEMO_REGIONAL, "regional" },
};

static NhiDemoHistory
parse_history (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (histories); i++)
    if (g_str_equal (histories[i].name, name))
      return histories[i].history;
  g_assert_not_reached ();
}

/* "employee:45800", "regional"; the contact person's unit is always the same one. */
static void
insure (const NhiDemoSource *source, NhiDemoPerson *person, const char *name, const char *amount)
{
  for (gsize i = 0; i < G_N_ELEMENTS (insurances); i++)
    if (g_str_equal (insurances[i].name, name))
      {
        gboolean contact = g_str_equal (name, "contact");

        person->insurance = insurances[i].insurance;
        person->insured_amount = amount != NULL ? g_ascii_strtoll (amount, NULL, 10) : 0;
        person->unit = (guint)nhi_demo_table_find (source->units, contact ? 0 : 2,
                                                   contact ? CONTACT_UNIT : insurances[i].kind);
        return;
      }
  g_assert_not_reached ();
}

static void
insure_through (const NhiDemoSource *source,
                GPtrArray *people,
                NhiDemoPerson *person,
                const char *key)
{
  gint row = nhi_demo_table_find (source->personas, NHI_PERSONA_KEY, key);
  NhiDemoPerson *insured;

  g_assert (row >= 0 && (guint)row < people->len);
  insured = g_ptr_array_index (people, row);
  person->insured = insured;
  person->insurance = insured->insurance;
  person->insured_amount = insured->insured_amount;
  person->unit = insured->unit;
  insured->dependants++;
}

static NhiDemoPerson *
persona_new (const NhiDemoSource *source, guint row, GPtrArray *people)
{
  char **cells = source->personas->rows[row];
  g_auto (GStrv) insurance = g_strsplit (cells[NHI_PERSONA_INSURANCE], ":", 2);
  NhiDemoPerson *person = nhi_demo_person_new (row);

  person->id_number = g_strdup (cells[NHI_PERSONA_ID_NUMBER]);
  person->name = g_strdup (cells[NHI_PERSONA_NAME]);
  person->sex = *cells[NHI_PERSONA_SEX];
  person->terminated = g_str_equal (cells[NHI_PERSONA_CARD_STATE], "terminated");
  person->neighbourhood =
      (guint)nhi_demo_table_number (source->personas, row, NHI_PERSONA_NEIGHBOURHOOD);
  person->history = parse_history (cells[NHI_PERSONA_HISTORY]);
  g_strlcpy (person->card_number, cells[NHI_PERSONA_CARD_NUMBER], sizeof person->card_number);
  g_strlcpy (person->household_number, cells[NHI_PERSONA_HOUSEHOLD_NUMBER],
             sizeof person->household_number);
  g_strlcpy (person->village_code, cells[NHI_PERSONA_VILLAGE_CODE], sizeof person->village_code);
  if (!nhi_iso_date_parse (cells[NHI_PERSONA_BIRTH_DATE], &person->birth) ||
      !nhi_iso_date_parse (cells[NHI_PERSONA_ISSUED_ON], &person->issued_on))
    g_assert_not_reached ();
  if (g_str_equal (insurance[0], "dependant"))
    insure_through (source, people, person, insurance[1]);
  else
    insure (source, person, insurance[0], insurance[1]);
  return person;
}

GPtrArray *
nhi_demo_personas_new (const NhiDemoSource *source)
{
  GPtrArray *people = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_demo_person_free);

  for (guint row = 0; row < source->personas->n_rows; row++)
    g_ptr_array_add (people, persona_new (source, row, people));
  return people;
}
