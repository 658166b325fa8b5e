/* SPDX-License-Identifier: GPL-3.0-or-later
 * Letters on their way: posted in the transaction that they tell of, ended when the way out says
 * what became of them. */
#pragma once

#include "service/domain/world.h"
#include "service/mail/letter.h"

G_BEGIN_DECLS

/* Renders the letter, writes it into the outbox and adds the job that sends it. The sender, message
 * id, date and demo mark are filled in here. @mail_id: a new UUID; the job has the same. */
gboolean nhi_outbox_post (NhiWorld *world,
                          NhiDbConnection *connection,
                          const char *mail_id,
                          const char *person_id,
                          const NhiLetter *letter,
                          gint64 now,
                          GError **error);

G_END_DECLS
