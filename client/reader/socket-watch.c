/* SPDX-License-Identifier: GPL-3.0-or-later
 * inotify and an eventfd behind one poll(). GFileMonitor looks for a missing folder every few
 * seconds; this does not. */
#include "client/reader/socket-watch.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

struct _NhiSocketWatch
{
  char *socket_path;
  int inotify_fd; /* −1 when the system has no more watches: then only stop and time-outs wake */
  int stop_fd;
  int stopped;
};

NhiSocketWatch *
nhi_socket_watch_new (const char *socket_path)
{
  NhiSocketWatch *watch = g_new0 (NhiSocketWatch, 1);

  watch->socket_path = g_strdup (socket_path);
  watch->inotify_fd = -1;
  watch->stop_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  return watch;
}

static void
disarm (NhiSocketWatch *watch)
{
  if (watch->inotify_fd >= 0)
    close (watch->inotify_fd);
  watch->inotify_fd = -1;
}

void
nhi_socket_watch_free (NhiSocketWatch *watch)
{
  disarm (watch);
  if (watch->stop_fd >= 0)
    close (watch->stop_fd);
  g_free (watch->socket_path);
  g_free (watch);
}

void
nhi_socket_watch_arm (NhiSocketWatch *watch)
{
  const guint32 mask = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF |
                       IN_MOVE_SELF | IN_UNMOUNT | IN_ONLYDIR;
  g_autofree char *folder = g_path_get_dirname (watch->socket_path);

  disarm (watch);
  watch->inotify_fd = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (watch->inotify_fd < 0)
    return;

  while (inotify_add_watch (watch->inotify_fd, folder, mask) < 0)
    {
      g_autofree char *parent = g_path_get_dirname (folder);

      if (g_str_equal (parent, folder))
        {
          disarm (watch);
          return;
        }
      g_free (folder);
      folder = g_steal_pointer (&parent);
    }
}

static void
drain (int fd)
{
  guint8 buffer[4096];

  while (read (fd, buffer, sizeof buffer) > 0)
    continue;
}

gboolean
nhi_socket_watch_wait (NhiSocketWatch *watch, int timeout_ms)
{
  struct pollfd fds[] = {
    { .fd = watch->stop_fd, .events = POLLIN },
    { .fd = watch->inotify_fd, .events = POLLIN },
  };

  while (!nhi_socket_watch_is_stopped (watch))
    {
      int ready = poll (fds, G_N_ELEMENTS (fds), timeout_ms);

      if (ready < 0 && errno == EINTR)
        continue;
      if (fds[1].revents != 0)
        drain (watch->inotify_fd);
      break;
    }

  return !nhi_socket_watch_is_stopped (watch);
}

void
nhi_socket_watch_stop (NhiSocketWatch *watch)
{
  guint64 one = 1;

  g_atomic_int_set (&watch->stopped, TRUE);
  if (watch->stop_fd >= 0 && write (watch->stop_fd, &one, sizeof one) < 0)
    g_debug ("the watch of the card service was told to stop twice");
}

gboolean
nhi_socket_watch_is_stopped (NhiSocketWatch *watch)
{
  return g_atomic_int_get (&watch->stopped);
}
