/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of error help. Codes of PC/SC are those of pcsclite.h, status words those of
 * ISO 7816-4, the insurer's numbers those that its own pages show. */
#include "client/reader/card-help.h"
#include "client/reader/pcsc.h"

#include <glib/gi18n.h>
#include <string.h>

typedef enum
{
  /* One for each state, in the states' order. */
  TOPIC_STARTING,
  TOPIC_SERVICE_OFF,
  TOPIC_NO_READER,
  TOPIC_NO_CARD,
  TOPIC_READING,
  TOPIC_READ,
  TOPIC_OTHER_CARD,
  TOPIC_MUTE,
  TOPIC_BUSY,
  TOPIC_UNREADABLE,
  /* Finer than the states. */
  TOPIC_SERVICE_LOST,
  TOPIC_SERVICE_VERSION,
  TOPIC_SERVICE_STUCK,
  TOPIC_REFUSED,
  TOPIC_DRIVER,
  TOPIC_READER_GONE,
  TOPIC_CROWDED,
  TOPIC_MEMORY,
  TOPIC_TALK,
  TOPIC_RESET,
  TOPIC_PROTOCOL,
  TOPIC_REMOVED,
  TOPIC_LOCKED_DATA,
  TOPIC_CHIP,
  TOPIC_SHORT,
  TOPIC_FIELD,
  TOPIC_TERMINATED,
  TOPIC_PROGRAM,
  N_TOPICS
} Topic;

