/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is no visit: tests, images, vaccinations, allergies, wishes, check-ups. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-history.h"
#include "shared/calendar/roc-date.h"

/* Columns of labs.tsv. */
enum
{
  LAB_PANEL,
  LAB_ORDER,
  LAB_ORDER_NAME,
  LAB_ITEM,
  LAB_DECIMALS,
  LAB_LOWEST,
  LAB_HIGHEST,
  LAB_REFERENCE,
};

/* Fields 1 to 9 are those of tests and images alike. */
static NhiRecordEntry *
result_new (NhiDemoSink *sink,
            const char *section,
            const GDate *day,
            const char *order,
            const char *order_name)
{
  NhiRecordEntry *result = nhi_record_entry_new (nhi_section_find (section));
  g_autofree char *date = nhi_compact_date_format (day);
  g_autofree char *uploaded = g_strconcat (date, "1530", NULL);

  nhi_demo_set_provider (sink, result, "hospital");
  nhi_demo_set_date (result, 5, day);
  nhi_demo_set_date (result, 6, day);
  nhi_record_entry_set (result, 7, uploaded);
  nhi_record_entry_set (result, 8, order);
  nhi_record_entry_set (result, 9, order_name);
  return result;
}

void
nhi_demo_add_panel (NhiDemoSink *sink, const char *panel, const GDate *day)
{
  const NhiDemoTable *labs = sink->source->labs;

  for (guint i = 0; i < labs->n_rows; i++)
    {
      char **cells = labs->rows[i];
      NhiRecordEntry *result;

      if (!g_str_equal (cells[LAB_PANEL], panel))
        continue;
      result = result_new (sink, "r7", day, cells[LAB_ORDER], cells[LAB_ORDER_NAME]);
      nhi_record_entry_set (result, 10, cells[LAB_ITEM]);
      nhi_demo_set_decimal (result, 11,
                            nhi_demo_random_range (&sink->random,
                                                   nhi_demo_table_number (labs, i, LAB_LOWEST),
                                                   nhi_demo_table_number (labs, i, LAB_HIGHEST)),
                            (guint)nhi_demo_table_number (labs, i, LAB_DECIMALS));
      nhi_record_entry_set (result, 12, cells[LAB_REFERENCE]);
      nhi_demo_sink_take (sink, result);
    }
}

static const struct
{
  const char *order, *order_name, *report;
} images[] = {
  { "32001C", "胸腔檢查",
    "CHEST PA VIEW:\nNo active lung lesion.\nHeart size within normal limits.\n"
    "Mild spondylosis of the thoracic spine." },
  { "19001C", "腹部超音波",
    "ABDOMINAL ECHO:\nModerate fatty liver.\nA renal cyst, 1.2 cm, left kidney.\n"
    "No biliary dilatation." },
  { "18001C", "心電圖", "ECG: sinus rhythm, rate 72/min. Non-specific ST-T change." },
};

void
nhi_demo_add_imaging (NhiDemoSink *sink, const GDate *day)
{
  gsize kind = (gsize)nhi_demo_random_range (&sink->random, 0, G_N_ELEMENTS (images) - 1);
  NhiRecordEntry *image;

  image = result_new (sink, "r8", day, images[kind].order, images[kind].order_name);
  nhi_record_entry_set (image, 10, images[kind].report);
  nhi_demo_sink_take (sink, image);
}

void
nhi_demo_add_allergy (NhiDemoSink *sink, const GDate *day)
{
  static const char *const drugs[] = { "Penicillin 盤尼西林", "Aspirin 阿斯匹靈", "Sulfa 磺胺類" };
  NhiRecordEntry *allergy = nhi_record_entry_new (nhi_section_find ("r4"));
  guint clinic = nhi_demo_table_pick_where (sink->source->clinics, &sink->random, 2, "hospital");

  nhi_demo_set_date (allergy, 1, day);
  nhi_record_entry_set (allergy, 2, drugs[nhi_demo_random_range (&sink->random, 0, 2)]);
  nhi_record_entry_set (allergy, 4, nhi_demo_table_cell (sink->source->clinics, clinic, 0));
  nhi_record_entry_set (allergy, 5, nhi_demo_table_cell (sink->source->clinics, clinic, 1));
  nhi_record_entry_set (allergy, 9, "輕度");
  nhi_record_entry_set (allergy, 10, "皮膚紅疹、搔癢");
  nhi_record_entry_set (allergy, 12, "雲端登錄");
  nhi_demo_sink_take (sink, allergy);
}

