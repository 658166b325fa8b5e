/* SPDX-License-Identifier: GPL-3.0-or-later
 * What must hold of every record that was read, whatever it was read from. */
#pragma once

#include "shared/record/record.h"

/* Written as XML and as JSON and read again it is the same. */
static inline void
check_record (const NhiRecord *record)
{
  g_autoptr (GBytes) xml = nhi_record_to_xml (record, NULL);
  g_autoptr (GBytes) json = nhi_record_to_json_file (record, NULL);
  g_autoptr (NhiRecord) from_xml = nhi_record_from_xml (xml, NULL);
  g_autoptr (NhiRecord) from_json = nhi_record_from_json_file (json, NULL);
  g_autoptr (GBytes) xml_again = NULL;
  g_autoptr (GBytes) xml_by_json = NULL;

  g_assert_nonnull (from_xml);
  g_assert_nonnull (from_json);
  xml_again = nhi_record_to_xml (from_xml, NULL);
  xml_by_json = nhi_record_to_xml (from_json, NULL);
  g_assert_true (g_bytes_equal (xml, xml_again));
  g_assert_true (g_bytes_equal (xml, xml_by_json));
}