/* A title or an action that is NULL is that of the state. */
static const NhiCardHelp TOPICS[N_TOPICS] = {
  [TOPIC_STARTING] = { NHI_CARD_STATE_STARTING, NHI_CARD_RETRY_BY_ITSELF, NHI_CARD_PICTURE_NONE,
                       NULL, NULL, N_ ("The program has just asked which card readers there are."),
                       NULL },
  [TOPIC_SERVICE_OFF] = { NHI_CARD_STATE_NO_SERVICE, NHI_CARD_RETRY_BY_ITSELF,
                          NHI_CARD_PICTURE_NONE, "7001", NULL,
                          N_ ("Between this program and the reader works a service of the "
                              "computer, pcscd. It is not installed, not started, or was started "
                              "after this program in a way that it cannot see."),
                          NULL },
  [TOPIC_NO_READER] = { NHI_CARD_STATE_NO_READER, NHI_CARD_RETRY_BY_ITSELF,
                        NHI_CARD_PICTURE_READERS, "7002", NULL,
                        N_ ("The computer sees no card reader: none is connected, its cable or "
                            "socket does not hold, or it needs a driver of its maker."),
                        N_ ("Connect a card reader to this computer, if need be at another "
                            "socket. When its light stays dark or nothing changes, open the "
                            "environment check: it names readers that need a driver.") },
  [TOPIC_NO_CARD] = { NHI_CARD_STATE_NO_CARD, NHI_CARD_RETRY_BY_ITSELF,
                      NHI_CARD_PICTURE_ORIENTATION, "7004", NULL,
                      N_ ("The reader is there and empty, or the card is not in far enough."),
                      NULL },
  [TOPIC_READING] = { NHI_CARD_STATE_READING, NHI_CARD_RETRY_BY_ITSELF, NHI_CARD_PICTURE_NONE, NULL,
                      NULL, N_ ("The card is answering at this moment."), NULL },
  [TOPIC_READ] = { NHI_CARD_STATE_READ, NHI_CARD_RETRY_BY_ITSELF, NHI_CARD_PICTURE_NONE, NULL, NULL,
                   N_ ("The card was read without an error."), NULL },
  [TOPIC_OTHER_CARD] = { NHI_CARD_STATE_OTHER_CARD, NHI_CARD_RETRY_BY_ITSELF,
                         NHI_CARD_PICTURE_ORIENTATION, "7004", NULL,
                         N_ ("The card answers, but has no data of the National Health Insurance: "
                             "it is a bank card, a citizen certificate, a health professional's "
                             "card or the like."),
                         NULL },
  [TOPIC_MUTE] = { NHI_CARD_STATE_MUTE, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_ORIENTATION, "8013",
                   NULL,
                   N_ ("A card is in the reader and its chip says nothing: it lies the wrong way "
                       "round, the contacts are dirty, or the reader gives it no power."),
                   NULL },
  [TOPIC_BUSY] = { NHI_CARD_STATE_BUSY, NHI_CARD_RETRY_BY_ITSELF, NHI_CARD_PICTURE_NONE, "7003",
                   NULL,
                   N_ ("Another program has the card for itself, such as a tax program, a banking "
                       "program or a browser's certificate component."),
                   NULL },
  [TOPIC_UNREADABLE] = { NHI_CARD_STATE_UNREADABLE, NHI_CARD_RETRY_HELPS,
                         NHI_CARD_PICTURE_ORIENTATION, "8001", NULL,
                         N_ ("The card answers, but not with what an NHI card says."), NULL },
  [TOPIC_SERVICE_LOST] = { NHI_CARD_STATE_NO_SERVICE, NHI_CARD_RETRY_BY_ITSELF,
                           NHI_CARD_PICTURE_NONE, "7001", N_ ("The card reader service went away"),
                           N_ ("The service pcscd was stopped or started anew while the program "
                               "talked with it, for instance by an update or after a sleep of the "
                               "computer."),
                           N_ ("Wait a moment: the program connects as soon as the service is "
                               "back. If nothing changes, open the environment check, which can "
                               "start it.") },
  [TOPIC_SERVICE_VERSION] = { NHI_CARD_STATE_NO_SERVICE, NHI_CARD_RETRY_AFTER_MENDING,
                              NHI_CARD_PICTURE_NONE, "7001",
                              N_ ("The card reader service does not understand this program"),
                              N_ ("The service was stopped, or the service and the program's PC/SC "
                                  "library are of versions that do not go together."),
                              N_ ("Bring the computer and this program up to date and start both "
                                  "anew. The environment check shows both versions.") },
  [TOPIC_SERVICE_STUCK] = { NHI_CARD_STATE_NO_SERVICE, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_NONE,
                            "7001", N_ ("The card reader service does not answer in time"),
                            N_ ("The service waits for a reader that hangs, often after a sleep of "
                                "the computer."),
                            N_ ("Pull the reader's plug and put it in again. If that does not "
                                "help, the environment check can start the service anew.") },
  [TOPIC_REFUSED] = { NHI_CARD_STATE_NO_SERVICE, NHI_CARD_RETRY_AFTER_MENDING,
                      NHI_CARD_PICTURE_NONE, "7001",
                      N_ ("This computer does not allow the use of cards"),
                      N_ ("The service lets only a person who sits at the computer use readers. "
                          "Over a remote connection, or by a rule of the administrator, it "
                          "refuses."),
                      N_ ("Sign in at the computer itself, or ask its administrator to allow PC/SC "
                          "for your account (polkit: org.debian.pcsc-lite).") },
  [TOPIC_DRIVER] = { NHI_CARD_STATE_NO_READER, NHI_CARD_RETRY_AFTER_MENDING,
                     NHI_CARD_PICTURE_READERS, "7002", N_ ("The card reader's driver fails"),
                     N_ ("The reader's driver cannot do what every card needs, or two drivers want "
                         "the same reader."),
                     N_ ("Install the driver of the reader's maker, or use another reader. The "
                         "environment check names readers that need one.") },
  [TOPIC_READER_GONE] = { NHI_CARD_STATE_NO_READER, NHI_CARD_RETRY_BY_ITSELF,
                          NHI_CARD_PICTURE_READERS, "7002", N_ ("The card reader went away"),
                          N_ ("The reader was unplugged while it was used, its cable is loose, or "
                              "the computer switched it off to save power."),
                          N_ ("Plug it in again, best at the computer itself and not at a hub. The "
                              "card is then read by itself.") },
  [TOPIC_CROWDED] = { NHI_CARD_STATE_BUSY, NHI_CARD_RETRY_BY_ITSELF, NHI_CARD_PICTURE_NONE, "7003",
                      N_ ("The card reader service has too much to do"),
                      N_ ("Too many programs use cards at the same time."),
                      N_ ("Close programs that use cards, or wait: the program tries again.") },
  [TOPIC_MEMORY] = { NHI_CARD_STATE_UNREADABLE, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_NONE, "7001",
                     N_ ("The computer has no memory left"),
                     N_ ("The card reader service could not get the memory it needs."),
                     N_ ("Close other programs, then take the card out and insert it again.") },
  [TOPIC_TALK] = { NHI_CARD_STATE_UNREADABLE, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_ORIENTATION,
                   "8001", N_ ("The talk with the card broke off"),
                   N_ ("The card slipped in its slot, its contacts are dirty, or the reader lost "
                       "the thread."),
                   N_ ("Take the card out, wipe its chip with a dry cloth, and insert it with the "
                       "chip first and facing up. If it happens again, try another reader.") },
  [TOPIC_RESET] = { NHI_CARD_STATE_UNREADABLE, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_NONE, "8001",
                    N_ ("Another program started the card anew"),
                    N_ ("While the card was being read another program reset it, more than once."),
                    N_ ("Close other programs that use cards, then take the card out and insert it "
                        "again.") },
  [TOPIC_PROTOCOL] = { NHI_CARD_STATE_UNREADABLE, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_NONE,
                       "8001", N_ ("Reader and card do not agree how to talk"),
                       N_ ("Another program holds the card with another protocol, or the reader "
                           "cannot do the one that NHI cards speak (T=1)."),
                       N_ ("Close other programs that use cards and insert the card again. If it "
                           "stays so, use another reader.") },
  [TOPIC_REMOVED] = { NHI_CARD_STATE_NO_CARD, NHI_CARD_RETRY_BY_ITSELF,
                      NHI_CARD_PICTURE_ORIENTATION, "7004", N_ ("The card was taken out"),
                      N_ ("The card left the reader, or slipped, before it was read."),
                      N_ ("Insert it again with the chip first and facing up, as far as it goes, "
                          "and leave it in.") },
  [TOPIC_LOCKED_DATA] = { NHI_CARD_STATE_OTHER_CARD, NHI_CARD_RETRY_AFTER_MENDING,
                          NHI_CARD_PICTURE_NONE, "8006", N_ ("The card keeps its data to itself"),
                          N_ ("The card wants a secret before it shows its data. The basic data of "
                              "an NHI card are open, so this is another card, or its application "
                              "is locked."),
                          N_ ("Insert the NHI card. If this is the NHI card, an NHIA office can "
                              "check or exchange it.") },
  [TOPIC_CHIP] = { NHI_CARD_STATE_OTHER_CARD, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_ORIENTATION,
                   "8002", N_ ("The card's chip reports an error"),
                   N_ ("The chip could not read its own memory. Often it only has bad contact; a "
                       "worn chip says so again and again."),
                   N_ ("Take the card out, wipe its chip with a dry cloth, and insert it again. If "
                       "it stays so, an NHIA office can exchange the card.") },
  [TOPIC_SHORT] = { NHI_CARD_STATE_UNREADABLE, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_ORIENTATION,
                    "8010", N_ ("The card's data came only in part"),
                    N_ ("The answer broke off before its end: bad contact, or a reader that cannot "
                        "take long answers."),
                    N_ ("Take the card out and insert it again. If it happens again, try another "
                        "reader; after that an NHIA office can check the card.") },
  [TOPIC_FIELD] = { NHI_CARD_STATE_UNREADABLE, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_NONE, "8011",
                    N_ ("The card's data are not what they should be"),
                    N_ ("A date, the sex, the ID number or the card number is not written as on an "
                        "NHI card. Nothing of it is shown, because it could be wrong."),
                    N_ ("Take the card out and insert it again. If it happens again, an NHIA "
                        "office can check the card.") },
  [TOPIC_TERMINATED] = { NHI_CARD_STATE_READ, NHI_CARD_RETRY_AFTER_MENDING, NHI_CARD_PICTURE_NONE,
                         NULL, N_ ("The card was cancelled"),
                         N_ ("The card says of itself that it is no longer valid, for instance "
                             "because a newer one was issued after it was reported lost."),
                         N_ ("Use the newer card. If you have none, an NHIA office issues one.") },
  [TOPIC_PROGRAM] = { NHI_CARD_STATE_UNREADABLE, NHI_CARD_RETRY_HELPS, NHI_CARD_PICTURE_NONE,
                      "7001", N_ ("The card reader service reports an error of its own"),
                      N_ ("The service or the reader's driver answered with something that should "
                          "not happen."),
                      N_ ("Take the card out and insert it again. If it happens again, save the "
                          "report of the environment check and send it with the code to the "
                          "support.") },
};

