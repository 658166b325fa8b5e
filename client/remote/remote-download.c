/* SPDX-License-Identifier: GPL-3.0-or-later
 * The download of a package: straight-line blocking code in a worker thread with a session of its
 * own.
 *
 * "NAME.part" holds what has come, "NAME.part.tag" which package and which version of it that is;
 * both survive a broken connection, a full disk and the end of the program, and go when the whole
 * file stands under its name. Where the part lies is remote-place.c's matter.
 */
#include "client/remote/remote-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "shared/api/api.h"

#define PIECE 65536
#define TRIES_WITHOUT_PROGRESS 4
#define PROGRESS_EVERY (50 * 1000) /* microseconds */
#define SPARE_BYTES (1024 * 1024)  /* that stay free on the disk */
#define MAX_TAG 512

typedef struct
{
  NhiRemote *remote; /* only what never changes is read here */
  char *token;
  NhiApplication *application;
  char *path, *part_path, *tag_path;
  NhiDownloadProgress progress;
  gpointer progress_data;
  GMainContext *main_context;
  guint pause_ms;

  SoupSession *session;
  int fd;
  GChecksum *checksum;
  gint64 received;
  char *etag;
  gint64 told_at;
  gboolean was_resumed;
  gboolean disk_failed;
} Work;

/* Also gives the lock back. */
static void
close_part (Work *work)
{
  if (work->fd >= 0)
    close (work->fd);
  work->fd = -1;
}

static void
work_free (Work *work)
{
  close_part (work);
  nhi_wipe_string (work->token);
  nhi_application_free (work->application);
  g_free (work->path);
  g_free (work->part_path);
  g_free (work->tag_path);
  g_clear_pointer (&work->main_context, g_main_context_unref);
  g_clear_object (&work->session);
  g_clear_pointer (&work->checksum, g_checksum_free);
  g_free (work->etag);
  g_object_unref (work->remote);
  g_free (work);
}

static gboolean
fail_file (Work *work, GError **error, int code)
{
  const char *words = _ ("The file cannot be written. Choose another folder.");

  if (code == ENOSPC || code == EDQUOT)
    words = _ ("The disk is full. Make room and download again: what has come so far is kept.");
  else if (code == EACCES || code == EPERM || code == EROFS)
    words = _ ("Writing into this folder is not allowed. Choose another folder.");
  else if (code == EWOULDBLOCK)
    words = _ ("This package is being downloaded already.");
  else if (code == ENOENT || code == ENOTDIR)
    words = _ ("The folder does not exist. Choose another folder.");
  g_set_error_literal (error, G_IO_ERROR, (int)g_io_error_from_errno (code), words);
  return FALSE;
}

/* ---- progress ---- */

typedef struct
{
  NhiDownloadProgress progress;
  gpointer data;
  gint64 received, total;
} Progress;

static gboolean
tell_progress (gpointer user_data)
{
  Progress *progress = user_data;

  progress->progress (progress->received, progress->total, progress->data);
  return G_SOURCE_REMOVE;
}

static void
send_progress (Work *work, gboolean always)
{
  gint64 now = g_get_monotonic_time ();
  Progress *progress;

  if (work->progress == NULL || (!always && now - work->told_at < PROGRESS_EVERY))
    return;
  work->told_at = now;
  progress = g_new (Progress, 1);
  *progress =
      (Progress){ work->progress, work->progress_data, work->received, work->application->size };
  g_main_context_invoke_full (work->main_context, G_PRIORITY_DEFAULT, tell_progress, progress,
                              g_free);
}

/* ---- the part file ---- */

static gboolean
start_over (Work *work, GError **error)
{
  if (ftruncate (work->fd, 0) < 0 || lseek (work->fd, 0, SEEK_SET) < 0)
    return fail_file (work, error, errno);
  g_checksum_reset (work->checksum);
  work->received = 0;
  g_clear_pointer (&work->etag, g_free);
  return TRUE;
}

