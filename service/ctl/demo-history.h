/* SPDX-License-Identifier: GPL-3.0-or-later
 * Visits, tests, vaccinations and stays of invented people, in the insurer's field numbers. */
#pragma once

#include "service/ctl/demo-source.h"
#include "service/store/bulk.h"
#include "shared/record/record.h"

G_BEGIN_DECLS

/* Where entries of one person go. */
typedef struct
{
  NhiBulk *bulk;
  const NhiDemoSource *source;
  const NhiDemoPerson *person;
  NhiDemoRandom random;
  guint64 next_entry;
  GError *error; /* the first failure; nothing is written after it */
} NhiDemoSink;

/* Writes @entry and frees it. */
void nhi_demo_sink_take (NhiDemoSink *sink, NhiRecordEntry *entry);

/* One visit of @section (r1, r3, r9) from the visits of @group, with its orders. */
void
nhi_demo_add_visit (NhiDemoSink *sink, const char *section, const char *group, const GDate *day);
/* All tests of a panel, as r7 entries. */
void nhi_demo_add_panel (NhiDemoSink *sink, const char *panel, const GDate *day);
void nhi_demo_add_stay (NhiDemoSink *sink, const GDate *day);        /* r2 */
void nhi_demo_add_allergy (NhiDemoSink *sink, const GDate *day);     /* r4 */
void nhi_demo_add_wish (NhiDemoSink *sink, const GDate *day);        /* r5 */
void nhi_demo_add_vaccination (NhiDemoSink *sink, const GDate *day); /* r6 */
void nhi_demo_add_imaging (NhiDemoSink *sink, const GDate *day);     /* r8 */
void nhi_demo_add_preventive (NhiDemoSink *sink, const GDate *day);  /* r10 */

/* Everything a person of this kind has, up to the source's last day; adds the number of entries to
 * *@ret_entries. */
gboolean nhi_demo_add_history (NhiBulk *bulk,
                               const NhiDemoSource *source,
                               const NhiDemoPerson *person,
                               guint64 *ret_entries,
                               GError **error);

/* Fields 1 to 4 of the sections that name a provider: group, its name, code and name of a clinic of
 * @kind in the person's part of the country. */
void nhi_demo_set_provider (NhiDemoSink *sink, NhiRecordEntry *entry, const char *kind);
void nhi_demo_set_date (NhiRecordEntry *entry, guint field, const GDate *day);
void nhi_demo_set_number (NhiRecordEntry *entry, guint field, gint64 number);
/* @number in units of 10^-@decimals: 58 and 1 make "5.8". */
void nhi_demo_set_decimal (NhiRecordEntry *entry, guint field, gint64 number, guint decimals);

G_END_DECLS
