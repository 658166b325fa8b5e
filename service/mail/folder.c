/* SPDX-License-Identifier: GPL-3.0-or-later
 * One letter into a folder: whole under its name or not there, readable by us only. */
#define G_LOG_DOMAIN "nhi-mail"

#include "service/mail/route.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

static gboolean
set_errno (GError **error, const char *what, int code)
{
  g_set_error (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_DELIVERY,
               "The letter's file could not be %s: %s", what, g_strerror (code));
  return FALSE;
}

static gboolean
write_all (int fd, GBytes *message, GError **error)
{
  gsize length;
  const char *bytes = g_bytes_get_data (message, &length);

  while (length > 0)
    {
      const gssize written = write (fd, bytes, length);
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return set_errno (error, "written", errno);
      bytes += written;
      length -= (gsize)written;
    }
  return fsync (fd) == 0 || set_errno (error, "written", errno);
}

static gboolean
sync_folder (const char *folder, GError **error)
{
  const int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return set_errno (error, "kept", errno);
  const gboolean synced = fsync (fd) == 0;
  const int code = errno;
  close (fd);
  return synced || set_errno (error, "kept", code);
}

/* "20261123T063000Z-ID.eml": sorts by time, and the same letter sent twice is one file. */
static char *
file_name (const NhiMail *mail)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_unix_utc (mail->created_at);
  g_autofree char *time = g_date_time_format (moment, "%Y%m%dT%H%M%SZ");
  return g_strdup_printf ("%s-%s.eml", time, mail->mail_id);
}

NhiMailOutcome
nhi_mail_write (const NhiMailRoute *route, const NhiMail *mail, GError **error)
{
  g_autofree char *name = file_name (mail);
  g_autofree char *path = g_build_filename (route->folder, name, NULL);
  g_autofree char *temporary = g_build_filename (route->folder, ".letter-XXXXXX", NULL);

  if (g_mkdir_with_parents (route->folder, 0700) != 0)
    {
      set_errno (error, "written, as its folder cannot be made", errno);
      return NHI_MAIL_TEMPORARY;
    }
  const int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      set_errno (error, "made", errno);
      return NHI_MAIL_TEMPORARY;
    }
  gboolean done = write_all (fd, mail->message, error);
  if (close (fd) != 0 && done)
    done = set_errno (error, "written", errno);
  if (done && g_rename (temporary, path) != 0)
    done = set_errno (error, "named", errno);
  if (!done)
    g_unlink (temporary);
  return done && sync_folder (route->folder, error) ? NHI_MAIL_SENT : NHI_MAIL_TEMPORARY;
}