/* In the order of pcsclite.h. */
static const struct
{
  LONG result;
  Topic topic;
} RESULTS[] = {
  { (LONG)SCARD_F_INTERNAL_ERROR, TOPIC_SERVICE_LOST },
  { (LONG)SCARD_E_CANCELLED, TOPIC_REMOVED },
  { (LONG)SCARD_E_INVALID_HANDLE, TOPIC_SERVICE_LOST },
  { (LONG)SCARD_E_INVALID_PARAMETER, TOPIC_PROGRAM },
  { (LONG)SCARD_E_INVALID_TARGET, TOPIC_PROGRAM },
  { (LONG)SCARD_E_NO_MEMORY, TOPIC_MEMORY },
  { (LONG)SCARD_F_WAITED_TOO_LONG, TOPIC_SERVICE_STUCK },
  { (LONG)SCARD_E_INSUFFICIENT_BUFFER, TOPIC_PROGRAM },
  { (LONG)SCARD_E_UNKNOWN_READER, TOPIC_READER_GONE },
  { (LONG)SCARD_E_TIMEOUT, TOPIC_SERVICE_STUCK },
  { (LONG)SCARD_E_SHARING_VIOLATION, TOPIC_BUSY },
  { (LONG)SCARD_E_NO_SMARTCARD, TOPIC_NO_CARD },
  { (LONG)SCARD_E_UNKNOWN_CARD, TOPIC_OTHER_CARD },
  { (LONG)SCARD_E_CANT_DISPOSE, TOPIC_TALK },
  { (LONG)SCARD_E_PROTO_MISMATCH, TOPIC_PROTOCOL },
  { (LONG)SCARD_E_NOT_READY, TOPIC_TALK },
  { (LONG)SCARD_E_INVALID_VALUE, TOPIC_PROGRAM },
  { (LONG)SCARD_E_SYSTEM_CANCELLED, TOPIC_SERVICE_LOST },
  { (LONG)SCARD_F_COMM_ERROR, TOPIC_TALK },
  { (LONG)SCARD_F_UNKNOWN_ERROR, TOPIC_PROGRAM },
  { (LONG)SCARD_E_INVALID_ATR, TOPIC_MUTE },
  { (LONG)SCARD_E_NOT_TRANSACTED, TOPIC_TALK },
  { (LONG)SCARD_E_READER_UNAVAILABLE, TOPIC_READER_GONE },
  { (LONG)SCARD_P_SHUTDOWN, TOPIC_SERVICE_LOST },
  { (LONG)SCARD_E_PCI_TOO_SMALL, TOPIC_PROGRAM },
  { (LONG)SCARD_E_READER_UNSUPPORTED, TOPIC_DRIVER },
  { (LONG)SCARD_E_DUPLICATE_READER, TOPIC_DRIVER },
  { (LONG)SCARD_E_CARD_UNSUPPORTED, TOPIC_OTHER_CARD },
  { (LONG)SCARD_E_NO_SERVICE, TOPIC_SERVICE_OFF },
  { (LONG)SCARD_E_SERVICE_STOPPED, TOPIC_SERVICE_VERSION },
  { (LONG)SCARD_E_UNEXPECTED, TOPIC_PROGRAM }, /* and SCARD_E_UNSUPPORTED_FEATURE */
  { (LONG)SCARD_E_ICC_INSTALLATION, TOPIC_PROGRAM },
  { (LONG)SCARD_E_ICC_CREATEORDER, TOPIC_PROGRAM },
  { (LONG)SCARD_E_DIR_NOT_FOUND, TOPIC_OTHER_CARD },
  { (LONG)SCARD_E_FILE_NOT_FOUND, TOPIC_OTHER_CARD },
  { (LONG)SCARD_E_NO_DIR, TOPIC_OTHER_CARD },
  { (LONG)SCARD_E_NO_FILE, TOPIC_OTHER_CARD },
  { (LONG)SCARD_E_NO_ACCESS, TOPIC_LOCKED_DATA },
  { (LONG)SCARD_E_WRITE_TOO_MANY, TOPIC_PROGRAM },
  { (LONG)SCARD_E_BAD_SEEK, TOPIC_PROGRAM },
  { (LONG)SCARD_E_INVALID_CHV, TOPIC_LOCKED_DATA },
  { (LONG)SCARD_E_UNKNOWN_RES_MNG, TOPIC_PROGRAM },
  { (LONG)SCARD_E_NO_SUCH_CERTIFICATE, TOPIC_OTHER_CARD },
  { (LONG)SCARD_E_CERTIFICATE_UNAVAILABLE, TOPIC_OTHER_CARD },
  { (LONG)SCARD_E_NO_READERS_AVAILABLE, TOPIC_NO_READER },
  { (LONG)SCARD_E_COMM_DATA_LOST, TOPIC_TALK },
  { (LONG)SCARD_E_NO_KEY_CONTAINER, TOPIC_OTHER_CARD },
  { (LONG)SCARD_E_SERVER_TOO_BUSY, TOPIC_CROWDED },
  { (LONG)SCARD_W_UNSUPPORTED_CARD, TOPIC_MUTE },
  { (LONG)SCARD_W_UNRESPONSIVE_CARD, TOPIC_MUTE },
  { (LONG)SCARD_W_UNPOWERED_CARD, TOPIC_MUTE },
  { (LONG)SCARD_W_RESET_CARD, TOPIC_RESET },
  { (LONG)SCARD_W_REMOVED_CARD, TOPIC_REMOVED },
  { (LONG)SCARD_W_SECURITY_VIOLATION, TOPIC_REFUSED },
  { (LONG)SCARD_W_WRONG_CHV, TOPIC_LOCKED_DATA },
  { (LONG)SCARD_W_CHV_BLOCKED, TOPIC_LOCKED_DATA },
  { (LONG)SCARD_W_EOF, TOPIC_SHORT },
  { (LONG)SCARD_W_CANCELLED_BY_USER, TOPIC_REMOVED },
  { (LONG)SCARD_W_CARD_NOT_AUTHENTICATED, TOPIC_LOCKED_DATA },
};

