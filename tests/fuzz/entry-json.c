/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any text as the stored JSON of one entry; the first byte chooses the section. */
#include "shared/record/record.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize count;
  const NhiSectionInfo *const *sections = nhi_sections (&count);
  g_autofree char *text = NULL;
  g_autofree char *json = NULL;
  g_autofree char *again = NULL;
  g_autoptr (NhiRecordEntry) entry = NULL;
  g_autoptr (NhiRecordEntry) back = NULL;

  if (size == 0)
    return 0;
  text = g_strndup ((const char *)data + 1, size - 1);
  entry = nhi_record_entry_from_json (sections[data[0] % count], text, NULL);
  if (entry == NULL)
    return 0;
  json = nhi_record_entry_to_json (entry);
  back = nhi_record_entry_from_json (entry->section, json, NULL);
  g_assert_nonnull (back);
  again = nhi_record_entry_to_json (back);
  g_assert_cmpstr (json, ==, again);
  return 0;
}
