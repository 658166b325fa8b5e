/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of the attempt table: how often somebody failed from where, and until when to wait, in Unix
 * seconds. Every function: FALSE with an NHI_DB_ERROR. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

/* The rows that count a whole network have it as their subject too: one key for all of them would
 * be one hot shard. */

/* @trial: (nullable): the newest one that was counted here */
typedef struct
{
  gint64 failures;
  gint64 last_at;
  gint64 wait_until;
  char *trial;
} NhiAttemptRow;
void nhi_attempt_row_clear (NhiAttemptRow *row);

/* Gives the row and keeps it from everybody else until the transaction ends, so that what is then
 * decided and put holds also under NHI_DB_WRITE_LOCKED. A new row is all zero. */
gboolean nhi_store_attempt_lock (NhiDbConnection *connection,
                                 const char *subject,
                                 const char *network,
                                 const char *purpose,
                                 NhiAttemptRow *ret,
                                 GError **error);
/* Over what is there; @row->trial may be %NULL. */
gboolean nhi_store_attempt_put (NhiDbConnection *connection,
                                const char *subject,
                                const char *network,
                                const char *purpose,
                                const NhiAttemptRow *row,
                                GError **error);
/* Takes one failure back and the wait with it, if there is a failure of after @counted_after. */
gboolean nhi_store_attempt_take_back (NhiDbConnection *connection,
                                      const char *subject,
                                      const char *network,
                                      const char *purpose,
                                      gint64 counted_after,
                                      GError **error);
gboolean nhi_store_attempt_delete (NhiDbConnection *connection,
                                   const char *subject,
                                   const char *network,
                                   const char *purpose,
                                   GError **error);
/* Every row of @subject: an operator lets a person in again. */
gboolean nhi_store_attempt_delete_subject (NhiDbConnection *connection,
                                           const char *subject,
                                           gint64 *ret_deleted,
                                           GError **error);
/* @limit rows at most. Returns how many went, or -1 with @error. */
gint64 nhi_store_attempt_delete_before (NhiDbConnection *connection,
                                        gint64 last_before,
                                        guint limit,
                                        GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiAttemptRow, nhi_attempt_row_clear)

G_END_DECLS
