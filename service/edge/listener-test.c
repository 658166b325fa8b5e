/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where one may listen: both families, shared ports, addresses and socket files that cannot be had;
 * caps and drain without TLS. */
#include "service/edge/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/edge/door.h"

static void
on_established (GIOStream *stream, GSocketAddress *local, GSocketAddress *remote, gpointer data)
{
  g_assert_not_reached ();
}

static gsize
no_body (const char *method, const char *target, gpointer data)
{
  return 0;
}

static NhiListener *
listener_new (guint connections)
{
  NhiEdgeLimits limits = NHI_EDGE_LIMITS_DEFAULT;

  limits.connections = connections;
  return nhi_listener_new (&limits, NULL,
                           &(NhiListenerHooks){ .established = on_established,
                                                .body_limit = no_body });
}

static gboolean
add_port (NhiListener *listener, const char *address, guint16 port, GError **error)
{
  g_autoptr (GArray) sockets = g_array_new (FALSE, FALSE, sizeof (int));
  gboolean good = nhi_door_open_port (address, port, sockets, error);

  for (guint i = 0; i < sockets->len; i++)
    g_assert_true (nhi_listener_add_socket (listener, g_array_index (sockets, int, i),
                                            NHI_DOOR_CLIENTS, NULL));
  return good;
}

static struct sockaddr_storage
native_address (const char *address, guint16 port, socklen_t *ret_length)
{
  struct sockaddr_storage storage = { 0 };
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new_from_string (address, port);

  *ret_length = (socklen_t)g_socket_address_get_native_size (socket_address);
  g_assert_true (g_socket_address_to_native (socket_address, &storage, sizeof storage, NULL));
  return storage;
}

/* A socket that holds @port (0: any) at @address; −1 when the machine has no such address. */
static int
hold (const char *address, guint16 *port)
{
  socklen_t length;
  struct sockaddr_storage native = native_address (address, *port, &length);
  int fd = socket (native.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || bind (fd, (struct sockaddr *)&native, length) < 0 || listen (fd, 1) < 0)
    {
      if (fd >= 0)
        close (fd);
      return -1;
    }
  g_assert_cmpint (getsockname (fd, (struct sockaddr *)&native, &length), ==, 0);
  *port = ntohs (((struct sockaddr_in *)&native)->sin_port); /* the same place in both families */
  return fd;
}

static guint16
free_port (const char *address)
{
  guint16 port = 0;
  int fd = hold (address, &port);

  if (fd >= 0)
    close (fd);
  return port;
}

static int
knock (const char *address, guint16 port)
{
  socklen_t length;
  struct sockaddr_storage native = native_address (address, port, &length);
  int fd = socket (native.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&native, length), ==, 0);
  return fd;
}

