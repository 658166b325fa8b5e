/* SPDX-License-Identifier: GPL-3.0-or-later
 * Codes and values of a file to a record; the quirks of real files are told and mended here. */
#include "shared/record/record-builder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "shared/calendar/roc-date.h"
#include "shared/identity/id-number.h"

#define NO_DATA "無資料"
#define MASKED_ID_MAX 32 /* octets that are kept of what a file calls the ID number */

void
nhi_record_builder_init (NhiRecordBuilder *builder)
{
  *builder = (NhiRecordBuilder){ .record = nhi_record_new (NHI_RECORD_MEDICAL, NULL, NULL) };
}

void
nhi_record_builder_clear (NhiRecordBuilder *builder)
{
  g_clear_pointer (&builder->record, nhi_record_free);
}

/* To YYYYMMDD from the ways real files write a day: ROC with 7 digits, either calendar with
 * strokes. NULL: leave it. */
static char *
normalise_date (const char *value)
{
  g_autoptr (GString) digits = g_string_new (NULL);
  GDate date;
  int strokes = 0;

  for (const char *c = value; *c != '\0'; c++)
    {
      if (g_ascii_isdigit (*c))
        g_string_append_c (digits, *c);
      else if (*c == '/' || *c == '-')
        strokes++;
      else
        return NULL;
    }
  if (strokes != 0 && strokes != 2)
    return NULL;
  if (digits->len == 6 && strokes == 2) /* 75/05/05 */
    g_string_prepend_c (digits, '0');
  if (nhi_roc_date_parse (digits->str, &date) || nhi_compact_date_parse (digits->str, &date))
    return nhi_compact_date_format (&date);
  return NULL;
}

static void
set_class (NhiRecordBuilder *builder, NhiRecordClass record_class)
{
  if (!builder->class_known)
    builder->record->record_class = record_class;
  builder->class_known = TRUE;
}

/* Only what a masked number can hold is kept; one that a file forgot to mask is masked. */
static void
set_masked_id (NhiRecord *record, const char *value)
{
  g_autoptr (GString) visible = g_string_new (NULL);

  for (const char *c = value; *c != '\0' && visible->len < MASKED_ID_MAX; c++)
    if (g_ascii_isalnum (*c) || *c == '*')
      g_string_append_c (visible, *c);
  g_string_ascii_up (visible);
  g_free (record->masked_id);
  record->masked_id = nhi_id_number_has_form (visible->str)
                          ? nhi_id_number_mask (visible->str)
                          : g_string_free (g_steal_pointer (&visible), FALSE);
}

void
nhi_record_builder_header (NhiRecordBuilder *builder, const char *code, const char *value)
{
  NhiRecord *record = builder->record;

  if (g_ascii_strcasecmp (code, "b1.1") == 0)
    set_masked_id (record, value);
  else if (g_ascii_strcasecmp (code, "b1.2") == 0 ||
           g_ascii_strcasecmp (code, "b2.1") == 0) /* table and sample differ */
    {
      g_autofree char *stripped = g_strstrip (g_strndup (value, MASKED_ID_MAX));
      char *date = normalise_date (stripped);

      if (date != NULL)
        {
          g_free (record->applied_on);
          record->applied_on = date;
        }
    }
  else if (g_ascii_strcasecmp (code, "b1.3") == 0) /* only our own insurance files have it */
    set_class (builder, NHI_RECORD_INSURANCE);
}

void
nhi_record_builder_section_text (NhiRecordBuilder *builder,
                                 const NhiSectionInfo *section,
                                 const char *text)
{
  if (strstr (text, NO_DATA) == NULL)
    return;
  set_class (builder, section->record_class);
  nhi_record_add_empty (builder->record, section);
}

/* The number behind "r1." of the section's own code, or 0. */
static guint
field_number (const NhiSectionInfo *section, const char *code)
{
  gsize prefix = strlen (section->code);
  guint number = 0;

  if (g_ascii_strncasecmp (code, section->code, prefix) != 0 || code[prefix] != '.')
    return 0;
  for (const char *c = code + prefix + 1; *c != '\0'; c++)
    {
      if (!g_ascii_isdigit (*c) || number > 99)
        return 0;
      number = number * 10 + (guint)(*c - '0');
    }
  return number;
}

