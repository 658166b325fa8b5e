/* SPDX-License-Identifier: GPL-3.0-or-later
 * The checks from the PC/SC service up to the card: each fails for its own cause only. */
#include "client/checks/check-private.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SMART_CARD_CLASS "0b"
#define CASTLES_VENDOR                                                                             \
  "0ca6" /* EZ100PU calls itself a card reader in its own way: no class, other byte order */
#define CASTLES_EZ100PU "0010"
#define MAX_USB_DEVICES 256

static gboolean
in_sandbox (const NhiCheckContext *context)
{
  return g_file_test (context->environment->flatpak_info, G_FILE_TEST_EXISTS);
}

/* ---- how the service starts ---- */

static const char *
start_up_words (const char *state)
{
  if (g_strcmp0 (state, "enabled") == 0 || g_strcmp0 (state, "static") == 0 ||
      g_strcmp0 (state, "enabled-runtime") == 0)
    return _ ("by itself, when a program asks for it");
  if (g_strcmp0 (state, "disabled") == 0 || g_strcmp0 (state, "indirect") == 0)
    return _ ("only by hand");
  if (g_strcmp0 (state, "masked") == 0)
    return _ ("forbidden (masked)");
  return NULL;
}

static void
run_start_up (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const NhiCheckEnvironment *environment = context->environment;
  g_autofree char *start_up = NULL;
  g_autofree char *active = NULL;
  const char *words;

  if (in_sandbox (context))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("cannot be seen from the sandbox"), NULL,
                        NULL);
  else if (!g_file_test (environment->systemd_folder, G_FILE_TEST_IS_DIR))
    nhi_check_conclude (outcome, NHI_VERDICT_PASS,
                        _ ("by hand: this computer runs without systemd"), NULL, NULL);
  else if (!environment->unit_state ("pcscd.socket", context->cancellable, &start_up, &active,
                                     NULL))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("systemd does not answer"), NULL, NULL);
  else if ((words = start_up_words (start_up)) == NULL)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not installed"),
                        _ ("The card reader service is not installed. Install the package pcscd."),
                        "PCSCD-NOT-INSTALLED");
  else if (g_str_equal (start_up, "masked"))
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, words,
                        _ ("Someone forbade the card reader service on this computer. Allow it: "
                           "sudo systemctl unmask pcscd.socket pcscd.service"),
                        "PCSCD-MASKED");
  else if (g_str_equal (start_up, "disabled") || g_str_equal (start_up, "indirect"))
    nhi_check_conclude (outcome, NHI_VERDICT_WARN, words,
                        _ ("After the next start of this computer the card reader service will be "
                           "missing. Switch it on: sudo systemctl enable --now pcscd.socket"),
                        "PCSCD-DISABLED");
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, words, NULL, NULL);
}

/* ---- whether it listens ---- */

/* 0 or the errno of a plain connection, which tells apart what PC/SC itself calls by one name. */
static int
try_socket (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int result = 0;

  if (fd < 0)
    return errno;
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (connect (fd, (const struct sockaddr *)&address, sizeof address) < 0)
    result = errno;
  close (fd);
  return result;
}

static void
conclude_not_listening (const NhiCheckContext *context, NhiCheckOutcome *outcome, int code)
{
  if (code == EACCES || code == EPERM)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("running, but not for you"),
                        _ ("This account may not use the card reader service. Ask who looks "
                           "after this computer."),
                        "PCSCD-PERMISSION");
  else if (in_sandbox (context))
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not reachable from the sandbox"),
                        _ ("Start the card reader service of this computer, then close this "
                           "program and open it again: it sees only what was there when it "
                           "opened."),
                        code == ENOENT ? "PCSCD-SANDBOX" : "PCSCD-SANDBOX-STALE");
  else if (!g_file_test (context->environment->systemd_folder, G_FILE_TEST_IS_DIR))
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not running"),
                        _ ("Start the card reader service: sudo pcscd. If it is not installed, "
                           "install the package pcscd."),
                        code == ECONNREFUSED ? "PCSCD-STALE-SOCKET" : "PCSCD-NOT-RUNNING");
  else if (code == ECONNREFUSED)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("stopped"),
                        _ ("The card reader service has ended and left its socket behind. Start "
                           "it: sudo systemctl restart pcscd.socket"),
                        "PCSCD-STALE-SOCKET");
  else
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("not running"),
                        _ ("Start the card reader service: sudo systemctl start pcscd.socket. If "
                           "it is not installed, install the package pcscd."),
                        "PCSCD-NOT-RUNNING");
}

