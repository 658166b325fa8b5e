/* SPDX-License-Identifier: GPL-3.0-or-later
 * The reading of one card: connect, transaction, SELECT, READ, termination flag, and what each
 * failure means. */
#include "client/reader/card-session.h"
#include "client/reader/apdu.h"

#define CONNECTIONS 2
#define TRIES_PER_CONNECTION 2

typedef struct
{
  const NhiPcsc *pcsc;
  const char *reader;
  GCancellable *cancellable;
  SCARDCONTEXT context;
  SCARDHANDLE card;
  DWORD protocol;
} Session;

void
nhi_card_reading_free (NhiCardReading *reading)
{
  g_clear_pointer (&reading->profile, nhi_card_profile_unref);
  g_free (reading->fault_code);
  g_free (reading);
}

static void
set_outcome (NhiCardReading *reading, NhiCardState state, char *fault_code)
{
  g_clear_pointer (&reading->profile, nhi_card_profile_unref);
  g_free (reading->fault_code);
  reading->state = state;
  reading->fault_code = fault_code;
}

static NhiCardState
state_of_result (LONG result)
{
  switch ((guint32)result)
    {
    case (guint32)SCARD_E_SHARING_VIOLATION:
    case (guint32)SCARD_E_SERVER_TOO_BUSY:
      return NHI_CARD_STATE_BUSY;
    case (guint32)SCARD_E_NO_SMARTCARD:
    case (guint32)SCARD_W_REMOVED_CARD:
      return NHI_CARD_STATE_NO_CARD;
    case (guint32)SCARD_E_UNKNOWN_READER:
    case (guint32)SCARD_E_READER_UNAVAILABLE:
    case (guint32)SCARD_E_NO_READERS_AVAILABLE:
      return NHI_CARD_STATE_NO_READER;
    case (guint32)SCARD_W_UNRESPONSIVE_CARD:
    case (guint32)SCARD_W_UNPOWERED_CARD:
    case (guint32)SCARD_W_UNSUPPORTED_CARD:
      return NHI_CARD_STATE_MUTE;
    case (guint32)SCARD_E_NO_SERVICE:
    case (guint32)SCARD_E_SERVICE_STOPPED:
      return NHI_CARD_STATE_NO_SERVICE;
    default:
      return NHI_CARD_STATE_UNREADABLE;
    }
}

static void
set_pcsc_outcome (NhiCardReading *reading, LONG result)
{
  set_outcome (reading, state_of_result (result), nhi_pcsc_fault_code (result));
}

/* Another program reset the card between two of our commands: take it up again, nothing is lost. */
static LONG
send_command (Session *session, const guint8 *command, gsize length, NhiApduAnswer *ret_answer)
{
  LONG result =
      nhi_apdu_send (session->pcsc, session->card, session->protocol, command, length, ret_answer);

  if (result != (LONG)SCARD_W_RESET_CARD)
    return result;

  result = session->pcsc->reconnect (session->card, SCARD_SHARE_SHARED,
                                     SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD,
                                     &session->protocol);
  if (result != SCARD_S_SUCCESS)
    return result;
  return nhi_apdu_send (session->pcsc, session->card, session->protocol, command, length,
                        ret_answer);
}

static void
add_termination (Session *session, NhiCardReading *reading)
{
  NhiApduAnswer answer = { 0 };
  NhiCardProfile *plain = reading->profile;

  if (send_command (session, NHI_APDU_READ_TERMINATION, sizeof NHI_APDU_READ_TERMINATION,
                    &answer) == SCARD_S_SUCCESS)
    {
      reading->profile = nhi_card_profile_with_termination (plain, answer.bytes, answer.length);
      nhi_card_profile_unref (plain);
    }
  nhi_apdu_answer_wipe (&answer);
}

static void
take_answer (NhiCardReading *reading, const NhiApduAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  NhiCardProfile *profile = nhi_card_profile_parse (answer->bytes, answer->length, &error);

  if (profile != NULL)
    {
      set_outcome (reading, NHI_CARD_STATE_READ, NULL);
      reading->profile = profile;
    }
  else if (g_error_matches (error, NHI_CARD_ERROR, NHI_CARD_ERROR_NOT_NHI))
    set_outcome (reading, NHI_CARD_STATE_OTHER_CARD,
                 g_strdup_printf ("SW-%04X", nhi_apdu_status_word (answer)));
  else
    set_outcome (reading, NHI_CARD_STATE_UNREADABLE,
                 g_strdup (g_error_matches (error, NHI_CARD_ERROR, NHI_CARD_ERROR_SHORT)
                               ? "DATA-SHORT"
                               : "DATA-FIELD"));
}

