/* SPDX-License-Identifier: GPL-3.0-or-later
 * The JSON file and the compact JSON of a single entry. */
#include "shared/record/record.h"

#include <string.h>

#include "shared/record/json-scan.h"
#include "shared/record/record-builder.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF" /* the insurer's JSON files begin with it */

static void
append_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *c = text; *c != '\0'; c++)
    switch (*c)
      {
      case '"':
        g_string_append (out, "\\\"");
        break;
      case '\\':
        g_string_append (out, "\\\\");
        break;
      case '\n':
        g_string_append (out, "\\n");
        break;
      case '\t':
        g_string_append (out, "\\t");
        break;
      default: /* A value holds no other control characters. */
        g_string_append_c (out, *c);
      }
  g_string_append_c (out, '"');
}

static void
append_member (GString *out, const char *name, const char *value)
{
  append_string (out, name);
  g_string_append_c (out, ':');
  append_string (out, value);
}

/* @all: empty fields too, as the files have them. */
static void
append_entry (GString *out, const NhiRecordEntry *entry, gboolean all)
{
  const char *comma = "";
  guint written = 0;

  g_string_append_c (out, '{');
  for (const NhiFieldInfo *field = entry->section->fields; field->number != 0; field++)
    if (all || entry->values[field->number] != NULL)
      {
        g_string_append_printf (out, "%s\"%s.%u\":", comma, entry->section->code, field->number);
        append_string (out, nhi_record_entry_get (entry, field->number));
        comma = ",";
      }
  for (guint i = 0; entry->children != NULL && i < entry->children->len; i++)
    {
      const NhiRecordEntry *child = g_ptr_array_index (entry->children, i);

      if (nhi_record_entry_is_empty (child))
        continue;
      if (written++ == 0)
        g_string_append_printf (out, "%s\"%s\":[", comma, child->section->code);
      else
        g_string_append_c (out, ',');
      append_entry (out, child, all);
    }
  g_string_append (out, written > 0 ? "]}" : "}");
}

