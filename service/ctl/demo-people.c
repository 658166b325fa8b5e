/* SPDX-License-Identifier: GPL-3.0-or-later
 * Invents households: who lives together, their names and numbers, who is insured through whom. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-people.h"
#include "shared/identity/id-number.h"

#include <string.h>

#define ADULT_AGE 22
#define ELDER_AGE 65
#define OLDEST_CARD_YEAR 2004 /* the chip card's first year */
#define FOREIGN_PERCENT 3
#define RARE_NAME_PER_THOUSAND 4

typedef struct
{
  const NhiDemoSource *source;
  NhiDemoRandom random;
  GPtrArray *people;
  guint room;
  guint64 first_number;
  const char *village_code;
  char letter;
  guint neighbourhood;
  char household_number[9];
} Household;

static char
county_letter (const NhiDemoSource *source, const char *village_code)
{
  g_autofree char *county = g_strndup (village_code, 5);
  gint row = nhi_demo_table_find (source->id_letters, 0, county);

  g_assert (row >= 0);
  return *nhi_demo_table_cell (source->id_letters, (guint)row, 1);
}

static void
draw_birth (Household *h, NhiDemoPerson *person, guint youngest, guint oldest)
{
  guint age = (guint)nhi_demo_random_range (&h->random, youngest, oldest);
  guint month = (guint)nhi_demo_random_range (&h->random, 1, 12);
  guint day = (guint)nhi_demo_random_range (&h->random, 1, 28);
  GDateYear year = (GDateYear)(g_date_get_year (&h->source->until) - age);

  g_date_set_dmy (&person->birth, (GDateDay)day, (GDateMonth)month, year);
  if (g_date_compare (&person->birth, &h->source->until) > 0)
    g_date_subtract_years (&person->birth, 1);
}

/* The given names of the person's sex and generation. */
static const char *
draw_given_name (Household *h, const NhiDemoPerson *person)
{
  const NhiDemoTable *table = h->source->given_names;
  guint born = g_date_get_year (&person->birth);
  guint first = G_MAXUINT, n = 0;
  gint64 generation = 0;

  for (guint i = 0; i < table->n_rows; i++)
    {
      gint64 from = nhi_demo_table_number (table, i, 1);

      if (*nhi_demo_table_cell (table, i, 0) != person->sex || (from > born && n > 0))
        continue;
      if (from != generation)
        {
          generation = from;
          first = i;
          n = 0;
        }
      n++;
    }
  g_assert (first != G_MAXUINT);
  return nhi_demo_table_cell (table, first + (guint)nhi_demo_random_range (&h->random, 0, n - 1),
                              2);
}

static char *
draw_name (Household *h, const NhiDemoPerson *person, const char *surname)
{
  const NhiDemoSource *source = h->source;
  const char *given = draw_given_name (h, person);

  if (nhi_demo_random_range (&h->random, 1, 1000) <= RARE_NAME_PER_THOUSAND)
    {
      guint row = nhi_demo_table_pick (source->rare, &h->random);
      g_autofree char *first = g_strndup (given, (gsize)(g_utf8_next_char (given) - given));

      return g_strconcat (surname, first, nhi_demo_table_cell (source->rare, row, 0), NULL);
    }
  return g_strconcat (surname, given, NULL);
}

/* Each number has a serial of its own, whatever the letter and the sex. Serials from 9900000 on are
 * the personas'. */
static char *
make_id_number (const Household *h, const NhiDemoPerson *person, gboolean foreign)
{
  guint64 serial = person->number + h->source->seed % 900000;
  char first_nine[10];
  char second = foreign ? (person->sex == 'M' ? '8' : '9') : (person->sex == 'M' ? '1' : '2');

  g_snprintf (first_nine, sizeof first_nine, "%c%c%07" G_GINT64_MODIFIER "u", h->letter, second,
              serial);
  return nhi_id_number_make (first_nine);
}

static void
give_card (Household *h, NhiDemoPerson *person)
{
  guint born = g_date_get_year (&person->birth);
  guint last = g_date_get_year (&h->source->until) - 1;
  guint first = MIN (MAX (born, OLDEST_CARD_YEAR), last);
  guint year = (guint)nhi_demo_random_range (&h->random, first, last);

  g_snprintf (person->card_number, sizeof person->card_number, "%012" G_GINT64_MODIFIER "u",
              G_GUINT64_CONSTANT (100000000000) + person->number * 13 + h->source->seed % 1000);
  g_date_set_dmy (&person->issued_on, (GDateDay)nhi_demo_random_range (&h->random, 1, 28),
                  (GDateMonth)nhi_demo_random_range (&h->random, 1, 12), (GDateYear)year);
  if (g_date_compare (&person->issued_on, &person->birth) < 0)
    person->issued_on = person->birth;
  if (g_date_compare (&person->issued_on, &h->source->until) > 0)
    person->issued_on = h->source->until;
  person->terminated = nhi_demo_random_range (&h->random, 1, 200) == 1;
}

