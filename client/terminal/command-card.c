/* SPDX-License-Identifier: GPL-3.0-or-later
 * `nhicard card`, and the reading of a card for the commands that need a person. */
#include <glib/gi18n.h>

#include "client/reader/card-help.h"
#include "client/terminal/terminal-private.h"
#include "shared/calendar/roc-date.h"

#define SETTLE_SECONDS 10 /* for a card that is being read or held by another program */

static gboolean
time_over (gpointer over)
{
  *(gboolean *)over = TRUE;
  return G_SOURCE_CONTINUE;
}

NhiCardState
nhi_terminal_settle (NhiReaderMonitor *monitor, gboolean wait)
{
  gboolean over = FALSE;
  guint source = wait ? 0 : g_timeout_add_seconds (SETTLE_SECONDS, time_over, &over);
  NhiCardState state;

  nhi_reader_monitor_start (monitor);
  for (;;)
    {
      state = nhi_reader_monitor_get_state (monitor);
      if (over || state == NHI_CARD_STATE_READ ||
          (!wait && state != NHI_CARD_STATE_STARTING && state != NHI_CARD_STATE_READING &&
           state != NHI_CARD_STATE_BUSY))
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  if (source != 0)
    g_source_remove (source);
  return state;
}

static NhiExit
fail_state (NhiTerminal *terminal, NhiReaderMonitor *monitor, NhiCardState state)
{
  const char *fault_code = nhi_reader_monitor_get_fault_code (monitor);
  g_autofree char *text = NULL;
  NhiCardHelp help;

  nhi_card_help_for (state, fault_code, &help);
  /* Translators: what is wrong with the card, then what to do about it. */
  text = g_strdup_printf (_ ("%s. %s"), help.title, help.action);
  return nhi_terminal_fail (terminal, NHI_EXIT_NO_CARD,
                            fault_code != NULL ? fault_code : nhi_card_state_nick (state), text);
}

NhiCardProfile *
nhi_terminal_read_card (NhiTerminal *terminal, NhiExit *ret_exit)
{
  g_autoptr (NhiReaderMonitor) monitor = nhi_reader_monitor_new ();
  NhiCardState state = nhi_terminal_settle (monitor, FALSE);
  NhiCardProfile *profile = NULL;

  if (state == NHI_CARD_STATE_READ)
    profile = nhi_card_profile_ref (nhi_reader_monitor_get_profile (monitor));
  else
    *ret_exit = fail_state (terminal, monitor, state);
  nhi_reader_monitor_stop (monitor);
  return profile;
}

static const char *
termination_nick (NhiCardTermination termination)
{
  switch (termination)
    {
    case NHI_CARD_TERMINATION_NO:
      return "valid";
    case NHI_CARD_TERMINATION_YES:
      return "cancelled";
    case NHI_CARD_TERMINATION_UNKNOWN:
    default:
      return "unknown";
    }
}

static const char *
termination_words (NhiCardTermination termination)
{
  switch (termination)
    {
    case NHI_CARD_TERMINATION_NO:
      return _ ("valid");
    case NHI_CARD_TERMINATION_YES:
      return _ ("cancelled");
    case NHI_CARD_TERMINATION_UNKNOWN:
    default:
      return _ ("the card does not tell");
    }
}

static void
print_card_json (const NhiCardProfile *profile)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *birth_date = nhi_iso_date_format (&profile->birth_date);
  g_autofree char *issued_on = nhi_iso_date_format (&profile->issued_on);
  const char sex[] = { profile->sex, '\0' };

  json_builder_begin_object (builder);
  nhi_json_string (builder, "state", nhi_card_state_nick (NHI_CARD_STATE_READ));
  json_builder_set_member_name (builder, "card");
  json_builder_begin_object (builder);
  nhi_json_string (builder, "card_number", profile->card_number);
  nhi_json_string (builder, "name", profile->name);
  json_builder_set_member_name (builder, "name_is_complete");
  json_builder_add_boolean_value (builder, profile->name_is_complete);
  nhi_json_string (builder, "id_number", profile->id_number);
  nhi_json_string (builder, "birth_date", birth_date);
  nhi_json_string (builder, "sex", sex);
  nhi_json_string (builder, "issued_on", issued_on);
  nhi_json_string (builder, "card_state", termination_nick (profile->termination));
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  nhi_print_json (builder);
}

