/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sections of the record from the store: the insurance class from the population's tables, the
 * medical class as kept. */
#include "service/domain/record-source.h"

#include <string.h>

#include "service/store/health-entry.h"
#include "service/store/population.h"

#define BEGINNING "0001-01" /* earlier than any month */

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
  { "terminated", "註銷" },
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
  const char *from_month;
  const char *to_month;
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
  if (entries->len <= max_entries)
    return TRUE;
  g_set_error (error, NHI_RECORD_ERROR, NHI_RECORD_ERROR_TOO_BIG,
               "There are more entries than one package holds; apply for a shorter period");
  return FALSE;
}

static void
set_number (NhiRecordEntry *entry, guint number, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  nhi_record_entry_set (entry, number, text);
}

static GPtrArray *
new_entries (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_record_entry_free);
}

/* 健保卡狀況及領卡紀錄: each card that was valid on a day of the period. */
static NhiRecordEntry *
card_entry (const Reading *reading, const NhiCard *card)
{
  NhiRecordEntry *entry;

  if (strncmp (card->issued_on, reading->to_month, strlen (reading->to_month)) > 0 ||
      (card->ended_on != NULL && strcmp (card->ended_on, reading->from_month) < 0))
    return NULL;
  entry = nhi_record_entry_new (reading->section);
  set_field (entry, 1, card->card_number);
  set_field (entry, 2, card->issued_on);
  set_field (entry, 3, card->reason);
  set_field (entry, 4, card->state);
  set_field (entry, 5, card->ended_on);
  return entry;
}

static GPtrArray *
read_cards (const Reading *reading, GError **error)
{
  g_autoptr (GPtrArray) entries = new_entries ();
  g_autoptr (GPtrArray) cards =
      nhi_population_list_cards (reading->connection, reading->person_id, error);

  for (guint i = 0; cards != NULL && i < cards->len; i++)
    {
      NhiRecordEntry *entry = card_entry (reading, g_ptr_array_index (cards, i));

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }
  return cards != NULL ? g_steal_pointer (&entries) : NULL;
}

static NhiRecordEntry *
bill_entry (const Reading *reading, const NhiPremiumBill *bill)
{
  NhiRecordEntry *entry = nhi_record_entry_new (reading->section);

  set_field (entry, 1, bill->month);
  set_field (entry, 2, bill->unit_code);
  set_field (entry, 3, bill->unit_name);
  set_field (entry, 4, bill->insured_class);
  set_number (entry, 5, bill->insured_amount);
  set_number (entry, 6, bill->dependants);
  set_number (entry, 7, bill->premium);
  set_field (entry, 8, bill->due_on);
  return entry;
}

static GPtrArray *
read_bills (const Reading *reading, GError **error)
{
  g_autoptr (GPtrArray) entries = new_entries ();
  g_autoptr (GPtrArray) bills =
      nhi_population_list_bills (reading->connection, reading->person_id, reading->from_month,
                                 reading->to_month, error);

  for (guint i = 0; bills != NULL && i < bills->len; i++)
    g_ptr_array_add (entries, bill_entry (reading, g_ptr_array_index (bills, i)));
  return bills != NULL ? g_steal_pointer (&entries) : NULL;
}

static NhiRecordEntry *
payment_entry (const Reading *reading, const NhiPremiumPayment *payment)
{
  NhiRecordEntry *entry = nhi_record_entry_new (reading->section);

  set_field (entry, 1, payment->month);
  set_field (entry, 2, payment->paid_on);
  set_number (entry, 3, payment->amount);
  set_field (entry, 4, payment->channel);
  return entry;
}

static GPtrArray *
read_payments (const Reading *reading, GError **error)
{
  g_autoptr (GPtrArray) entries = new_entries ();
  g_autoptr (GPtrArray) payments =
      nhi_population_list_payments (reading->connection, reading->person_id, reading->from_month,
                                    reading->to_month, error);

  for (guint i = 0; payments != NULL && i < payments->len; i++)
    g_ptr_array_add (entries, payment_entry (reading, g_ptr_array_index (payments, i)));
  return payments != NULL ? g_steal_pointer (&entries) : NULL;
}

typedef GPtrArray *(*Source) (const Reading *reading, GError **error);

static const struct
{
  const char *section;
  Source read;
} insurance_sources[] = {
  { "i1", read_cards },
  { "i2", read_bills },
  { "i3", read_payments },
};

/* Some dozen rows for a year, so they are counted when all are there. */
static GPtrArray *
read_insurance (const Reading *reading, Source read, GError **error)
{
  g_autoptr (GPtrArray) entries = read (reading, error);

  if (entries == NULL || !check_count (entries, reading->max_entries, error))
    return NULL;
  return g_steal_pointer (&entries);
}

static gboolean
add_medical_row (const Reading *reading, NhiDbRows *rows, GPtrArray *entries, GError **error)
{
  NhiRecordEntry *entry;

  entry = nhi_record_entry_from_json (reading->section,
                                      nhi_db_rows_text (rows, NHI_HEALTH_ENTRY_DOCUMENT), error);
  if (entry == NULL)
    return FALSE;
  g_ptr_array_add (entries, entry);
  return check_count (entries, reading->max_entries, error);
}

/* Newest first, so the last row tells where the entries begin. */
static GPtrArray *
read_medical (const Reading *reading, char **ret_first_month, GError **error)
{
  g_autoptr (GPtrArray) entries = new_entries ();
  g_autofree char *from_day = g_strconcat (reading->from_month, "-01", NULL);
  g_autofree char *to_day = g_strconcat (reading->to_month, "-31", NULL);
  g_autofree char *first_month = NULL;
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GError) failure = NULL;

  rows = nhi_health_entry_select (reading->connection, reading->person_id, reading->section->code,
                                  from_day, to_day, error);
  if (rows == NULL)
    return NULL;
  while (nhi_db_rows_next (rows, &failure))
    {
      if (!add_medical_row (reading, rows, entries, error))
        return NULL;
      g_free (first_month);
      first_month = g_strndup (nhi_db_rows_text (rows, NHI_HEALTH_ENTRY_DATE), strlen ("YYYY-MM"));
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
  Reading reading = { .connection = connection,
                      .person_id = person_id,
                      .section = section,
                      .from_month = from_month != NULL ? from_month : BEGINNING,
                      .to_month = to_month,
                      .max_entries = max_entries };

  *ret_first_month = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (insurance_sources); i++)
    if (strcmp (insurance_sources[i].section, section->code) == 0)
      return read_insurance (&reading, insurance_sources[i].read, error);
  return read_medical (&reading, ret_first_month, error);
}