static void
run_service (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  int code = try_socket (context->environment->socket_path);

  if (code == 0)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("running"), NULL, NULL);
  else
    conclude_not_listening (context, outcome, code);
}

/* ---- whether it talks to us ---- */

static LONG
try_context (const NhiCheckContext *context)
{
  SCARDCONTEXT pcsc_context;
  LONG result = context->environment->pcsc->establish_context (&pcsc_context);

  if (result == SCARD_S_SUCCESS)
    context->environment->pcsc->release_context (pcsc_context);
  return result;
}

static gboolean
is_mismatch (LONG result)
{
  return result == (LONG)SCARD_E_SERVICE_STOPPED;
}

static void
run_reachable (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  LONG result = SCARD_S_SUCCESS;
  g_autofree char *code = NULL;

  if (try_socket (context->environment->socket_path) != 0)
    {
      nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("the service is not running"), NULL, NULL);
      return;
    }
  result = try_context (context);
  code = nhi_pcsc_fault_code (result);
  if (result == SCARD_S_SUCCESS || is_mismatch (result))
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("answers"), NULL, NULL);
  else if (result == (LONG)SCARD_W_SECURITY_VIOLATION || result == (LONG)SCARD_E_NO_ACCESS)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("refuses this program"),
                        _ ("The card reader service only serves who sits at the computer. Sign in "
                           "at the computer itself, not from afar."),
                        code);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("does not answer"),
                        _ ("Start the card reader service anew: sudo systemctl restart pcscd"),
                        code);
}

static void
run_protocol (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  const char *ours = "pcsc-lite " PCSCLITE_VERSION_NUMBER;
  LONG result = SCARD_S_SUCCESS;
  g_autofree char *code = NULL;

  if (try_socket (context->environment->socket_path) == 0)
    result = try_context (context);
  else
    result = (LONG)SCARD_E_NO_SERVICE;

  code = nhi_pcsc_fault_code (result);
  if (result == SCARD_S_SUCCESS)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, ours, NULL, NULL);
  else if (is_mismatch (result))
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, ours,
                        _ ("The card reader service of this computer speaks another version than "
                           "this program. Update both."),
                        code);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, ours, NULL, NULL);
}

/* ---- the reader ---- */

static gboolean
file_says (const char *folder, const char *device, const char *file, const char *wanted)
{
  g_autofree char *path = g_build_filename (folder, device, file, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && g_str_equal (g_strstrip (text), wanted);
}

typedef enum
{
  USB_NOTHING,
  USB_READER,
  USB_CASTLES,
} UsbSight;

static UsbSight
look_at_usb (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  UsbSight sight = USB_NOTHING;
  const char *device;

  for (guint i = 0;
       directory != NULL && i < MAX_USB_DEVICES && (device = g_dir_read_name (directory)) != NULL;
       i++)
    {
      if (file_says (folder, device, "idVendor", CASTLES_VENDOR) &&
          file_says (folder, device, "idProduct", CASTLES_EZ100PU))
        return USB_CASTLES;
      if (file_says (folder, device, "bInterfaceClass", SMART_CARD_CLASS))
        sight = USB_READER;
    }
  return sight;
}

static void
conclude_no_reader (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  switch (look_at_usb (context->environment->usb_folder))
    {
    case USB_CASTLES:
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("Castles EZ100PU without its driver"),
                          _ ("This reader does not follow the common standard. Install its maker's "
                             "driver (ezusb), or use a reader that needs no driver."),
                          "READER-EZ100PU");
      break;
    case USB_READER:
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("connected, but without a driver"),
                          _ ("Install the package libccid, then connect the reader again."),
                          "READER-NO-DRIVER");
      break;
    case USB_NOTHING:
    default:
      nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("none"),
                          _ ("Connect a card reader to this computer."), "READER-NONE");
    }
}

