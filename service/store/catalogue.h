/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which tables a database has, as it says itself. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  GPtrArray *columns; /* of char *, in the table's order; a NULL behind the last */
  GArray *types;      /* of int: NHI_DB_TEXT, NHI_DB_INT or NHI_DB_BYTES, one for each column */
  GArray *key;        /* of guint: which columns make the primary key, in its order */
} NhiTable;

guint nhi_table_n_columns (const NhiTable *table);

/* All tables that hold something of the service's own, by name: neither the engine's nor those in
 * which the schema's version and unfinished work are noted. Array of NhiTable, NULL with @error:
 * NHI_DB_ERROR_SCHEMA for a table without key or with a column of another type. */
GPtrArray *nhi_catalogue_read (NhiDbConnection *connection, GError **error);

/* The name of the first table that only one of the two has, or has otherwise; NULL when they are
 * the same. Lives as long as they do. */
const char *nhi_catalogue_difference (const GPtrArray *one, const GPtrArray *other);

/* What tells this database apart from any other, however it was named when it was opened. NULL with
 * @error. */
char *nhi_catalogue_identity (NhiDbConnection *connection, GError **error);

G_END_DECLS
