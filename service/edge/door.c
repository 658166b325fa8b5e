/* SPDX-License-Identifier: GPL-3.0-or-later
 * Binding, and telling a person why it could not be done. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/door.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096

static const char *
advise_port (int number)
{
  return number == EADDRINUSE      ? "; end what listens there, or choose another port"
         : number == EADDRNOTAVAIL ? "; this machine has no such address"
         : number == EACCES        ? "; only root may take a port below 1024"
                                   : "";
}

static const char *
advise_path (int number)
{
  return number == EADDRINUSE ? "; end what listens there, or choose another path"
         : number == ENOENT   ? "; make its folder first"
         : number == EACCES   ? "; its folder must be writable for the service's user"
                              : "";
}

static void
set_error (GError **error, GSocketAddress *address, int number)
{
  g_autofree char *shown = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), "Cannot listen at %s: %s%s",
               shown, g_strerror (number),
               G_IS_UNIX_SOCKET_ADDRESS (address) ? advise_path (number) : advise_port (number));
}

/* @reuse_port: workers share it; without, it must be free */
static int
bind_socket (GSocketAddress *address, gboolean reuse_port, GError **error)
{
  struct sockaddr_storage native = { 0 };
  gssize length = g_socket_address_get_native_size (address);
  int family = (int)g_socket_address_get_family (address), one = 1;
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd >= 0 && g_socket_address_to_native (address, &native, sizeof native, NULL) &&
      (family == AF_UNIX || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0) &&
      (!reuse_port || setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) == 0) &&
      (family != AF_INET6 || setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) == 0) &&
      bind (fd, (struct sockaddr *)&native, (socklen_t)length) == 0)
    return fd;
  set_error (error, address, errno);
  if (fd >= 0)
    close (fd);
  return -1;
}

static int
bind_port (const char *address, guint16 port, gboolean reuse_port, GError **error)
{
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new_from_string (address, port);

  if (socket_address != NULL)
    return bind_socket (socket_address, reuse_port, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "“%s” is no IP address to listen at; give one, or * for all", address);
  return -1;
}

gboolean
nhi_door_listen (int fd, GError **error)
{
  struct sockaddr_storage native = { 0 };
  socklen_t length = sizeof native;
  g_autoptr (GSocketAddress) address = NULL;
  int saved;

  if (listen (fd, BACKLOG) == 0)
    return TRUE;
  saved = errno;
  (void)getsockname (fd, (struct sockaddr *)&native, &length);
  address = g_socket_address_new_from_native (&native, length);
  set_error (error, address, saved);
  return FALSE;
}

gboolean
nhi_door_try_port (const char *address, guint16 port, GError **error)
{
  int fd = bind_port (strcmp (address, "*") == 0 ? "0.0.0.0" : address, port, FALSE, error);
  gboolean is_free = fd >= 0 && nhi_door_listen (fd, error);

  if (fd >= 0)
    close (fd);
  return is_free;
}

static gboolean
add_port (const char *address, guint16 port, GArray *sockets, GError **error)
{
  int fd = bind_port (address, port, TRUE, error);

  if (fd >= 0)
    g_array_append_val (sockets, fd);
  return fd >= 0;
}

gboolean
nhi_door_open_port (const char *address, guint16 port, GArray *sockets, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (strcmp (address, "*") != 0)
    return add_port (address, port, sockets, error);
  if (!add_port ("0.0.0.0", port, sockets, error))
    return FALSE;
  if (!add_port ("::", port, sockets, &local_error))
    g_message ("Only IPv4 is served: %s", local_error->message);
  return TRUE;
}

/* A socket that nobody holds any more refuses; one of another user, say, is not ours to judge. */
static gboolean
is_left_behind (const struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  gboolean refuses = fd >= 0 &&
                     connect (fd, (const struct sockaddr *)address, sizeof *address) < 0 &&
                     errno == ECONNREFUSED;

  if (fd >= 0)
    close (fd);
  return refuses;
}

int
nhi_door_open_unix (const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;
  struct sockaddr_un native = { .sun_family = AF_UNIX };
  struct stat found;
  int fd;

  if (g_strlcpy (native.sun_path, path, sizeof native.sun_path) >= sizeof native.sun_path)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The socket's path is too long: %s", path);
      return -1;
    }
  if (lstat (path, &found) == 0 && S_ISSOCK (found.st_mode) && is_left_behind (&native))
    (void)unlink (path);
  address = g_unix_socket_address_new (path);
  fd = bind_socket (address, FALSE, error);
  if (fd < 0)
    return -1;
  (void)chmod (path, 0660);
  if (nhi_door_listen (fd, error))
    return fd;
  close (fd);
  return -1;
}
