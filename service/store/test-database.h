/* SPDX-License-Identifier: GPL-3.0-or-later
 * For tests: a folder of their own, a database on either engine, and plain SQL as a question.
 * Whatever fails ends the test. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

char *test_folder_new (void); /* (transfer full) */
/* @folder: (transfer full): with every file that is in it and the database that goes with it */
void test_folder_remove (char *folder);
/* (transfer full): a new, empty database that lives as long as @folder: a file in it, or, where
 * NHI_TEST_POSTGRES names a server (tests/environment/postgres.py), one there. Once
 * for each folder. */
char *test_database_uri (const char *folder);
gboolean test_database_is_postgres (void);

void test_sql_run (NhiDb *db, const char *sql);
/* The first column of the first row; without a row -1 or %NULL. */
gint64 test_sql_integer (NhiDb *db, const char *sql);
char *test_sql_text (NhiDb *db, const char *sql);
GBytes *test_sql_bytes (NhiDb *db, const char *sql);

G_END_DECLS
