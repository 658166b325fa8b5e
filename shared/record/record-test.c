/* SPDX-License-Identifier: GPL-3.0-or-later
 * Records in memory, in XML, in JSON and back. The codes and names are the fictitious ones of the
 * official format description. */
#include "shared/record/record.h"

#include <string.h>

static NhiRecordEntry *
new_visit (const char *date)
{
  NhiRecordEntry *visit = nhi_record_entry_new (nhi_section_find ("r1"));
  NhiRecordEntry *order;

  nhi_record_entry_set (visit, 1, "1");
  nhi_record_entry_set (visit, 2, "臺北業務組");
  nhi_record_entry_set (visit, 4, "示範診所 <A&B> \"甲\"");
  nhi_record_entry_set (visit, 5, date);
  nhi_record_entry_set (visit, 7, "0001");
  nhi_record_entry_set (visit, 8, "J1083");
  nhi_record_entry_set (visit, 12, "50");
  order = nhi_record_entry_add_child (visit);
  nhi_record_entry_set (order, 1, "AC20910100");
  nhi_record_entry_set (order, 3, "28.00");
  order = nhi_record_entry_add_child (visit);
  nhi_record_entry_set (order, 2, "門診診察費\n第二行\t欄");
  return visit;
}

static NhiRecord *
new_medical_record (void)
{
  NhiRecord *record = nhi_record_new (NHI_RECORD_MEDICAL, "A123456789", "20260105");
  NhiRecordEntry *entry;

  entry = nhi_record_entry_new (nhi_section_find ("r7"));
  nhi_record_entry_set (entry, 6, "20251201");
  nhi_record_entry_set (entry, 12, "[無][＜1.0]");
  nhi_record_add (record, entry);
  nhi_record_add (record, new_visit ("20251101"));
  entry = nhi_record_entry_new (nhi_section_find ("r14"));
  nhi_record_entry_set (entry, 1, "20240101");
  entry = (nhi_record_add (record, entry), nhi_record_entry_add_child (entry));
  nhi_record_entry_set (entry, 6, "-");
  nhi_record_entry_set (entry, 7, "31");
  nhi_record_add (record, new_visit ("20251102"));
  nhi_record_add_empty (record, nhi_section_find ("r2"));
  return record;
}

static NhiRecord *
new_insurance_record (void)
{
  NhiRecord *record = nhi_record_new (NHI_RECORD_INSURANCE, "A123456789", "20260105");
  NhiRecordEntry *entry = nhi_record_entry_new (nhi_section_find ("i2"));

  nhi_record_entry_set (entry, 1, "202511");
  nhi_record_entry_set (entry, 7, "710");
  nhi_record_add (record, entry);
  return record;
}

static void
assert_same_entry (const NhiRecordEntry *a, const NhiRecordEntry *b)
{
  guint a_children = a->children != NULL ? a->children->len : 0;
  guint b_children = b->children != NULL ? b->children->len : 0;

  g_assert_true (a->section == b->section);
  for (guint i = 1; i <= a->section->max_field; i++)
    g_assert_cmpstr (a->values[i], ==, b->values[i]);
  g_assert_cmpuint (a_children, ==, b_children);
  for (guint i = 0; i < a_children; i++)
    assert_same_entry (g_ptr_array_index (a->children, i), g_ptr_array_index (b->children, i));
}

static void
assert_same_record (const NhiRecord *a, const NhiRecord *b)
{
  g_assert_cmpint (a->record_class, ==, b->record_class);
  g_assert_cmpstr (a->masked_id, ==, b->masked_id);
  g_assert_cmpstr (a->applied_on, ==, b->applied_on);
  g_assert_cmpuint (a->entries->len, ==, b->entries->len);
  for (guint i = 0; i < a->entries->len; i++)
    assert_same_entry (g_ptr_array_index (a->entries, i), g_ptr_array_index (b->entries, i));
  g_assert_cmpuint (a->empty->len, ==, b->empty->len);
  for (guint i = 0; i < a->empty->len; i++)
    g_assert_true (g_ptr_array_index (a->empty, i) == g_ptr_array_index (b->empty, i));
}

typedef struct
{
  NhiRecord *(*make) (void);
  GBytes *(*write) (const NhiRecord *record, GError **error);
  NhiRecord *(*read) (GBytes *bytes, GError **error);
} RoundTrip;

