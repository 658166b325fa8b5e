/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of one table, held in memory between where they come from and where they go. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/row-buffer.h"

#include <string.h>

#define CHUNK 65536

struct _NhiRowBuffer
{
  gsize n_columns;
  GArray *values;     /* of NhiDbValue, row after row */
  GStringChunk *data; /* what they point to */
  gsize size;
};

NhiRowBuffer *
nhi_row_buffer_new (gsize n_columns)
{
  NhiRowBuffer *self = g_new0 (NhiRowBuffer, 1);

  self->n_columns = n_columns;
  self->values = g_array_new (FALSE, FALSE, sizeof (NhiDbValue));
  self->data = g_string_chunk_new (CHUNK);
  return self;
}

void
nhi_row_buffer_free (NhiRowBuffer *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->values);
  g_string_chunk_free (self->data);
  g_free (self);
}

static const char *
keep (NhiRowBuffer *self, const void *data, gsize length)
{
  self->size += length;
  return g_string_chunk_insert_len (self->data, length > 0 ? data : "", (gssize)length);
}

void
nhi_row_buffer_add (NhiRowBuffer *self, const NhiDbValue *values)
{
  guint first = self->values->len;

  g_array_append_vals (self->values, values, (guint)self->n_columns);
  self->size += self->n_columns * sizeof (NhiDbValue);
  for (guint i = first; i < self->values->len; i++)
    {
      NhiDbValue *value = &g_array_index (self->values, NhiDbValue, i);

      if (value->type == NHI_DB_TEXT)
        value->text = keep (self, value->text, strlen (value->text));
      else if (value->type == NHI_DB_BYTES)
        value->bytes.data = keep (self, value->bytes.data, value->bytes.length);
    }
}

void
nhi_row_buffer_clear (NhiRowBuffer *self)
{
  g_array_set_size (self->values, 0);
  g_string_chunk_clear (self->data);
  self->size = 0;
}

gsize
nhi_row_buffer_count (const NhiRowBuffer *self)
{
  return self->values->len / self->n_columns;
}

gsize
nhi_row_buffer_size (const NhiRowBuffer *self)
{
  return self->size;
}

const NhiDbValue *
nhi_row_buffer_get (const NhiRowBuffer *self, gsize row)
{
  return &g_array_index (self->values, NhiDbValue, row * self->n_columns);
}

gboolean
nhi_row_buffer_load (const NhiRowBuffer *self,
                     NhiDbConnection *connection,
                     const char *table,
                     const char *const *columns,
                     GError **error)
{
  NhiDbLoad *load = nhi_db_load_begin (connection, table, columns, error);
  gsize n_rows = nhi_row_buffer_count (self);

  if (load == NULL)
    return FALSE;
  for (gsize i = 0; i < n_rows; i++)
    if (!nhi_db_load_row (load, nhi_row_buffer_get (self, i), error))
      {
        nhi_db_load_cancel (load);
        return FALSE;
      }
  return nhi_db_load_end (load, error);
}
