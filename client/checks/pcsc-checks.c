/* SPDX-License-Identifier: GPL-3.0-or-later
 * The checks of the PC/SC service: how it starts, whether it listens, answers, and speaks our
 * language. */
#include "client/checks/check-private.h"

#include <errno.h>
#include <glib/gi18n.h>

#define SOCKET_UNIT "pcscd.socket"
#define NAMES_MAX 8192

/* ---- how the service starts ---- */

static const char *
start_up_words (const char *state)
{
  if (g_strcmp0 (state, "enabled") == 0 || g_strcmp0 (state, "static") == 0 ||
      g_strcmp0 (state, "enabled-runtime") == 0)
    return _ ("by itself, when a program asks for it");
  if (g_strcmp0 (state, "disabled") == 0 || g_strcmp0 (state, "indirect") == 0)
    return _ ("only by hand");
  if (g_strcmp0 (state, "masked") == 0 || g_strcmp0 (state, "masked-runtime") == 0)
    return _ ("forbidden (masked)");
  return NULL;
}

static gboolean
is_masked (const char *state)
{
  return state != NULL && g_str_has_prefix (state, "masked");
}

static void
conclude_not_installed (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not installed"),
                      _ ("The card reader service is not installed. Install the package pcscd."),
                      "PCSCD-NOT-INSTALLED");
  nhi_check_offer_package (context, outcome, "pcscd");
}

static void
run_start_up_without_systemd (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  NhiDaemonSight sight;

  if (g_file_test (context->environment->daemon_program, G_FILE_TEST_IS_EXECUTABLE))
    {
      nhi_check_conclude (outcome, NHI_VERDICT_PASS,
                          _ ("by hand: this computer runs without systemd"), NULL, NULL);
      return;
    }
  context->environment->probe_daemon (context->environment->socket_path, &sight);
  if (sight.state == NHI_DAEMON_ABSENT)
    conclude_not_installed (context, outcome);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("by another program"), NULL, NULL);
}

static void
run_start_up_with_systemd (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *start_up = NULL;
  g_autofree char *active = NULL;
  const char *words;

  if (!context->environment->unit_state (SOCKET_UNIT, context->cancellable, &start_up, &active,
                                         NULL))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("systemd does not answer"), NULL, NULL);
  else if ((words = start_up_words (start_up)) == NULL)
    conclude_not_installed (context, outcome);
  else if (is_masked (start_up))
    {
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, words,
                          _ ("Someone forbade the card reader service on this computer. It has "
                             "to be allowed again."),
                          "PCSCD-MASKED");
      nhi_check_offer_unit (context, outcome, NHI_FIX_UNMASK_UNIT, SOCKET_UNIT);
    }
  else if (g_str_equal (start_up, "disabled") || g_str_equal (start_up, "indirect"))
    {
      nhi_check_conclude (outcome, NHI_VERDICT_WARN, words,
                          _ ("After the next start of this computer the card reader service will "
                             "be missing. Switch it on."),
                          "PCSCD-DISABLED");
      nhi_check_offer_unit (context, outcome, NHI_FIX_START_UNIT, SOCKET_UNIT);
    }
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, words, NULL, NULL);
}

static void
run_start_up (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  if (nhi_check_in_sandbox (context))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("cannot be seen from the sandbox"), NULL,
                        NULL);
  else if (nhi_check_has_systemd (context))
    run_start_up_with_systemd (context, outcome);
  else
    run_start_up_without_systemd (context, outcome);
}

/* ---- whether it listens ---- */

/* TRUE when the row above says why: not installed, or forbidden. */
static gboolean
is_told_above (const NhiCheckContext *context)
{
  const NhiCheckEnvironment *environment = context->environment;
  g_autofree char *start_up = NULL;
  g_autofree char *active = NULL;

  if (!nhi_check_has_systemd (context))
    return !g_file_test (environment->daemon_program, G_FILE_TEST_IS_EXECUTABLE);
  if (!environment->unit_state (SOCKET_UNIT, context->cancellable, &start_up, &active, NULL))
    return FALSE;
  return start_up_words (start_up) == NULL || is_masked (start_up);
}

static void
conclude_not_listening (const NhiCheckContext *context, NhiCheckOutcome *outcome, int error)
{
  if (error == EACCES || error == EPERM)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("running, but not for you"),
                        _ ("This account may not use the card reader service. Ask who looks "
                           "after this computer."),
                        "PCSCD-PERMISSION");
  else if (nhi_check_in_sandbox (context))
    {
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not reachable from the sandbox"),
                          _ ("Start the card reader service of this computer, then close this "
                             "program and open it again: it sees only what was there when it "
                             "opened."),
                          error == ENOENT ? "PCSCD-SANDBOX" : "PCSCD-SANDBOX-STALE");
      nhi_check_offer (outcome, NHI_FIX_RESTART_APP, NULL,
                       error == ENOENT ? "sudo systemctl enable --now " SOCKET_UNIT : NULL);
    }
  else if (is_told_above (context))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("not running, see above"), NULL, NULL);
  else if (error == ECONNREFUSED)
    {
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("stopped"),
                          _ ("The card reader service has ended and left its socket behind. Start "
                             "it again."),
                          "PCSCD-STALE-SOCKET");
      nhi_check_offer_unit (context, outcome, NHI_FIX_RESTART_UNIT, SOCKET_UNIT);
    }
  else
    {
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not running"),
                          _ ("Start the card reader service."), "PCSCD-NOT-RUNNING");
      nhi_check_offer_unit (context, outcome, NHI_FIX_START_UNIT, SOCKET_UNIT);
    }
}

