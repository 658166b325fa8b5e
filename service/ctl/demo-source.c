/* SPDX-License-Identifier: GPL-3.0-or-later
 * Everything the invented people are made of, loaded once; and the invented person. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-source.h"

#include <string.h>

#define FIRST_MOMENT                                                                               \
  G_GUINT64_CONSTANT (0x018c00000000) /* ms; the first person's place in the order of UUIDs */

static void
gather_villages (NhiDemoSource *source)
{
  const NhiDivisions *divisions = nhi_divisions_get_default ();
  gsize n_counties, n_towns, n_villages;
  const NhiDivision *counties = nhi_divisions_counties (divisions, &n_counties);

  source->villages = g_ptr_array_new ();
  for (gsize i = 0; i < n_counties; i++)
    {
      const NhiDivision *towns = nhi_divisions_towns (divisions, counties[i].code, &n_towns);

      for (gsize j = 0; j < n_towns; j++)
        {
          const NhiDivision *villages;

          villages = nhi_divisions_villages (divisions, towns[j].code, &n_villages);
          for (gsize k = 0; k < n_villages; k++)
            if (!nhi_village_code_is_unlisted (villages[k].code))
              g_ptr_array_add (source->villages, (gpointer)&villages[k]);
        }
    }
}

NhiDemoSource *
nhi_demo_source_new (guint64 seed, const GDate *until)
{
  NhiDemoSource *source = g_new0 (NhiDemoSource, 1);

  source->surnames = nhi_demo_table_load ("surnames.tsv");
  source->given_names = nhi_demo_table_load ("given-names.tsv");
  source->latin_names = nhi_demo_table_load ("latin-names.tsv");
  source->rare = nhi_demo_table_load ("rare-characters.tsv");
  source->id_letters = nhi_demo_table_load ("id-letters.tsv");
  source->units = nhi_demo_table_load ("units.tsv");
  source->levels = nhi_demo_table_load ("premium-levels.tsv");
  source->clinics = nhi_demo_table_load ("clinics.tsv");
  source->visits = nhi_demo_table_load ("visits.tsv");
  source->orders = nhi_demo_table_load ("orders.tsv");
  source->labs = nhi_demo_table_load ("labs.tsv");
  source->vaccines = nhi_demo_table_load ("vaccines.tsv");
  source->personas = nhi_demo_table_load ("personas.tsv");
  gather_villages (source);
  source->seed = seed;
  source->until = *until;
  return source;
}

void
nhi_demo_source_free (NhiDemoSource *source)
{
  if (source == NULL)
    return;
  nhi_demo_table_free (source->surnames);
  nhi_demo_table_free (source->given_names);
  nhi_demo_table_free (source->latin_names);
  nhi_demo_table_free (source->rare);
  nhi_demo_table_free (source->id_letters);
  nhi_demo_table_free (source->units);
  nhi_demo_table_free (source->levels);
  nhi_demo_table_free (source->clinics);
  nhi_demo_table_free (source->visits);
  nhi_demo_table_free (source->orders);
  nhi_demo_table_free (source->labs);
  nhi_demo_table_free (source->vaccines);
  nhi_demo_table_free (source->personas);
  g_ptr_array_unref (source->villages);
  g_free (source);
}

/* A version 7 UUID: in order, so that a million people are added at the end of each index and not
 * all over it. */
static void
make_person_id (NhiDemoPerson *person)
{
  NhiDemoRandom random = nhi_demo_random_new (0, person->number);
  guint64 moment = FIRST_MOMENT + person->number;
  guint64 a = nhi_demo_random_next (&random);
  guint64 b = nhi_demo_random_next (&random);

  g_snprintf (person->person_id, sizeof person->person_id,
              "%08x-%04x-7%03x-%04x-%012" G_GINT64_MODIFIER "x", (guint)(moment >> 16),
              (guint)(moment & 0xffff), (guint)(a & 0xfff), (guint)(0x8000 | (a >> 12 & 0x3fff)),
              b & G_GUINT64_CONSTANT (0xffffffffffff));
}

NhiDemoPerson *
nhi_demo_person_new (guint64 number)
{
  NhiDemoPerson *person = g_new0 (NhiDemoPerson, 1);

  person->number = number;
  make_person_id (person);
  return person;
}

void
nhi_demo_person_free (NhiDemoPerson *person)
{
  if (person == NULL)
    return;
  g_free (person->id_number);
  g_free (person->name);
  g_free (person);
}

/* Counties by the group that looks after them; whatever is not here belongs to the first (臺北). */
static const struct
{
  const char *county;
  guint group;
} groups[] = {
  { "68000", 2 }, { "10018", 2 }, { "10004", 2 }, { "10005", 2 }, /* 北區 */
  { "66000", 3 }, { "10007", 3 }, { "10008", 3 },                 /* 中區 */
  { "10009", 4 }, { "10010", 4 }, { "10020", 4 }, { "67000", 4 }, /* 南區 */
  { "64000", 5 }, { "10013", 5 }, { "10016", 5 },                 /* 高屏 */
  { "10015", 6 }, { "10014", 6 },                                 /* 東區 */
};

guint
nhi_demo_business_group (const char *village_code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_str_has_prefix (village_code, groups[i].county))
      return groups[i].group;
  return 1;
}
