/* SPDX-License-Identifier: GPL-3.0-or-later
 * Delivery to a mail server that plays a script, and to a folder. */
#include "service/mail/deliver.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MESSAGE "Subject: x\r\n\r\nline\r\n.a line with a dot\r\n.\r\nend\r\n"

/* What the server does at one step instead of its usual answer. */
#define CUT "cut"     /* closes the connection */
#define SILENT "mute" /* says nothing more */

typedef struct
{
  const char *what;
  const char *greeting;
  const char *mail;
  const char *recipient;
  const char *data;
  const char *end; /* after the final dot */
  NhiMailOutcome outcome;
} Script;

static const Script scripts[] = {
  { "taken", NULL, NULL, NULL, NULL, NULL, NHI_MAIL_SENT },
  { "greeting-refuses-for-now", "421 busy", NULL, NULL, NULL, NULL, NHI_MAIL_TEMPORARY },
  { "greeting-refuses", "554 go away", NULL, NULL, NULL, NULL, NHI_MAIL_PERMANENT },
  { "cut-at-greeting", CUT, NULL, NULL, NULL, NULL, NHI_MAIL_TEMPORARY },
  { "silent-at-greeting", SILENT, NULL, NULL, NULL, NULL, NHI_MAIL_TEMPORARY },
  { "sender-refused-for-now", NULL, "451 later", NULL, NULL, NULL, NHI_MAIL_TEMPORARY },
  { "recipient-unknown", NULL, NULL, "550 no such user", NULL, NULL, NHI_MAIL_PERMANENT },
  { "recipient-greylisted", NULL, NULL, "450 try again", NULL, NULL, NHI_MAIL_TEMPORARY },
  { "cut-at-recipient", NULL, NULL, CUT, NULL, NULL, NHI_MAIL_TEMPORARY },
  { "data-refused-for-now", NULL, NULL, NULL, "451 later", NULL, NHI_MAIL_TEMPORARY },
  { "cut-at-data", NULL, NULL, NULL, CUT, NULL, NHI_MAIL_TEMPORARY },
  { "content-refused", NULL, NULL, NULL, NULL, "554 spam", NHI_MAIL_PERMANENT },
  { "full-for-now", NULL, NULL, NULL, NULL, "452 full", NHI_MAIL_TEMPORARY },
  { "answer-lost-after-data", NULL, NULL, NULL, NULL, CUT, NHI_MAIL_UNCERTAIN },
  { "answer-never-comes", NULL, NULL, NULL, NULL, SILENT, NHI_MAIL_UNCERTAIN },
};

typedef struct
{
  const Script *script;
  GSocketListener *listener;
  guint16 port;
  GThread *thread;
  GString *commands;
  GString *message;
} Server;

/* FALSE when the script ends the talk here. */
static gboolean
say (GIOStream *stream, const char *scripted, const char *usual)
{
  GOutputStream *output = g_io_stream_get_output_stream (stream);

  if (g_strcmp0 (scripted, CUT) == 0)
    return FALSE;
  if (g_strcmp0 (scripted, SILENT) == 0)
    {
      char nothing[64];
      /* Until the other side has had enough. */
      while (g_input_stream_read (g_io_stream_get_input_stream (stream), nothing, sizeof nothing,
                                  NULL, NULL) > 0)
        ;
      return FALSE;
    }
  g_autofree char *line = g_strdup_printf ("%s\r\n", scripted != NULL ? scripted : usual);
  return g_output_stream_write_all (output, line, strlen (line), NULL, NULL, NULL);
}

static gboolean
take_message (Server *server, GDataInputStream *input)
{
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (input, NULL, NULL, NULL);
      if (line == NULL)
        return FALSE;
      if (g_str_equal (line, "."))
        return TRUE;
      g_string_append_printf (server->message, "%s\r\n", line[0] == '.' ? line + 1 : line);
    }
}

static void
talk (Server *server, GIOStream *stream)
{
  const Script *script = server->script;
  g_autoptr (GDataInputStream) input =
      g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  gboolean going = say (stream, script->greeting, "220 test");

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (input), FALSE);
  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  while (going)
    {
      g_autofree char *line = g_data_input_stream_read_line (input, NULL, NULL, NULL);
      if (line == NULL)
        return;
      g_string_append_printf (server->commands, "%s\n", line);
      if (g_str_has_prefix (line, "MAIL"))
        going = say (stream, script->mail, "250 ok");
      else if (g_str_has_prefix (line, "RCPT"))
        going = say (stream, script->recipient, "250 ok");
      else if (g_str_equal (line, "DATA"))
        going = say (stream, script->data, "354 go on") &&
                (script->data != NULL ||
                 (take_message (server, input) && say (stream, script->end, "250 taken")));
      else
        going = say (stream, NULL, "250 ok");
    }
}

static gpointer
serve (gpointer data)
{
  Server *server = data;
  g_autoptr (GSocketConnection) connection =
      g_socket_listener_accept (server->listener, NULL, NULL, NULL);

  talk (server, G_IO_STREAM (connection));
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return NULL;
}

static void
server_start (Server *server, const Script *script)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  server->script = script;
  server->commands = g_string_new (NULL);
  server->message = g_string_new (NULL);
  server->listener = g_socket_listener_new ();
  g_socket_listener_add_address (server->listener, any_port, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  server->thread = g_thread_new ("smtp", serve, server);
}

