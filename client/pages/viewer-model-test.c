/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of the viewer's list. */
#include <locale.h>

#include "client/pages/viewer-model.h"

static NhiRecordEntry *
add (NhiRecord *record,
     const char *code,
     guint first,
     const char *one,
     guint second,
     const char *two)
{
  NhiRecordEntry *entry = nhi_record_entry_new (nhi_section_find (code));

  nhi_record_entry_set (entry, first, one);
  nhi_record_entry_set (entry, second, two);
  nhi_record_add (record, entry);
  return entry;
}

static GPtrArray *
make_records (void)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_record_free);
  NhiRecord *record = nhi_record_new (NHI_RECORD_MEDICAL, "A123456789", "20260105");
  NhiRecordEntry *visit;

  add (record, "r1", 5, "20251001", 9, "流行性感冒");
  visit = add (record, "r1", 5, "20251120", 9, "高血壓");
  nhi_record_entry_set (visit, 12, "1150");
  nhi_record_entry_set (visit, 4, "示範診所");
  nhi_record_entry_set (nhi_record_entry_add_child (visit), 2, "Amlodipine");
  add (record, "r1", 6, "20251003", 9, "領藥");
  add (record, "r7", 10, "HbA1c", 11, "6.1");
  g_ptr_array_add (records, record);
  return records;
}

static char *
list_titles (GListModel *model)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (NhiViewerItem) item = g_list_model_get_item (model, i);

      g_string_append_printf (text, "%s%s;", nhi_viewer_item_get_entry (item) == NULL ? "#" : "",
                              nhi_viewer_item_get_title (item));
    }
  return g_string_free (text, FALSE);
}

static void
test_search (void)
{
  static const struct
  {
    const char *query;
    const char *titles;
  } cases[] = {
    { NULL, "#Western outpatient;高血壓;領藥;流行性感冒;#Lab results;HbA1c: 6.1;" },
    { "高血壓", "#Western outpatient;高血壓;" },
    { "amlodipine", "#Western outpatient;高血壓;" },
    { "  hba1c  6.1 ", "#Lab results;HbA1c: 6.1;" },
    { "hba1c 7", "" },
    { "no such thing", "" },
  };
  g_autoptr (GPtrArray) records = make_records ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GListStore) store =
          nhi_viewer_model_build (records, cases[i].query, NHI_DATE_ROC, NULL);
      g_autofree char *titles = list_titles (G_LIST_MODEL (store));
      g_autoptr (GString) expected = g_string_new (cases[i].titles);

      g_string_replace (expected, "Western outpatient", nhi_section_find ("r1")->name_en, 0);
      g_string_replace (expected, "Lab results", nhi_section_find ("r7")->name_en, 0);
      g_assert_cmpstr (titles, ==, expected->str);
    }
}

static void
test_entry_texts (void)
{
  g_autoptr (GPtrArray) records = make_records ();
  guint entries = 0;
  g_autoptr (GListStore) store =
      nhi_viewer_model_build (records, "高血壓", NHI_DATE_WESTERN, &entries);
  g_autoptr (NhiViewerItem) heading = g_list_model_get_item (G_LIST_MODEL (store), 0);
  g_autoptr (NhiViewerItem) item = g_list_model_get_item (G_LIST_MODEL (store), 1);

  g_assert_cmpuint (entries, ==, 1);
  g_assert_cmpstr (nhi_viewer_item_get_amount (heading), ==, "1");
  g_assert_cmpstr (nhi_viewer_item_get_date (item), ==, "2025-11-20");
  g_assert_cmpstr (nhi_viewer_item_get_institution (item), ==, "示範診所");
  g_assert_cmpstr (nhi_viewer_item_get_amount (item), ==, "NT$1,150");
}

static void
test_empty (void)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new ();
  guint entries = 1;
  g_autoptr (GListStore) store = nhi_viewer_model_build (records, NULL, NHI_DATE_ROC, &entries);

  g_assert_cmpuint (entries, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viewer-model/groups-sorts-and-searches", test_search);
  g_test_add_func ("/viewer-model/entry-in-short", test_entry_texts);
  g_test_add_func ("/viewer-model/nothing-to-show", test_empty);
  return g_test_run ();
}
