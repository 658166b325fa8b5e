/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any bytes as a JSON body: whatever the pre-scan lets through json-glib must read too. */
#include "service/http/json.h"

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (JsonParser) parser = NULL;

  if (!nhi_json_check ((const char *)data, size, NULL))
    return 0;
  parser = json_parser_new ();
  g_assert_true (json_parser_load_from_data (parser, (const char *)data, (gssize)size, NULL));
  return 0;
}