static const RoundTrip round_trips[] = {
  { new_medical_record, nhi_record_to_xml, nhi_record_from_xml },
  { new_medical_record, nhi_record_to_json_file, nhi_record_from_json_file },
  { new_insurance_record, nhi_record_to_xml, nhi_record_from_xml },
  { new_insurance_record, nhi_record_to_json_file, nhi_record_from_json_file },
};

static void
test_round_trip (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (round_trips); i++)
    {
      g_autoptr (NhiRecord) record = round_trips[i].make ();
      g_autoptr (NhiRecord) back = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GBytes) again = NULL;
      g_autoptr (GError) error = NULL;

      bytes = round_trips[i].write (record, &error);
      g_assert_no_error (error);
      back = round_trips[i].read (bytes, &error);
      g_assert_no_error (error);
      assert_same_record (record, back);
      again = round_trips[i].write (back, &error);
      g_assert_true (g_bytes_equal (bytes, again));
    }
}

/* An empty file of the insurance class is still one of that class. */
static void
test_empty_record (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (round_trips); i++)
    for (NhiRecordClass record_class = NHI_RECORD_INSURANCE; record_class <= NHI_RECORD_MEDICAL;
         record_class++)
      {
        g_autoptr (NhiRecord) record = nhi_record_new (record_class, "A123456789", "20260105");
        g_autoptr (GBytes) bytes = round_trips[i].write (record, NULL);
        g_autoptr (NhiRecord) back = round_trips[i].read (bytes, NULL);

        assert_same_record (record, back);
      }
}

