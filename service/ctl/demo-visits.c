/* SPDX-License-Identifier: GPL-3.0-or-later
 * Visits with their orders: western, dental and Chinese medicine, and stays in a hospital. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-history.h"

#include <string.h>

/* Columns of visits.tsv and orders.tsv. */
enum
{
  VISIT_SECTION,
  VISIT_PLACE,
  VISIT_GROUP,
  VISIT_WEIGHT,
  VISIT_DIAGNOSIS,
  VISIT_DIAGNOSIS_NAME,
  VISIT_COPAYMENT,
  VISIT_POINTS,
  VISIT_ORDERS,
};
enum
{
  ORDER_CODE,
  ORDER_NAME,
  ORDER_TOOTH,
};

static const char *const tooth_places[] = { "右上", "左上", "左下", "右下" };
static const char *const tooth_numbers[] = { "一", "二", "三", "四", "五", "六", "七" };

/* FDI two-digit numbers: quadrant 1 … 4, tooth 1 … 7; "21" is 左上第一顆恆牙. */
static gint64
draw_tooth (NhiDemoSink *sink)
{
  return nhi_demo_random_range (&sink->random, 1, 4) * 10 +
         nhi_demo_random_range (&sink->random, 1, 7);
}

static void
set_tooth (NhiRecordEntry *order, gint64 tooth)
{
  g_autofree char *name =
      g_strdup_printf ("%s第%s顆恆牙", tooth_places[tooth / 10 - 1], tooth_numbers[tooth % 10 - 1]);

  nhi_demo_set_number (order, 4, tooth);
  nhi_record_entry_set (order, 5, name);
}

/* @text: CODE*QUANTITY*DAYS. @tooth: the one this visit is about, where the order is about a tooth.
 */
static void
add_order (NhiDemoSink *sink, NhiRecordEntry *visit, const char *text, gint64 tooth)
{
  g_auto (GStrv) parts = g_strsplit (text, "*", 3);
  const NhiDemoTable *orders = sink->source->orders;
  gint row = nhi_demo_table_find (orders, ORDER_CODE, parts[0]);
  NhiRecordEntry *order = nhi_record_entry_add_child (visit);
  gboolean dental = g_str_equal (visit->section->code, "r3");
  gint64 days = g_ascii_strtoll (parts[2], NULL, 10);

  g_assert (row >= 0);
  nhi_record_entry_set (order, 1, parts[0]);
  nhi_record_entry_set (order, 2, nhi_demo_table_cell (orders, (guint)row, ORDER_NAME));
  nhi_demo_set_decimal (order, 3, g_ascii_strtoll (parts[1], NULL, 10) * 100, 2);
  if (dental && nhi_demo_table_number (orders, (guint)row, ORDER_TOOTH) == 1)
    set_tooth (order, tooth);
  if (days > 0)
    nhi_demo_set_number (order, dental ? 6 : 4, days);
}

/* A row of @section and @group by weight. */
static guint
draw_visit (NhiDemoSink *sink, const char *section, const char *group)
{
  const NhiDemoTable *visits = sink->source->visits;
  gint64 sum = 0, drawn;

  for (guint i = 0; i < visits->n_rows; i++)
    if (g_str_equal (visits->rows[i][VISIT_SECTION], section) &&
        g_str_equal (visits->rows[i][VISIT_GROUP], group))
      sum += nhi_demo_table_number (visits, i, VISIT_WEIGHT);
  g_assert (sum > 0);
  drawn = nhi_demo_random_range (&sink->random, 0, sum - 1);
  for (guint i = 0; i < visits->n_rows; i++)
    if (g_str_equal (visits->rows[i][VISIT_SECTION], section) &&
        g_str_equal (visits->rows[i][VISIT_GROUP], group))
      {
        drawn -= nhi_demo_table_number (visits, i, VISIT_WEIGHT);
        if (drawn < 0)
          return i;
      }
  g_assert_not_reached ();
}

static void
set_visit_number (NhiDemoSink *sink, NhiRecordEntry *visit, guint field)
{
  char number[5];

  g_snprintf (number, sizeof number, "%04u", (guint)nhi_demo_random_range (&sink->random, 1, 36));
  nhi_record_entry_set (visit, field, number);
}

