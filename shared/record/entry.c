/* SPDX-License-Identifier: GPL-3.0-or-later
 * Entries: values by number, children, and what a value may be. */
#include "shared/record/record.h"

#include <string.h>

NhiRecordEntry *
nhi_record_entry_new (const NhiSectionInfo *section)
{
  NhiRecordEntry *entry;

  g_return_val_if_fail (section != NULL, NULL);

  entry = g_new0 (NhiRecordEntry, 1);
  entry->section = section;
  entry->values = g_new0 (char *, section->max_field + 1);
  return entry;
}

void
nhi_record_entry_free (NhiRecordEntry *entry)
{
  if (entry == NULL)
    return;
  for (guint i = 1; i <= entry->section->max_field; i++)
    g_free (entry->values[i]);
  g_free (entry->values);
  g_clear_pointer (&entry->children, g_ptr_array_unref);
  g_free (entry);
}

const char *
nhi_record_entry_get (const NhiRecordEntry *entry, guint field)
{
  g_return_val_if_fail (entry != NULL, "");

  if (field == 0 || field > entry->section->max_field || entry->values[field] == NULL)
    return "";
  return entry->values[field];
}

/* U+FFFE and U+FFFF are no characters: XML cannot hold them. */
static gboolean
may_stand (gunichar character)
{
  return character != 0x7F && character != 0xFFFE && character != 0xFFFF &&
         (character >= 0x20 || character == '\t' || character == '\n');
}

/* Plain ASCII as most values are: nothing to look at closer. */
static gboolean
is_clean (const char *value, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guint8)value[i] < 0x20 || (guint8)value[i] >= 0x7F)
      return FALSE;
  return length == 0 || (value[0] != ' ' && value[length - 1] != ' ');
}

static char *
clean_value (const char *value)
{
  gsize length = strlen (value);
  g_autofree char *valid = NULL;
  g_autoptr (GString) clean = NULL;

  if (is_clean (value, length))
    return length > 0 ? g_strndup (value, length) : NULL;
  valid = g_utf8_make_valid (value, (gssize)length);
  clean = g_string_sized_new (length);
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      if (*c == '\r' && c[1] != '\n')
        g_string_append_c (clean, '\n');
      else if (may_stand (g_utf8_get_char (c)))
        g_string_append_len (clean, c, g_utf8_next_char (c) - c);
    }
  g_strstrip (clean->str);
  return *clean->str != '\0' ? g_string_free (g_steal_pointer (&clean), FALSE) : NULL;
}

void
nhi_record_entry_set (NhiRecordEntry *entry, guint field, const char *value)
{
  g_return_if_fail (entry != NULL);
  g_return_if_fail (nhi_section_field (entry->section, field) != NULL);

  g_free (entry->values[field]);
  entry->values[field] = value != NULL ? clean_value (value) : NULL;
}

NhiRecordEntry *
nhi_record_entry_add_child (NhiRecordEntry *entry)
{
  NhiRecordEntry *child;

  g_return_val_if_fail (entry != NULL, NULL);
  g_return_val_if_fail (entry->section->child != NULL, NULL);

  if (entry->children == NULL)
    entry->children = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_record_entry_free);
  child = nhi_record_entry_new (nhi_section_find (entry->section->child));
  g_ptr_array_add (entry->children, child);
  return child;
}

gboolean
nhi_record_entry_is_empty (const NhiRecordEntry *entry)
{
  g_return_val_if_fail (entry != NULL, TRUE);

  for (guint i = 1; i <= entry->section->max_field; i++)
    if (entry->values[i] != NULL)
      return FALSE;
  for (guint i = 0; entry->children != NULL && i < entry->children->len; i++)
    if (!nhi_record_entry_is_empty (g_ptr_array_index (entry->children, i)))
      return FALSE;
  return TRUE;
}

/* Where to look when the date field is empty; ends with 0. */
typedef struct
{
  const char *code;
  guint fields[3];
} DateFallback;

static const DateFallback date_fallbacks[] = {
  { "r1", { 6, 0 } },    /* a pharmacy's row has only the dispensing date */
  { "r2", { 7, 6, 0 } }, /* claim from, discharge */
  { "r7", { 5, 0 } },
  { "r8", { 5, 0 } },
};

static const char *
latest_child_date (const NhiRecordEntry *entry)
{
  const char *latest = "";

  for (guint i = 0; entry->children != NULL && i < entry->children->len; i++)
    {
      const char *date = nhi_record_entry_get_date (g_ptr_array_index (entry->children, i));

      if (strcmp (date, latest) > 0)
        latest = date;
    }
  return latest;
}

const char *
nhi_record_entry_get_date (const NhiRecordEntry *entry)
{
  const char *date;

  g_return_val_if_fail (entry != NULL, "");

  date = nhi_record_entry_get (entry, entry->section->date_field);
  for (gsize i = 0; *date == '\0' && i < G_N_ELEMENTS (date_fallbacks); i++)
    if (strcmp (date_fallbacks[i].code, entry->section->code) == 0)
      for (const guint *field = date_fallbacks[i].fields; *date == '\0' && *field != 0; field++)
        date = nhi_record_entry_get (entry, *field);
  return *date != '\0' ? date : latest_child_date (entry);
}