void
nhi_record_builder_field (NhiRecordBuilder *builder,
                          NhiRecordEntry *entry,
                          const char *code,
                          const char *value)
{
  guint number = field_number (entry->section, code);
  const NhiFieldInfo *field = nhi_section_field (entry->section, number);
  g_autofree char *date = NULL;

  if (field == NULL)
    return;
  builder->highest_number = MAX (builder->highest_number, number);
  nhi_record_entry_set (entry, number, value);
  if (field->kind == NHI_FIELD_DATE &&
      (date = normalise_date (nhi_record_entry_get (entry, number))) != NULL)
    nhi_record_entry_set (entry, number, date);
}

static NhiRecordEntry *
fail_too_many (GError **error)
{
  g_set_error_literal (error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_TOO_BIG,
                       _ ("The health-bank file holds more entries than a person can have."));
  return NULL;
}

NhiRecordEntry *
nhi_record_builder_begin_entry (NhiRecordBuilder *builder,
                                const NhiSectionInfo *section,
                                GError **error)
{
  if (++builder->entries > NHI_RECORD_MAX_ENTRIES)
    return fail_too_many (error);
  builder->highest_number = 0;
  return nhi_record_entry_new (section);
}

NhiRecordEntry *
nhi_record_builder_begin_child (NhiRecordBuilder *builder, NhiRecordEntry *entry, GError **error)
{
  if (++builder->children > NHI_RECORD_MAX_CHILDREN)
    return fail_too_many (error);
  builder->highest_number = 0;
  return nhi_record_entry_add_child (entry);
}

static gboolean
is_number (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isdigit (*c) && *c != '.')
      return FALSE;
  return *text != '\0';
}

/* r14_1 comes with eight fields or with nine; with eight, the last three stand one place too early.
 */
static void
mend_hepatitis_visit (NhiRecordBuilder *builder, NhiRecordEntry *entry)
{
  char **values = entry->values;

  if (builder->compact || strcmp (entry->section->code, "r14_1") != 0 ||
      builder->highest_number > 8 || is_number (nhi_record_entry_get (entry, 8)))
    return;
  g_free (values[9]);
  values[9] = values[8];
  values[8] = values[7];
  values[7] = values[6];
  values[6] = NULL;
}

void
nhi_record_builder_end_child (NhiRecordBuilder *builder, NhiRecordEntry *entry)
{
  NhiRecordEntry *child = g_ptr_array_index (entry->children, entry->children->len - 1);

  mend_hepatitis_visit (builder, child);
  if (nhi_record_entry_is_empty (child))
    g_ptr_array_set_size (entry->children, (gint)entry->children->len - 1);
  if (entry->children->len == 0)
    g_clear_pointer (&entry->children, g_ptr_array_unref);
}

void
nhi_record_builder_end_entry (NhiRecordBuilder *builder, NhiRecordEntry *entry)
{
  if (nhi_record_entry_is_empty (entry))
    {
      nhi_record_entry_free (entry);
      return;
    }
  set_class (builder, entry->section->record_class);
  g_ptr_array_add (builder->record->entries, entry);
}

NhiRecord *
nhi_record_builder_finish (NhiRecordBuilder *builder)
{
  nhi_record_sort (builder->record);
  return g_steal_pointer (&builder->record);
}

gboolean
nhi_record_check_size (GBytes *bytes, GError **error)
{
  if (g_bytes_get_size (bytes) <= NHI_RECORD_MAX_BYTES)
    return TRUE;
  g_set_error_literal (error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_TOO_BIG,
                       _ ("The health-bank file is larger than 128 MB and is not opened."));
  return FALSE;
}

void
nhi_record_set_damaged (GError **error, guint line)
{
  g_set_error (error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_DAMAGED,
               /* translators: %u is the number of the line at which reading stopped */
               _ ("The health-bank file is damaged in line %u. Download it again."), line);
}

void
nhi_record_set_wrong_format (GError **error)
{
  g_set_error_literal (
      error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_FORMAT,
      _ ("This is not a health-bank file. Choose the package or the XML or JSON file from it."));
}
