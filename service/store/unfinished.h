/* SPDX-License-Identifier: GPL-3.0-or-later
 * A database that is being filled in several transactions: by whom, and how far each part has come.
 * Noted in the database itself, in the transactions that fill it, so that work that was killed goes
 * on where it stopped; the table is there only while the work is unfinished. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

#define NHI_UNFINISHED_TABLE "unfinished"

typedef struct
{
  char *work;       /* what is being done; for people and to be compared */
  gint64 row_count; /* how far this part has come */
  GBytes *position; /* where it goes on, as the work wrote it; nullable */
} NhiUnfinished;
void nhi_unfinished_free (NhiUnfinished *unfinished);

/* Begins @part with row_count 0. Call it in a transaction of its own kind NHI_DB_WRITE; the table
 * is made when it is not there. What is there already stays. */
gboolean nhi_unfinished_begin (NhiDbConnection *connection,
                               const char *part,
                               const char *work,
                               GError **error);

/* NULL without @error when nothing is unfinished or this part is not. */
NhiUnfinished *nhi_unfinished_find (NhiDbConnection *connection, const char *part, GError **error);

/* FALSE with NHI_DB_ERROR_SCHEMA when something is unfinished that is not @allowed (nullable). */
gboolean nhi_unfinished_refuse (NhiDbConnection *connection, const char *allowed, GError **error);

/* What is being done in this database; NULL without @error when it is finished. */
char *nhi_unfinished_work (NhiDbConnection *connection, GError **error);

typedef enum
{
  NHI_UNFINISHED_ADVANCED, /* now write what belongs to this step */
  NHI_UNFINISHED_DONE,     /* this very step has been committed before: there is nothing to write */
  NHI_UNFINISHED_FAILED,   /* @error: NHI_DB_ERROR_CONSTRAINT when somebody else works here too */
} NhiUnfinishedStep;

/* Moves @part from @from rows to @to, first of all in the transaction that writes them. Holds the
 * row, so that two who work at once wait for each other. @position: (nullable). */
NhiUnfinishedStep nhi_unfinished_advance (NhiDbConnection *connection,
                                          const char *part,
                                          gint64 from,
                                          gint64 to,
                                          GBytes *position,
                                          GError **error);

/* Notes another position for @part, where it is known only when the step is written. */
gboolean nhi_unfinished_note (NhiDbConnection *connection,
                              const char *part,
                              GBytes *position,
                              GError **error);

/* Notes @row_count for @part, and no position, whatever stood there. */
gboolean nhi_unfinished_set (NhiDbConnection *connection,
                             const char *part,
                             gint64 row_count,
                             GError **error);

/* The work is done. */
gboolean nhi_unfinished_end (NhiDbConnection *connection, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiUnfinished, nhi_unfinished_free)

G_END_DECLS
