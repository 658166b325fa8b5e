/* SPDX-License-Identifier: GPL-3.0-or-later
 * The list of the viewer. */
#define G_LOG_DOMAIN "nhi-pages"

#include <string.h>

#include <glib/gi18n.h>

#include "client/pages/viewer-model.h"

struct _NhiViewerItem
{
  GObject parent_instance;

  const NhiRecordEntry *entry;
  char *title;
  char *date;
  char *institution;
  char *amount;
};

G_DEFINE_FINAL_TYPE (NhiViewerItem, nhi_viewer_item, G_TYPE_OBJECT)

/* Which fields of a section say what an entry is about; 0 = none. @value stands behind @main
 * ("HbA1c: 6.1"). */
static const struct
{
  const char *code;
  guint main;
  guint other_main; /* where @main is empty */
  guint value;
  guint institution;
  guint amount;
  guint other_date; /* where the section's date is empty, as in dispensing rows */
} summaries[] = {
  { "r1", 9, 11, 0, 4, 12, 6 }, { "r2", 11, 13, 0, 4, 14, 6 }, { "r3", 8, 10, 0, 4, 11, 0 },
  { "r9", 8, 10, 0, 4, 11, 0 }, { "r4", 2, 10, 0, 5, 0, 0 },   { "r5", 3, 0, 0, 0, 0, 0 },
  { "r6", 3, 0, 0, 5, 0, 0 },   { "r7", 10, 9, 11, 4, 0, 5 },  { "r8", 9, 8, 0, 4, 0, 5 },
  { "r10", 0, 0, 0, 2, 0, 0 },  { "r11", 2, 1, 0, 0, 0, 0 },   { "r12", 0, 0, 0, 2, 0, 0 },
  { "r13", 0, 0, 0, 2, 0, 0 },  { "r14", 0, 0, 0, 2, 0, 0 },   { "i1", 3, 4, 0, 0, 0, 0 },
  { "i2", 3, 4, 0, 0, 7, 0 },   { "i3", 4, 0, 0, 0, 3, 0 },
};

static void
nhi_viewer_item_finalize (GObject *object)
{
  NhiViewerItem *self = NHI_VIEWER_ITEM (object);

  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->date, g_free);
  g_clear_pointer (&self->institution, g_free);
  g_clear_pointer (&self->amount, g_free);

  G_OBJECT_CLASS (nhi_viewer_item_parent_class)->finalize (object);
}

static void
nhi_viewer_item_class_init (NhiViewerItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = nhi_viewer_item_finalize;
}

static void
nhi_viewer_item_init (NhiViewerItem *self)
{
}

static const char *
section_name (const NhiSectionInfo *section)
{
  return nhi_names_are_chinese () ? section->name : section->name_en;
}

static gsize
find_summary (const NhiSectionInfo *section)
{
  for (gsize i = 0; i < G_N_ELEMENTS (summaries); i++)
    if (g_ascii_strcasecmp (summaries[i].code, section->code) == 0)
      return i;
  return G_N_ELEMENTS (summaries);
}

static const char *
value_of (const NhiRecordEntry *entry, guint field)
{
  return field != 0 ? nhi_record_entry_get (entry, field) : "";
}

static const char *
date_of (const NhiRecordEntry *entry)
{
  gsize i = find_summary (entry->section);
  const char *date = value_of (entry, entry->section->date_field);

  if (date[0] == '\0' && i < G_N_ELEMENTS (summaries))
    date = value_of (entry, summaries[i].other_date);
  return date;
}

static char *
title_of (const NhiRecordEntry *entry)
{
  gsize i = find_summary (entry->section);
  const char *title = "", *value = "";

  if (i < G_N_ELEMENTS (summaries))
    {
      title = value_of (entry, summaries[i].main);
      if (title[0] == '\0')
        title = value_of (entry, summaries[i].other_main);
      value = value_of (entry, summaries[i].value);
    }
  if (title[0] == '\0')
    title = section_name (entry->section);
  if (value[0] == '\0')
    return g_strdup (title);
  /* Translators: an examination and its result */
  return g_strdup_printf (_ ("%1$s: %2$s"), title, value);
}

static NhiViewerItem *
make_entry_item (const NhiRecordEntry *entry, NhiDateStyle style)
{
  NhiViewerItem *item = g_object_new (NHI_TYPE_VIEWER_ITEM, NULL);
  gsize i = find_summary (entry->section);
  gboolean known = i < G_N_ELEMENTS (summaries);

  item->entry = entry;
  item->title = title_of (entry);
  item->date = nhi_format_compact_date (date_of (entry), style);
  item->institution = g_strdup (known ? value_of (entry, summaries[i].institution) : "");
  item->amount = nhi_format_money (known ? value_of (entry, summaries[i].amount) : "");
  return item;
}