/* Two lines: the package's hash, the ETag it came with. */
static void
read_tag (Work *work)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length;

  if (!g_file_get_contents (work->tag_path, &text, &length, NULL) || length > MAX_TAG)
    return;
  lines = g_strsplit (text, "\n", 3);
  if (g_strv_length (lines) >= 2 && g_str_equal (lines[0], work->application->sha256) &&
      lines[1][0] == '"')
    work->etag = g_strdup (lines[1]);
}

static void
write_tag (Work *work)
{
  g_autofree char *text = g_strdup_printf ("%s\n%s\n", work->application->sha256, work->etag);

  /* Without it the next try begins anew; nothing else is lost. */
  if (!g_file_set_contents_full (work->tag_path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 NULL))
    g_debug ("the download cannot be resumed later");
}

static gboolean
hash_what_is_there (Work *work, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (PIECE);
  ssize_t length;

  while ((length = read (work->fd, buffer, PIECE)) > 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      g_checksum_update (work->checksum, buffer, length);
      work->received += length;
    }
  return length == 0 ? TRUE : fail_file (work, error, errno);
}

static gboolean
open_part (Work *work, GCancellable *cancellable, GError **error)
{
  struct stat status;

  work->fd = open (work->part_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (work->fd < 0 || flock (work->fd, LOCK_EX | LOCK_NB) < 0 || fstat (work->fd, &status) < 0)
    return fail_file (work, error, errno);
  if (!S_ISREG (status.st_mode))
    return fail_file (work, error, EACCES);
  if (fchmod (work->fd, 0600) < 0)
    return fail_file (work, error, errno);

  read_tag (work);
  if (work->etag == NULL || status.st_size > work->application->size)
    return start_over (work, error);
  if (!hash_what_is_there (work, cancellable, error))
    return FALSE;
  work->was_resumed = work->received > 0;
  return TRUE;
}

static gboolean
has_room (Work *work, GError **error)
{
  struct statvfs status;
  guint64 needed = (guint64)(work->application->size - work->received) + SPARE_BYTES;

  if (fstatvfs (work->fd, &status) < 0)
    return TRUE;
  if ((guint64)status.f_bavail * status.f_frsize >= needed)
    return TRUE;
  return fail_file (work, error, ENOSPC);
}

static gboolean
append (Work *work, const guint8 *bytes, gsize length, GError **error)
{
  gsize written = 0;

  while (written < length)
    {
      ssize_t n = write (work->fd, bytes + written, length - written);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail_file (work, error, errno);
      g_checksum_update (work->checksum, bytes + written, n);
      written += (gsize)n;
      work->received += n;
    }
  return TRUE;
}

/* ---- one request ---- */

static gboolean
fail_problem (SoupMessage *message, GInputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autofree char *text = g_malloc (PIECE);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonNode) root = NULL;
  gsize length = 0;

  g_input_stream_read_all (stream, text, PIECE, &length, cancellable, NULL);
  bytes = g_bytes_new_take (g_steal_pointer (&text), length);
  root = nhi_answer_parse (bytes);
  if (soup_message_get_status (message) / 100 < 4)
    nhi_remote_set_service_error (error);
  else
    nhi_remote_set_problem_error (error, soup_message_get_status (message),
                                  root != NULL ? json_node_get_object (root) : NULL,
                                  nhi_remote_retry_after (message),
                                  g_get_real_time () / G_USEC_PER_SEC);
  return FALSE;
}

/* Whether the answer goes on where we are, or begins anew. */
static gboolean
take_headers (Work *work, SoupMessage *message, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *etag = soup_message_headers_get_one (headers, "ETag");
  goffset start, end, total;

  if (soup_message_get_status (message) == SOUP_STATUS_PARTIAL_CONTENT)
    {
      if (soup_message_headers_get_content_range (headers, &start, &end, &total) &&
          start == work->received && total == work->application->size)
        return TRUE;
      nhi_remote_set_service_error (error);
      return FALSE;
    }

  if (!start_over (work, error))
    return FALSE;
  work->was_resumed = FALSE;
  if (etag != NULL && *etag == '"' && strlen (etag) < MAX_TAG / 2)
    {
      work->etag = g_strdup (etag);
      write_tag (work);
    }
  return TRUE;
}