static void
wait_count (NhiListener *listener, guint count)
{
  while (nhi_listener_count (listener) != count)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_serves (gconstpointer address)
{
  guint16 port = free_port (address);
  g_autoptr (NhiListener) listener = listener_new (8);
  g_autoptr (GError) error = NULL;
  int client;

  if (port == 0)
    {
      g_test_skip ("this machine has no such address");
      return;
    }
  g_assert_true (add_port (listener, address, port, &error));
  g_assert_no_error (error);
  client = knock (address, port);
  wait_count (listener, 1);
  close (client);
  wait_count (listener, 0);
}

static void
test_star_serves_both (void)
{
  guint16 port = free_port ("127.0.0.1"), six = free_port ("::1");
  g_autoptr (NhiListener) listener = listener_new (8);
  g_autoptr (GError) error = NULL;
  int clients[2] = { -1, -1 };

  g_assert_true (add_port (listener, "*", port, &error));
  g_assert_no_error (error);
  clients[0] = knock ("127.0.0.1", port);
  if (six != 0)
    clients[1] = knock ("::1", port);
  wait_count (listener, six != 0 ? 2 : 1);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    if (clients[i] >= 0)
      close (clients[i]);
  wait_count (listener, 0);
}

static void
test_bad_addresses (void)
{
  static const struct
  {
    const char *address;
    const char *says;
  } cases[] = {
    { "localhost", "is no IP address" },   { "", "is no IP address" },
    { "127.0.0.1.1", "is no IP address" }, { "::1::", "is no IP address" },
    { "192.0.2.1", "no such address" },    { "2001:db8::1", "no such address" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NhiListener) listener = listener_new (8);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].address);
      if (strchr (cases[i].address, ':') != NULL && free_port ("::1") == 0)
        continue;
      g_assert_false (add_port (listener, cases[i].address, 18443, &error));
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
test_taken_port (void)
{
  g_autoptr (NhiListener) listener = listener_new (8);
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  guint16 port = 0;
  int other = hold ("127.0.0.1", &port);

  g_assert_false (add_port (listener, "127.0.0.1", port, &first));
  g_assert_error (first, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (first->message, "choose another port"));
  g_assert_false (nhi_door_try_port ("*", port, &second));
  g_assert_error (second, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  close (other);
  g_assert_true (nhi_door_try_port ("127.0.0.1", port, NULL));
}

static void
test_workers_share (void)
{
  g_autoptr (NhiListener) one = listener_new (8);
  g_autoptr (NhiListener) two = listener_new (8);
  guint16 port = free_port ("127.0.0.1");

  g_assert_true (add_port (one, "127.0.0.1", port, NULL));
  g_assert_true (add_port (two, "127.0.0.1", port, NULL));
  g_assert_false (nhi_door_try_port ("127.0.0.1", port, NULL));
}

static void
test_cap (void)
{
  g_autoptr (NhiListener) listener = listener_new (1);
  guint16 port = free_port ("127.0.0.1");
  int first, second;
  char byte;

  g_assert_true (add_port (listener, "127.0.0.1", port, NULL));
  first = knock ("127.0.0.1", port);
  wait_count (listener, 1);
  second = knock ("127.0.0.1", port);
  while (recv (second, &byte, 1, MSG_DONTWAIT) < 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (nhi_listener_count (listener), ==, 1);
  close (second);
  close (first);
  wait_count (listener, 0);
}

/* At a door for fronts nobody else is let in, and a front must say whom it brings. */
static void
test_fronts (void)
{
  static const struct
  {
    const char *fronts;
    const char *says;
    guint strangers, unintroduced, stays;
  } cases[] = {
    { "127.0.0.2", "PROXY UNKNOWN\r\n", 1, 0, 0 },
    { "unix", "PROXY UNKNOWN\r\n", 1, 0, 0 },
    { "127.0.0.1", "GET / HTTP/1.1\r\n", 0, 1, 0 },
    { "127.0.0.1", "PROXY UNKNOWN\r\n", 0, 0, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NhiFrontList) fronts = nhi_front_list_new (cases[i].fronts, NULL);
      g_autoptr (NhiListener) listener = listener_new (8);
      g_autoptr (GArray) sockets = g_array_new (FALSE, FALSE, sizeof (int));
      guint16 port = free_port ("127.0.0.1");
      NhiListenerCounts counts;
      int client;
      char byte;

      g_test_message ("%s from 127.0.0.1, %s is trusted", cases[i].says, cases[i].fronts);
      nhi_listener_set_fronts (listener, fronts);
      g_assert_true (nhi_door_open_port ("127.0.0.1", port, sockets, NULL));
      g_assert_true (nhi_listener_add_socket (listener, g_array_index (sockets, int, 0),
                                              NHI_DOOR_FRONTS, NULL));
      client = knock ("127.0.0.1", port);
      (void)send (client, cases[i].says, strlen (cases[i].says), MSG_NOSIGNAL);
      if (cases[i].stays > 0)
        wait_count (listener, 1);
      else
        while (recv (client, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN)
          g_main_context_iteration (NULL, TRUE);
      counts = nhi_listener_get_counts (listener);
      g_assert_cmpuint (counts.strangers, ==, cases[i].strangers);
      g_assert_cmpuint (counts.unintroduced, ==, cases[i].unintroduced);
      g_assert_cmpuint (nhi_listener_count (listener), ==, cases[i].stays);
      close (client);
    }
}

static void
count_up (gpointer listener, gpointer data)
{
  ++*(guint *)data;
}

static void
test_drain (void)
{
  g_autoptr (NhiListener) listener = listener_new (8);
  guint16 port = free_port ("127.0.0.1");
  guint told = 0;
  int client;
  char byte;

  g_assert_true (add_port (listener, "127.0.0.1", port, NULL));
  client = knock ("127.0.0.1", port);
  wait_count (listener, 1);
  nhi_listener_drain (listener, count_up, &told);
  while (told == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (nhi_listener_count (listener), ==, 0);
  g_assert_cmpint (recv (client, &byte, 1, 0), ==, 0);
  g_assert_true (nhi_door_try_port ("127.0.0.1", port, NULL));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (told, ==, 1);
  close (client);
}

static void
test_socket_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("nhicard-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sock", NULL);
  g_autofree char *plain = g_build_filename (folder, "plain", NULL);
  g_autofree char *deep = g_strnfill (200, 'x');
  g_autoptr (GError) living = NULL;
  g_autoptr (GError) file = NULL;
  g_autoptr (GError) length = NULL;
  g_autoptr (GError) nowhere = NULL;
  int fd = nhi_door_open_unix (path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (nhi_door_open_unix (path, &living), ==, -1);
  g_assert_error (living, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (living->message, "choose another path"));
  close (fd);
  fd = nhi_door_open_unix (path, NULL);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_assert_true (g_file_set_contents (plain, "mine", -1, NULL));
  g_assert_cmpint (nhi_door_open_unix (plain, &file), ==, -1);
  g_assert_error (file, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_true (g_file_test (plain, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (nhi_door_open_unix (deep, &length), ==, -1);
  g_assert_error (length, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_unlink (path);
  g_unlink (plain);
  g_rmdir (folder);
  g_assert_cmpint (nhi_door_open_unix (path, &nowhere), ==, -1);
  g_assert_error (nowhere, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (nowhere->message, "make its folder"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/listener/serves-ipv4", "127.0.0.1", test_serves);
  g_test_add_data_func ("/listener/serves-ipv6", "::1", test_serves);
  g_test_add_func ("/listener/star-serves-both-families", test_star_serves_both);
  g_test_add_func ("/listener/bad-addresses-are-said", test_bad_addresses);
  g_test_add_func ("/listener/taken-port-is-said", test_taken_port);
  g_test_add_func ("/listener/workers-share-a-port", test_workers_share);
  g_test_add_func ("/listener/cap-closes-the-next-one", test_cap);
  g_test_add_func ("/listener/door-for-fronts-is-theirs-alone", test_fronts);
  g_test_add_func ("/listener/drain-ends-idle-ones-and-tells-once", test_drain);
  g_test_add_func ("/listener/socket-files-of-others-stay", test_socket_files);
  return g_test_run ();
}
