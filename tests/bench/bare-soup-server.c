/* SPDX-License-Identifier: GPL-3.0-or-later
 * The floor for the edge's figures: libsoup's own server with the same certificate and a body of
 * the same length, and nothing else. Usage: bare-soup-server PORT CERTIFICATE KEY BODY-BYTES */
#include <libsoup/soup.h>
#include <stdlib.h>

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  const char *body = data;

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, body,
                                    strlen (body));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *body = NULL;

  if (argc != 5)
    {
      g_printerr ("Usage: bare-soup-server PORT CERTIFICATE KEY BODY-BYTES\n");
      return EXIT_FAILURE;
    }
  certificate = g_tls_certificate_new_from_files (argv[2], argv[3], &error);
  body = g_strnfill ((gsize)atoi (argv[4]), 'x');
  server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (server, NULL, on_request, body, NULL);
  if (certificate == NULL ||
      !soup_server_listen_local (server, (guint)atoi (argv[1]),
                                 SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}
