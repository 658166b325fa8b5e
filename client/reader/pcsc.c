/* SPDX-License-Identifier: GPL-3.0-or-later
 * The PC/SC table filled with libpcsclite, and what its results mean to us. */
#include "client/reader/pcsc.h"

#define DEFAULT_SOCKET "/run/pcscd/pcscd.comm"

static LONG
system_establish_context (SCARDCONTEXT *ret_context)
{
  return SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, ret_context);
}

static LONG
system_list_readers (SCARDCONTEXT context, char *ret_readers, DWORD *length)
{
  return SCardListReaders (context, NULL, ret_readers, length);
}

static LONG
system_transmit (SCARDHANDLE card,
                 DWORD protocol,
                 const guint8 *command,
                 DWORD command_length,
                 guint8 *answer,
                 DWORD *answer_length)
{
  const SCARD_IO_REQUEST *request = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;

  return SCardTransmit (card, request, command, command_length, NULL, answer, answer_length);
}

const NhiPcsc NHI_PCSC_SYSTEM = {
  .establish_context = system_establish_context,
  .release_context = SCardReleaseContext,
  .cancel = SCardCancel,
  .list_readers = system_list_readers,
  .get_status_change = SCardGetStatusChange,
  .connect = SCardConnect,
  .reconnect = SCardReconnect,
  .disconnect = SCardDisconnect,
  .begin_transaction = SCardBeginTransaction,
  .end_transaction = SCardEndTransaction,
  .transmit = system_transmit,
};

char *
nhi_pcsc_fault_code (LONG result)
{
  return g_strdup_printf ("PCSC-%08X", (guint32)result);
}

const char *
nhi_pcsc_socket_path (void)
{
  const char *path = g_getenv ("PCSCLITE_CSOCK_NAME");

  return path != NULL && *path != '\0' ? path : DEFAULT_SOCKET;
}

gboolean
nhi_pcsc_result_means_no_service (LONG result)
{
  return result == (LONG)SCARD_E_NO_SERVICE || result == (LONG)SCARD_E_SERVICE_STOPPED ||
         result == (LONG)SCARD_F_COMM_ERROR || result == (LONG)SCARD_E_INVALID_HANDLE ||
         result == (LONG)SCARD_F_INTERNAL_ERROR || result == (LONG)SCARD_P_SHUTDOWN;
}