static gboolean
take_body (Work *work, GInputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (PIECE);
  gssize length;

  while ((length = g_input_stream_read (stream, buffer, PIECE, cancellable, error)) > 0)
    {
      if (length > work->application->size - work->received)
        {
          nhi_remote_set_service_error (error);
          return FALSE;
        }
      if (!append (work, buffer, (gsize)length, error))
        return FALSE;
      send_progress (work, FALSE);
    }
  return length == 0;
}

static SoupMessage *
make_message (Work *work, GError **error)
{
  g_autofree char *path =
      g_strdup_printf ("%s/%s/package", NHI_ROUTE_APPLICATIONS, work->application->application_id);
  SoupMessage *message = nhi_remote_make_message (work->remote, "GET", path, FALSE, error);
  SoupMessageHeaders *headers;
  g_autofree char *authorization = NULL;

  if (message == NULL)
    return NULL;
  headers = soup_message_get_request_headers (message);
  soup_message_headers_replace (headers, "Accept", NHI_MEDIA_ZIP ", " NHI_MEDIA_PROBLEM);
  authorization = g_strconcat ("Bearer ", work->token, NULL);
  soup_message_headers_append (headers, "Authorization", authorization);
  explicit_bzero (authorization, strlen (authorization));
  if (work->received > 0 && work->etag != NULL)
    {
      soup_message_headers_set_range (headers, work->received, -1);
      soup_message_headers_append (headers, "If-Range", work->etag);
    }
  return message;
}

/* A transport error comes as it is, so that the caller sees that another try may help. */
static gboolean
request_rest (Work *work, NhiDistrust *distrust, GCancellable *cancellable, GError **error)
{
  g_autoptr (SoupMessage) message = make_message (work, error);
  g_autoptr (GInputStream) stream = NULL;
  guint status;

  if (message == NULL)
    return FALSE;
  nhi_remote_guard_message (work->remote, work->session, message, distrust);
  stream = soup_session_send (work->session, message, cancellable, error);
  if (stream == NULL)
    return FALSE;

  status = soup_message_get_status (message);
  if (status == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE && work->received > 0)
    return start_over (work, error);
  if (status != SOUP_STATUS_OK && status != SOUP_STATUS_PARTIAL_CONTENT)
    return fail_problem (message, stream, cancellable, error);
  return take_headers (work, message, error) && take_body (work, stream, cancellable, error);
}

/* Another try may help. */
static gboolean
is_transport_error (const Work *work, const GError *error)
{
  if (error == NULL)
    return TRUE; /* the connection ended early, politely */
  return !work->disk_failed && error->domain != NHI_REMOTE_ERROR && error->domain != G_TLS_ERROR;
}

/* Sleeps, but not longer than the caller is interested. */
static void
pause_before_try (Work *work, guint tries, GCancellable *cancellable)
{
  GPollFD fd;

  if (g_cancellable_make_pollfd (cancellable, &fd))
    {
      g_poll (&fd, 1, (int)(work->pause_ms << tries));
      g_cancellable_release_fd (cancellable);
    }
  else
    g_usleep ((work->pause_ms << tries) * 1000);
}

static gboolean
fetch_all (Work *work, GCancellable *cancellable, GError **error)
{
  guint tries = 0;

  while (work->received < work->application->size)
    {
      g_autoptr (GError) cause = NULL;
      g_auto (NhiDistrust) distrust = { 0 };
      gint64 before = work->received;

      if (request_rest (work, &distrust, cancellable, &cause) &&
          work->received >= work->application->size)
        break;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (cause != NULL && !is_transport_error (work, cause))
        {
          if (cause->domain == G_TLS_ERROR)
            nhi_remote_set_transport_error (error, cause, &distrust);
          else
            g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }

      tries = work->received > before ? 0 : tries + 1;
      if (tries >= TRIES_WITHOUT_PROGRESS)
        {
          g_autoptr (GError) lost = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "");

          nhi_remote_set_transport_error (error, cause != NULL ? cause : lost, NULL);
          return FALSE;
        }
      pause_before_try (work, tries, cancellable);
    }
  return TRUE;
}

