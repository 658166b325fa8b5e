/* SPDX-License-Identifier: GPL-3.0-or-later
 * How often which kind of person goes where, and the way of an entry into the database. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-history.h"
#include "service/store/health-entry.h"
#include "shared/calendar/roc-date.h"

#include <string.h>

#define STREAM 0x68697374u /* of chance, apart from the streams of other matters */

static const char *const group_names[] = {
  "臺北業務組", "北區業務組", "中區業務組", "南區業務組", "高屏業務組", "東區業務組",
};

void
nhi_demo_set_date (NhiRecordEntry *entry, guint field, const GDate *day)
{
  g_autofree char *text = nhi_compact_date_format (day);

  nhi_record_entry_set (entry, field, text);
}

void
nhi_demo_set_number (NhiRecordEntry *entry, guint field, gint64 number)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);
  nhi_record_entry_set (entry, field, text);
}

void
nhi_demo_set_decimal (NhiRecordEntry *entry, guint field, gint64 number, guint decimals)
{
  char text[32];
  gint64 unit = 1;

  for (guint i = 0; i < decimals; i++)
    unit *= 10;
  if (decimals == 0)
    g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);
  else
    g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT ".%0*d", number / unit, (int)decimals,
                (int)(number % unit));
  nhi_record_entry_set (entry, field, text);
}

void
nhi_demo_set_provider (NhiDemoSink *sink, NhiRecordEntry *entry, const char *kind)
{
  const NhiDemoTable *clinics = sink->source->clinics;
  guint group = nhi_demo_business_group (sink->person->village_code);
  guint clinic = 0;

  /* Where the group has none of this kind people travel. */
  for (guint tries = 0; tries < 20; tries++)
    {
      clinic = nhi_demo_table_pick_where (clinics, &sink->random, 2, kind);
      if (nhi_demo_table_number (clinics, clinic, 3) == group)
        break;
    }
  group = (guint)nhi_demo_table_number (clinics, clinic, 3);
  nhi_demo_set_number (entry, 1, group);
  nhi_record_entry_set (entry, 2, group_names[group - 1]);
  nhi_record_entry_set (entry, 3, nhi_demo_table_cell (clinics, clinic, 0));
  nhi_record_entry_set (entry, 4, nhi_demo_table_cell (clinics, clinic, 1));
}

void
nhi_demo_sink_take (NhiDemoSink *sink, NhiRecordEntry *entry)
{
  const char *compact = nhi_record_entry_get (entry, entry->section->date_field);
  g_autofree char *document = NULL;
  char date[16], entry_id[8];

  g_assert (strlen (compact) == 8);
  if (sink->error == NULL)
    {
      document = nhi_record_entry_to_json (entry);
      g_snprintf (date, sizeof date, "%.4s-%.2s-%.2s", compact, compact + 4, compact + 6);
      g_snprintf (entry_id, sizeof entry_id, "%06u", (guint)++sink->next_entry);
      nhi_health_entry_add (sink->bulk, sink->person->person_id, entry->section->code, date,
                            entry_id, document, &sink->error);
    }
  nhi_record_entry_free (entry);
}

/* A day of the @years before the last one, on which the person lived. */
static GDate
draw_day (NhiDemoSink *sink, guint years)
{
  GDate first = sink->source->until, day;

  g_date_subtract_years (&first, years);
  if (g_date_compare (&first, &sink->person->birth) < 0)
    first = sink->person->birth;
  day = first;
  g_date_add_days (&day, (guint)nhi_demo_random_range (&sink->random, 0,
                                                       g_date_days_between (&first,
                                                                            &sink->source->until)));
  return day;
}

static void
add_basic_panels (NhiDemoSink *sink, const GDate *day)
{
  nhi_demo_add_panel (sink, "blood", day);
  nhi_demo_add_panel (sink, "metabolic", day);
  nhi_demo_add_panel (sink, "organ", day);
}

static void
add_diabetes_panel (NhiDemoSink *sink, const GDate *day)
{
  nhi_demo_add_panel (sink, "diabetes", day);
}

/* What a kind of person has, and how often. */
typedef struct
{
  NhiDemoHistory history;
  const char *section; /* of a visit, with the group of visits; else @add */
  const char *group;
  void (*add) (NhiDemoSink *sink, const GDate *day);
  gint64 lowest, highest; /* times */
  guint years;            /* within so many before the last day */
  guint from_age;
  guint percent; /* of the people; 0: all */
} Habit;

#define VISIT(history, section, group, lowest, highest, years)                                     \
  {                                                                                                \
    NHI_DEMO_HISTORY_##history, section, group, NULL, lowest, highest, years, 0, 0                 \
  }
#define OTHER(history, add, lowest, highest, years)                                                \
  {                                                                                                \
    NHI_DEMO_HISTORY_##history, NULL, NULL, add, lowest, highest, years, 0, 0                      \
  }

/* In this order chance is drawn: another order makes other people. Three years, as the health bank
 * keeps them, but for the persona with ten. */
