/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walks a table of any size in pages, in the order of its primary key, with bounded memory. */
#pragma once

#include "service/store/catalogue.h"
#include "service/store/row-buffer.h"

G_BEGIN_DECLS

/* Rows of a page at most; a page whose rows hold BYTEA is cut at so many bytes of it, or is one row
 * that is longer. */
#define NHI_TABLE_PAGE_ROWS 2000
#define NHI_TABLE_PAGE_BYTES (8 * 1024 * 1024)

/* Fills @page (cleared first) with the rows behind @after, the key of a row as nhi_table_page_end
 * () gives it, or NULL for the beginning; without a row the walk is at its end. A transaction of
 * its own, so what is written to the table meanwhile may be seen or not. */
gboolean nhi_table_page_read (NhiDb *db,
                              const NhiTable *table,
                              GBytes *after,
                              NhiRowBuffer *page,
                              GError **error);

/* (transfer full): the key of the last row of @page. */
GBytes *nhi_table_page_end (const NhiTable *table, const NhiRowBuffer *page);

/* Counts the rows of a whole table; -1 with @error. */
gint64 nhi_table_count (NhiDbConnection *connection, const NhiTable *table, GError **error);

/* Whether there is any row. FALSE with @error when that cannot be told. */
gboolean nhi_table_has_rows (NhiDbConnection *connection,
                             const NhiTable *table,
                             gboolean *ret_has,
                             GError **error);

/* Deletes all rows. */
gboolean nhi_table_empty (NhiDbConnection *connection, const NhiTable *table, GError **error);

G_END_DECLS
