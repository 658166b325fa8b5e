/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the addresses that are configured to bound sockets. */
#define G_LOG_DOMAIN "nhicardd"

#include "service/doors.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "service/edge/door.h"

static void
close_door (gpointer door)
{
  if (((NhiDoor *)door)->fd >= 0)
    close (((NhiDoor *)door)->fd);
}

static gboolean
add_ports (GArray *doors, GArray *addresses, NhiDoorKind kind, GError **error)
{
  g_autoptr (GArray) sockets = g_array_new (FALSE, FALSE, sizeof (int));
  gboolean good = TRUE;

  for (guint i = 0; good && i < addresses->len; i++)
    {
      const NhiListenAddress *address = &g_array_index (addresses, NhiListenAddress, i);

      good = nhi_door_open_port (address->address, address->port, sockets, error);
    }
  for (guint i = 0; i < sockets->len; i++)
    {
      const NhiDoor door = { g_array_index (sockets, int, i), kind };

      g_array_append_val (doors, door);
    }
  return good;
}

static gboolean
add_unix (GArray *doors, int unix_socket, GError **error)
{
  NhiDoor door = { -1, NHI_DOOR_UNIX };

  if (unix_socket < 0)
    return TRUE;
  door.fd = fcntl (unix_socket, F_DUPFD_CLOEXEC, 0);
  if (door.fd < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                 "The Unix socket cannot be shared with a worker: %s", g_strerror (errno));
  else
    g_array_append_val (doors, door);
  return door.fd >= 0;
}

GArray *
nhi_doors_open (const NhiConfiguration *configuration, int unix_socket, GError **error)
{
  g_autoptr (GArray) doors = g_array_new (FALSE, FALSE, sizeof (NhiDoor));

  g_array_set_clear_func (doors, close_door);
  return add_ports (doors, configuration->listen, NHI_DOOR_CLIENTS, error) &&
                 add_ports (doors, configuration->front_listen, NHI_DOOR_FRONTS, error) &&
                 add_unix (doors, unix_socket, error)
             ? g_steal_pointer (&doors)
             : NULL;
}