/* The states in which nothing is known about readers. */
static gboolean
is_without_service (NhiCardState state)
{
  return state == NHI_CARD_STATE_STARTING || state == NHI_CARD_STATE_NO_SERVICE;
}

static void
run_reader (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  g_autofree char *names = NULL;

  if (is_without_service (context->card_state))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("the service is not running"), NULL, NULL);
  else if (context->reader_names == NULL || context->reader_names[0] == NULL)
    conclude_no_reader (context, outcome);
  else
    {
      /* Translators: between the names of card readers. */
      names = g_strjoinv (_ (", "), (char **)context->reader_names);
      nhi_check_conclude (outcome, NHI_VERDICT_PASS, names, NULL, NULL);
    }
}

/* ---- the card ---- */

static gboolean
is_without_reader (NhiCardState state)
{
  return is_without_service (state) || state == NHI_CARD_STATE_NO_READER;
}

static void
run_card (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  NhiCardState state = context->card_state;

  if (is_without_reader (state))
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("there is no reader"), NULL, NULL);
  else if (state == NHI_CARD_STATE_NO_CARD)
    nhi_check_conclude (outcome, NHI_VERDICT_WARN, _ ("none"), nhi_card_state_advice (state),
                        "CARD-NONE");
  else if (state == NHI_CARD_STATE_MUTE)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, nhi_card_state_title (state),
                        nhi_card_state_advice (state), context->fault_code);
  else if (state == NHI_CARD_STATE_BUSY)
    nhi_check_conclude (outcome, NHI_VERDICT_WARN, nhi_card_state_title (state),
                        nhi_card_state_advice (state), context->fault_code);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, _ ("inserted"), NULL, NULL);
}

static void
run_nhi_card (const NhiCheckContext *context, NhiCheckOutcome *outcome)
{
  NhiCardState state = context->card_state;

  if (state == NHI_CARD_STATE_READ && context->termination == NHI_CARD_TERMINATION_YES)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, _ ("a cancelled NHI card"),
                        _ ("This card has been cancelled. Use your newest card."),
                        "CARD-TERMINATED");
  else if (state == NHI_CARD_STATE_READ)
    nhi_check_conclude (outcome, NHI_VERDICT_PASS, nhi_card_state_title (state), NULL, NULL);
  else if (state == NHI_CARD_STATE_OTHER_CARD || state == NHI_CARD_STATE_UNREADABLE)
    nhi_check_conclude (outcome, NHI_VERDICT_FAIL, nhi_card_state_title (state),
                        nhi_card_state_advice (state), context->fault_code);
  else
    nhi_check_conclude (outcome, NHI_VERDICT_SKIP, _ ("there is no card that can be read"), NULL,
                        NULL);
}

const NhiCheckEntry NHI_CHECKS_CARD_READER[] = {
  { "pcsc-startup", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_NOTHING,
    N_ ("Start of the card reader service"), N_ ("By itself"), run_start_up },
  { "pcsc-service", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_NOTHING,
    N_ ("Card reader service"), N_ ("Running"), run_service },
  { "pcsc-reachable", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_NOTHING,
    N_ ("Connection to the card reader service"), N_ ("Answers"), run_reachable },
  { "pcsc-protocol", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_NOTHING,
    N_ ("Version of the card reader service"), N_ ("The same language as this program"),
    run_protocol },
  { "reader", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_READERS, N_ ("Card reader"),
    N_ ("Connected, with a driver"), run_reader },
  { "card", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_READERS, N_ ("Card in the reader"),
    N_ ("Inserted"), run_card },
  { "nhi-card", NHI_CHECK_GROUP_CARD_READER, NHI_CHECK_NEEDS_READERS, N_ ("NHI card"),
    N_ ("Readable and valid"), run_nhi_card },
  { NULL },
};