/* A member of the household with everything but an insurance; NULL when there is no room left. */
static NhiDemoPerson *
add_member (Household *h, char sex, guint youngest, guint oldest, const char *surname)
{
  gboolean foreign = surname == NULL && nhi_demo_random_chance (&h->random, FOREIGN_PERCENT);
  NhiDemoPerson *person;

  if (h->people->len >= h->room)
    return NULL;
  person = nhi_demo_person_new (h->first_number + h->people->len);
  person->sex = sex;
  draw_birth (h, person, youngest, oldest);
  if (foreign)
    {
      char wanted[2] = { sex, '\0' };
      guint row = nhi_demo_table_pick_where (h->source->latin_names, &h->random, 0, wanted);

      person->name = g_strdup (nhi_demo_table_cell (h->source->latin_names, row, 1));
    }
  else
    {
      guint row = nhi_demo_table_pick (h->source->surnames, &h->random);

      person->name =
          draw_name (h, person,
                     surname != NULL ? surname : nhi_demo_table_cell (h->source->surnames, row, 0));
    }
  person->id_number = make_id_number (h, person, foreign);
  give_card (h, person);
  g_strlcpy (person->household_number, h->household_number, sizeof person->household_number);
  g_strlcpy (person->village_code, h->village_code, sizeof person->village_code);
  person->neighbourhood = h->neighbourhood;
  person->history =
      oldest < 15 ? NHI_DEMO_HISTORY_CHILD
                  : (youngest >= ELDER_AGE ? NHI_DEMO_HISTORY_ELDER : NHI_DEMO_HISTORY_ORDINARY);
  g_ptr_array_add (h->people, person);
  return person;
}

static void
insure (Household *h, NhiDemoPerson *person, gboolean works)
{
  static const char *const kinds[] = { "employee", "union", "farmer", "regional" };
  gint64 drawn = nhi_demo_random_range (&h->random, 0, 99);
  guint kind =
      !works || drawn >= 88
          ? NHI_DEMO_REGIONAL
          : (drawn < 68 ? NHI_DEMO_EMPLOYEE : (drawn < 80 ? NHI_DEMO_UNION : NHI_DEMO_FARMER));

  person->insurance = (NhiDemoInsurance)kind;
  person->unit = nhi_demo_table_pick_where (h->source->units, &h->random, 2, kinds[kind]);
  if (kind == NHI_DEMO_FARMER)
    person->insured_amount = 24000;
  else if (kind != NHI_DEMO_REGIONAL)
    {
      /* Low levels are common, high ones rare. */
      gint64 top = nhi_demo_random_range (&h->random, 0, h->source->levels->n_rows - 1);
      guint row = (guint)nhi_demo_random_range (&h->random, 0, top);

      person->insured_amount = nhi_demo_table_number (h->source->levels, row, 0);
    }
}

static void
insure_through (NhiDemoPerson *dependant, NhiDemoPerson *insured)
{
  dependant->insured = insured;
  dependant->insurance = insured->insurance;
  dependant->unit = insured->unit;
  dependant->insured_amount = insured->insured_amount;
  insured->dependants++;
}

static void
add_children (Household *h, NhiDemoPerson *parent, const char *surname, guint parent_age)
{
  gint64 n = nhi_demo_random_range (&h->random, 0, 2);
  guint oldest = MIN (parent_age - 20, ADULT_AGE - 1);

  for (gint64 i = 0; i < n; i++)
    {
      char sex = nhi_demo_random_chance (&h->random, 50) ? 'M' : 'F';
      gboolean small = nhi_demo_random_chance (&h->random, 65);
      NhiDemoPerson *child;

      child = small ? add_member (h, sex, 0, MIN (oldest, 14), surname)
                    : add_member (h, sex, 0, oldest, surname);
      if (child == NULL)
        return;
      insure_through (child, parent);
    }
}

static void
place (Household *h)
{
  const NhiDemoSource *source = h->source;
  gint64 last = (gint64)source->villages->len - 1;
  const NhiDivision *village;

  village = g_ptr_array_index (source->villages, nhi_demo_random_range (&h->random, 0, last));
  h->village_code = village->code;
  h->letter = county_letter (source, village->code);
  h->neighbourhood = (guint)nhi_demo_random_range (&h->random, 1, 30);
  /* Of the first member's number, so that no two households share one. */
  g_snprintf (h->household_number, sizeof h->household_number, "%c%07u", h->letter,
              (guint)h->first_number);
}

static void
fill (Household *h)
{
  gboolean old = nhi_demo_random_chance (&h->random, 18);
  guint age = (guint)(old ? nhi_demo_random_range (&h->random, ELDER_AGE, 92)
                          : nhi_demo_random_range (&h->random, ADULT_AGE, ELDER_AGE - 1));
  guint row = nhi_demo_table_pick (h->source->surnames, &h->random);
  const char *surname = nhi_demo_table_cell (h->source->surnames, row, 0);
  gboolean alone = nhi_demo_random_chance (&h->random, 30);
  char sex = nhi_demo_random_chance (&h->random, 50) ? 'M' : 'F';
  NhiDemoPerson *head = add_member (h, sex, age, age, surname);
  NhiDemoPerson *spouse;

  insure (h, head, !old);
  if (alone)
    return;
  spouse = add_member (h, sex == 'M' ? 'F' : 'M', MAX (age, ADULT_AGE + 3) - 3, age + 3, NULL);
  if (spouse == NULL)
    return;
  if (nhi_demo_random_chance (&h->random, 60))
    insure (h, spouse, !old);
  else
    insure_through (spouse, head);
  if (age < 55)
    add_children (h, head, surname, age);
}

GPtrArray *
nhi_demo_household_new (const NhiDemoSource *source, guint64 first_number, guint room)
{
  Household household = {
    .source = source,
    .random = nhi_demo_random_new (source->seed, first_number),
    .people = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_demo_person_free),
    .room = room,
    .first_number = first_number,
  };

  place (&household);
  fill (&household);
  return household.people;
}