/* ---- the whole ---- */

static gboolean
put_in_place (Work *work, GError **error)
{
  int code = nhi_place_put (work->fd, work->part_path, work->path);

  if (code != 0)
    return fail_file (work, error, code);
  g_unlink (work->tag_path);
  return TRUE;
}

static gboolean
is_whole (Work *work)
{
  g_autoptr (GChecksum) copy = g_checksum_copy (work->checksum);

  return g_str_equal (g_checksum_get_string (copy), work->application->sha256);
}

static gboolean
download (Work *work, GCancellable *cancellable, GError **error)
{
  work->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  if (!open_part (work, cancellable, error) || !has_room (work, error))
    return FALSE;

  work->session = nhi_remote_make_session ();
  soup_session_remove_feature_by_type (work->session, SOUP_TYPE_CONTENT_DECODER);
  send_progress (work, TRUE);

  if (!fetch_all (work, cancellable, error))
    return FALSE;
  /* What was there from before may have been damaged on the disk: once more from the start. */
  if (!is_whole (work) && work->was_resumed &&
      (!start_over (work, error) || !fetch_all (work, cancellable, error)))
    return FALSE;
  if (!is_whole (work))
    {
      g_unlink (work->part_path);
      g_unlink (work->tag_path);
      nhi_remote_set_error (error, NHI_REMOTE_ERROR_SERVICE, "package-damaged",
                            _ ("What came is not the package the service announced, so it was "
                               "thrown away. Download it again."));
      return FALSE;
    }

  send_progress (work, TRUE);
  return put_in_place (work, error);
}

static void
download_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  /* The session runs on this thread's own context. */
  g_autoptr (GMainContext) context = g_main_context_new ();
  Work *work = task_data;
  GError *error = NULL;
  gboolean done;

  g_main_context_push_thread_default (context);
  done = download (work, cancellable, &error);
  g_clear_object (&work->session);
  /* Before the caller hears of it: it may try again at once. */
  close_part (work);
  g_main_context_pop_thread_default (context);

  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static Work *
work_new (NhiRemote *self, const NhiApplication *application, GFile *destination)
{
  Work *work = g_new0 (Work, 1);

  work->remote = g_object_ref (self);
  work->token = g_strdup (self->token);
  work->application = nhi_application_copy (application);
  work->path = g_file_get_path (destination);
  if (work->path != NULL)
    {
      work->part_path = nhi_place_part_path (work->path);
      work->tag_path = g_strconcat (work->part_path, ".tag", NULL);
    }
  work->pause_ms = self->pause_ms;
  work->fd = -1;
  return work;
}

void
nhi_remote_download_async (NhiRemote *self,
                           const NhiApplication *application,
                           GFile *destination,
                           NhiDownloadProgress progress,
                           gpointer progress_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Work *work = work_new (self, application, destination);
  GError *error = NULL;

  g_return_if_fail (NHI_IS_REMOTE (self) && G_IS_FILE (destination));

  g_task_set_source_tag (task, nhi_remote_download_async);
  g_task_set_task_data (task, work, (GDestroyNotify)work_free);
  work->progress = progress;
  work->progress_data = progress_data;
  work->main_context = g_main_context_ref (g_task_get_context (task));

  if (work->token == NULL)
    nhi_remote_set_problem_error (&error, 401, NULL, -1, 0);
  else if (work->path == NULL)
    fail_file (work, &error, EACCES);
  else if (application->sha256 == NULL || application->size <= 0)
    nhi_remote_set_problem_error (&error, 409, NULL, -1, 0);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_run_in_thread (task, download_in_thread);
}

gboolean
nhi_remote_download_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  GError *local = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &local);

  if (g_error_matches (local, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SESSION))
    nhi_remote_forget_session (self);
  if (done || g_error_matches (local, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_OFFLINE))
    nhi_remote_set_online (self, done);
  if (local != NULL)
    g_propagate_error (error, local);
  return done;
}
