/* SPDX-License-Identifier: GPL-3.0-or-later
 * The health-bank document in memory: sections of entries with numbered fields, as the insurer's
 * format tables number them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which of the two files a section belongs to. */
typedef enum
{
  NHI_RECORD_INSURANCE, /* 保險計費及繳納類 */
  NHI_RECORD_MEDICAL,   /* 醫療類 */
} NhiRecordClass;

/* One numbered field of a section: "r1.5" is { 5, "就醫日期", … }. */
typedef enum
{
  NHI_FIELD_TEXT,
  NHI_FIELD_NUMBER,
  NHI_FIELD_DATE,      /* YYYYMMDD, Western */
  NHI_FIELD_DATE_TIME, /* YYYYMMDDHHMM */
  NHI_FIELD_MONEY,     /* NT$, whole */
  NHI_FIELD_MONTH,     /* YYYYMM, Western */
} NhiFieldKind;

typedef struct
{
  guint number;
  const char *name; /* as the insurer writes it */
  const char *name_en;
  NhiFieldKind kind;
  guint length; /* characters at most */
} NhiFieldInfo;

typedef struct _NhiSectionInfo NhiSectionInfo;
struct _NhiSectionInfo
{
  const char *code; /* "r1", "r1_1"; "i1": our own, for the insurance class has no official ones */
  const char *name;
  const char *name_en;
  NhiRecordClass record_class;
  const char *child;          /* code of the child section or NULL */
  const NhiFieldInfo *fields; /* ends with number 0 */
  guint max_field;
  guint date_field; /* the one that dates an entry in timeline and period; 0 when none */
};

/* Letter case is ignored; finds child sections too; NULL when unknown. */
const NhiSectionInfo *nhi_section_find (const char *code);

/* The top-level sections in document order. */
const NhiSectionInfo *const *nhi_sections (gsize *ret_count);
const NhiFieldInfo *nhi_section_field (const NhiSectionInfo *section, guint number);

typedef struct _NhiRecordEntry NhiRecordEntry;
struct _NhiRecordEntry
{
  const NhiSectionInfo *section;
  char **values;       /* [0 … max_field], [0] unused; NULL = empty */
  GPtrArray *children; /* of NhiRecordEntry, or NULL */
};

NhiRecordEntry *nhi_record_entry_new (const NhiSectionInfo *section);
void nhi_record_entry_free (NhiRecordEntry *entry);

/* Never NULL: "" when empty. */
const char *nhi_record_entry_get (const NhiRecordEntry *entry, guint field);

/* The entry keeps the child. */
NhiRecordEntry *nhi_record_entry_add_child (NhiRecordEntry *entry);

/* No value, and no child with one. */
gboolean nhi_record_entry_is_empty (const NhiRecordEntry *entry);

/* Keeps what both files can hold: valid UTF-8 without control characters but TAB and LF (CR and
 * CRLF become LF), trimmed. @field must be one of the section's. */
void nhi_record_entry_set (NhiRecordEntry *entry, guint field, const char *value);

/* The date that places an entry in time: its date field, else the nearest there is (a pharmacy's
 * dispensing date for a visit without one, the visit date for a test without one). YYYYMMDD, YYYYMM
 * for premiums, or "" when nothing tells. */
const char *nhi_record_entry_get_date (const NhiRecordEntry *entry);

/* One entry as a compact JSON object with the official codes as keys, children under their
 * section's code. How the service stores it. */
char *nhi_record_entry_to_json (const NhiRecordEntry *entry);
NhiRecordEntry *
nhi_record_entry_from_json (const NhiSectionInfo *section, const char *json, GError **error);

typedef struct
{
  NhiRecordClass record_class;
  char *masked_id;    /* b1.1, A12345**** */
  char *applied_on;   /* b1.2, YYYYMMDD */
  GPtrArray *entries; /* of NhiRecordEntry, grouped by section in document order */
  GPtrArray *empty;   /* of const NhiSectionInfo: asked for, and without data (無資料) */
} NhiRecord;

#define NHI_RECORD_MAX_BYTES (128 * 1024 * 1024) /* of one XML or JSON file */
#define NHI_RECORD_MAX_ENTRIES 200000
#define NHI_RECORD_MAX_CHILDREN 2000000

NhiRecord *
nhi_record_new (NhiRecordClass record_class, const char *id_number, const char *applied_on);
void nhi_record_free (NhiRecord *record);

/* Takes @entry, which is of a top-level section. */
void nhi_record_add (NhiRecord *record, NhiRecordEntry *entry);
void nhi_record_add_empty (NhiRecord *record, const NhiSectionInfo *section);

/* The files. Same record -> same bytes, and reading them gives the same record; an entry without
 * any value is not written. Readers tolerate the quirks of real files (BOM, 無資料, objects for
 * arrays, R12, …). A DOCTYPE is refused. */
GBytes *nhi_record_to_xml (const NhiRecord *record, GError **error);
GBytes *nhi_record_to_json_file (const NhiRecord *record, GError **error);
NhiRecord *nhi_record_from_xml (GBytes *bytes, GError **error);
NhiRecord *nhi_record_from_json_file (GBytes *bytes, GError **error);

/* "健康存摺醫療類_20260105.xml" */
char *nhi_record_file_name (const NhiRecord *record, const char *extension);

#define NHI_RECORD_ERROR (nhi_record_error_quark ())
typedef enum
{
  NHI_RECORD_ERROR_FORMAT,  /* not such a file at all */
  NHI_RECORD_ERROR_DAMAGED, /* such a file, but broken */
  NHI_RECORD_ERROR_TOO_BIG,
} NhiRecordError;
GQuark nhi_record_error_quark (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiRecordEntry, nhi_record_entry_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiRecord, nhi_record_free)

G_END_DECLS
