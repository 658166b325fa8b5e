/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any bytes as a health-bank XML file. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/record-check.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiRecord) record = nhi_record_from_xml (bytes, &error);

  g_assert_true ((record == NULL) == (error != NULL));
  if (record != NULL)
    check_record (record);
  return 0;
}
