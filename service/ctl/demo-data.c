/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fills an empty database with invented people. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-data.h"
#include "service/ctl/demo-history.h"
#include "service/ctl/demo-insurance.h"
#include "service/ctl/demo-people.h"
#include "service/store/health-entry.h"
#include "service/store/population.h"
#include "service/store/row-code.h"
#include "service/store/unfinished.h"
#include "shared/calendar/roc-date.h"

#define PART "people"
#define PEOPLE_A_TRANSACTION 2000
#define PLAIN_PEOPLE_A_TRANSACTION 10000
#define LARGEST_HOUSEHOLD 100
#define TERMINATED_DAYS_AGO 47
#define REPLACED_EVERY 9 /* one person in so many has had a card before, 陳美玲 among them */
#define FIRST_REPLACEMENT_YEAR 2012
#define FORMER_CARD_YEARS 6
#define FIRST_FORMER_CARD G_GUINT64_CONSTANT (800000000000)

const char NHI_DEMO_UNTIL[] = "2026-10-31";

static gboolean
had_another_card (const NhiDemoPerson *person)
{
  return person->number % REPLACED_EVERY == 0 &&
         g_date_get_year (&person->issued_on) >= FIRST_REPLACEMENT_YEAR;
}

/* The card before: its number is known, but no longer good for anything. */
static gboolean
add_former_card (NhiBulk *bulk, const NhiDemoPerson *person, GError **error)
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
  return nhi_population_add_card (bulk, person->person_id, &card, error);
}

static gboolean
add_card (NhiBulk *bulk, const NhiDemoSource *source, const NhiDemoPerson *person, GError **error)
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
  return nhi_population_add_card (bulk, person->person_id, &card, error) &&
         (!had_another_card (person) || add_former_card (bulk, person, error));
}

static gboolean
add_person (NhiBulk *bulk,
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

  return nhi_population_add_person (bulk, &person, error) &&
         add_card (bulk, source, invented, error) &&
         nhi_population_add_residence (bulk, invented->person_id, &residence, error);
}

static gboolean
add_everything (NhiBulk *bulk,
                const NhiDemoOptions *options,
                const NhiDemoSource *source,
                const NhiDemoPerson *person,
                guint64 *ret_entries,
                GError **error)
{
  if (!add_person (bulk, source, person, error) ||
      !nhi_demo_add_enrolment (bulk, source, person, error))
    return FALSE;
  return options->people_only || (nhi_demo_add_premiums (bulk, source, person, error) &&
                                  nhi_demo_add_history (bulk, source, person, ret_entries, error));
}

static void
take_people (GPtrArray *into, GPtrArray *people)
{
  g_ptr_array_extend_and_steal (into, people);
}

/* The personas first, then whole households until the batch is full; only the very last one may be
 * cut short. */
static GPtrArray *
invent_batch (const NhiDemoOptions *options, const NhiDemoSource *source, guint64 from)
{
  GPtrArray *batch = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_demo_person_free);
  guint64 wanted = options->people_only ? PLAIN_PEOPLE_A_TRANSACTION : PEOPLE_A_TRANSACTION;
  guint64 personas = source->personas->n_rows;

  if (from == 0)
    take_people (batch, nhi_demo_personas_new (source));
  while (from + batch->len < options->people && batch->len < wanted)
    {
      guint64 there = from + batch->len;
      guint room = (guint)MIN (options->people - there, LARGEST_HOUSEHOLD);

      take_people (batch,
                   nhi_demo_household_new (source, NHI_DEMO_FIRST_NUMBER + there - personas, room));
    }
  return batch;
}

typedef struct
{
  const NhiDemoOptions *options;
  const NhiDemoSource *source;
  const char *work;
  gint64 from;       /* people already there */
  guint64 entries;   /* and their entries */
  GPtrArray *people; /* who come next */
} Filling;

