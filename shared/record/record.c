/* SPDX-License-Identifier: GPL-3.0-or-later
 * The document: a header and its entries in the order of the sections. */
#include "shared/record/record.h"

#include "shared/identity/id-number.h"
#include "shared/record/record-builder.h"

G_DEFINE_QUARK (nhi - record - error - quark, nhi_record_error)

NhiRecord *
nhi_record_new (NhiRecordClass record_class, const char *id_number, const char *applied_on)
{
  NhiRecord *record = g_new0 (NhiRecord, 1);

  record->record_class = record_class;
  record->masked_id = nhi_id_number_mask (id_number);
  record->applied_on = g_strdup (applied_on != NULL ? applied_on : "");
  record->entries = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_record_entry_free);
  record->empty = g_ptr_array_new ();
  return record;
}

void
nhi_record_free (NhiRecord *record)
{
  if (record == NULL)
    return;
  g_free (record->masked_id);
  g_free (record->applied_on);
  g_ptr_array_unref (record->entries);
  g_ptr_array_unref (record->empty);
  g_free (record);
}

static guint
place_of (const NhiSectionInfo *section)
{
  gsize count;
  const NhiSectionInfo *const *sections = nhi_sections (&count);
  guint place = 0;

  while (place < count && sections[place] != section)
    place++;
  return place;
}

void
nhi_record_add (NhiRecord *record, NhiRecordEntry *entry)
{
  guint low = 0, high, place;

  g_return_if_fail (record != NULL);
  g_return_if_fail (entry != NULL);

  place = place_of (entry->section);
  high = record->entries->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const NhiRecordEntry *there = g_ptr_array_index (record->entries, middle);

      if (place_of (there->section) <= place)
        low = middle + 1;
      else
        high = middle;
    }
  g_ptr_array_insert (record->entries, (gint)low, entry);
}

static gint
compare_places (gconstpointer a, gconstpointer b)
{
  const NhiRecordEntry *first = *(NhiRecordEntry *const *)a;
  const NhiRecordEntry *second = *(NhiRecordEntry *const *)b;

  return (gint)place_of (first->section) - (gint)place_of (second->section);
}

void
nhi_record_sort (NhiRecord *record)
{
  g_ptr_array_sort (record->entries, compare_places);
}

void
nhi_record_add_empty (NhiRecord *record, const NhiSectionInfo *section)
{
  guint at;

  g_return_if_fail (record != NULL);
  g_return_if_fail (section != NULL);

  if (g_ptr_array_find (record->empty, section, NULL))
    return;
  for (at = record->empty->len; at > 0; at--)
    if (place_of (g_ptr_array_index (record->empty, at - 1)) < place_of (section))
      break;
  g_ptr_array_insert (record->empty, (gint)at, (gpointer)section);
}

char *
nhi_record_file_name (const NhiRecord *record, const char *extension)
{
  g_return_val_if_fail (record != NULL, NULL);
  g_return_val_if_fail (extension != NULL, NULL);

  return g_strdup_printf ("健康存摺%s_%s.%s",
                          record->record_class == NHI_RECORD_MEDICAL ? "醫療類"
                                                                     : "保險計費及繳納類",
                          record->applied_on, extension);
}
