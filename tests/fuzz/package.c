/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any bytes as a package: names without paths, sizes within the limits, or an error. */
#include "shared/record/package.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void
check_files (GPtrArray *files)
{
  gsize total = 0;

  g_assert_cmpuint (files->len, <=, NHI_PACKAGE_MAX_FILES);
  for (guint i = 0; i < files->len; i++)
    {
      const NhiPackageFile *file = g_ptr_array_index (files, i);

      g_assert_true (g_utf8_validate (file->name, -1, NULL));
      g_assert_true (*file->name != '\0' && *file->name != '.' &&
                     strpbrk (file->name, "/\\") == NULL);
      total += g_bytes_get_size (file->bytes);
    }
  g_assert_cmpuint (total, <=, NHI_PACKAGE_MAX_BYTES);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) record_error = NULL;
  g_autoptr (GPtrArray) files = nhi_package_open (bytes, "A123456789", &error);
  g_autoptr (GPtrArray) records = nhi_package_read_records (bytes, "A123456789", &record_error);

  g_assert_true ((files == NULL) == (error != NULL));
  g_assert_true ((records == NULL) == (record_error != NULL));
  if (files != NULL)
    check_files (files);
  return 0;
}
