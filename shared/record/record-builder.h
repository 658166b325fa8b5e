/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the XML and the JSON reader share: turning codes and values, with all their quirks, into a
 * record. Private to this folder. */
#pragma once

#include "shared/record/record.h"

G_BEGIN_DECLS

typedef struct
{
  NhiRecord *record;
  gboolean class_known;
  guint entries;        /* met so far, empty ones too: they cost time */
  guint children;       /* of all entries so far */
  gboolean compact;     /* a single entry as we store it: no quirks, empty fields left out */
  guint highest_number; /* met in the entry being read */
} NhiRecordBuilder;

void nhi_record_builder_init (NhiRecordBuilder *builder);
void nhi_record_builder_clear (NhiRecordBuilder *builder);

/* b1.1, b1.2 and their like; other codes are ignored. */
void nhi_record_builder_header (NhiRecordBuilder *builder, const char *code, const char *value);

/* A section's own text: 無資料 says that it was asked for and is empty. */
void nhi_record_builder_section_text (NhiRecordBuilder *builder,
                                      const NhiSectionInfo *section,
                                      const char *text);

/* "r1.5" for an entry of r1; a code of another section or an unknown number is ignored. */
void nhi_record_builder_field (NhiRecordBuilder *builder,
                               NhiRecordEntry *entry,
                               const char *code,
                               const char *value);
NhiRecordEntry *nhi_record_builder_begin_entry (NhiRecordBuilder *builder,
                                                const NhiSectionInfo *section,
                                                GError **error);
NhiRecordEntry *
nhi_record_builder_begin_child (NhiRecordBuilder *builder, NhiRecordEntry *entry, GError **error);
void nhi_record_builder_end_child (NhiRecordBuilder *builder, NhiRecordEntry *entry);

/* Takes @entry, unless it holds nothing. */
void nhi_record_builder_end_entry (NhiRecordBuilder *builder, NhiRecordEntry *entry);
NhiRecord *nhi_record_builder_finish (NhiRecordBuilder *builder);

gboolean nhi_record_check_size (GBytes *bytes, GError **error);
void nhi_record_set_damaged (GError **error, guint line);
void nhi_record_set_wrong_format (GError **error);
void nhi_record_sort (NhiRecord *record);

G_END_DECLS