static const struct
{
  const char *code;
  Topic topic;
} WORDS[] = {
  { "CARD-MUTE", TOPIC_MUTE },
  { "CARD-NONE", TOPIC_NO_CARD },
  { "CARD-OTHER", TOPIC_OTHER_CARD },
  { "CARD-TERMINATED", TOPIC_TERMINATED },
  { "DATA-FIELD", TOPIC_FIELD },
  { "DATA-SHORT", TOPIC_SHORT },
  { "PCSC-53204253", TOPIC_SERVICE_VERSION }, /* readers laid out as another build of pcscd does */
  { "READER-CLAIMED", TOPIC_DRIVER },
  { "READER-EZ100PU", TOPIC_DRIVER },
  { "READER-NONE", TOPIC_NO_READER },
};

static gboolean
find_result (guint64 result, Topic *ret_topic)
{
  for (gsize i = 0; i < G_N_ELEMENTS (RESULTS); i++)
    if ((guint32)RESULTS[i].result == result)
      {
        *ret_topic = RESULTS[i].topic;
        return TRUE;
      }
  return FALSE;
}

/* Whatever the word: a card that does not know the command is another card. */
static Topic
topic_of_status_word (guint64 word)
{
  switch (word >> 8)
    {
    case 0x63: /* so many tries left */
    case 0x69: /* not allowed, not now, blocked */
      return TOPIC_LOCKED_DATA;
    case 0x62: /* the data may be damaged */
    case 0x64:
    case 0x65: /* memory failure */
    case 0x66:
    case 0x6F: /* no precise diagnosis */
      return TOPIC_CHIP;
    default:
      return TOPIC_OTHER_CARD;
    }
}