/* One SELECT and READ. FALSE when another try on this connection makes no sense. */
static gboolean
try_once (Session *session, NhiCardReading *reading)
{
  NhiApduAnswer answer = { 0 };
  LONG result;

  /* Cards of the newest generation refuse SELECT and still answer READ: whatever came is no
   * verdict. */
  result = send_command (session, NHI_APDU_SELECT, sizeof NHI_APDU_SELECT, &answer);
  if (result == SCARD_S_SUCCESS && !g_cancellable_is_cancelled (session->cancellable))
    result = send_command (session, NHI_APDU_READ_BASIC, sizeof NHI_APDU_READ_BASIC, &answer);

  if (result != SCARD_S_SUCCESS)
    set_pcsc_outcome (reading, result);
  else if (!g_cancellable_is_cancelled (session->cancellable))
    take_answer (reading, &answer);

  nhi_apdu_answer_wipe (&answer);
  return result == SCARD_S_SUCCESS;
}

static void
read_connected (Session *session, NhiCardReading *reading)
{
  LONG result = session->pcsc->begin_transaction (session->card);

  if (result == (LONG)SCARD_W_RESET_CARD)
    {
      result = session->pcsc->reconnect (session->card, SCARD_SHARE_SHARED,
                                         SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD,
                                         &session->protocol);
      if (result == SCARD_S_SUCCESS)
        result = session->pcsc->begin_transaction (session->card);
    }
  if (result != SCARD_S_SUCCESS)
    {
      set_pcsc_outcome (reading, result);
      return;
    }

  for (guint i = 0; i < TRIES_PER_CONNECTION; i++)
    if (!try_once (session, reading) || reading->state == NHI_CARD_STATE_READ ||
        g_cancellable_is_cancelled (session->cancellable))
      break;
  if (reading->state == NHI_CARD_STATE_READ)
    add_termination (session, reading);

  session->pcsc->end_transaction (session->card, SCARD_LEAVE_CARD);
}

/* Only what may be another card, dirt or a hiccup is worth a second connection. */
static gboolean
second_connection_may_help (NhiCardState state)
{
  return state == NHI_CARD_STATE_OTHER_CARD || state == NHI_CARD_STATE_UNREADABLE;
}

static void
read_in_context (Session *session, NhiCardReading *reading)
{
  for (guint i = 0; i < CONNECTIONS; i++)
    {
      LONG result = session->pcsc->connect (session->context, session->reader, SCARD_SHARE_SHARED,
                                            SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &session->card,
                                            &session->protocol);
      if (result == SCARD_S_SUCCESS)
        {
          read_connected (session, reading);
          session->pcsc->disconnect (session->card, SCARD_LEAVE_CARD);
        }
      else
        set_pcsc_outcome (reading, result);

      if (!second_connection_may_help (reading->state) ||
          g_cancellable_is_cancelled (session->cancellable))
        return;
    }
}

NhiCardReading *
nhi_card_session_read (const NhiPcsc *pcsc, const char *reader, GCancellable *cancellable)
{
  NhiCardReading *reading = g_new0 (NhiCardReading, 1);
  Session session = { .pcsc = pcsc, .reader = reader, .cancellable = cancellable };
  LONG result;

  g_return_val_if_fail (pcsc != NULL && reader != NULL, reading);

  reading->state = NHI_CARD_STATE_UNREADABLE;
  result = pcsc->establish_context (&session.context);
  if (result == SCARD_S_SUCCESS)
    {
      read_in_context (&session, reading);
      pcsc->release_context (session.context);
    }
  else
    set_outcome (reading, NHI_CARD_STATE_NO_SERVICE, nhi_pcsc_fault_code (result));

  if (g_cancellable_is_cancelled (cancellable))
    set_outcome (reading, NHI_CARD_STATE_NO_CARD, NULL);
  return reading;
}