char *
nhi_record_entry_to_json (const NhiRecordEntry *entry)
{
  g_autoptr (GString) out = NULL;

  g_return_val_if_fail (entry != NULL, NULL);

  out = g_string_new (NULL);
  append_entry (out, entry, FALSE);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
append_section (GString *out, const NhiRecord *record, const NhiSectionInfo *section)
{
  guint written = 0;

  for (guint i = 0; i < record->entries->len; i++)
    {
      const NhiRecordEntry *entry = g_ptr_array_index (record->entries, i);

      if (entry->section != section || nhi_record_entry_is_empty (entry))
        continue;
      if (written++ == 0)
        g_string_append_printf (out, ",\n\"%s\":[\n", section->code);
      else
        g_string_append (out, ",\n");
      append_entry (out, entry, TRUE);
    }
  if (written > 0)
    g_string_append (out, "]");
  else if (g_ptr_array_find (record->empty, section, NULL))
    g_string_append_printf (out, ",\n\"%s\":[{\"%s\":\"無資料\"}]", section->code, section->code);
}

GBytes *
nhi_record_to_json_file (const NhiRecord *record, GError **error)
{
  GString *out;
  const NhiSectionInfo *const *sections;
  gsize count;

  g_return_val_if_fail (record != NULL, NULL);

  out = g_string_new (BYTE_ORDER_MARK "{\"myhealthbank\":{\"bdata\":{");
  append_member (out, "b1.1", record->masked_id);
  g_string_append_c (out, ',');
  append_member (out, "b1.2", record->applied_on);
  if (record->record_class == NHI_RECORD_INSURANCE)
    g_string_append (out, ",\"b1.3\":\"保險計費及繳納類\"");
  sections = nhi_sections (&count);
  for (gsize i = 0; i < count; i++)
    append_section (out, record, sections[i]);
  g_string_append (out, "}}}\n");
  return g_string_free_to_bytes (out);
}

typedef struct
{
  NhiJsonScan json;
  NhiRecordBuilder builder;
  GString *value;
} JsonReader;

static gboolean read_entry (JsonReader *reader, NhiRecordEntry *entry, GError **error);

static gboolean
read_child (JsonReader *reader, NhiRecordEntry *entry, GError **error)
{
  NhiRecordEntry *child;

  if (nhi_json_scan_peek (&reader->json) != NHI_JSON_SCAN_OBJECT)
    return nhi_json_scan_skip (&reader->json);
  child = nhi_record_builder_begin_child (&reader->builder, entry, error);
  if (child == NULL || !read_entry (reader, child, error))
    return FALSE;
  nhi_record_builder_end_child (&reader->builder, entry);
  return TRUE;
}

/* An array of objects, or one object where there is but one. */
static gboolean
read_children (JsonReader *reader, NhiRecordEntry *entry, GError **error)
{
  if (nhi_json_scan_peek (&reader->json) != NHI_JSON_SCAN_ARRAY)
    return read_child (reader, entry, error);
  nhi_json_scan_enter (&reader->json);
  while (nhi_json_scan_next_element (&reader->json))
    if (!read_child (reader, entry, error))
      return FALSE;
  return !reader->json.failed;
}

/* The object of one entry; FALSE without an error set means that the JSON is broken. */
static gboolean
read_entry (JsonReader *reader, NhiRecordEntry *entry, GError **error)
{
  g_autoptr (GString) code = g_string_new (NULL);
  const char *child = entry->section->child;

  if (!nhi_json_scan_enter (&reader->json))
    return FALSE;
  while (nhi_json_scan_next_member (&reader->json, code))
    {
      if (child != NULL && g_ascii_strcasecmp (code->str, child) == 0)
        {
          if (!read_children (reader, entry, error))
            return FALSE;
        }
      else if (nhi_json_scan_peek (&reader->json) != NHI_JSON_SCAN_SCALAR)
        nhi_json_scan_skip (&reader->json);
      else if (nhi_json_scan_take_scalar (&reader->json, reader->value))
        {
          if (g_ascii_strcasecmp (code->str, entry->section->code) == 0)
            nhi_record_builder_section_text (&reader->builder, entry->section, reader->value->str);
          else
            nhi_record_builder_field (&reader->builder, entry, code->str, reader->value->str);
        }
    }
  return !reader->json.failed;
}

static gboolean
read_section_item (JsonReader *reader, const NhiSectionInfo *section, GError **error)
{
  g_autoptr (NhiRecordEntry) entry = NULL;

  if (nhi_json_scan_peek (&reader->json) == NHI_JSON_SCAN_SCALAR)
    {
      if (nhi_json_scan_take_scalar (&reader->json, reader->value))
        nhi_record_builder_section_text (&reader->builder, section, reader->value->str);
      return !reader->json.failed;
    }
  if (nhi_json_scan_peek (&reader->json) != NHI_JSON_SCAN_OBJECT)
    return nhi_json_scan_skip (&reader->json);
  entry = nhi_record_builder_begin_entry (&reader->builder, section, error);
  if (entry == NULL || !read_entry (reader, entry, error))
    return FALSE;
  nhi_record_builder_end_entry (&reader->builder, g_steal_pointer (&entry));
  return TRUE;
}

static gboolean
read_section (JsonReader *reader, const NhiSectionInfo *section, GError **error)
{
  if (nhi_json_scan_peek (&reader->json) != NHI_JSON_SCAN_ARRAY)
    return read_section_item (reader, section, error);
  nhi_json_scan_enter (&reader->json);
  while (nhi_json_scan_next_element (&reader->json))
    if (!read_section_item (reader, section, error))
      return FALSE;
  return !reader->json.failed;
}

static gboolean
read_body (JsonReader *reader, GError **error)
{
  g_autoptr (GString) code = g_string_new (NULL);

  nhi_json_scan_enter (&reader->json);
  while (nhi_json_scan_next_member (&reader->json, code))
    {
      const NhiSectionInfo *section = nhi_section_find (code->str);

      if (section != NULL && strchr (section->code, '_') == NULL)
        {
          if (!read_section (reader, section, error))
            return FALSE;
        }
      else if (nhi_json_scan_peek (&reader->json) != NHI_JSON_SCAN_SCALAR)
        nhi_json_scan_skip (&reader->json);
      else if (nhi_json_scan_take_scalar (&reader->json, reader->value))
        nhi_record_builder_header (&reader->builder, code->str, reader->value->str);
    }
  return !reader->json.failed;
}

/* Into the object that is the value of the member @wanted of the object here. */
static gboolean
find_object (NhiJsonScan *json, const char *wanted)
{
  g_autoptr (GString) name = g_string_new (NULL);

  if (nhi_json_scan_peek (json) != NHI_JSON_SCAN_OBJECT)
    return FALSE;
  nhi_json_scan_enter (json);
  while (nhi_json_scan_next_member (json, name))
    {
      if (g_ascii_strcasecmp (name->str, wanted) == 0)
        return nhi_json_scan_peek (json) == NHI_JSON_SCAN_OBJECT;
      nhi_json_scan_skip (json);
    }
  return FALSE;
}

/* What stands behind the body: the two closing braces, and whatever else there is beside it. */
static gboolean
read_to_end (NhiJsonScan *json)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (int level = 0; level < 2; level++)
    while (nhi_json_scan_next_member (json, name))
      nhi_json_scan_skip (json);
  return nhi_json_scan_at_end (json);
}

