/* SPDX-License-Identifier: GPL-3.0-or-later
 * What lies in a table, as a number that is the same on every engine. */
#pragma once

#include "service/store/catalogue.h"

G_BEGIN_DECLS

/* The SHA-256 of each row (row-code.h's bytes of its values, in the table's order), added up modulo
 * 2^256: the order in which an engine gives the rows does not matter. */
typedef struct
{
  gint64 rows;
  guint64 sum[4]; /* the lowest first */
} NhiTableSum;

typedef void (*NhiTableProgress) (gint64 rows, gpointer data);

/* Reads the whole table, page by page; @progress (nullable) is called after each page with its
 * rows, in this thread. */
gboolean nhi_table_sum (NhiDb *db,
                        const NhiTable *table,
                        NhiTableProgress progress,
                        gpointer data,
                        NhiTableSum *ret_sum,
                        GError **error);

gboolean nhi_table_sum_equal (const NhiTableSum *one, const NhiTableSum *other);
char *nhi_table_sum_format (const NhiTableSum *sum); /* (transfer full): 64 hexadecimal digits */

G_END_DECLS