/* How many entries there are is noted as the work's position. */
static GBytes *
write_entries (guint64 entries)
{
  const NhiDbValue value = nhi_db_int ((gint64)entries);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  nhi_row_code_append (bytes, &value, 1);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static gboolean
read_place (NhiDbConnection *connection, Filling *self, gboolean *ret_found, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (NhiUnfinished) earlier = nhi_unfinished_find (connection, PART, &cause);
  NhiDbValue entries = nhi_db_int (0);

  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  *ret_found = earlier != NULL;
  if (earlier == NULL)
    return TRUE;
  if (earlier->position != NULL && !nhi_row_code_read (earlier->position, &entries, 1, error))
    return FALSE;
  self->from = earlier->row_count;
  self->entries = (guint64)entries.integer;
  return TRUE;
}

static gboolean
add_people (NhiDbConnection *connection, const Filling *self, GError **error)
{
  g_autoptr (NhiBulk) bulk = nhi_bulk_new (connection);
  g_autoptr (GBytes) position = NULL;
  guint64 entries = self->entries;

  for (guint i = 0; i < self->people->len; i++)
    if (!add_everything (bulk, self->options, self->source, g_ptr_array_index (self->people, i),
                         &entries, error))
      return FALSE;
  position = write_entries (entries);
  return nhi_bulk_flush (bulk, error) && nhi_unfinished_note (connection, PART, position, error);
}

static gboolean
batch_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Filling *self = data;

  switch (nhi_unfinished_advance (connection, PART, self->from, self->from + self->people->len,
                                  NULL, error))
    {
    case NHI_UNFINISHED_ADVANCED:
      return add_people (connection, self, error);
    case NHI_UNFINISHED_DONE:
      return TRUE;
    case NHI_UNFINISHED_FAILED:
    default:
      return FALSE;
    }
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

/* Begins in an empty database, or goes on where the same work was broken off. */
static gboolean
begin_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Filling *self = data;
  gboolean begun;

  if (!nhi_unfinished_refuse (connection, self->work, error) ||
      !read_place (connection, self, &begun, error))
    return FALSE;
  return begun || (refuse_when_filled (connection, error) &&
                   nhi_unfinished_begin (connection, PART, self->work, error));
}

static gboolean
end_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_unfinished_end (connection, error);
}

/* The command that does it, and does it again. */
static char *
describe (const NhiDemoOptions *options)
{
  g_autofree char *until = nhi_iso_date_format (&options->until);

  return g_strdup_printf ("nhicardctl demo-data --people %" G_GUINT64_FORMAT
                          " --seed %" G_GUINT64_FORMAT " --until %s%s",
                          options->people, options->seed, until,
                          options->people_only ? " --people-only" : "");
}

static gboolean
place_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  gboolean found;

  return read_place (connection, data, &found, error);
}

static gboolean
fill_batch (NhiDb *db, Filling *self, GError **error)
{
  gboolean done;

  self->people = invent_batch (self->options, self->source, (guint64)self->from);
  done = nhi_db_transact (db, NHI_DB_WRITE_LOCKED, batch_body, self, error) &&
         nhi_db_transact (db, NHI_DB_READ, place_body, self, error);
  g_clear_pointer (&self->people, g_ptr_array_unref);
  return done;
}

gboolean
nhi_demo_data_fill (NhiDb *db,
                    const NhiDemoOptions *options,
                    NhiDemoResult *ret_result,
                    GError **error)
{
  g_autoptr (NhiDemoSource) source = nhi_demo_source_new (options->seed, &options->until);
  g_autofree char *work = describe (options);
  Filling filling = { .options = options, .source = source, .work = work };

  if (!nhi_db_transact (db, NHI_DB_WRITE, begin_body, &filling, error))
    return FALSE;
  while (filling.from == 0 || (guint64)filling.from < options->people)
    {
      if (!fill_batch (db, &filling, error))
        return FALSE;
      if (options->progress != NULL)
        options->progress ((guint64)filling.from, options->progress_data);
    }
  if (!nhi_db_transact (db, NHI_DB_WRITE, end_body, &filling, error))
    return FALSE;
  ret_result->people = (guint64)filling.from;
  ret_result->entries = filling.entries;
  return TRUE;
}