void
nhi_demo_add_wish (NhiDemoSink *sink, const GDate *day)
{
  NhiRecordEntry *wish = nhi_record_entry_new (nhi_section_find ("r5"));

  nhi_demo_set_date (wish, 1, day);
  nhi_record_entry_set (wish, 2, "2");
  nhi_record_entry_set (wish, 3, "同意安寧緩和醫療");
  nhi_demo_sink_take (sink, wish);
}

/* One that is given at the person's age on @day. */
void
nhi_demo_add_vaccination (NhiDemoSink *sink, const GDate *day)
{
  const NhiDemoTable *vaccines = sink->source->vaccines;
  gint64 age = nhi_date_age (&sink->person->birth, day);
  guint row = nhi_demo_table_pick (vaccines, &sink->random);
  NhiRecordEntry *vaccination = nhi_record_entry_new (nhi_section_find ("r6"));
  guint clinic = nhi_demo_table_pick_where (sink->source->clinics, &sink->random, 2, "clinic");

  while (age < nhi_demo_table_number (vaccines, row, 0) ||
         age > nhi_demo_table_number (vaccines, row, 1))
    row = nhi_demo_table_pick (vaccines, &sink->random);
  nhi_demo_set_date (vaccination, 1, day);
  nhi_record_entry_set (vaccination, 3, nhi_demo_table_cell (vaccines, row, 2));
  nhi_record_entry_set (vaccination, 5, nhi_demo_table_cell (sink->source->clinics, clinic, 1));
  nhi_demo_sink_take (sink, vaccination);
}

/* Code and words of a result: 1 normal, 2 to be talked over with the doctor. */
static void
set_verdict (NhiRecordEntry *entry, guint field, gboolean normal)
{
  nhi_record_entry_set (entry, field, normal ? "1" : "2");
  nhi_record_entry_set (entry, field + 1, normal ? "正常" : "異常請洽詢醫師");
}

static gint64
set_drawn (NhiDemoSink *sink, NhiRecordEntry *entry, guint field, gint64 lowest, gint64 highest)
{
  gint64 drawn = nhi_demo_random_range (&sink->random, lowest, highest);

  nhi_demo_set_number (entry, field, drawn);
  return drawn;
}

static void
set_body (NhiDemoSink *sink, NhiRecordEntry *entry)
{
  gint64 height = set_drawn (sink, entry, 6, 148, 182);
  gint64 weight = set_drawn (sink, entry, 7, 45, 92);
  gint64 systolic;

  nhi_demo_set_decimal (entry, 8, weight * 100000 / (height * height), 1);
  set_drawn (sink, entry, 9, 68, 104);
  systolic = set_drawn (sink, entry, 10, 102, 158);
  set_drawn (sink, entry, 11, 62, 96);
  set_verdict (entry, 12, systolic < 140);
}

static void
set_blood (NhiDemoSink *sink, NhiRecordEntry *entry)
{
  gint64 cholesterol = set_drawn (sink, entry, 14, 140, 245);
  gint64 glucose, creatinine, alt;

  set_drawn (sink, entry, 15, 55, 240);
  set_drawn (sink, entry, 16, 36, 74);
  set_drawn (sink, entry, 17, 68, 170);
  set_verdict (entry, 18, cholesterol < 200);
  glucose = set_drawn (sink, entry, 20, 76, 128);
  set_verdict (entry, 21, glucose < 100);
  set_drawn (sink, entry, 23, 8, 22);
  creatinine = nhi_demo_random_range (&sink->random, 6, 14);
  nhi_demo_set_decimal (entry, 24, creatinine, 1);
  set_drawn (sink, entry, 25, 55, 110);
  set_verdict (entry, 26, creatinine < 13);
  nhi_record_entry_set (entry, 28, "-");
  set_verdict (entry, 29, TRUE);
  set_drawn (sink, entry, 31, 14, 45);
  alt = set_drawn (sink, entry, 32, 10, 55);
  set_verdict (entry, 33, alt < 41);
  nhi_record_entry_set (entry, 35, "1");
  nhi_record_entry_set (entry, 36, "陰性");
}

void
nhi_demo_add_preventive (NhiDemoSink *sink, const GDate *day)
{
  NhiRecordEntry *check = nhi_record_entry_new (nhi_section_find ("r10"));
  guint clinic = nhi_demo_table_pick_where (sink->source->clinics, &sink->random, 2, "clinic");

  nhi_record_entry_set (check, 1, nhi_demo_table_cell (sink->source->clinics, clinic, 0));
  nhi_record_entry_set (check, 2, nhi_demo_table_cell (sink->source->clinics, clinic, 1));
  nhi_demo_set_date (check, 5, day);
  set_body (sink, check);
  set_blood (sink, check);
  nhi_demo_sink_take (sink, check);
}
