/* SPDX-License-Identifier: GPL-3.0-or-later
 * The PC/SC calls behind a table, so that a test can script the answer of every one of them. */
#pragma once

#include <glib.h>
#include <winscard.h>

G_BEGIN_DECLS

/* The names and meanings are those of winscard.h. All of them may block; none is called on the main
 * loop. */
typedef struct
{
  LONG (*establish_context) (SCARDCONTEXT *ret_context);
  LONG (*release_context) (SCARDCONTEXT context);
  LONG (*cancel) (SCARDCONTEXT context);
  LONG (*list_readers) (SCARDCONTEXT context, char *ret_readers, DWORD *length);
  LONG (*get_status_change)
  (SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *states, DWORD n_states);
  LONG (*connect)
  (SCARDCONTEXT context,
   const char *reader,
   DWORD share_mode,
   DWORD protocols,
   SCARDHANDLE *ret_card,
   DWORD *ret_protocol);
  LONG (*reconnect)
  (SCARDHANDLE card, DWORD share_mode, DWORD protocols, DWORD initialization, DWORD *ret_protocol);
  LONG (*disconnect) (SCARDHANDLE card, DWORD disposition);
  LONG (*begin_transaction) (SCARDHANDLE card);
  LONG (*end_transaction) (SCARDHANDLE card, DWORD disposition);
  LONG (*transmit)
  (SCARDHANDLE card,
   DWORD protocol,
   const guint8 *command,
   DWORD command_length,
   guint8 *answer,
   DWORD *answer_length);
} NhiPcsc;

/* libpcsclite itself. */
extern const NhiPcsc NHI_PCSC_SYSTEM;

#define NHI_PCSC_MAX_READERS 16
#define NHI_PCSC_PNP_READER "\\\\?PnP?\\Notification"

/* "PCSC-8010001D": how a result stands in a fault code. */
char *
nhi_pcsc_fault_code (LONG result);

/* Where the daemon listens: $PCSCLITE_CSOCK_NAME or the default. Not to be freed. */
const char *
nhi_pcsc_socket_path (void);

/* TRUE when the connection to the daemon is lost, and only a new context helps. */
gboolean
nhi_pcsc_result_means_no_service (LONG result);

G_END_DECLS
