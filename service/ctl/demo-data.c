/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fills an empty database with invented people. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-data.h"
#include "service/ctl/demo-history.h"
#include "service/ctl/demo-insurance.h"
#include "service/ctl/demo-people.h"
#include "service/store/population.h"
#include "shared/calendar/roc-date.h"

#define PEOPLE_A_TRANSACTION 2000 /* a demo of the usual size is there whole or not at all */
#define PLAIN_PEOPLE_A_TRANSACTION 10000
#define TERMINATED_DAYS_AGO 47
#define REPLACED_EVERY 9 /* one person in so many has had a card before, 陳美玲 among them */
#define FIRST_REPLACEMENT_YEAR 2012
#define FORMER_CARD_YEARS 6
#define FIRST_FORMER_CARD G_GUINT64_CONSTANT (800000000000)

const char NHI_DEMO_UNTIL[] = "2026-10-31";

typedef struct
{
  const NhiDemoOptions *options;
  const NhiDemoSource *source;
  guint64 from;    /* people already there */
  guint64 to;      /* people there when this transaction is done */
  guint64 entries; /* of this transaction */
} Batch;

static gboolean
had_another_card (const NhiDemoPerson *person)
{
  return person->number % REPLACED_EVERY == 0 &&
         g_date_get_year (&person->issued_on) >= FIRST_REPLACEMENT_YEAR;
}

/* The card before: its number is known, but no longer good for anything. */
static gboolean
add_former_card (NhiDbConnection *connection, const NhiDemoPerson *person, GError **error)
{
  GDate issued = person->issued_on;
  g_autofree char *ended_on = nhi_iso_date_format (&person->issued_on);
  g_autofree char *issued_on = NULL;
  g_autofree char *number = NULL;
  NhiCard card = { .reason = (char *)"first", .state = (char *)"terminated" };

  g_date_subtract_years (&issued, FORMER_CARD_YEARS);
  if (g_date_compare (&issued, &person->birth) < 0)
    issued = person->birth;
  card.issued_on = issued_on = nhi_iso_date_format (&issued);
  card.ended_on = ended_on;
  card.card_number = number =
      g_strdup_printf ("%012" G_GUINT64_FORMAT, FIRST_FORMER_CARD + person->number);
  return nhi_population_add_card (connection, person->person_id, &card, error);
}

static gboolean
add_card (NhiDbConnection *connection,
          const NhiDemoSource *source,
          const NhiDemoPerson *person,
          GError **error)
{
  g_autofree char *issued_on = nhi_iso_date_format (&person->issued_on);
  GDate ended = source->until;
  g_autofree char *ended_on = NULL;
  NhiCard card = {
    .card_number = (char *)person->card_number,
    .issued_on = issued_on,
    .reason = (char *)(had_another_card (person) ? "replacement" : "first"),
    .state = (char *)(person->terminated ? "terminated" : "active"),
  };

  if (person->terminated)
    {
      g_date_subtract_days (&ended, TERMINATED_DAYS_AGO);
      if (g_date_compare (&ended, &person->issued_on) < 0)
        ended = person->issued_on;
      card.ended_on = ended_on = nhi_iso_date_format (&ended);
    }
  return nhi_population_add_card (connection, person->person_id, &card, error) &&
         (!had_another_card (person) || add_former_card (connection, person, error));
}

static gboolean
add_person (NhiDbConnection *connection,
            const NhiDemoSource *source,
            const NhiDemoPerson *invented,
            GError **error)
{
  g_autofree char *birth_date = nhi_iso_date_format (&invented->birth);
  char sex[2] = { invented->sex, '\0' };
  NhiPerson person = {
    .person_id = (char *)invented->person_id,
    .id_number = invented->id_number,
    .name = invented->name,
    .birth_date = birth_date,
    .sex = sex,
  };
  NhiResidence residence = {
    .household_number = (char *)invented->household_number,
    .village_code = (char *)invented->village_code,
    .neighbourhood = invented->neighbourhood,
  };

  return nhi_population_add_person (connection, &person, error) &&
         add_card (connection, source, invented, error) &&
         nhi_population_add_residence (connection, invented->person_id, &residence, error);
}

static gboolean
add_everything (NhiDbConnection *connection,
                Batch *batch,
                const NhiDemoPerson *person,
                GError **error)
{
  if (!add_person (connection, batch->source, person, error) ||
      !nhi_demo_add_enrolment (connection, batch->source, person, error))
    return FALSE;
  return batch->options->people_only ||
         (nhi_demo_add_premiums (connection, batch->source, person, error) &&
          nhi_demo_add_history (connection, batch->source, person, &batch->entries, error));
}

static gboolean
add_people (NhiDbConnection *connection, Batch *batch, GPtrArray *people, GError **error)
{
  for (guint i = 0; i < people->len; i++)
    if (!add_everything (connection, batch, g_ptr_array_index (people, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
refuse_when_filled (NhiDbConnection *connection, GError **error)
{
  gboolean empty;

  if (!nhi_population_is_empty (connection, &empty, error))
    return FALSE;
  if (!empty)
    g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT,
                         "There are people in this database already; demo data needs an empty one");
  return empty;
}

static gboolean
add_personas (NhiDbConnection *connection, Batch *batch, GError **error)
{
  g_autoptr (GPtrArray) people = nhi_demo_personas_new (batch->source);

  batch->to = people->len;
  return refuse_when_filled (connection, error) && add_people (connection, batch, people, error);
}

/* The personas first, then whole households until the batch is full; only the very last one may be
 * cut short. */
static gboolean
batch_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Batch *batch = data;
  guint64 people = batch->options->people;
  guint64 wanted = batch->options->people_only ? PLAIN_PEOPLE_A_TRANSACTION : PEOPLE_A_TRANSACTION;
  guint64 personas = batch->source->personas->n_rows;

  batch->entries = 0;
  batch->to = batch->from;
  if (batch->from == 0 && !add_personas (connection, batch, error))
    return FALSE;
  while (batch->to < people && batch->to - batch->from < wanted)
    {
      guint64 first = NHI_DEMO_FIRST_NUMBER + batch->to - personas;
      g_autoptr (GPtrArray) household = NULL;

      household =
          nhi_demo_household_new (batch->source, first, (guint)MIN (people - batch->to, 100));
      if (!add_people (connection, batch, household, error))
        return FALSE;
      batch->to += household->len;
    }
  return TRUE;
}

gboolean
nhi_demo_data_fill (NhiDb *db,
                    const NhiDemoOptions *options,
                    NhiDemoResult *ret_result,
                    GError **error)
{
  g_autoptr (NhiDemoSource) source = nhi_demo_source_new (options->seed, &options->until);
  Batch batch = { .options = options, .source = source };
  NhiDemoResult result = { 0 };

  do
    {
      batch.from = result.people;
      if (!nhi_db_transact (db, NHI_DB_WRITE, batch_body, &batch, error))
        return FALSE;
      result.people = batch.to;
      result.entries += batch.entries;
      if (options->progress != NULL)
        options->progress (result.people, options->progress_data);
    }
  while (result.people < options->people);
  *ret_result = result;
  return TRUE;
}
