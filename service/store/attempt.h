/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of the attempt table: how often somebody failed from where, and until when to wait, in Unix
 * seconds. Every function: FALSE with an NHI_DB_ERROR. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

/* Subject of the rows that count a whole network. */
#define NHI_ATTEMPT_NETWORK "network"

typedef struct
{
  gint64 failures;
  gint64 last_at;
  gint64 wait_until;
} NhiAttemptRow;

/* All zero when there is no such row. */
gboolean nhi_store_attempt_find (NhiDbConnection *connection,
                                 const char *subject,
                                 const char *network,
                                 const char *purpose,
                                 NhiAttemptRow *ret,
                                 GError **error);
gboolean nhi_store_attempt_put (NhiDbConnection *connection,
                                const char *subject,
                                const char *network,
                                const char *purpose,
                                const NhiAttemptRow *row,
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
gboolean nhi_store_attempt_delete_before (NhiDbConnection *connection,
                                          gint64 last_before,
                                          guint limit,
                                          GError **error);

G_END_DECLS