static const Habit habits[] = {
  VISIT (ORDINARY, "r1", "acute", 5, 18, 3),
  VISIT (ORDINARY, "r3", "any", 1, 6, 3),
  VISIT (ORDINARY, "r9", "any", 0, 5, 3),
  { NHI_DEMO_HISTORY_ORDINARY, "r1", "chronic", NULL, 0, 24, 3, 50, 0 },
  OTHER (ORDINARY, add_basic_panels, 1, 3, 3),
  OTHER (ORDINARY, nhi_demo_add_vaccination, 1, 3, 3),
  OTHER (ORDINARY, nhi_demo_add_imaging, 0, 2, 3),
  { NHI_DEMO_HISTORY_ORDINARY, NULL, NULL, nhi_demo_add_preventive, 1, 1, 3, 40, 0 },
  { NHI_DEMO_HISTORY_ORDINARY, NULL, NULL, nhi_demo_add_stay, 1, 1, 3, 0, 10 },
  { NHI_DEMO_HISTORY_ORDINARY, NULL, NULL, nhi_demo_add_allergy, 1, 1, 3, 0, 10 },
  { NHI_DEMO_HISTORY_ORDINARY, NULL, NULL, nhi_demo_add_wish, 1, 1, 3, 0, 6 },
  VISIT (CHILD, "r1", "acute", 8, 26, 3),
  VISIT (CHILD, "r3", "any", 1, 6, 3),
  OTHER (CHILD, nhi_demo_add_vaccination, 3, 8, 3),
  VISIT (ELDER, "r1", "chronic", 18, 40, 3),
  VISIT (ELDER, "r1", "acute", 6, 16, 3),
  VISIT (ELDER, "r3", "any", 0, 6, 3),
  VISIT (ELDER, "r9", "any", 0, 12, 3),
  OTHER (ELDER, add_basic_panels, 3, 6, 3),
  OTHER (ELDER, nhi_demo_add_vaccination, 2, 5, 3),
  OTHER (ELDER, nhi_demo_add_imaging, 1, 4, 3),
  OTHER (ELDER, nhi_demo_add_preventive, 1, 3, 3),
  OTHER (ELDER, nhi_demo_add_stay, 0, 2, 3),
  OTHER (ELDER, nhi_demo_add_wish, 0, 1, 3),
  VISIT (CHRONIC, "r1", "chronic", 520, 520, 10),
  VISIT (CHRONIC, "r1", "acute", 90, 90, 10),
  VISIT (CHRONIC, "r3", "any", 42, 42, 10),
  VISIT (CHRONIC, "r9", "any", 160, 160, 10),
  OTHER (CHRONIC, add_diabetes_panel, 120, 120, 10),
  OTHER (CHRONIC, add_basic_panels, 80, 80, 10),
  OTHER (CHRONIC, nhi_demo_add_vaccination, 18, 18, 10),
  OTHER (CHRONIC, nhi_demo_add_imaging, 24, 24, 10),
  OTHER (CHRONIC, nhi_demo_add_preventive, 10, 10, 10),
  OTHER (CHRONIC, nhi_demo_add_stay, 6, 6, 10),
  OTHER (CHRONIC, nhi_demo_add_allergy, 2, 2, 10),
  OTHER (CHRONIC, nhi_demo_add_wish, 1, 1, 10),
  VISIT (DENTAL_CHINESE, "r3", "any", 48, 48, 3),
  VISIT (DENTAL_CHINESE, "r9", "any", 96, 96, 3),
  VISIT (DENTAL_CHINESE, "r1", "acute", 6, 6, 3),
  OTHER (DENTAL_CHINESE, add_basic_panels, 1, 1, 3),
  OTHER (DENTAL_CHINESE, nhi_demo_add_vaccination, 2, 2, 3),
};

static void
follow (NhiDemoSink *sink, const Habit *habit)
{
  for (gint64 n = nhi_demo_random_range (&sink->random, habit->lowest, habit->highest); n > 0; n--)
    {
      GDate day = draw_day (sink, habit->years);

      if (habit->section != NULL)
        nhi_demo_add_visit (sink, habit->section, habit->group, &day);
      else
        habit->add (sink, &day);
    }
}

static void
add_all (NhiDemoSink *sink)
{
  guint age = nhi_date_age (&sink->person->birth, &sink->source->until);

  for (gsize i = 0; i < G_N_ELEMENTS (habits); i++)
    if (habits[i].history == sink->person->history && age >= habits[i].from_age &&
        (habits[i].percent == 0 || nhi_demo_random_chance (&sink->random, habits[i].percent)))
      follow (sink, &habits[i]);
}

gboolean
nhi_demo_add_history (NhiBulk *bulk,
                      const NhiDemoSource *source,
                      const NhiDemoPerson *person,
                      guint64 *ret_entries,
                      GError **error)
{
  NhiDemoSink sink = {
    .bulk = bulk,
    .source = source,
    .person = person,
    .random = nhi_demo_random_new (source->seed ^ STREAM, person->number),
  };

  add_all (&sink);
  if (sink.error != NULL)
    {
      g_propagate_error (error, sink.error);
      return FALSE;
    }
  *ret_entries += sink.next_entry;
  return TRUE;
}