/* "PCSC-8010001D" and "SW-6A82": exactly @digits of hex behind @prefix. */
static gboolean
parse_hex (const char *code, const char *prefix, guint digits, guint64 *ret_value)
{
  const char *number = code + strlen (prefix);

  return g_str_has_prefix (code, prefix) && strlen (number) == digits &&
         g_ascii_string_to_unsigned (number, 16, 0, G_MAXUINT32, ret_value, NULL);
}

static gboolean
find_state (const char *code, Topic *ret_topic)
{
  for (int state = NHI_CARD_STATE_STARTING; state <= NHI_CARD_STATE_UNREADABLE; state++)
    if (g_ascii_strcasecmp (code, nhi_card_state_nick (state)) == 0)
      {
        *ret_topic = (Topic)state;
        return TRUE;
      }
  return FALSE;
}

static gboolean
find_insurer_code (const char *code, Topic *ret_topic)
{
  for (guint i = 0; i < N_TOPICS; i++)
    if (g_strcmp0 (code, TOPICS[i].insurer_code) == 0)
      {
        *ret_topic = (Topic)i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
find_topic (const char *code, Topic *ret_topic)
{
  g_autofree char *upper = g_ascii_strup (code, -1);
  guint64 value;

  for (gsize i = 0; i < G_N_ELEMENTS (WORDS); i++)
    if (g_str_equal (upper, WORDS[i].code))
      {
        *ret_topic = WORDS[i].topic;
        return TRUE;
      }
  if (parse_hex (upper, "PCSC-", 8, &value))
    return find_result (value, ret_topic);
  if (parse_hex (upper, "SW-", 4, &value))
    {
      *ret_topic = topic_of_status_word (value);
      return TRUE;
    }
  return find_state (code, ret_topic) || find_insurer_code (code, ret_topic);
}

static void
fill (Topic topic, NhiCardHelp *ret_help)
{
  NhiCardHelp help = TOPICS[topic];

  help.title = help.title != NULL ? _ (help.title) : nhi_card_state_title (help.state);
  help.cause = _ (help.cause);
  help.action = help.action != NULL ? _ (help.action) : nhi_card_state_advice (help.state);
  *ret_help = help;
}

gboolean
nhi_card_help_find (const char *code, NhiCardHelp *ret_help)
{
  Topic topic;

  if (code == NULL || !find_topic (code, &topic))
    return FALSE;
  fill (topic, ret_help);
  return TRUE;
}

/* What went wrong with the card while the monitor already knows better what is lost, or the other
 * way round: the state on screen and its help must not contradict each other. */
static Topic
topic_in_state (Topic topic, NhiCardState state)
{
  NhiCardState told = TOPICS[topic].state;

  if (state == NHI_CARD_STATE_NO_SERVICE && told != NHI_CARD_STATE_NO_SERVICE)
    return TOPIC_SERVICE_LOST;
  if (state == NHI_CARD_STATE_BUSY && told == NHI_CARD_STATE_NO_SERVICE)
    return TOPIC_CROWDED;
  if (state == NHI_CARD_STATE_NO_CARD && told != NHI_CARD_STATE_NO_CARD)
    return TOPIC_REMOVED;
  return topic;
}

void
nhi_card_help_for (NhiCardState state, const char *fault_code, NhiCardHelp *ret_help)
{
  Topic topic = (Topic)state;

  g_return_if_fail (state >= NHI_CARD_STATE_STARTING && state <= NHI_CARD_STATE_UNREADABLE);

  if (fault_code != NULL && !find_topic (fault_code, &topic))
    topic = (Topic)state;
  topic = topic_in_state (topic, state);
  fill (topic, ret_help);
}

const char *
nhi_card_retry_words (NhiCardRetry retry)
{
  switch (retry)
    {
    case NHI_CARD_RETRY_BY_ITSELF:
      return _ ("Nothing to press: the program goes on by itself as soon as it can.");
    case NHI_CARD_RETRY_HELPS:
      return _ ("Trying again can help.");
    case NHI_CARD_RETRY_AFTER_MENDING:
    default:
      return _ ("Trying again helps only after the cause is gone.");
    }
}
