/* SPDX-License-Identifier: GPL-3.0-or-later
 * `nhicard sign-in` and `nhicard sign-out`. */
#include <glib/gi18n.h>

#include "client/terminal/terminal-private.h"

static void
print_receipt (NhiTerminal *terminal, const NhiSignInReceipt *receipt)
{
  const char *name = nhi_remote_get_person_name (terminal->remote);
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *welcome = NULL;
  g_autofree char *time = NULL;
  g_autofree char *last = NULL;

  if (terminal->json)
    {
      builder = json_builder_new ();
      json_builder_begin_object (builder);
      nhi_json_string (builder, "name", name);
      nhi_json_instant (builder, "last_sign_in_at", receipt->last_sign_in_at);
      nhi_json_string (builder, "last_sign_in_network", receipt->last_sign_in_network);
      nhi_json_integer (builder, "idle_seconds", receipt->idle_seconds);
      json_builder_end_object (builder);
      nhi_print_json (builder);
      return;
    }

  /* Translators: %s is a person's name. */
  welcome = g_strdup_printf (_ ("Signed in: %s"), name);
  nhi_print ("%s\n", welcome);
  if (receipt->last_sign_in_at == 0)
    return;
  time = nhi_local_time (receipt->last_sign_in_at);
  /* Translators: date and time, then the network address. */
  last =
      g_strdup_printf (_ ("Last time: %s, from %s"), time,
                       receipt->last_sign_in_network != NULL ? receipt->last_sign_in_network : "–");
  nhi_print ("%s\n", last);
}

NhiExit
nhi_command_sign_in (NhiTerminal *terminal, int argc, char **argv)
{
  g_autofree char *password_file = NULL;
  g_autoptr (NhiCardProfile) profile = NULL;
  g_autoptr (NhiSignInReceipt) receipt = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;
  char *password;
  NhiExit code = NHI_EXIT_OK;
  const GOptionEntry entries[] = {
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file,
      N_ ("file whose first line is the password, - for the standard input"), N_ ("FILE") },
    { NULL },
  };

  if (!nhi_terminal_parse (terminal, "sign-in", entries, 0, &argc, &argv, &code))
    return code;
  profile = nhi_terminal_read_card (terminal, &code);
  if (profile == NULL)
    return code;
  password = nhi_terminal_password (terminal, password_file, FALSE, &code);
  if (password == NULL)
    return code;

  nhi_remote_sign_in_async (nhi_terminal_remote (terminal), profile->card_number,
                            profile->id_number, password, NULL, nhi_terminal_keep, &slot);
  nhi_terminal_wipe (password);
  result = nhi_terminal_wait (&slot);
  receipt = nhi_remote_sign_in_finish (terminal->remote, result, &error);
  if (receipt == NULL || !nhi_terminal_store_session (terminal, &error))
    return nhi_terminal_fail_error (terminal, error);
  print_receipt (terminal, receipt);
  return NHI_EXIT_OK;
}

NhiExit
nhi_command_sign_out (NhiTerminal *terminal, int argc, char **argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *slot = NULL;
  NhiExit code = NHI_EXIT_OK;

  if (!nhi_terminal_parse (terminal, "sign-out", NULL, 0, &argc, &argv, &code) ||
      !nhi_terminal_take_session (terminal, &code))
    return code;

  nhi_terminal_drop_session ();
  nhi_remote_sign_out_async (terminal->remote, NULL, nhi_terminal_keep, &slot);
  result = nhi_terminal_wait (&slot);
  if (!nhi_remote_sign_out_finish (terminal->remote, result, &error))
    return nhi_terminal_fail_error (terminal, error);
  nhi_print ("%s\n", terminal->json ? "{ \"signed_out\" : true }" : _ ("Signed out."));
  return NHI_EXIT_OK;
}
