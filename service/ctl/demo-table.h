/* SPDX-License-Identifier: GPL-3.0-or-later
 * One table of data/demo-people: tab-separated, with a header line, compiled in. */
#pragma once

#include "service/ctl/demo-random.h"

G_BEGIN_DECLS

typedef struct
{
  char *text;
  char ***rows; /* cells point into @text */
  guint n_rows;
  guint n_columns;
  guint *weights; /* running sums, when the table has a column "weight" */
} NhiDemoTable;

/* @name: "surnames.tsv". Aborts when the table is not there or a line has another number of cells:
 * it is part of the program. */
NhiDemoTable *nhi_demo_table_load (const char *name);
void nhi_demo_table_free (NhiDemoTable *table);

const char *nhi_demo_table_cell (const NhiDemoTable *table, guint row, guint column);
gint64 nhi_demo_table_number (const NhiDemoTable *table, guint row, guint column);

/* A row by weight, or any row alike when the table has none. */
guint nhi_demo_table_pick (const NhiDemoTable *table, NhiDemoRandom *random);
/* A row among those with @value in @column; there must be one. */
guint nhi_demo_table_pick_where (const NhiDemoTable *table,
                                 NhiDemoRandom *random,
                                 guint column,
                                 const char *value);
/* The first row with @value in @column, or -1. */
gint nhi_demo_table_find (const NhiDemoTable *table, guint column, const char *value);

G_END_DECLS
