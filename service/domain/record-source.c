/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sections of the record from the store: the insurance class from the population's tables, the
 * medical class as kept. */
#include "service/domain/record-source.h"

#include <string.h>

#include "service/store/health-record.h"

#define MAX_COLUMNS 8
#define BEGINNING "0001-01" /* earlier than any month */

typedef struct
{
  const char *section;
  NhiDbRows *(*query) (NhiDbConnection *connection,
                       const char *person_id,
                       const char *from,
                       const char *to,
                       GError **error);
  gboolean by_day;           /* the query takes days, not months */
  guint fields[MAX_COLUMNS]; /* of column 0, 1, …; 0 ends */
} InsuranceSource;

static const InsuranceSource insurance_sources[] = {
  { "i1", nhi_store_health_record_cards, TRUE, { 1, 2, 3, 4, 5 } },
  { "i2", nhi_store_health_record_bills, FALSE, { 1, 2, 3, 4, 5, 6, 7, 8 } },
  { "i3", nhi_store_health_record_payments, FALSE, { 1, 2, 3, 4 } },
};

/* The store's words as a person reads them in the document. */
static const struct
{
  const char *stored;
  const char *written;
} words[] = {
  { "first", "首次領卡" },
  { "replacement", "補發" },
  { "renewal", "換發" },
  { "active", "正常" },
  { "terminated", "停用" },
  { "payroll", "薪資扣繳" },
  { "bank-debit", "金融機構轉帳" },
  { "convenience-store", "便利商店" },
  { "counter", "臨櫃繳納" },
};

typedef struct
{
  NhiDbConnection *connection;
  const char *person_id;
  const NhiSectionInfo *section;
  const char *from; /* as the query takes it */
  const char *to;
  guint max_entries;
} Reading;

static const char *
in_words (const char *stored)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i].stored, stored) == 0)
      return words[i].written;
  return stored;
}

/* YYYY-MM-DD to YYYYMMDD, as the document writes days and months. */
static char *
without_dashes (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "-", -1);

  return g_strjoinv (NULL, parts);
}

static gboolean
is_month (const char *text)
{
  return strlen (text) == 7 && text[4] == '-' && strspn (text, "0123456789-") == 7;
}

static void
set_field (NhiRecordEntry *entry, guint number, const char *stored)
{
  const NhiFieldInfo *field = nhi_section_field (entry->section, number);
  g_autofree char *compact = NULL;

  if (stored == NULL || field == NULL)
    return;
  if (field->kind == NHI_FIELD_DATE || is_month (stored))
    compact = without_dashes (stored);
  nhi_record_entry_set (entry, number, compact != NULL ? compact : in_words (stored));
}

static gboolean
check_count (const GPtrArray *entries, guint max_entries, GError **error)
{
  if (entries->len < max_entries)
    return TRUE;
  g_set_error (error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_TOO_BIG,
               "There are more entries than one package holds; apply for a shorter period");
  return FALSE;
}

static NhiRecordEntry *
read_insurance_row (const NhiSectionInfo *section, const InsuranceSource *source, NhiDbRows *rows)
{
  NhiRecordEntry *entry = nhi_record_entry_new (section);

  for (guint column = 0; column < MAX_COLUMNS && source->fields[column] != 0; column++)
    set_field (entry, source->fields[column], nhi_db_rows_text (rows, column));
  return entry;
}

static GPtrArray *
read_insurance (const Reading *reading, const InsuranceSource *source, GError **error)
{
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_record_entry_free);
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GError) failure = NULL;

  rows = source->query (reading->connection, reading->person_id, reading->from, reading->to, error);
  if (rows == NULL)
    return NULL;
  while (nhi_db_rows_next (rows, &failure))
    {
      if (!check_count (entries, reading->max_entries, error))
        return NULL;
      g_ptr_array_add (entries, read_insurance_row (reading->section, source, rows));
    }
  if (failure == NULL)
    return g_steal_pointer (&entries);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static GPtrArray *
read_medical (const Reading *reading, char **ret_first_month, GError **error)
{
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_record_entry_free);
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *first_month = NULL;

  rows =
      nhi_store_health_record_entries (reading->connection, reading->person_id,
                                       reading->section->code, reading->from, reading->to, error);
  if (rows == NULL)
    return NULL;
  while (nhi_db_rows_next (rows, &failure))
    {
      NhiRecordEntry *entry;

      if (!check_count (entries, reading->max_entries, error))
        return NULL;
      entry = nhi_record_entry_from_json (reading->section, nhi_db_rows_text (rows, 1), error);
      if (entry == NULL)
        return NULL;
      if (entries->len == 0)
        first_month = g_strndup (nhi_db_rows_text (rows, 0), strlen ("YYYY-MM"));
      g_ptr_array_add (entries, entry);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  *ret_first_month = g_steal_pointer (&first_month);
  return g_steal_pointer (&entries);
}

GPtrArray *
nhi_record_source_read (NhiDbConnection *connection,
                        const char *person_id,
                        const NhiSectionInfo *section,
                        const char *from_month,
                        const char *to_month,
                        guint max_entries,
                        char **ret_first_month,
                        GError **error)
{
  const char *from = from_month != NULL ? from_month : BEGINNING;
  g_autofree char *from_day = g_strconcat (from, "-01", NULL);
  g_autofree char *to_day = g_strconcat (to_month, "-31", NULL);
  Reading reading = { connection, person_id, section, from_day, to_day, max_entries };

  *ret_first_month = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (insurance_sources); i++)
    {
      const InsuranceSource *source = &insurance_sources[i];

      if (strcmp (source->section, section->code) != 0)
        continue;
      if (!source->by_day)
        {
          reading.from = from;
          reading.to = to_month;
        }
      return read_insurance (&reading, source, error);
    }
  return read_medical (&reading, ret_first_month, error);
}
