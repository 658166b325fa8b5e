/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading one card: every result of every call has a state, and the card is left as it was. */
#include "client/reader/card-session.h"
#include "client/reader/fake-pcsc.h"

#define READER "Reader 00"

static NhiCardReading *
read_card (NhiFakeCard card)
{
  nhi_fake_pcsc_insert (READER, card);
  return nhi_card_session_read (&NHI_PCSC_FAKE, READER, NULL);
}

static void
set_up (void)
{
  nhi_fake_pcsc_reset ();
  nhi_fake_pcsc_plug (READER);
}

typedef struct
{
  const char *name;
  NhiFakeCard card;
  NhiCardState state;
  const char *fault_code;
  guint connects;
} CardCase;

static const CardCase CARDS[] = {
  { "nhi", nhi_fake_card_nhi, NHI_CARD_STATE_READ, NULL, 1 },
  { "newest-refuses-select", nhi_fake_card_newest, NHI_CARD_STATE_READ, NULL, 1 },
  { "answer-in-pieces", nhi_fake_card_chained, NHI_CARD_STATE_READ, NULL, 1 },
  { "other-is-tried-on-two-connections", nhi_fake_card_other, NHI_CARD_STATE_OTHER_CARD, "SW-6A86",
    2 },
  { "broken-field", nhi_fake_card_broken, NHI_CARD_STATE_UNREADABLE, "DATA-FIELD", 2 },
  { "short", nhi_fake_card_short, NHI_CARD_STATE_UNREADABLE, "DATA-SHORT", 2 },
  { "endless-answer", nhi_fake_card_endless, NHI_CARD_STATE_UNREADABLE, "PCSC-80100013", 2 },
};

static void
test_card (gconstpointer data)
{
  const CardCase *c = data;
  g_autoptr (NhiCardReading) reading = NULL;

  set_up ();
  reading = read_card (c->card);
  g_assert_cmpint (reading->state, ==, c->state);
  g_assert_cmpstr (reading->fault_code, ==, c->fault_code);
  g_assert_cmpuint (nhi_fake_pcsc_connects (), ==, c->connects);
  g_assert_true ((reading->profile != NULL) == (c->state == NHI_CARD_STATE_READ));
  g_assert_true (nhi_fake_pcsc_is_balanced ());
  if (reading->profile != NULL)
    {
      g_assert_cmpstr (reading->profile->name, ==, "陳美玲");
      g_assert_cmpstr (reading->profile->id_number, ==, "A299000015");
    }
}

typedef struct
{
  const char *name;
  LONG result;
  NhiCardState state;
} ResultCase;

static const ResultCase CONNECT_RESULTS[] = {
  { "busy", (LONG)SCARD_E_SHARING_VIOLATION, NHI_CARD_STATE_BUSY },
  { "no-card", (LONG)SCARD_E_NO_SMARTCARD, NHI_CARD_STATE_NO_CARD },
  { "removed", (LONG)SCARD_W_REMOVED_CARD, NHI_CARD_STATE_NO_CARD },
  { "unplugged", (LONG)SCARD_E_READER_UNAVAILABLE, NHI_CARD_STATE_NO_READER },
  { "unknown-reader", (LONG)SCARD_E_UNKNOWN_READER, NHI_CARD_STATE_NO_READER },
  { "mute", (LONG)SCARD_W_UNRESPONSIVE_CARD, NHI_CARD_STATE_MUTE },
  { "unpowered", (LONG)SCARD_W_UNPOWERED_CARD, NHI_CARD_STATE_MUTE },
  { "protocol", (LONG)SCARD_E_PROTO_MISMATCH, NHI_CARD_STATE_UNREADABLE },
  { "daemon-gone", (LONG)SCARD_E_NO_SERVICE, NHI_CARD_STATE_NO_SERVICE },
};

static void
test_connect_result (gconstpointer data)
{
  const ResultCase *c = data;
  g_autoptr (NhiCardReading) reading = NULL;
  g_autofree char *code = nhi_pcsc_fault_code (c->result);

  set_up ();
  nhi_fake_pcsc_fail_connect (c->result, 9);
  reading = read_card (nhi_fake_card_nhi);
  g_assert_cmpint (reading->state, ==, c->state);
  g_assert_cmpstr (reading->fault_code, ==, code);
  g_assert_true (nhi_fake_pcsc_is_balanced ());
}