void
nhi_demo_add_visit (NhiDemoSink *sink, const char *section, const char *group, const GDate *day)
{
  const NhiDemoTable *visits = sink->source->visits;
  char **cells = visits->rows[draw_visit (sink, section, group)];
  NhiRecordEntry *visit = nhi_record_entry_new (nhi_section_find (section));
  g_auto (GStrv) orders = g_strsplit (cells[VISIT_ORDERS], " ", 0);
  gboolean western = g_str_equal (section, "r1");
  gint64 tooth = draw_tooth (sink);
  guint field = western ? 8 : 7; /* of the diagnosis: r3 and r9 have no dispensing date before it */

  nhi_demo_set_provider (sink, visit, cells[VISIT_PLACE]);
  nhi_demo_set_date (visit, 5, day);
  if (western && strstr (cells[VISIT_ORDERS], "00109C") != NULL)
    nhi_demo_set_date (visit, 6, day);
  set_visit_number (sink, visit, field - 1);
  nhi_record_entry_set (visit, field, cells[VISIT_DIAGNOSIS]);
  nhi_record_entry_set (visit, field + 1, cells[VISIT_DIAGNOSIS_NAME]);
  nhi_record_entry_set (visit, field + 4, cells[VISIT_COPAYMENT]);
  nhi_demo_set_number (visit, field + 5,
                       g_ascii_strtoll (cells[VISIT_POINTS], NULL, 10) +
                           nhi_demo_random_range (&sink->random, 0, 40));
  for (guint i = 0; orders[i] != NULL; i++)
    add_order (sink, visit, orders[i], tooth);
  nhi_demo_sink_take (sink, visit);
}

/* What people are admitted for: diagnosis, procedure, days. */
static const struct
{
  const char *diagnosis, *diagnosis_name;
  const char *procedure, *procedure_name;
  guint days;
} stays[] = {
  { "J189", "肺炎，未明示病原體", NULL, NULL, 7 },
  { "K3580", "急性闌尾炎", "0DTJ4ZZ", "闌尾切除術，經皮內視鏡", 4 },
  { "I2510", "自體的冠狀動脈粥樣硬化心臟病未伴有心絞痛", "4A023N7", "左心心導管檢查", 3 },
  { "E1165", "第二型糖尿病，伴有高血糖", NULL, NULL, 5 },
};

static void
add_stay_order (NhiRecordEntry *stay,
                const char *code,
                const char *name,
                guint number,
                const GDate *from,
                const GDate *to)
{
  NhiRecordEntry *order = nhi_record_entry_add_child (stay);

  nhi_demo_set_number (order, 1, number);
  nhi_demo_set_date (order, 2, from);
  nhi_demo_set_date (order, 3, to);
  nhi_record_entry_set (order, 4, code);
  nhi_record_entry_set (order, 5, name);
  nhi_demo_set_decimal (order, 6, (g_date_days_between (from, to) + 1) * 100, 2);
}

void
nhi_demo_add_stay (NhiDemoSink *sink, const GDate *day)
{
  gsize kind = (gsize)nhi_demo_random_range (&sink->random, 0, G_N_ELEMENTS (stays) - 1);
  NhiRecordEntry *stay = nhi_record_entry_new (nhi_section_find ("r2"));
  GDate out = *day;

  g_date_add_days (&out, stays[kind].days);
  if (g_date_compare (&out, &sink->source->until) > 0)
    out = sink->source->until;
  nhi_demo_set_provider (sink, stay, "hospital");
  nhi_demo_set_date (stay, 5, day);
  nhi_demo_set_date (stay, 6, &out);
  nhi_demo_set_date (stay, 7, day);
  nhi_demo_set_date (stay, 8, &out);
  set_visit_number (sink, stay, 9);
  nhi_record_entry_set (stay, 10, stays[kind].diagnosis);
  nhi_record_entry_set (stay, 11, stays[kind].diagnosis_name);
  nhi_record_entry_set (stay, 12, stays[kind].procedure);
  nhi_record_entry_set (stay, 13, stays[kind].procedure_name);
  nhi_demo_set_number (stay, 14, 1200 * stays[kind].days);
  nhi_demo_set_number (stay, 15, 12000 * stays[kind].days);
  add_stay_order (stay, "02007A", "一般病床住院診察費(天)", 1, day, &out);
  add_stay_order (stay, "03026K", "急性一般病床－護理費(天)", 2, day, &out);
  nhi_demo_sink_take (sink, stay);
}
