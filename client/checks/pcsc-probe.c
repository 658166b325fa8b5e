/* SPDX-License-Identifier: GPL-3.0-or-later
 * Asks the PC/SC daemon for the version of its protocol, as every client does first. */
#include "client/checks/pcsc-probe.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MS 2000
#define COMMAND_VERSION 0x11 /* CMD_VERSION of pcsc-lite's winscard_msg.h */
#define OUR_MAJOR 4
#define OUR_MINOR 4 /* the daemon answers with its own, whichever this is */

/* As they travel, in the byte order of the computer. */
typedef struct
{
  guint32 size;
  guint32 command;
} Header;

typedef struct
{
  gint32 major;
  gint32 minor;
  guint32 result;
} Version;

static gboolean
read_answer (int fd, Version *answer, NhiDaemonSight *sight)
{
  gint64 deadline = g_get_monotonic_time () + ANSWER_MS * 1000;
  gsize filled = 0;

  while (filled < sizeof *answer)
    {
      struct pollfd wanted = { .fd = fd, .events = POLLIN };
      gint64 left = (deadline - g_get_monotonic_time ()) / 1000;
      gssize length;

      sight->state = NHI_DAEMON_SILENT;
      if (left <= 0 || poll (&wanted, 1, (int)left) == 0)
        return FALSE;
      length = recv (fd, (guint8 *)answer + filled, sizeof *answer - filled, 0);
      if (length < 0 && errno == EINTR)
        continue;
      sight->state = NHI_DAEMON_HANGS_UP;
      if (length <= 0)
        return FALSE;
      filled += (gsize)length;
    }
  return TRUE;
}

static void
ask (int fd, NhiDaemonSight *sight)
{
  const struct
  {
    Header header;
    Version version;
  } question = { { sizeof (Version), COMMAND_VERSION }, { OUR_MAJOR, OUR_MINOR, 0 } };
  Version answer;

  if (send (fd, &question, sizeof question, MSG_NOSIGNAL) != (gssize)sizeof question)
    {
      sight->state = NHI_DAEMON_HANGS_UP;
      return;
    }
  if (!read_answer (fd, &answer, sight))
    return;
  sight->state = NHI_DAEMON_ANSWERS;
  sight->major = answer.major;
  sight->minor = answer.minor;
}

void
nhi_daemon_probe (const char *socket_path, NhiDaemonSight *ret_sight)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const struct timeval patience = { .tv_sec = ANSWER_MS / 1000 };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  *ret_sight = (NhiDaemonSight){ .state = NHI_DAEMON_ABSENT, .error = errno };
  if (fd < 0)
    return;
  /* The daemon lets very few wait at its door: a full door is not yet a dead daemon. */
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  g_strlcpy (address.sun_path, socket_path, sizeof address.sun_path);
  if (connect (fd, (const struct sockaddr *)&address, sizeof address) == 0)
    ask (fd, ret_sight);
  else if (errno == EAGAIN) /* nobody was let in all the time */
    ret_sight->state = NHI_DAEMON_SILENT;
  else
    ret_sight->error = errno;
  close (fd);
}
