/* SPDX-License-Identifier: GPL-3.0-or-later
 * The second half of copying: reads both sides again, each in a thread, and compares them. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/copy-check.h"

typedef struct
{
  NhiDb *db;
  const NhiTable *table;
  NhiTableSum sum;
  GError *error; /* NULL: summed up */
} Reading;

static gpointer
read_in_thread (gpointer data)
{
  Reading *reading = data;

  nhi_table_sum (reading->db, reading->table, NULL, NULL, &reading->sum, &reading->error);
  return NULL;
}

typedef struct
{
  const NhiCopyOptions *options;
  NhiCopyProgress *progress;
} Watch;

static void
tell (gint64 rows, gpointer data)
{
  const Watch *watch = data;

  watch->progress->rows += rows;
  if (watch->options->watch != NULL)
    watch->options->watch (watch->progress, watch->options->watch_data);
}

static void
copy_table_free (gpointer data)
{
  NhiCopyTable *table = data;

  g_free (table->table);
  g_free (table);
}

static NhiCopyTable *
check_table (Watch *watch, const NhiTable *table, GError **error)
{
  Reading source = { .db = watch->options->from, .table = table };
  NhiTableSum target = { 0 };
  GThread *thread = g_thread_new ("copy-check", read_in_thread, &source);
  NhiCopyTable *found;
  gboolean good;

  watch->progress->table = table->name;
  good = nhi_table_sum (watch->options->to, table, tell, watch, &target, error);
  if (!good)
    g_prefix_error (error, "target: %s: ", table->name);
  g_thread_join (thread);
  if (source.error != NULL && good)
    g_propagate_prefixed_error (error, g_steal_pointer (&source.error),
                                "source: %s: ", table->name);
  if (!good || source.error != NULL)
    {
      g_clear_error (&source.error);
      return NULL;
    }
  found = g_new0 (NhiCopyTable, 1);
  found->table = g_strdup (table->name);
  found->from = source.sum;
  found->to = target;
  return found;
}

GPtrArray *
nhi_copy_check (const NhiCopyOptions *options,
                const GPtrArray *tables,
                NhiCopyProgress *progress,
                GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (copy_table_free);
  Watch watch = { .options = options, .progress = progress };

  for (guint i = 0; i < tables->len; i++)
    {
      NhiCopyTable *table = check_table (&watch, g_ptr_array_index (tables, i), error);

      if (table == NULL)
        return NULL;
      g_ptr_array_add (found, table);
    }
  return g_steal_pointer (&found);
}

char *
nhi_copy_check_differences (const GPtrArray *found)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    {
      const NhiCopyTable *table = g_ptr_array_index (found, i);

      if (nhi_table_sum_equal (&table->from, &table->to))
        continue;
      g_string_append_printf (text, "%s%s ", text->len > 0 ? ", " : "", table->table);
      if (table->from.rows == table->to.rows)
        g_string_append (text, "(as many rows, but not the same)");
      else
        g_string_append_printf (text,
                                "(%" G_GINT64_FORMAT " rows in the source, %" G_GINT64_FORMAT
                                " in the target)",
                                table->from.rows, table->to.rows);
    }
  return text->len > 0 ? g_strdup (text->str) : NULL;
}
