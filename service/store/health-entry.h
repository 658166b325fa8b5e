/* SPDX-License-Identifier: GPL-3.0-or-later
 * Medical entries of a person, by section and day: one row is one entry, a compact JSON document in
 * the insurer's field codes. */
#pragma once

#include "service/store/bulk.h"

G_BEGIN_DECLS

/* @section: "r1" … "r14". @entry_date: YYYY-MM-DD. @document: from nhi_record_entry_to_json (). */
gboolean nhi_health_entry_add (NhiBulk *bulk,
                               const char *person_id,
                               const char *section,
                               const char *entry_date,
                               const char *entry_id,
                               const char *document,
                               GError **error);

/* Columns of the rows below; all text. */
enum
{
  NHI_HEALTH_ENTRY_DATE,
  NHI_HEALTH_ENTRY_ID,
  NHI_HEALTH_ENTRY_DOCUMENT,
};

/* Newest first, straight from the key: nothing is sorted or gathered, so that any number streams in
 * little memory. Days are YYYY-MM-DD, inclusive. */
NhiDbRows *nhi_health_entry_select (NhiDbConnection *connection,
                                    const char *person_id,
                                    const char *section,
                                    const char *from_day,
                                    const char *to_day,
                                    GError **error);

/* How many nhi_health_entry_select () would give; -1 with @error set. */
gint64 nhi_health_entry_count (NhiDbConnection *connection,
                               const char *person_id,
                               const char *section,
                               const char *from_day,
                               const char *to_day,
                               GError **error);

G_END_DECLS