static char *
both_calendars (const GDate *date)
{
  g_autofree char *roc = nhi_roc_date_format (date);
  g_autofree char *iso = nhi_iso_date_format (date);

  /* Translators: a date in the ROC calendar, then the same in the Western one. */
  return g_strdup_printf (_ ("ROC %s (%s)"), roc, iso);
}

static void
print_card_text (const NhiCardProfile *profile)
{
  g_autofree char *birth_date = both_calendars (&profile->birth_date);
  g_autofree char *issued_on = both_calendars (&profile->issued_on);

  nhi_print_pair (_ ("Name"), profile->name);
  if (!profile->name_is_complete)
    nhi_print_pair ("", _ ("(the name may be cut or hold a character the card cannot say)"));
  nhi_print_pair (_ ("ID number"), profile->id_number);
  nhi_print_pair (_ ("Card number"), profile->card_number);
  nhi_print_pair (_ ("Date of birth"), birth_date);
  nhi_print_pair (_ ("Sex"), profile->sex == 'M' ? _ ("male") : _ ("female"));
  nhi_print_pair (_ ("Issued on"), issued_on);
  nhi_print_pair (_ ("Card state"), termination_words (profile->termination));
}

static const char *
retry_nick (NhiCardRetry retry)
{
  switch (retry)
    {
    case NHI_CARD_RETRY_BY_ITSELF:
      return "by-itself";
    case NHI_CARD_RETRY_HELPS:
      return "helps";
    case NHI_CARD_RETRY_AFTER_MENDING:
    default:
      return "after-mending";
    }
}

static void
print_help_json (const char *asked, const NhiCardHelp *help)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  nhi_json_string (builder, "code", asked);
  nhi_json_string (builder, "state", nhi_card_state_nick (help->state));
  nhi_json_string (builder, "title", help->title);
  nhi_json_string (builder, "cause", help->cause);
  nhi_json_string (builder, "action", help->action);
  nhi_json_string (builder, "retry", retry_nick (help->retry));
  nhi_json_string (builder, "insurer_code", help->insurer_code);
  json_builder_end_object (builder);
  nhi_print_json (builder);
}

static NhiExit
explain (NhiTerminal *terminal, const char *asked)
{
  NhiCardHelp help;

  if (!nhi_card_help_find (asked, &help))
    return nhi_terminal_fail (terminal, NHI_EXIT_FAILED, "unknown-code",
                              _ ("This is not a code of the card module. Codes look like "
                                 "PCSC-8010001D, SW-6A82, DATA-SHORT or no-card."));
  if (terminal->json)
    {
      print_help_json (asked, &help);
      return NHI_EXIT_OK;
    }
  nhi_print_pair (_ ("Error"), help.title);
  nhi_print_pair (_ ("Cause"), help.cause);
  nhi_print_pair (_ ("What to do"), help.action);
  nhi_print_pair (_ ("Try again"), nhi_card_retry_words (help.retry));
  if (help.insurer_code != NULL)
    nhi_print_pair (_ ("NHIA code"), help.insurer_code);
  return NHI_EXIT_OK;
}

NhiExit
nhi_command_card (NhiTerminal *terminal, int argc, char **argv)
{
  g_autoptr (NhiReaderMonitor) monitor = NULL;
  g_autofree char *asked = NULL;
  gboolean wait = FALSE;
  NhiCardState state;
  NhiExit code = NHI_EXIT_OK;
  const GOptionEntry entries[] = {
    { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait, N_ ("wait until a card can be read"), NULL },
    { "explain", 0, 0, G_OPTION_ARG_STRING, &asked,
      N_ ("tell cause and remedy of an error code, without reading a card"), N_ ("CODE") },
    { NULL },
  };

  if (!nhi_terminal_parse (terminal, "card", entries, 0, &argc, &argv, &code))
    return code;
  if (asked != NULL)
    return explain (terminal, asked);

  monitor = nhi_reader_monitor_new ();
  state = nhi_terminal_settle (monitor, wait);
  if (state != NHI_CARD_STATE_READ)
    code = fail_state (terminal, monitor, state);
  else if (terminal->json)
    print_card_json (nhi_reader_monitor_get_profile (monitor));
  else
    print_card_text (nhi_reader_monitor_get_profile (monitor));
  nhi_reader_monitor_stop (monitor);
  return code;
}
