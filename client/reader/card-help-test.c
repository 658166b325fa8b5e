/* SPDX-License-Identifier: GPL-3.0-or-later
 * Error help: no code of the card module is without a cause, a next step and the insurer's number.
 */
#include "client/reader/card-help.h"
#include "client/reader/card-session.h"
#include "client/reader/fake-pcsc.h"

#include <string.h>

#define READER "Reader 00"
#define FIRST_RESULT 0x80100001u
#define LAST_RESULT 0x80100071u

static void
assert_is_help (const NhiCardHelp *help, const char *code)
{
  g_test_message ("%s: %s", code, help->title);
  g_assert_cmpstr (help->title, !=, "");
  g_assert_cmpstr (help->cause, !=, "");
  g_assert_cmpstr (help->action, !=, "");
  if (help->insurer_code != NULL)
    g_assert_cmpuint (strlen (help->insurer_code), ==, 4);
  g_assert_cmpstr (nhi_card_retry_words (help->retry), !=, "");
}

static void
assert_has_help (const char *code)
{
  NhiCardHelp help;

  if (!nhi_card_help_find (code, &help))
    g_error ("%s has no entry in card-help.c", code);
  assert_is_help (&help, code);
}

/* The library knows its results, so a new one in a newer library is found here. */
static gboolean
library_knows (LONG result)
{
  return strstr (pcsc_stringify_error (result), "nknown error") == NULL ||
         result == (LONG)SCARD_F_UNKNOWN_ERROR;
}

static void
test_every_result (void)
{
  guint known = 0;

  for (guint32 value = FIRST_RESULT; value <= LAST_RESULT; value++)
    {
      LONG result = (LONG)(gint32)value;
      g_autofree char *code = NULL;

      if (!library_knows ((LONG)value) && !library_knows (result))
        continue;
      code = nhi_pcsc_fault_code (result);
      assert_has_help (code);
      known++;
    }
  g_assert_cmpuint (known, >=, 30);
}

static void
test_every_status_word (void)
{
  for (guint word = 0; word <= 0xFFFF; word++)
    {
      g_autofree char *code = g_strdup_printf ("SW-%04X", word);
      NhiCardHelp help;

      g_assert_true (nhi_card_help_find (code, &help));
      g_assert_cmpint (help.state, ==, NHI_CARD_STATE_OTHER_CARD);
    }
}

static void
test_every_state (void)
{
  for (int state = NHI_CARD_STATE_STARTING; state <= NHI_CARD_STATE_UNREADABLE; state++)
    {
      NhiCardHelp help;

      assert_has_help (nhi_card_state_nick (state));
      nhi_card_help_for (state, NULL, &help);
      g_assert_cmpint (help.state, ==, state);
      nhi_card_help_for (state, "NOT-A-CODE", &help);
      g_assert_cmpint (help.state, ==, state);
    }
}

/* Codes that stand as words in the sources of the card module and its checks. */
static void
test_every_code_in_the_sources (void)
{
  static const char *const folders[] = { "client/reader", "client/checks" };
  g_autoptr (GRegex) pattern =
      g_regex_new ("\"((?:DATA|CARD|PCSC|READER|SW)-[A-Z0-9]+)\"", 0, 0, NULL);
  guint found = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_test_build_filename (G_TEST_DIST, folders[i], NULL);
      g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
      const char *name;

      g_assert_nonnull (directory);
      while ((name = g_dir_read_name (directory)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);
          g_autofree char *text = NULL;
          g_autoptr (GMatchInfo) match = NULL;

          if (!g_str_has_suffix (name, ".c") || g_str_has_suffix (name, "-test.c"))
            continue;
          g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
          for (g_regex_match (pattern, text, 0, &match); g_match_info_matches (match);
               g_match_info_next (match, NULL))
            {
              g_autofree char *code = g_match_info_fetch (match, 1);

              assert_has_help (code);
              found++;
            }
        }
    }
  g_assert_cmpuint (found, >=, 9);
}

static void
test_not_a_code (void)
{
  static const char *const codes[] = {
    NULL,  "",       "PCSC-",    "PCSC-8010", "PCSC-80107777", "PCSC-8010001DD", "PCSC-+010001D",
    "SW-", "SW-6A8", "SW-6A822", "SW-XXXX",   "DATA-",         "9999",           "\xff"
  };
  NhiCardHelp help = { .title = "untouched" };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_assert_false (nhi_card_help_find (codes[i], &help));
      g_assert_cmpstr (help.title, ==, "untouched");
    }
}

