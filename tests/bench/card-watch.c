/* SPDX-License-Identifier: GPL-3.0-or-later
 * The floor of reading a card: when pcscd tells of it, and how long a bare SELECT and READ take. */
#include <glib.h>
#include <string.h>
#include <winscard.h>

#include "shared/card/profile.h"

static gboolean
transmit (SCARDHANDLE card, const guint8 *command, gsize length)
{
  guint8 answer[258];
  DWORD received = sizeof answer;

  return SCardTransmit (card, SCARD_PCI_T1, command, length, NULL, answer, &received) ==
         SCARD_S_SUCCESS;
}

static void
read_card (SCARDCONTEXT context, const char *reader)
{
  SCARDHANDLE card;
  DWORD protocol;
  gboolean good;

  if (SCardConnect (context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card, &protocol) !=
      SCARD_S_SUCCESS)
    return;
  good = transmit (card, NHI_APDU_SELECT, sizeof NHI_APDU_SELECT) &&
         transmit (card, NHI_APDU_READ_BASIC, sizeof NHI_APDU_READ_BASIC);
  SCardDisconnect (card, SCARD_LEAVE_CARD);
  if (good)
    g_print ("read %.6f\n", g_get_monotonic_time () / 1e6);
}

int
main (int argc, char **argv)
{
  SCARDCONTEXT context;
  char readers[1024] = { 0 };
  DWORD length = sizeof readers;
  SCARD_READERSTATE state = { 0 };

  if (SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS ||
      SCardListReaders (context, NULL, readers, &length) != SCARD_S_SUCCESS)
    {
      g_printerr ("No reader.\n");
      return 1;
    }
  state.szReader = readers;
  while (SCardGetStatusChange (context, INFINITE, &state, 1) == SCARD_S_SUCCESS)
    {
      gboolean came = (state.dwEventState & SCARD_STATE_PRESENT) &&
                      !(state.dwCurrentState & SCARD_STATE_PRESENT);

      if (came)
        {
          g_print ("event %.6f\n", g_get_monotonic_time () / 1e6);
          if (argc > 1 && strcmp (argv[1], "--read") == 0)
            read_card (context, readers);
        }
      state.dwCurrentState = state.dwEventState & ~SCARD_STATE_CHANGED;
    }
  SCardReleaseContext (context);
  return 0;
}
