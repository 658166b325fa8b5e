/* SPDX-License-Identifier: GPL-3.0-or-later
 * Real files and their quirks, each read from XML or JSON; and files that are refused. */
#include "shared/record/record.h"

#include <string.h>

typedef enum
{
  XML,
  JSON
} Format;

/* After reading, entry @entry (counted from 0) has @value in @field, of itself or, with @child > 0,
 * of its child. */
typedef struct
{
  const char *name;
  Format format;
  const char *text;
  guint entry;
  guint child;
  guint field;
  const char *value;
} QuirkCase;

#define IN_XML(body)                                                                               \
  "<?xml version=\"1.0\" encoding=\"utf-8\"?><myhealthbank><bdata>" body "</bdata></myhealthbank>"
#define IN_JSON(body) "{\"myhealthbank\":{\"bdata\":{" body "}}}"
#define HEPATITIS_XML(values) "<r14><r14.1>20240101</r14.1><r14_1>" values "</r14_1></r14>"

static const QuirkCase quirk_cases[] = {
  { "byte order mark", JSON, "\xEF\xBB\xBF" IN_JSON ("\"r5\":[{\"r5.2\":\"2\"}]"), 0, 0, 2, "2" },
  { "byte order mark", XML, "\xEF\xBB\xBF" IN_XML ("<r5><r5.2>2</r5.2></r5>"), 0, 0, 2, "2" },
  { "object for an array", JSON,
    IN_JSON ("\"r3\":{\"r3.5\":\"20250101\",\"r3_1\":{\"r3_1.4\":\"21\"}}"), 0, 1, 4, "21" },
  { "capital section", JSON, IN_JSON ("\"R12\":[{\"R12.1\":\"20250101\"}]"), 0, 0, 1, "20250101" },
  { "capital child", JSON, IN_JSON ("\"R12\":[{\"R12_1\":[{\"R12_1.7\":\"6.5\"}]}]"), 0, 1, 7,
    "6.5" },
  { "capital code in a small section", JSON,
    IN_JSON ("\"r9\":[{\"r9_1\":[{\"R9_1.1\":\"A003284\"}]}]"), 0, 1, 1, "A003284" },
  { "capital section", XML, IN_XML ("<R13><R13_1><R13_1.5>58</R13_1.5></R13_1></R13>"), 0, 1, 5,
    "58" },
  { "number as a number", JSON, IN_JSON ("\"r1\":[{\"r1.12\":50,\"r1_1\":[{\"r1_1.3\":28.00}]}]"),
    0, 1, 3, "28.00" },
  { "number as a string", JSON, IN_JSON ("\"r1\":[{\"r1_1\":[{\"r1_1.3\":\"28.00\"}]}]"), 0, 1, 3,
    "28.00" },
  { "null is empty", JSON, IN_JSON ("\"r1\":[{\"r1.5\":null,\"r1.6\":\"20250102\"}]"), 0, 0, 5,
    "" },
  { "declaration r0", JSON, IN_JSON ("\"r0\":[{\"r0.1\":\"text\"}],\"r5\":[{\"r5.2\":\"2\"}]"), 0,
    0, 2, "2" },
  { "declaration r0", XML, IN_XML ("<r0><r0.1>text</r0.1></r0><r5><r5.2>2</r5.2></r5>"), 0, 0, 2,
    "2" },
  { "raw tab and control character", JSON, IN_JSON ("\"r8\":[{\"r8.10\":\"a\tb\x0b\r\nc\"}]"), 0, 0,
    10, "a\tb\nc" },
  { "raw control character", XML, IN_XML ("<r8><r8.10>a\tb\x0b\nc</r8.10></r8>"), 0, 0, 10,
    "a\tb\nc" },
  { "CDATA", XML, IN_XML ("<r8><r8.10><![CDATA[a < b]]> &amp; c</r8.10></r8>"), 0, 0, 10,
    "a < b & c" },
  { "unknown field and section", XML,
    IN_XML ("<r99><r1>x</r1></r99><r5><r5.9>x</r5.9><r5.2>2</r5.2></r5>"), 0, 0, 2, "2" },
  { "unknown member with a tree", JSON,
    IN_JSON ("\"x\":[{\"r5\":[1]}],\"r5\":[{\"y\":{\"z\":[]},\"r5.2\":\"2\"}]"), 0, 0, 2, "2" },
  { "month in a date field", XML, IN_XML ("<r2><r2.7>202501</r2.7></r2>"), 0, 0, 7, "202501" },
  { "ROC date", XML, IN_XML ("<r6><r6.1>1130305</r6.1></r6>"), 0, 0, 1, "20240305" },
  { "ROC date with strokes", XML, IN_XML ("<r6><r6.1>103/05/05</r6.1></r6>"), 0, 0, 1, "20140505" },
  { "early ROC date with strokes", XML, IN_XML ("<r6><r6.1>75/05/05</r6.1></r6>"), 0, 0, 1,
    "19860505" },
  { "Western date with strokes", JSON, IN_JSON ("\"r6\":[{\"r6.1\":\"2024/03/05\"}]"), 0, 0, 1,
    "20240305" },
  { "what is no date stays", XML, IN_XML ("<r6><r6.1>20249999</r6.1></r6>"), 0, 0, 1, "20249999" },
  { "full-width text stays", XML, IN_XML ("<r7><r7.12>[無][＜1.0]</r7.12></r7>"), 0, 0, 12,
    "[無][＜1.0]" },
  { "eight hepatitis fields: GOT", XML,
    IN_XML (HEPATITIS_XML ("<r14_1.6>31</r14_1.6><r14_1.7>28</r14_1.7><r14_1.8>正常</r14_1.8>")), 0,
    1, 7, "31" },
  { "eight hepatitis fields: ultrasound", XML,
    IN_XML (HEPATITIS_XML ("<r14_1.6>31</r14_1.6><r14_1.7>28</r14_1.7><r14_1.8>正常</r14_1.8>")), 0,
    1, 9, "正常" },
  { "nine hepatitis fields", XML,
    IN_XML (HEPATITIS_XML (
        "<r14_1.6>-</r14_1.6><r14_1.7>31</r14_1.7><r14_1.8>28</r14_1.8><r14_1.9>正常</r14_1.9>")),
    0, 1, 7, "31" },
  { "nine hepatitis fields, the last left out", XML,
    IN_XML (HEPATITIS_XML ("<r14_1.6>-</r14_1.6><r14_1.7>31</r14_1.7><r14_1.8>28</r14_1.8>")), 0, 1,
    8, "28" },
  { "pharmacy row", XML, IN_XML ("<r1><r1.5></r1.5><r1.6>20250102</r1.6><r1.7>XXXX</r1.7></r1>"), 0,
    0, 7, "XXXX" },
  { "self-closing tag", XML, IN_XML ("<r5><r5.1/><r5.2>2</r5.2></r5>"), 0, 0, 2, "2" },
  { "comment", XML, IN_XML ("<!-- <r5> --><r5><r5.2>2</r5.2></r5>"), 0, 0, 2, "2" },
  { "order of sections mended", XML,
    IN_XML ("<r7><r7.10>GPT</r7.10></r7><r1><r1.7>0001</r1.7></r1>"), 0, 0, 7, "0001" },
};