static void
test_order (void)
{
  static const char *const expected[] = { "r1", "r1", "r7", "r14" };
  g_autoptr (NhiRecord) record = new_medical_record ();

  g_assert_cmpuint (record->entries->len, ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (((NhiRecordEntry *)g_ptr_array_index (record->entries, i))->section->code, ==,
                     expected[i]);
  g_assert_cmpstr (nhi_record_entry_get (g_ptr_array_index (record->entries, 0), 5), ==,
                   "20251101");
  g_assert_cmpstr (nhi_record_entry_get (g_ptr_array_index (record->entries, 1), 5), ==,
                   "20251102");
}

static const char wish_xml[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<myhealthbank>\n<bdata>\n"
                               "<b1.1>A12345****</b1.1>\n<b1.2>20260105</b1.2>\n"
                               "<r4>無資料</r4>\n"
                               "<r5>\n<r5.1>20200131</r5.1>\n<r5.2>2</r5.2>\n<r5.3></r5.3>\n</r5>\n"
                               "</bdata>\n</myhealthbank>\n";
static const char wish_json[] =
    "\xEF\xBB\xBF{\"myhealthbank\":{\"bdata\":{"
    "\"b1.1\":\"A12345****\",\"b1.2\":\"20260105\",\n"
    "\"r4\":[{\"r4\":\"無資料\"}],\n"
    "\"r5\":[\n{\"r5.1\":\"20200131\",\"r5.2\":\"2\",\"r5.3\":\"\"}]}}}\n";

static void
test_shape (void)
{
  g_autoptr (NhiRecord) record = nhi_record_new (NHI_RECORD_MEDICAL, "A123456789", "20260105");
  NhiRecordEntry *wish = nhi_record_entry_new (nhi_section_find ("r5"));
  g_autoptr (GBytes) xml = NULL;
  g_autoptr (GBytes) json = NULL;

  nhi_record_entry_set (wish, 1, "20200131");
  nhi_record_entry_set (wish, 2, "2");
  nhi_record_add (record, wish);
  nhi_record_add (record, nhi_record_entry_new (nhi_section_find ("r6")));
  nhi_record_add_empty (record, nhi_section_find ("r4"));
  xml = nhi_record_to_xml (record, NULL);
  json = nhi_record_to_json_file (record, NULL);
  g_assert_cmpmem (g_bytes_get_data (xml, NULL), g_bytes_get_size (xml), wish_xml,
                   strlen (wish_xml));
  g_assert_cmpmem (g_bytes_get_data (json, NULL), g_bytes_get_size (json), wish_json,
                   strlen (wish_json));
}

static void
test_entry_json (void)
{
  g_autoptr (NhiRecordEntry) visit = new_visit ("20251101");
  g_autoptr (NhiRecordEntry) back = NULL;
  g_autoptr (NhiRecordEntry) hepatitis = nhi_record_entry_new (nhi_section_find ("r14"));
  g_autoptr (NhiRecordEntry) hepatitis_back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = nhi_record_entry_to_json (visit);
  g_autofree char *hepatitis_json = NULL;

  back = nhi_record_entry_from_json (nhi_section_find ("r1"), json, &error);
  g_assert_no_error (error);
  assert_same_entry (visit, back);
  g_assert_null (strstr (json, "r1.3"));

  /* No quirk is mended in what we stored ourselves. */
  nhi_record_entry_set (nhi_record_entry_add_child (hepatitis), 6, "+");
  hepatitis_json = nhi_record_entry_to_json (hepatitis);
  g_assert_cmpstr (hepatitis_json, ==, "{\"r14_1\":[{\"r14_1.6\":\"+\"}]}");
  hepatitis_back = nhi_record_entry_from_json (nhi_section_find ("r14"), hepatitis_json, &error);
  g_assert_no_error (error);
  assert_same_entry (hepatitis, hepatitis_back);
}

static void
test_entry_json_broken (void)
{
  static const char *const broken[] = {
    "",
    "{",
    "[]",
    "{\"r1.1\"}",
    "{\"r1.1\":1} x",
    "{\"r1.1\":}",
    "{\"r1.1\":nul}",
    "{\"r1_1\":[{\"r1_1.1\":\"x\"]}",
    "null",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (nhi_record_entry_from_json (nhi_section_find ("r1"), broken[i], &error));
      g_assert_error (error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_DAMAGED);
    }
}

static void
test_values (void)
{
  static const char *const values[][2] = {
    { "  50 ", "50" },
    { "a\r\nb\rc", "a\nb\nc" },
    { "\x01x\x7f", "x" },
    { "a\xff"
      "b",
      "a\xef\xbf\xbd"
      "b" },
    { "x\xef\xbf\xbe", "x" },
    { " \t\n ", "" },
    { "", "" },
    { NULL, "" },
    { "名\t稱", "名\t稱" },
  };
  g_autoptr (NhiRecordEntry) entry = nhi_record_entry_new (nhi_section_find ("r1"));

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      nhi_record_entry_set (entry, 4, values[i][0]);
      g_assert_cmpstr (nhi_record_entry_get (entry, 4), ==, values[i][1]);
    }
  g_assert_cmpstr (nhi_record_entry_get (entry, 0), ==, "");
  g_assert_cmpstr (nhi_record_entry_get (entry, 28), ==, "");
}

typedef struct
{
  const char *code;
  guint field;
  const char *date;
} DateCase;

static void
test_dates (void)
{
  static const DateCase cases[] = {
    { "r1", 5, "20250101" }, { "r1", 6, "20250102" }, { "r2", 7, "202501" },
    { "r7", 5, "20250103" }, { "i2", 1, "202502" },   { "r11", 1, "" },
  };
  g_autoptr (NhiRecordEntry) screening = nhi_record_entry_new (nhi_section_find ("r11"));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NhiRecordEntry) entry = nhi_record_entry_new (nhi_section_find (cases[i].code));

      nhi_record_entry_set (entry, cases[i].field,
                            *cases[i].date != '\0' ? cases[i].date : "大腸癌");
      g_assert_cmpstr (nhi_record_entry_get_date (entry), ==, cases[i].date);
    }
  nhi_record_entry_set (nhi_record_entry_add_child (screening), 1, "20230101");
  nhi_record_entry_set (nhi_record_entry_add_child (screening), 1, "20250101");
  g_assert_cmpstr (nhi_record_entry_get_date (screening), ==, "20250101");
}

static void
test_file_name (void)
{
  g_autoptr (NhiRecord) medical = new_medical_record ();
  g_autoptr (NhiRecord) insurance = new_insurance_record ();
  g_autofree char *medical_name = nhi_record_file_name (medical, "xml");
  g_autofree char *insurance_name = nhi_record_file_name (insurance, "json");

  g_assert_cmpstr (medical_name, ==, "健康存摺醫療類_20260105.xml");
  g_assert_cmpstr (insurance_name, ==, "健康存摺保險計費及繳納類_20260105.json");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/written-and-read-is-the-same", test_round_trip);
  g_test_add_func ("/record/empty-keeps-its-class", test_empty_record);
  g_test_add_func ("/record/sections-in-order", test_order);
  g_test_add_func ("/record/shape-of-the-files", test_shape);
  g_test_add_func ("/record/entry-as-json", test_entry_json);
  g_test_add_func ("/record/entry-json-broken", test_entry_json_broken);
  g_test_add_func ("/record/what-a-value-may-be", test_values);
  g_test_add_func ("/record/dates-of-entries", test_dates);
  g_test_add_func ("/record/file-names", test_file_name);
  return g_test_run ();
}
