/* SPDX-License-Identifier: GPL-3.0-or-later
 * One command and its whole answer, whatever the protocol makes of it (61xx, 6Cxx). */
#pragma once

#include "client/reader/pcsc.h"

G_BEGIN_DECLS

#define NHI_APDU_ANSWER_MAX 1024 /* bytes with the status word; the longest we ask for is 59 */

/* Bytes of a person; wipe with nhi_apdu_answer_wipe() whatever happened. */
typedef struct
{
  guint8 bytes[NHI_APDU_ANSWER_MAX];
  gsize length; /* with SW1 SW2 */
} NhiApduAnswer;

/* Sends @command (5 … 255 bytes). Follows 61xx with GET RESPONSE and repeats with the right Le
 * after 6Cxx; an answer that never ends or is cut below two bytes is %SCARD_F_COMM_ERROR. */
LONG
nhi_apdu_send (const NhiPcsc *pcsc,
               SCARDHANDLE card,
               DWORD protocol,
               const guint8 *command,
               gsize length,
               NhiApduAnswer *ret_answer);
guint16
nhi_apdu_status_word (const NhiApduAnswer *answer);
void
nhi_apdu_answer_wipe (NhiApduAnswer *answer);

G_END_DECLS
