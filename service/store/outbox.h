/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of the outbox: letters that are rendered before the first attempt to send them. Moments are
 * Unix seconds. Every function: FALSE with an NHI_DB_ERROR. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

#define NHI_OUTBOX_WAITING "waiting"
#define NHI_OUTBOX_SENT "sent"
#define NHI_OUTBOX_UNCERTAIN                                                                       \
  "uncertain" /* handed over, but the answer was lost; sent again with the same Message-ID */
#define NHI_OUTBOX_FAILED "failed"

typedef struct
{
  char *person_id;
  char *mail_id;
  char *recipient;
  char *message_id;
  GBytes *message;
  char *state;
  gint64 created_at;
} NhiOutboxRow;
void nhi_outbox_row_free (NhiOutboxRow *row);

/* Adds @row (its state is taken as waiting). */
gboolean
nhi_store_outbox_add (NhiDbConnection *connection, const NhiOutboxRow *row, GError **error);

/* NULL in @ret_row when there is no such letter. */
gboolean nhi_store_outbox_find (NhiDbConnection *connection,
                                const char *person_id,
                                const char *mail_id,
                                NhiOutboxRow **ret_row,
                                GError **error);
/* A waiting letter may have arrived: it becomes uncertain. One that another runner has ended is
 * left alone. */
gboolean nhi_store_outbox_doubt (NhiDbConnection *connection,
                                 const char *person_id,
                                 const char *mail_id,
                                 GError **error);

/* The end of a letter: its state, and its text and recipient are gone (a link in it is a secret).
 * @sent_at: 0 when it was not sent. */
gboolean nhi_store_outbox_close (NhiDbConnection *connection,
                                 const char *person_id,
                                 const char *mail_id,
                                 const char *state,
                                 gint64 sent_at,
                                 GError **error);

/* Letters that are long over, whatever became of them. @limit
 * at most. Returns how many went, or -1 with @error. */
gint64 nhi_store_outbox_delete_before (NhiDbConnection *connection,
                                       gint64 created_before,
                                       guint limit,
                                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiOutboxRow, nhi_outbox_row_free)

G_END_DECLS
