/* SPDX-License-Identifier: GPL-3.0-or-later
 * For tests: rows for every table the schema has, with all that is awkward in a value. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

#define TEST_ROWS_OF_A_TABLE 7
#define TEST_ROWS_PIECE (256 * 1024)

/* So many rows in every table, also in those of a later schema: NULL, empty, Chinese, the ends of
 * numbers. */
void test_rows_fill (NhiDb *db);
/* More rows in one table than a page of table-page.h holds, and more bytes in another; the pieces
 * are each one byte shorter than the one before. */
void test_rows_fill_pages (NhiDb *db);
void test_rows_fill_pieces (NhiDb *db);

G_END_DECLS