/* From here on the test may look at what was said. */
static void
server_end_talk (Server *server)
{
  g_thread_join (server->thread);
}

static void
server_stop (Server *server)
{
  g_object_unref (server->listener);
  g_string_free (server->commands, TRUE);
  g_string_free (server->message, TRUE);
}

static NhiMailOutcome
deliver (const char *address, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (NhiMailRoute) route =
      nhi_mail_route_new (address, "服務 <service@nhicard.example>", &wrong);
  g_autoptr (GBytes) message = g_bytes_new_static (MESSAGE, strlen (MESSAGE));
  const NhiMail mail = { "m-1", 1795415400, "ming@example.org", message };
  NhiMailOutcome outcome = NHI_MAIL_PERMANENT;

  g_assert_no_error (wrong);
  nhi_mail_route_set_timeout (route, 1);
  g_assert_cmpint (nhi_mail_deliver (route, &mail, &outcome, error), ==, outcome == NHI_MAIL_SENT);
  return outcome;
}

static void
test_script (gconstpointer data)
{
  const Script *script = data;
  g_autoptr (GError) error = NULL;
  Server server = { 0 };

  server_start (&server, script);
  g_autofree char *address = g_strdup_printf ("smtp://127.0.0.1:%u", server.port);
  g_assert_cmpint (deliver (address, &error), ==, script->outcome);
  if (script->outcome != NHI_MAIL_SENT)
    g_assert_error (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_DELIVERY);
  server_end_talk (&server);
  if (script->outcome == NHI_MAIL_SENT)
    {
      g_assert_nonnull (strstr (server.commands->str, "MAIL FROM:<service@nhicard.example>"));
      g_assert_nonnull (strstr (server.commands->str, "RCPT TO:<ming@example.org>"));
      g_assert_cmpstr (server.message->str, ==, MESSAGE);
    }
  server_stop (&server);
}

static void
test_no_server (void)
{
  g_autoptr (GError) error = NULL;

  /* Port 1 of the loopback: nobody is there. */
  g_assert_cmpint (deliver ("smtp://127.0.0.1:1", &error), ==, NHI_MAIL_TEMPORARY);
  g_assert_error (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_DELIVERY);
}

static void
test_starttls_demanded (void)
{
  static const Script plain = { "plain", NULL, NULL, NULL, NULL, NULL, NHI_MAIL_SENT };
  g_autoptr (GError) error = NULL;
  Server server = { 0 };

  server_start (&server, &plain);
  g_autofree char *address = g_strdup_printf ("smtp+starttls://127.0.0.1:%u", server.port);
  g_assert_cmpint (deliver (address, &error), !=, NHI_MAIL_SENT);
  server_end_talk (&server);
  g_assert_cmpuint (server.message->len, ==, 0);
  server_stop (&server);
}

static void
test_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *base = g_dir_make_tmp ("nhi-mail-XXXXXX", &error);
  g_autofree char *folder = g_build_filename (base, "letters", NULL);
  g_autofree char *path = g_build_filename (folder, "20261123T063000Z-m-1.eml", NULL);
  g_autofree char *address = g_strdup_printf ("folder:%s", folder);
  g_autofree char *content = NULL;
  struct stat info;

  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    { /* the second time replaces */
      g_assert_cmpint (deliver (address, &error), ==, NHI_MAIL_SENT);
      g_assert_no_error (error);
    }
  g_assert_true (g_file_get_contents (path, &content, NULL, &error));
  g_assert_cmpstr (content, ==, MESSAGE);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing half-written is left */
  g_assert_cmpint (g_rmdir (base), ==, 0);
}

static void
test_folder_is_a_file (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (deliver ("folder:/dev/null/letters", &error), ==, NHI_MAIL_TEMPORARY);
  g_assert_error (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_DELIVERY);
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *address;
    gboolean good;
  } cases[] = {
    { "smtp://mail.example.org", TRUE },
    { "smtp://mail.example.org:2525", TRUE },
    { "smtps://user:secret@mail.example.org:465", TRUE },
    { "smtp+starttls://[::1]:587", TRUE },
    { "folder:letters", TRUE },
    { "", FALSE },
    { "folder:", FALSE },
    { "smtp:", FALSE },
    { "http://user:secret@mail.example.org", FALSE },
    { "mail.example.org:25", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NhiMailRoute) route =
          nhi_mail_route_new (cases[i].address, "service@nhicard.example", &error);
      g_test_message ("%s", cases[i].address);
      g_assert_cmpint (route != NULL, ==, cases[i].good);
      if (cases[i].good)
        continue;
      g_assert_error (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_ROUTE);
      g_assert_null (strstr (error->message, "secret"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/deliver/smtp/%s", scripts[i].what);
      g_test_add_data_func (path, &scripts[i], test_script);
    }
  g_test_add_func ("/deliver/smtp/no-server", test_no_server);
  g_test_add_func ("/deliver/smtp/no-starttls-no-letter", test_starttls_demanded);
  g_test_add_func ("/deliver/folder/whole-and-private", test_folder);
  g_test_add_func ("/deliver/folder/cannot-be-made", test_folder_is_a_file);
  g_test_add_func ("/deliver/addresses-are-understood", test_addresses);
  return g_test_run ();
}
