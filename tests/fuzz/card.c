/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any bytes as a card's answer: refused, or a profile that survives being written and read again.
 */
#include "shared/card/profile.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (NhiCardProfile) profile = nhi_card_profile_parse (data, size, NULL);
  g_autoptr (NhiCardProfile) told = NULL;
  g_autoptr (NhiCardProfile) again = NULL;
  g_autoptr (GBytes) bytes = NULL;

  nhi_atr_hint (data, size);
  if (profile == NULL)
    return 0;
  g_assert_true (g_utf8_validate (profile->name, -1, NULL));
  told = nhi_card_profile_with_termination (profile, data, size);
  bytes = nhi_card_profile_encode (profile);
  again = nhi_card_profile_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  g_assert_nonnull (again);
  if (profile->name_is_complete)
    g_assert_true (nhi_card_profile_equal (profile, again));
  return 0;
}
