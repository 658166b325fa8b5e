/* SPDX-License-Identifier: GPL-3.0-or-later
 * Command and answer over SCardTransmit, with the chains of T=0. */
#include "client/reader/apdu.h"

#include <string.h>

#define MAX_ROUNDS 8
#define MAX_COMMAND 261

guint16
nhi_apdu_status_word (const NhiApduAnswer *answer)
{
  if (answer->length < 2)
    return 0;
  return (guint16)(answer->bytes[answer->length - 2] << 8 | answer->bytes[answer->length - 1]);
}

void
nhi_apdu_answer_wipe (NhiApduAnswer *answer)
{
  explicit_bzero (answer, sizeof *answer);
}

/* Appends to what is there already; the status word of the earlier part is overwritten. */
static LONG
transmit_append (const NhiPcsc *pcsc,
                 SCARDHANDLE card,
                 DWORD protocol,
                 const guint8 *command,
                 gsize length,
                 NhiApduAnswer *answer)
{
  gsize kept = answer->length >= 2 ? answer->length - 2 : 0;
  DWORD room = sizeof answer->bytes - kept;
  LONG result;

  if (room < 258)
    return SCARD_F_COMM_ERROR;

  result = pcsc->transmit (card, protocol, command, length, answer->bytes + kept, &room);
  if (result != SCARD_S_SUCCESS)
    return result;
  if (room < 2 || room > sizeof answer->bytes - kept)
    return SCARD_F_COMM_ERROR;

  answer->length = kept + room;
  return SCARD_S_SUCCESS;
}

/* The card wants another Le: the command again with that one at its end. */
static gsize
put_le (guint8 *command, gsize length, guint8 le)
{
  gsize body = length > 5 ? 5 + (gsize)command[4] : 4;

  command[MIN (body, MAX_COMMAND - 1)] = le;
  return body + 1;
}

LONG
nhi_apdu_send (const NhiPcsc *pcsc,
               SCARDHANDLE card,
               DWORD protocol,
               const guint8 *command,
               gsize length,
               NhiApduAnswer *ret_answer)
{
  guint8 next[MAX_COMMAND];

  g_return_val_if_fail (length >= 5 && length < sizeof next, SCARD_E_INVALID_PARAMETER);
  g_return_val_if_fail (length == 5 || length >= 5 + (gsize)command[4], SCARD_E_INVALID_PARAMETER);

  memcpy (next, command, length);
  ret_answer->length = 0;

  for (guint round = 0; round < MAX_ROUNDS; round++)
    {
      LONG result = transmit_append (pcsc, card, protocol, next, length, ret_answer);
      guint16 word;

      if (result != SCARD_S_SUCCESS)
        return result;

      word = nhi_apdu_status_word (ret_answer);
      if (word >> 8 == 0x61)
        {
          const guint8 get_response[] = { command[0], 0xC0, 0x00, 0x00, (guint8)word };

          memcpy (next, get_response, sizeof get_response);
          length = sizeof get_response;
        }
      else if (word >> 8 == 0x6C)
        length = put_le (next, length, (guint8)word);
      else
        return SCARD_S_SUCCESS;
    }

  return SCARD_F_COMM_ERROR;
}
