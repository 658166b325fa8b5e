/* SPDX-License-Identifier: GPL-3.0-or-later
 * Downloads against a server that breaks off, lies and changes its mind. */
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>
#include <sys/stat.h>

#include "client/remote/remote-private.h"

#define SIZE 300000
#define EXPORTED "{\"service\":\"%s\",\"token\":\"t\",\"name\":\"n\",\"id_number\":\"A299000015\"}"

typedef struct
{
  SoupServer *server;
  NhiRemote *remote;
  NhiApplication *application;
  char *folder;
  char *path, *part_path, *tag_path;
  guint8 *bytes;

  /* What the server does. */
  guint break_times; /* answers that end after half of what is left */
  const char *etag;
  gboolean ignores_range;
  gboolean lies_about_range;
  guint extra;  /* bytes beyond what was announced */
  guint status; /* 0: serve */

  guint requests;
  guint resumed;
  gint64 last_progress;
  GAsyncResult *result;
} Fixture;

static gsize
range_start (Fixture *fixture, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *range = soup_message_headers_get_one (headers, "Range");
  const char *if_range = soup_message_headers_get_one (headers, "If-Range");

  if (range == NULL || fixture->ignores_range || g_strcmp0 (if_range, fixture->etag) != 0)
    return 0;
  g_assert_true (g_str_has_prefix (range, "bytes="));
  fixture->resumed++;
  return g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
}

static void
handle (SoupServer *server,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer data)
{
  Fixture *fixture = data;
  gsize start = range_start (fixture, message);
  gsize total = SIZE + fixture->extra;
  gsize length = total - start;
  g_autofree char *head = NULL;
  g_autoptr (GIOStream) stream = NULL;
  GOutputStream *output;

  fixture->requests++;
  if (fixture->status != 0)
    {
      soup_server_message_set_status (message, fixture->status, NULL);
      return;
    }
  head = start > 0
             ? g_strdup_printf ("HTTP/1.1 206 Partial\r\nContent-Range: bytes %zu-%zu/%zu\r\n"
                                "Content-Length: %zu\r\nETag: %s\r\nConnection: close\r\n\r\n",
                                start + (fixture->lies_about_range ? 1 : 0), total - 1, total,
                                length, fixture->etag)
             : g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nETag: %s\r\n"
                                "Connection: close\r\n\r\n",
                                length, fixture->etag);
  if (fixture->break_times > 0)
    {
      fixture->break_times--;
      length /= 2;
    }
  stream = soup_server_message_steal_connection (message);
  output = g_io_stream_get_output_stream (stream);
  g_output_stream_write_all (output, head, strlen (head), NULL, NULL, NULL);
  g_output_stream_write_all (output, fixture->bytes + start, length, NULL, NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *base_uri = NULL;
  g_autofree char *exported = NULL;
  g_autoslist (GUri) uris = NULL;

  fixture->bytes = g_malloc0 (SIZE + 100);
  for (gsize i = 0; i < SIZE; i++)
    fixture->bytes[i] = (guint8)(i * 7 + i / 251);
  fixture->etag = "\"one\"";
  fixture->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (fixture->server, NULL, handle, fixture, NULL);
  soup_server_listen_local (fixture->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL);
  uris = soup_server_get_uris (fixture->server);
  base_uri = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  fixture->remote = nhi_remote_new (base_uri, NULL);
  fixture->remote->pause_ms = 1;
  exported = g_strdup_printf (EXPORTED, base_uri);
  g_assert_true (nhi_remote_import_session (fixture->remote, exported));

  fixture->folder = g_dir_make_tmp ("nhicard-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "a.zip", NULL);
  fixture->part_path = g_strconcat (fixture->path, ".part", NULL);
  fixture->tag_path = g_strconcat (fixture->part_path, ".tag", NULL);
  fixture->application = g_new0 (NhiApplication, 1);
  fixture->application->application_id = g_strdup ("a-1");
  fixture->application->state = g_strdup ("ready");
  fixture->application->file_name = g_strdup ("a.zip");
  fixture->application->size = SIZE;
  fixture->application->sha256 =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, fixture->bytes, SIZE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_unlink (fixture->part_path);
  g_unlink (fixture->tag_path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  nhi_application_free (fixture->application);
  g_object_unref (fixture->remote);
  soup_server_disconnect (fixture->server);
  g_object_unref (fixture->server);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->part_path);
  g_free (fixture->tag_path);
  g_free (fixture->bytes);
}

static void
keep (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Fixture *)data)->result = g_object_ref (result);
}

