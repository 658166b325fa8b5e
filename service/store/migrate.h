/* SPDX-License-Identifier: GPL-3.0-or-later
 * What nhi_db_migrate () is made of, for the operator's tool and for tests with steps of their own.
 */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

/* A file of data/schema. */
typedef struct
{
  guint version;      /* from 1, without gaps */
  const char *name;   /* "0001-first.sql" */
  const char *script; /* statements with semicolons between them */
} NhiSchemaStep;

/* A statement that has not run yet. */
typedef struct
{
  const NhiSchemaStep *step;
  guint number; /* within its step, from 1 */
  char *sql;
} NhiSchemaStatement;

/* Told before each statement, and again each time it has to wait for another node. */
typedef void (*NhiMigrateProgress) (const NhiSchemaStatement *statement, gpointer data);

/* The steps that are compiled in. (transfer none): they live as long as the program. */
const NhiSchemaStep *nhi_schema_steps (gsize *ret_n_steps);

/* Runs what has not run yet, each statement in a transaction of its own together with the row that
 * says so: a node that is killed in the middle leaves whole statements, and the next one goes on
 * behind them. Several nodes may do it at once. An error names step and statement. @progress:
 * (nullable). */
gboolean nhi_db_run_steps (NhiDb *db,
                           const NhiSchemaStep *steps,
                           gsize n_steps,
                           NhiMigrateProgress progress,
                           gpointer data,
                           guint *ret_from,
                           GError **error);

/* What nhi_db_run_steps () would run: (transfer full) of NhiSchemaStatement, %NULL with @error.
 * @ret_from: the schema's version now. */
GPtrArray *nhi_db_list_statements (NhiDb *db,
                                   const NhiSchemaStep *steps,
                                   gsize n_steps,
                                   guint *ret_from,
                                   GError **error);

G_END_DECLS