static void
test_pulled_out_at_every_command (void)
{
  for (guint nth = 1; nth <= 2; nth++)
    {
      g_autoptr (NhiCardReading) reading = NULL;

      set_up ();
      nhi_fake_pcsc_fail_transmit (nth, (LONG)SCARD_W_REMOVED_CARD);
      reading = read_card (nhi_fake_card_nhi);
      g_assert_cmpint (reading->state, ==, NHI_CARD_STATE_NO_CARD);
      g_assert_null (reading->profile);
      g_assert_true (nhi_fake_pcsc_is_balanced ());
    }
}

static void
test_termination_is_best_effort (void)
{
  g_autoptr (NhiCardReading) told = NULL;
  g_autoptr (NhiCardReading) untold = NULL;

  set_up ();
  told = read_card (nhi_fake_card_nhi);
  g_assert_cmpint (told->profile->termination, ==, NHI_CARD_TERMINATION_NO);
  nhi_fake_pcsc_fail_transmit (3, (LONG)SCARD_F_COMM_ERROR);
  untold = read_card (nhi_fake_card_nhi);
  g_assert_cmpint (untold->state, ==, NHI_CARD_STATE_READ);
  g_assert_cmpint (untold->profile->termination, ==, NHI_CARD_TERMINATION_UNKNOWN);
}

static void
test_reset_by_another_program (void)
{
  for (guint nth = 1; nth <= 2; nth++)
    {
      g_autoptr (NhiCardReading) reading = NULL;

      set_up ();
      nhi_fake_pcsc_fail_transmit (nth, (LONG)SCARD_W_RESET_CARD);
      reading = read_card (nhi_fake_card_nhi);
      g_assert_cmpint (reading->state, ==, NHI_CARD_STATE_READ);
      g_assert_cmpuint (nhi_fake_pcsc_connects (), ==, 1);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NhiCardReading) reading = NULL;

  set_up ();
  nhi_fake_pcsc_insert (READER, nhi_fake_card_nhi);
  g_cancellable_cancel (cancellable);
  reading = nhi_card_session_read (&NHI_PCSC_FAKE, READER, cancellable);
  g_assert_cmpint (reading->state, ==, NHI_CARD_STATE_NO_CARD);
  g_assert_null (reading->profile);
  g_assert_true (nhi_fake_pcsc_is_balanced ());
}

/* Fails the first call, the second, … until the reading passes untouched. */
static void
test_every_call_may_fail (void)
{
  static const LONG results[] = { (LONG)SCARD_F_COMM_ERROR,     (LONG)SCARD_W_RESET_CARD,
                                  (LONG)SCARD_E_NOT_TRANSACTED, (LONG)SCARD_W_REMOVED_CARD,
                                  (LONG)SCARD_E_NO_SERVICE,     (LONG)SCARD_E_SHARING_VIOLATION };

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    for (guint nth = 1; nth <= 8; nth++)
      {
        g_autoptr (NhiCardReading) reading = NULL;

        set_up ();
        nhi_fake_pcsc_fail_call (nth, results[i]);
        reading = read_card (nhi_fake_card_nhi);
        g_assert_true ((reading->profile != NULL) == (reading->state == NHI_CARD_STATE_READ));
        g_assert_true ((reading->fault_code != NULL) == (reading->state != NHI_CARD_STATE_READ));
        g_assert_true (nhi_fake_pcsc_is_balanced ());
        if (nth > 6)
          g_assert_cmpint (reading->state, ==, NHI_CARD_STATE_READ);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (CARDS); i++)
    {
      g_autofree char *path = g_strconcat ("/card-session/card/", CARDS[i].name, NULL);

      g_test_add_data_func (path, &CARDS[i], test_card);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (CONNECT_RESULTS); i++)
    {
      g_autofree char *path = g_strconcat ("/card-session/connect/", CONNECT_RESULTS[i].name, NULL);

      g_test_add_data_func (path, &CONNECT_RESULTS[i], test_connect_result);
    }
  g_test_add_func ("/card-session/pulled-out-at-every-command", test_pulled_out_at_every_command);
  g_test_add_func ("/card-session/termination-is-best-effort", test_termination_is_best_effort);
  g_test_add_func ("/card-session/reset-by-another-program", test_reset_by_another_program);
  g_test_add_func ("/card-session/cancelled-shows-nothing", test_cancelled);
  g_test_add_func ("/card-session/every-call-may-fail", test_every_call_may_fail);
  return g_test_run ();
}