static void
note_progress (gint64 received, gint64 total, gpointer data)
{
  Fixture *fixture = data;

  g_assert_cmpint (total, ==, SIZE);
  g_assert_cmpint (received, <=, total);
  fixture->last_progress = received;
}

static gboolean
download (Fixture *fixture, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (fixture->path);
  g_autoptr (GAsyncResult) result = NULL;

  nhi_remote_download_async (fixture->remote, fixture->application, file, note_progress, fixture,
                             cancellable, keep, fixture);
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  result = g_steal_pointer (&fixture->result);
  return nhi_remote_download_finish (fixture->remote, result, error);
}

static void
assert_whole (Fixture *fixture)
{
  g_autofree char *text = NULL;
  gsize length;
  struct stat status;

  g_assert_true (g_file_get_contents (fixture->path, &text, &length, NULL));
  g_assert_cmpmem (text, length, fixture->bytes, SIZE);
  g_assert_cmpint (stat (fixture->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_false (g_file_test (fixture->part_path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (fixture->tag_path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (fixture->last_progress, ==, SIZE);
}

static void
test_plain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (download (fixture, NULL, &error));
  g_assert_no_error (error);
  assert_whole (fixture);
  g_assert_cmpuint (fixture->requests, ==, 1);
}

static void
test_broken_off (Fixture *fixture, gconstpointer data)
{
  fixture->break_times = 3;
  g_assert_true (download (fixture, NULL, NULL));
  assert_whole (fixture);
  g_assert_cmpuint (fixture->resumed, ==, 3);
}

static void
test_range_ignored (Fixture *fixture, gconstpointer data)
{
  fixture->break_times = 1;
  fixture->ignores_range = TRUE;
  g_assert_true (download (fixture, NULL, NULL));
  assert_whole (fixture);
}

/* What an earlier run of the program left. */
static void
leave_part (Fixture *fixture, const char *etag, guint8 damage)
{
  g_autofree char *tag = g_strdup_printf ("%s\n%s\n", fixture->application->sha256, etag);

  fixture->bytes[0] ^= damage;
  g_assert_true (g_file_set_contents (fixture->part_path, (char *)fixture->bytes, 1000, NULL));
  fixture->bytes[0] ^= damage;
  g_assert_true (g_file_set_contents (fixture->tag_path, tag, -1, NULL));
}

static void
test_resumed_from_before (Fixture *fixture, gconstpointer data)
{
  leave_part (fixture, fixture->etag, 0);
  g_assert_true (download (fixture, NULL, NULL));
  assert_whole (fixture);
  g_assert_cmpuint (fixture->resumed, ==, 1);
  g_assert_cmpuint (fixture->requests, ==, 1);
}

static void
test_changed_since (Fixture *fixture, gconstpointer data)
{
  leave_part (fixture, "\"older\"", 0);
  g_assert_true (download (fixture, NULL, NULL));
  assert_whole (fixture);
  g_assert_cmpuint (fixture->resumed, ==, 0);
}

static void
test_part_damaged (Fixture *fixture, gconstpointer data)
{
  leave_part (fixture, fixture->etag, 0xFF);
  g_assert_true (download (fixture, NULL, NULL));
  assert_whole (fixture);
  g_assert_cmpuint (fixture->requests, ==, 2);
}

static void
test_wrong_hash (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->bytes[5] ^= 1;
  g_assert_false (download (fixture, NULL, &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SERVICE);
  g_assert_cmpstr (nhi_remote_error_code (error), ==, "package-damaged");
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (fixture->part_path, G_FILE_TEST_EXISTS));
}

static void
test_more_than_announced (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->extra = 1;
  g_assert_false (download (fixture, NULL, &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SERVICE);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_range_lied_about (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->break_times = 1;
  fixture->lies_about_range = TRUE;
  g_assert_false (download (fixture, NULL, &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SERVICE);
}

static void
test_offline_keeps_part (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  leave_part (fixture, fixture->etag, 0);
  soup_server_disconnect (fixture->server);
  g_assert_false (download (fixture, NULL, &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_OFFLINE);
  g_assert_true (g_file_test (fixture->part_path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (fixture->tag_path, G_FILE_TEST_EXISTS));
}

static void
test_disk_full (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  /* More than any disk: told before the service is asked for a byte. */
  fixture->application->size = G_MAXINT64 / 2;
  g_assert_false (download (fixture, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (fixture->requests, ==, 0);
}

static void
test_folder_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_free (fixture->path);
  fixture->path = g_build_filename (fixture->folder, "missing", "a.zip", NULL);
  g_assert_false (download (fixture, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_part_is_a_link (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) link = g_file_new_for_path (fixture->part_path);

  g_assert_true (g_file_make_symbolic_link (link, "/dev/null", NULL, NULL));
  g_assert_false (download (fixture, NULL, NULL));
  g_assert_cmpuint (fixture->requests, ==, 0);
}

/* What the portal hands in: one file in a folder where nothing else may appear. */
static void
become_document (Fixture *fixture)
{
  g_autofree char *documents = g_build_filename (g_get_user_runtime_dir (), "doc", NULL);
  g_autofree char *folder = g_build_filename (documents, "abc", NULL);
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "nhicard", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->part_path);
  g_free (fixture->tag_path);
  fixture->folder = g_steal_pointer (&folder);
  fixture->path = g_build_filename (fixture->folder, "a.zip", NULL);
  fixture->part_path = g_build_filename (cache, "a.zip.part", NULL);
  fixture->tag_path = g_strconcat (fixture->part_path, ".tag", NULL);
}

static void
test_document (Fixture *fixture, gconstpointer data)
{
  become_document (fixture);
  /* The portal makes the file before anything is written. */
  g_assert_true (g_file_set_contents_full (fixture->path, "something longer than nothing", -1,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  fixture->break_times = 1;
  g_assert_true (download (fixture, NULL, NULL));
  assert_whole (fixture);
  g_assert_cmpuint (fixture->resumed, ==, 1);
}

static void
test_document_resumed (Fixture *fixture, gconstpointer data)
{
  become_document (fixture);
  fixture->break_times = 1000;
  g_assert_false (download (fixture, NULL, NULL));
  g_assert_true (g_file_test (fixture->part_path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  fixture->break_times = 0;
  fixture->resumed = 0;
  g_assert_true (download (fixture, NULL, NULL));
  g_assert_cmpuint (fixture->resumed, ==, 1);
  assert_whole (fixture);
}

static void
test_document_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  become_document (fixture);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_assert_false (download (fixture, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_true (g_file_test (fixture->part_path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_mkdir (fixture->folder, 0700), ==, 0);
}

static void
test_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->status = 410;
  g_assert_false (download (fixture, NULL, &error));
  g_assert_error (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_GONE);
  g_assert_cmpuint (fixture->requests, ==, 1);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (download (fixture, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*function) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/download/plain", test_plain },
    { "/download/broken-off-three-times", test_broken_off },
    { "/download/range-ignored", test_range_ignored },
    { "/download/resumed-from-before", test_resumed_from_before },
    { "/download/changed-since", test_changed_since },
    { "/download/part-damaged-on-disk", test_part_damaged },
    { "/download/wrong-hash", test_wrong_hash },
    { "/download/more-than-announced", test_more_than_announced },
    { "/download/range-lied-about", test_range_lied_about },
    { "/download/offline-keeps-part", test_offline_keeps_part },
    { "/download/disk-full", test_disk_full },
    { "/download/folder-missing", test_folder_missing },
    { "/download/part-is-a-link", test_part_is_a_link },
    { "/download/into-a-document-of-a-portal", test_document },
    { "/download/into-a-document-resumed", test_document_resumed },
    { "/download/into-a-document-that-is-gone", test_document_gone },
    { "/download/gone", test_gone },
    { "/download/cancelled", test_cancelled },
  };
  static const char *const left[] = { "doc", "nhicard", "" };
  g_autofree char *own = NULL;
  int code;

  own = g_dir_make_tmp ("nhicard-XXXXXX", NULL);
  g_setenv ("XDG_RUNTIME_DIR", own, TRUE);
  g_setenv ("XDG_CACHE_HOME", own, TRUE);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].function, tear_down);
  code = g_test_run ();
  for (gsize i = 0; i < G_N_ELEMENTS (left); i++)
    {
      g_autofree char *path = g_build_filename (own, left[i], NULL);

      g_rmdir (path);
    }
  return code;
}