/* A section with the number of its entries where an entry has its amount. */
static NhiViewerItem *
make_heading (const NhiSectionInfo *section, guint count)
{
  NhiViewerItem *item = g_object_new (NHI_TYPE_VIEWER_ITEM, NULL);

  item->title = g_strdup (section_name (section));
  item->date = g_strdup ("");
  item->institution = g_strdup ("");
  item->amount = g_strdup_printf ("%u", count);
  return item;
}

static gboolean
entry_has_word (const NhiRecordEntry *entry, const char *word)
{
  for (guint field = 1; field <= entry->section->max_field; field++)
    {
      g_autofree char *folded = NULL;

      if (entry->values[field] == NULL)
        continue;
      folded = g_utf8_casefold (entry->values[field], -1);
      if (strstr (folded, word) != NULL)
        return TRUE;
    }
  for (guint i = 0; entry->children != NULL && i < entry->children->len; i++)
    if (entry_has_word (g_ptr_array_index (entry->children, i), word))
      return TRUE;
  return FALSE;
}

static gboolean
matches (const NhiRecordEntry *entry, char **words)
{
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *name = NULL;

      if (words[i][0] == '\0' || entry_has_word (entry, words[i]))
        continue;
      name = g_utf8_casefold (section_name (entry->section), -1);
      if (strstr (name, words[i]) == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Sections stay in document order, which is the order of the array; within one, newest first. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const NhiRecordEntry *first = *(const NhiRecordEntry *const *)a;
  const NhiRecordEntry *second = *(const NhiRecordEntry *const *)b;

  return strcmp (date_of (second), date_of (first));
}

static const NhiSectionInfo *
section_at (GPtrArray *entries, guint position)
{
  const NhiRecordEntry *entry = g_ptr_array_index (entries, position);

  return entry->section;
}

static guint
end_of_section (GPtrArray *entries, guint start)
{
  guint end = start + 1;

  while (end < entries->len && section_at (entries, end) == section_at (entries, start))
    end++;
  return end;
}

static void
sort_sections (GPtrArray *entries)
{
  for (guint start = 0, end; start < entries->len; start = end)
    {
      end = end_of_section (entries, start);
      qsort (entries->pdata + start, end - start, sizeof (gpointer), compare);
    }
}

static GPtrArray *
collect (GPtrArray *records, const char *query)
{
  g_autofree char *folded = g_utf8_casefold (query != NULL ? query : "", -1);
  g_auto (GStrv) words = g_strsplit_set (folded, " \t", 16);
  GPtrArray *entries = g_ptr_array_new ();

  for (guint i = 0; i < records->len; i++)
    {
      const NhiRecord *record = g_ptr_array_index (records, i);

      for (guint j = 0; j < record->entries->len; j++)
        if (matches (g_ptr_array_index (record->entries, j), words))
          g_ptr_array_add (entries, g_ptr_array_index (record->entries, j));
    }
  if (entries->len > 0)
    sort_sections (entries);
  return entries;
}

GListStore *
nhi_viewer_model_build (GPtrArray *records,
                        const char *query,
                        NhiDateStyle style,
                        guint *ret_entries)
{
  g_autoptr (GPtrArray) entries = collect (records, query);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GListStore *store = g_list_store_new (NHI_TYPE_VIEWER_ITEM);
  guint end = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      if (i == end)
        {
          end = end_of_section (entries, i);
          g_ptr_array_add (items, make_heading (section_at (entries, i), end - i));
        }
      g_ptr_array_add (items, make_entry_item (g_ptr_array_index (entries, i), style));
    }
  g_list_store_splice (store, 0, 0, items->pdata, items->len);
  if (ret_entries != NULL)
    *ret_entries = entries->len;
  return store;
}

char *
nhi_viewer_format_value (const NhiFieldInfo *field, const char *value, NhiDateStyle style)
{
  switch (field->kind)
    {
    case NHI_FIELD_DATE:
    case NHI_FIELD_DATE_TIME:
      return nhi_format_compact_date (value, style);
    case NHI_FIELD_MONEY:
      return nhi_format_money (value);
    case NHI_FIELD_TEXT:
    case NHI_FIELD_NUMBER:
    default:
      return g_strdup (value);
    }
}

const NhiRecordEntry *
nhi_viewer_item_get_entry (NhiViewerItem *self)
{
  return self->entry;
}

const char *
nhi_viewer_item_get_title (NhiViewerItem *self)
{
  return self->title;
}

const char *
nhi_viewer_item_get_date (NhiViewerItem *self)
{
  return self->date;
}

const char *
nhi_viewer_item_get_institution (NhiViewerItem *self)
{
  return self->institution;
}

const char *
nhi_viewer_item_get_amount (NhiViewerItem *self)
{
  return self->amount;
}