static const struct
{
  const char *code;
  NhiCardState state;
  const char *insurer_code;
} FINDINGS[] = {
  { "pcsc-8010001d", NHI_CARD_STATE_NO_SERVICE, "7001" },
  { "PCSC-8010006A", NHI_CARD_STATE_NO_SERVICE, "7001" },
  { "PCSC-8010002E", NHI_CARD_STATE_NO_READER, "7002" },
  { "PCSC-8010000B", NHI_CARD_STATE_BUSY, "7003" },
  { "PCSC-80100066", NHI_CARD_STATE_MUTE, "8013" },
  { "SW-6a82", NHI_CARD_STATE_OTHER_CARD, "7004" },
  { "SW-6581", NHI_CARD_STATE_OTHER_CARD, "8002" },
  { "DATA-SHORT", NHI_CARD_STATE_UNREADABLE, "8010" },
  { "7001", NHI_CARD_STATE_NO_SERVICE, "7001" },
  { "NO-CARD", NHI_CARD_STATE_NO_CARD, "7004" },
};

static void
test_findings (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (FINDINGS); i++)
    {
      NhiCardHelp help;

      g_assert_true (nhi_card_help_find (FINDINGS[i].code, &help));
      g_assert_cmpint (help.state, ==, FINDINGS[i].state);
      g_assert_cmpstr (help.insurer_code, ==, FINDINGS[i].insurer_code);
    }
}

static void
test_help_does_not_contradict_the_state (void)
{
  static const struct
  {
    NhiCardState shown;
    const char *code;
    NhiCardState told;
  } cases[] = {
    { NHI_CARD_STATE_NO_SERVICE, "PCSC-80100013", NHI_CARD_STATE_NO_SERVICE },
    { NHI_CARD_STATE_BUSY, "PCSC-8010001D", NHI_CARD_STATE_BUSY },
    { NHI_CARD_STATE_NO_CARD, "PCSC-80100009", NHI_CARD_STATE_NO_CARD },
    { NHI_CARD_STATE_UNREADABLE, "PCSC-80100013", NHI_CARD_STATE_UNREADABLE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      NhiCardHelp help;

      nhi_card_help_for (cases[i].shown, cases[i].code, &help);
      g_assert_cmpint (help.state, ==, cases[i].told);
    }
}

/* Returns FALSE when the reading was over before the @nth call. */
static gboolean
read_with_failure (guint nth, LONG result)
{
  g_autoptr (NhiCardReading) broken = NULL;
  g_autoptr (NhiCardReading) healed = NULL;
  gboolean came;

  nhi_fake_pcsc_reset ();
  nhi_fake_pcsc_plug (READER);
  nhi_fake_pcsc_insert (READER, nhi_fake_card_nhi);
  nhi_fake_pcsc_fail_call (nth, result);
  broken = nhi_card_session_read (&NHI_PCSC_FAKE, READER, NULL);
  came = !nhi_fake_pcsc_is_armed ();

  g_assert_true ((broken->profile != NULL) == (broken->state == NHI_CARD_STATE_READ));
  if (broken->state != NHI_CARD_STATE_READ)
    {
      NhiCardHelp help;

      assert_has_help (broken->fault_code);
      nhi_card_help_for (broken->state, broken->fault_code, &help);
      assert_is_help (&help, broken->fault_code);
    }

  nhi_fake_pcsc_heal ();
  healed = nhi_card_session_read (&NHI_PCSC_FAKE, READER, NULL);
  g_assert_cmpint (healed->state, ==, NHI_CARD_STATE_READ);
  g_assert_true (nhi_fake_pcsc_is_balanced ());
  return came;
}

/* Every result of the library at the first call, the second, … until the reading passes. */
static void
test_every_result_at_every_call (void)
{
  for (guint32 value = FIRST_RESULT; value <= LAST_RESULT; value++)
    {
      guint nth = 1;

      if (!library_knows ((LONG)value) && !library_knows ((LONG)(gint32)value))
        continue;
      while (read_with_failure (nth, (LONG)value))
        nth++;
      /* Establish, connect, begin, SELECT, READ, flag. */
      g_assert_cmpuint (nth, ==, 7);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card-help/every-result-has-an-entry", test_every_result);
  g_test_add_func ("/card-help/every-status-word-has-an-entry", test_every_status_word);
  g_test_add_func ("/card-help/every-state-has-an-entry", test_every_state);
  g_test_add_func ("/card-help/every-code-in-the-sources-has-an-entry",
                   test_every_code_in_the_sources);
  g_test_add_func ("/card-help/what-is-no-code-has-none", test_not_a_code);
  g_test_add_func ("/card-help/findings", test_findings);
  g_test_add_func ("/card-help/does-not-contradict-the-state",
                   test_help_does_not_contradict_the_state);
  g_test_add_func ("/card-help/every-result-at-every-call", test_every_result_at_every_call);
  return g_test_run ();
}