static void
run_service (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  NhiDaemonSight sight;

  context->environment->probe_daemon (context->environment->socket_path, &sight);
  if (sight.state == NHI_DAEMON_ABSENT)
    conclude_not_listening (context, outcome, sight.error);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("running"), NULL, NULL);
}

/* ---- whether it talks to us ---- */

/* A context, the readers, and the end of it: what comes at the end shows whether the answers before
 * had the length that we expect. */
static LONG
try_context (const NhiPcsc *pcsc)
{
  g_autofree char *names = g_malloc0 (NAMES_MAX);
  DWORD length = NAMES_MAX;
  SCARDCONTEXT context;
  LONG result = pcsc->establish_context (&context);
  LONG end;

  if (result != SCARD_S_SUCCESS)
    return result;
  result = pcsc->list_readers (context, names, &length);
  if (result == (LONG)SCARD_E_NO_READERS_AVAILABLE)
    result = SCARD_S_SUCCESS;
  end = pcsc->release_context (context);
  return result != SCARD_S_SUCCESS ? result : end;
}

static gboolean
is_mismatch (LONG result)
{
  return result == (LONG)SCARD_E_SERVICE_STOPPED;
}

/* No result of PC/SC at all, but bytes of something else: an answer of another length. */
static gboolean
is_garbled (LONG result)
{
  guint32 bits = (guint32)result;

  return bits != 0 && (bits & 0xFFFFFF00u) != 0x80100000u;
}

static gboolean
is_refusal (LONG result)
{
  return result == (LONG)SCARD_W_SECURITY_VIOLATION || result == (LONG)SCARD_E_NO_ACCESS;
}

static void
conclude_refused (NhiCheckOutcome *outcome, const char *code)
{
  nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("refuses this program"),
                      _ ("The card reader service only serves who sits at the computer. Sign in "
                         "at the computer itself, not from afar, or ask who looks after it."),
                      code);
}

static void
conclude_silent (const NhiCheckContext *context, NhiCheckOutcome *outcome, const char *code)
{
  nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("does not answer"),
                      _ ("The card reader service is stuck. Start it anew."), code);
  nhi_check_offer_unit (context, outcome, NHI_FIX_RESTART_UNIT, "pcscd.service");
}

static void
run_reachable (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const NhiCheckEnvironment *environment = context->environment;
  g_autofree char *code = NULL;
  NhiDaemonSight sight;
  LONG result;

  environment->probe_daemon (environment->socket_path, &sight);
  if (sight.state == NHI_DAEMON_ABSENT)
    {
      nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("the service is not running"), NULL, NULL);
      return;
    }
  if (sight.state == NHI_DAEMON_SILENT)
    {
      conclude_silent (context, outcome, "PCSCD-SILENT");
      return;
    }
  if (sight.state == NHI_DAEMON_HANGS_UP)
    {
      conclude_refused (outcome, "PCSCD-REFUSED");
      return;
    }
  result = try_context (environment->pcsc);
  code = nhi_pcsc_fault_code (result);
  if (result == SCARD_S_SUCCESS || is_mismatch (result) || is_garbled (result))
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("answers"), NULL, NULL);
  else if (is_refusal (result))
    conclude_refused (outcome, code);
  else
    conclude_silent (context, outcome, code);
}

static void
conclude_other_language (const NhiCheckContext *context,
                         NhiCheckOutcome *outcome,
                         const char *found,
                         LONG result)
{
  g_autofree char *code = nhi_pcsc_fault_code (result);

  if (is_garbled (result))
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, found,
                        _ ("The card reader service of this computer was built for another number "
                           "of readers than this program. Use the package of this program that "
                           "comes with this computer’s system, or update both."),
                        code);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, found,
                        _ ("The card reader service of this computer speaks another version than "
                           "this program. Update both."),
                        code);
}

static void
run_protocol (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const NhiCheckEnvironment *environment = context->environment;
  g_autofree char *found = NULL;
  NhiDaemonSight sight;
  LONG result;

  environment->probe_daemon (environment->socket_path, &sight);
  if (sight.state != NHI_DAEMON_ANSWERS)
    {
      nhi_check_conclude (outcome, NHI_VERDICT_SKIP, "pcsc-lite " PCSCLITE_VERSION_NUMBER, NULL,
                          NULL);
      return;
    }
  /* Translators: a version number, then two numbers of the protocol. */
  found = g_strdup_printf (_ ("ours: pcsc-lite %s; the service’s protocol: %d:%d"),
                           PCSCLITE_VERSION_NUMBER, sight.major, sight.minor);
  result = try_context (environment->pcsc);
  if (is_mismatch (result) || is_garbled (result))
    conclude_other_language (context, outcome, found, result);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, found, NULL, NULL);
}

const NhiCheckEntry NHI_CHECKS_PCSC[] = {
  { "pcsc-startup", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_NOTHING,
    N_ ("Start of the card reader service"), N_ ("By itself"), run_start_up },
  { "pcsc-service", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_NOTHING,
    N_ ("Card reader service"), N_ ("Running"), run_service },
  { "pcsc-reachable", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_NOTHING,
    N_ ("Connection to the card reader service"), N_ ("Answers"), run_reachable },
  { "pcsc-protocol", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_NOTHING,
    N_ ("Version of the card reader service"), N_ ("The same language as this program"),
    run_protocol },
  { NULL },
};