static gboolean
read_file (JsonReader *reader, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (!find_object (&reader->json, "myhealthbank") || !find_object (&reader->json, "bdata"))
    {
      nhi_record_set_wrong_format (error);
      return FALSE;
    }
  if (read_body (reader, &cause) && read_to_end (&reader->json))
    return TRUE;
  if (cause != NULL)
    g_propagate_error (error, g_steal_pointer (&cause));
  else
    nhi_record_set_damaged (error, nhi_json_scan_line (&reader->json));
  return FALSE;
}

NhiRecord *
nhi_record_from_json_file (GBytes *bytes, GError **error)
{
  JsonReader reader;
  NhiRecord *record = NULL;
  const char *text;
  gsize length;

  g_return_val_if_fail (bytes != NULL, NULL);

  if (!nhi_record_check_size (bytes, error))
    return NULL;
  text = g_bytes_get_data (bytes, &length);
  nhi_json_scan_init (&reader.json, text, length);
  nhi_record_builder_init (&reader.builder);
  reader.value = g_string_new (NULL);
  if (read_file (&reader, error))
    record = nhi_record_builder_finish (&reader.builder);
  nhi_record_builder_clear (&reader.builder);
  g_string_free (reader.value, TRUE);
  return record;
}

NhiRecordEntry *
nhi_record_entry_from_json (const NhiSectionInfo *section, const char *json, GError **error)
{
  JsonReader reader;
  g_autoptr (NhiRecordEntry) entry = NULL;
  g_autoptr (GError) cause = NULL;
  gboolean sound;

  g_return_val_if_fail (section != NULL, NULL);
  g_return_val_if_fail (json != NULL, NULL);

  nhi_json_scan_init (&reader.json, json, strlen (json));
  nhi_record_builder_init (&reader.builder);
  reader.builder.compact = TRUE;
  reader.value = g_string_new (NULL);
  entry = nhi_record_entry_new (section);
  sound = read_entry (&reader, entry, &cause) && nhi_json_scan_at_end (&reader.json);
  nhi_record_builder_clear (&reader.builder);
  g_string_free (reader.value, TRUE);
  if (sound)
    return g_steal_pointer (&entry);
  if (cause != NULL)
    g_propagate_error (error, g_steal_pointer (&cause));
  else
    nhi_record_set_damaged (error, nhi_json_scan_line (&reader.json));
  return NULL;
}
