/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a download lies while it comes, and how it gets to where the person wants it. */
#include "client/remote/remote-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define PIECE 65536

/* What a portal hands to a sandbox: single files on a file system of its own. */
gboolean
nhi_remote_is_document (const char *path)
{
  g_autofree char *documents = g_build_filename (g_get_user_runtime_dir (), "doc", NULL);

  return g_str_has_prefix (path, documents) && path[strlen (documents)] == '/';
}

char *
nhi_place_part_path (const char *path)
{
  g_autofree char *folder = NULL;
  g_autofree char *name = NULL;

  if (!nhi_remote_is_document (path))
    return g_strconcat (path, ".part", NULL);

  folder = g_build_filename (g_get_user_cache_dir (), "nhicard", NULL);
  name = g_path_get_basename (path);
  g_mkdir_with_parents (folder, 0700);
  return g_strdup_printf ("%s/%s.part", folder, name);
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      ssize_t n = write (fd, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      bytes += n;
      length -= (gsize)n;
    }
  return TRUE;
}

static gboolean
copy (int from, int to)
{
  g_autofree guint8 *buffer = g_malloc (PIECE);
  ssize_t length;

  if (lseek (from, 0, SEEK_SET) < 0)
    return FALSE;
  while ((length = read (from, buffer, PIECE)) > 0)
    if (!write_all (to, buffer, (gsize)length))
      return FALSE;
  return length == 0 && fsync (to) == 0;
}

/* Half a package would look like a whole one. */
static int
copy_to_document (int fd, const char *path)
{
  int document = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int code = 0;

  if (document < 0)
    return errno;
  if (!copy (fd, document))
    {
      code = errno;
      if (ftruncate (document, 0) < 0)
        g_debug ("half a document stays");
    }
  if (close (document) < 0 && code == 0)
    code = errno;
  return code;
}

static int
rename_durably (int fd, const char *part_path, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int folder_fd;

  if (fsync (fd) < 0 || g_rename (part_path, path) < 0)
    return errno;

  folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd >= 0)
    {
      fsync (folder_fd);
      close (folder_fd);
    }
  return 0;
}

int
nhi_place_put (int fd, const char *part_path, const char *path)
{
  int code;

  if (!nhi_remote_is_document (path))
    return rename_durably (fd, part_path, path);
  code = copy_to_document (fd, path);
  if (code == 0)
    g_unlink (part_path);
  return code;
}