static NhiRecord *
read_text (Format format, const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return format == XML ? nhi_record_from_xml (bytes, error)
                       : nhi_record_from_json_file (bytes, error);
}

static void
test_quirks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (quirk_cases); i++)
    {
      const QuirkCase *c = &quirk_cases[i];
      g_autoptr (NhiRecord) record = NULL;
      g_autoptr (GError) error = NULL;
      const NhiRecordEntry *entry;

      g_test_message ("%s", c->name);
      record = read_text (c->format, c->text, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (record->entries->len, >, c->entry);
      entry = g_ptr_array_index (record->entries, c->entry);
      if (c->child > 0)
        {
          g_assert_nonnull (entry->children);
          entry = g_ptr_array_index (entry->children, c->child - 1);
        }
      g_assert_cmpstr (nhi_record_entry_get (entry, c->field), ==, c->value);
    }
}

typedef struct
{
  Format format;
  const char *text;
} NoDataCase;

static void
test_no_data (void)
{
  static const NoDataCase cases[] = {
    { XML, IN_XML ("<r2>無資料</r2>") },
    { XML, IN_XML ("<r2>\n無資料\n</r2>") },
    { JSON, IN_JSON ("\"r2\":[{\"r2\":\"無資料\"}]") },
    { JSON, IN_JSON ("\"r2\":\"無資料\"") },
    { JSON, IN_JSON ("\"r2\":[\"無資料\"]") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NhiRecord) record = read_text (cases[i].format, cases[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (record->entries->len, ==, 0);
      g_assert_cmpuint (record->empty->len, ==, 1);
      g_assert_true (g_ptr_array_index (record->empty, 0) == nhi_section_find ("r2"));
    }
}

typedef struct
{
  const char *text;
  const char *masked_id;
  const char *applied_on;
} HeaderCase;

static void
test_headers (void)
{
  static const HeaderCase cases[] = {
    { IN_JSON ("\"b1.1\":\"A12345****\",\"b1.2\":\"20230315\""), "A12345****", "20230315" },
    { IN_JSON ("\"b1.1\":\"A12345****\",\"b2.1\":\"20230315\""), "A12345****", "20230315" },
    { IN_JSON ("\"b1.1\":\"A12345****\",\"b1.2\":\"1130305\""), "A12345****", "20240305" },
    { IN_JSON ("\"b1.1\":\"A123456789\",\"b1.2\":\"not a date\""), "A12345****", "" },
    { IN_JSON ("\"b1.1\":\"<b>王</b>\""), "BB", "" },
    { IN_JSON ("\"b1.1\":\"a1234-567 89\""), "A12345****", "" },
    { IN_JSON (""), "****", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NhiRecord) record = read_text (JSON, cases[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (record->masked_id, ==, cases[i].masked_id);
      g_assert_cmpstr (record->applied_on, ==, cases[i].applied_on);
    }
}

typedef struct
{
  Format format;
  const char *text;
  int code;
} RefusedCase;

#define DEEP "<x><x><x><x><x><x><x><x><x><x><x><x><x><x><x><x>"

static const RefusedCase refused_cases[] = {
  { XML, "", NHI_RECORD_ERROR_FORMAT },
  { XML, "no markup", NHI_RECORD_ERROR_FORMAT },
  { XML, "<html><body>myhealthbank</body></html>", NHI_RECORD_ERROR_FORMAT },
  { XML, "<myhealthbank><bdata><r1>", NHI_RECORD_ERROR_DAMAGED },
  { XML, "<myhealthbank><bdata><r1><r1.5>2025</r1></bdata></myhealthbank>",
    NHI_RECORD_ERROR_DAMAGED },
  { XML, "<myhealthbank><bdata><r1><r1.5>\xff</r1.5></r1></bdata></myhealthbank>",
    NHI_RECORD_ERROR_DAMAGED },
  { XML, "<myhealthbank><bdata>&lol;</bdata></myhealthbank>", NHI_RECORD_ERROR_DAMAGED },
  { XML, "<myhealthbank>" DEEP, NHI_RECORD_ERROR_DAMAGED },
  { XML, "<!DOCTYPE a [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><myhealthbank/>",
    NHI_RECORD_ERROR_DAMAGED },
  { XML, "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><myhealthbank/>", NHI_RECORD_ERROR_DAMAGED },
  { JSON, "", NHI_RECORD_ERROR_FORMAT },
  { JSON, "[]", NHI_RECORD_ERROR_FORMAT },
  { JSON, "{\"a\":1}", NHI_RECORD_ERROR_FORMAT },
  { JSON, "{\"myhealthbank\":[]}", NHI_RECORD_ERROR_FORMAT },
  { JSON, "{\"myhealthbank\":{\"bdata\":{\"r1\":[{\"r1.5\":\"2025", NHI_RECORD_ERROR_DAMAGED },
  { JSON, "{\"myhealthbank\":{\"bdata\":{\"r1\":[}}}", NHI_RECORD_ERROR_DAMAGED },
  { JSON, "{\"myhealthbank\":{\"bdata\":{}", NHI_RECORD_ERROR_DAMAGED },
  { JSON, IN_JSON ("\"r5\":[]") " trailing", NHI_RECORD_ERROR_DAMAGED },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused_cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_null (read_text (refused_cases[i].format, refused_cases[i].text, &error));
      g_assert_error (error, NHI_RECORD_ERROR, refused_cases[i].code);
    }
}

/* Of an empty GBytes there is no pointer to read from. */
static void
test_nothing (void)
{
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (GError) xml_error = NULL;
  g_autoptr (GError) json_error = NULL;

  g_assert_null (nhi_record_from_xml (nothing, &xml_error));
  g_assert_error (xml_error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_FORMAT);
  g_assert_null (nhi_record_from_json_file (nothing, &json_error));
  g_assert_error (json_error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_FORMAT);
}

/* More entries than anyone has, at a few bytes each, must not fill the memory; empty ones not the
 * time. */
static void
test_too_many (void)
{
  static const char *const entries[] = { ",{\"r5.2\":1}", ",{}" };

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autoptr (GString) text =
          g_string_new ("{\"myhealthbank\":{\"bdata\":{\"r5\":[{\"r5.2\":1}");
      g_autoptr (GError) error = NULL;

      for (guint n = 0; n < NHI_RECORD_MAX_ENTRIES; n++)
        g_string_append (text, entries[i]);
      g_string_append (text, "]}}}");
      g_assert_null (read_text (JSON, text->str, &error));
      g_assert_error (error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_TOO_BIG);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/quirks-of-real-files", test_quirks);
  g_test_add_func ("/record/no-data-is-told", test_no_data);
  g_test_add_func ("/record/headers", test_headers);
  g_test_add_func ("/record/refused-with-a-reason", test_refused);
  g_test_add_func ("/record/nothing-at-all", test_nothing);
  g_test_add_func ("/record/too-many-entries", test_too_many);
  return g_test_run ();
}
