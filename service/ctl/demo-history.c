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

typedef void (*AddOne) (NhiDemoSink *sink, const GDate *day);

static void
repeat (NhiDemoSink *sink, AddOne add, gint64 lowest, gint64 highest, guint years)
{
  for (gint64 n = nhi_demo_random_range (&sink->random, lowest, highest); n > 0; n--)
    {
      GDate day = draw_day (sink, years);

      add (sink, &day);
    }
}

static void
repeat_visits (NhiDemoSink *sink,
               const char *section,
               const char *group,
               gint64 lowest,
               gint64 highest,
               guint years)
{
  for (gint64 n = nhi_demo_random_range (&sink->random, lowest, highest); n > 0; n--)
    {
      GDate day = draw_day (sink, years);

      nhi_demo_add_visit (sink, section, group, &day);
    }
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

/* Three years, as the health bank keeps them. */

static void
add_ordinary (NhiDemoSink *sink)
{
  guint age = nhi_date_age (&sink->person->birth, &sink->source->until);

  repeat_visits (sink, "r1", "acute", 5, 18, 3);
  repeat_visits (sink, "r3", "any", 1, 6, 3);
  repeat_visits (sink, "r9", "any", 0, 5, 3);
  if (age >= 50)
    repeat_visits (sink, "r1", "chronic", 0, 24, 3);
  repeat (sink, add_basic_panels, 1, 3, 3);
  repeat (sink, nhi_demo_add_vaccination, 1, 3, 3);
  repeat (sink, nhi_demo_add_imaging, 0, 2, 3);
  if (age >= 40)
    repeat (sink, nhi_demo_add_preventive, 1, 1, 3);
  if (nhi_demo_random_chance (&sink->random, 10))
    repeat (sink, nhi_demo_add_stay, 1, 1, 3);
  if (nhi_demo_random_chance (&sink->random, 10))
    repeat (sink, nhi_demo_add_allergy, 1, 1, 3);
  if (nhi_demo_random_chance (&sink->random, 6))
    repeat (sink, nhi_demo_add_wish, 1, 1, 3);
}

static void
add_child (NhiDemoSink *sink)
{
  repeat_visits (sink, "r1", "acute", 8, 26, 3);
  repeat_visits (sink, "r3", "any", 1, 6, 3);
  repeat (sink, nhi_demo_add_vaccination, 3, 8, 3);
}

static void
add_elder (NhiDemoSink *sink)
{
  repeat_visits (sink, "r1", "chronic", 18, 40, 3);
  repeat_visits (sink, "r1", "acute", 6, 16, 3);
  repeat_visits (sink, "r3", "any", 0, 6, 3);
  repeat_visits (sink, "r9", "any", 0, 12, 3);
  repeat (sink, add_basic_panels, 3, 6, 3);
  repeat (sink, nhi_demo_add_vaccination, 2, 5, 3);
  repeat (sink, nhi_demo_add_imaging, 1, 4, 3);
  repeat (sink, nhi_demo_add_preventive, 1, 3, 3);
  repeat (sink, nhi_demo_add_stay, 0, 2, 3);
  repeat (sink, nhi_demo_add_wish, 0, 1, 3);
}

static void
add_chronic (NhiDemoSink *sink)
{
  repeat_visits (sink, "r1", "chronic", 520, 520, 10);
  repeat_visits (sink, "r1", "acute", 90, 90, 10);
  repeat_visits (sink, "r3", "any", 42, 42, 10);
  repeat_visits (sink, "r9", "any", 160, 160, 10);
  repeat (sink, add_diabetes_panel, 120, 120, 10);
  repeat (sink, add_basic_panels, 80, 80, 10);
  repeat (sink, nhi_demo_add_vaccination, 18, 18, 10);
  repeat (sink, nhi_demo_add_imaging, 24, 24, 10);
  repeat (sink, nhi_demo_add_preventive, 10, 10, 10);
  repeat (sink, nhi_demo_add_stay, 6, 6, 10);
  repeat (sink, nhi_demo_add_allergy, 2, 2, 10);
  repeat (sink, nhi_demo_add_wish, 1, 1, 10);
}

static void
add_dental_chinese (NhiDemoSink *sink)
{
  repeat_visits (sink, "r3", "any", 48, 48, 3);
  repeat_visits (sink, "r9", "any", 96, 96, 3);
  repeat_visits (sink, "r1", "acute", 6, 6, 3);
  repeat (sink, add_basic_panels, 1, 1, 3);
  repeat (sink, nhi_demo_add_vaccination, 2, 2, 3);
}

static void
add_all (NhiDemoSink *sink)
{
  switch (sink->person->history)
    {
    case NHI_DEMO_HISTORY_ORDINARY:
      add_ordinary (sink);
      return;
    case NHI_DEMO_HISTORY_CHILD:
      add_child (sink);
      return;
    case NHI_DEMO_HISTORY_ELDER:
      add_elder (sink);
      return;
    case NHI_DEMO_HISTORY_CHRONIC:
      add_chronic (sink);
      return;
    case NHI_DEMO_HISTORY_DENTAL_CHINESE:
      add_dental_chinese (sink);
      return;
    case NHI_DEMO_HISTORY_NONE:
    default:
      return;
    }
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
