/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of several tables on their way into the database: gathered, then written table by table. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/bulk.h"

#include "service/store/row-buffer.h"

#define MOST_HELD (16 * 1024 * 1024) /* bytes of one table */

typedef struct
{
  const NhiBulkTable *table;
  NhiRowBuffer *rows;
} Heap;

struct _NhiBulk
{
  NhiDbConnection *connection;
  GArray *heaps; /* of Heap, in the order of their first row */
};

static void
heap_clear (gpointer data)
{
  nhi_row_buffer_free (((Heap *)data)->rows);
}

NhiBulk *
nhi_bulk_new (NhiDbConnection *connection)
{
  NhiBulk *self = g_new0 (NhiBulk, 1);

  self->connection = connection;
  self->heaps = g_array_new (FALSE, FALSE, sizeof (Heap));
  g_array_set_clear_func (self->heaps, heap_clear);
  return self;
}

void
nhi_bulk_free (NhiBulk *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->heaps);
  g_free (self);
}

static Heap *
find_heap (NhiBulk *self, const NhiBulkTable *table)
{
  Heap heap = { .table = table };

  for (guint i = 0; i < self->heaps->len; i++)
    if (g_array_index (self->heaps, Heap, i).table == table)
      return &g_array_index (self->heaps, Heap, i);
  heap.rows = nhi_row_buffer_new (g_strv_length ((char **)table->columns));
  g_array_append_val (self->heaps, heap);
  return &g_array_index (self->heaps, Heap, self->heaps->len - 1);
}

static gboolean
flush_heap (NhiBulk *self, Heap *heap, GError **error)
{
  if (nhi_row_buffer_count (heap->rows) > 0 &&
      !nhi_row_buffer_load (heap->rows, self->connection, heap->table->name, heap->table->columns,
                            error))
    return FALSE;
  nhi_row_buffer_clear (heap->rows);
  return TRUE;
}

gboolean
nhi_bulk_add (NhiBulk *self, const NhiBulkTable *table, const NhiDbValue *values, GError **error)
{
  Heap *heap = find_heap (self, table);

  nhi_row_buffer_add (heap->rows, values);
  return nhi_row_buffer_size (heap->rows) < MOST_HELD || flush_heap (self, heap, error);
}

gboolean
nhi_bulk_flush (NhiBulk *self, GError **error)
{
  for (guint i = 0; i < self->heaps->len; i++)
    if (!flush_heap (self, &g_array_index (self->heaps, Heap, i), error))
      return FALSE;
  return TRUE;
}
