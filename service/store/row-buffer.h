/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of one table, held in memory between where they come from and where they go. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

typedef struct _NhiRowBuffer NhiRowBuffer;

NhiRowBuffer *nhi_row_buffer_new (gsize n_columns);
void nhi_row_buffer_free (NhiRowBuffer *self);

/* Copies one value for each column. */
void nhi_row_buffer_add (NhiRowBuffer *self, const NhiDbValue *values);
/* Forgets all rows. */
void nhi_row_buffer_clear (NhiRowBuffer *self);

gsize nhi_row_buffer_count (const NhiRowBuffer *self);
/* What the values need, in bytes. */
gsize nhi_row_buffer_size (const NhiRowBuffer *self);
/* The values of row @row (from 0); valid until the next row is added. */
const NhiDbValue *nhi_row_buffer_get (const NhiRowBuffer *self, gsize row);

/* Writes all rows to the end of @table, as nhi_db_load_begin () does. */
gboolean nhi_row_buffer_load (const NhiRowBuffer *self,
                              NhiDbConnection *connection,
                              const char *table,
                              const char *const *columns,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiRowBuffer, nhi_row_buffer_free)

G_END_DECLS
