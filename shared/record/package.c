/* SPDX-License-Identifier: GPL-3.0-or-later
 * Building the package. */
#include "shared/record/package.h"

#include <glib/gi18n-lib.h>
#include <zip.h>

#include "shared/calendar/taipei.h"

#define DEFLATE_LEVEL 6 /* the library's default, 9, costs four times the time for little */

G_DEFINE_QUARK (nhi - package - error - quark, nhi_package_error)

NhiPackageFile *
nhi_package_file_new (const char *name, GBytes *bytes)
{
  NhiPackageFile *file;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (bytes != NULL, NULL);

  file = g_new0 (NhiPackageFile, 1);
  file->name = g_strdup (name);
  file->bytes = g_bytes_ref (bytes);
  return file;
}

void
nhi_package_file_free (NhiPackageFile *file)
{
  if (file == NULL)
    return;
  g_free (file->name);
  g_bytes_unref (file->bytes);
  g_free (file);
}

static gboolean
fail_build (GError **error, const char *reason)
{
  /* translators: %s is the reason, in English, from the ZIP library */
  g_set_error (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_NOT_BUILT,
               _ ("The package could not be built: %s"), reason);
  return FALSE;
}

/* The clock on a wall in Taipei, as MS-DOS counts: two-second steps since 1980. */
static gboolean
set_time (zip_t *archive, zip_uint64_t index, gint64 modified)
{
  g_autoptr (GDateTime) time = nhi_taipei_moment (modified);
  guint date, clock;

  if (time == NULL || g_date_time_get_year (time) < 1980 || g_date_time_get_year (time) > 2107)
    return FALSE;
  date = (guint)(((g_date_time_get_year (time) - 1980) << 9) | (g_date_time_get_month (time) << 5) |
                 g_date_time_get_day_of_month (time));
  clock = (guint)((g_date_time_get_hour (time) << 11) | (g_date_time_get_minute (time) << 5) |
                  (g_date_time_get_second (time) / 2));
  return zip_file_set_dostime (archive, index, (zip_uint16_t)clock, (zip_uint16_t)date, 0) == 0;
}

static gboolean
add_file (zip_t *archive, const NhiPackageFile *file, const char *password, gint64 modified)
{
  gsize length;
  const void *data = g_bytes_get_data (file->bytes, &length);
  zip_source_t *source = zip_source_buffer (archive, data, length, 0);
  zip_int64_t added;
  zip_uint64_t index;

  if (source == NULL)
    return FALSE;
  added = zip_file_add (archive, file->name, source, ZIP_FL_ENC_UTF_8);
  if (added < 0)
    {
      zip_source_free (source);
      return FALSE;
    }
  index = (zip_uint64_t)added;
  return zip_set_file_compression (archive, index, ZIP_CM_DEFLATE, DEFLATE_LEVEL) == 0 &&
         zip_file_set_encryption (archive, index, ZIP_EM_AES_256, password) == 0 &&
         set_time (archive, index, modified);
}

static gboolean
write_archive (zip_source_t *target,
               GPtrArray *files,
               const char *password,
               gint64 modified,
               GError **error)
{
  zip_error_t problem;
  zip_t *archive;

  zip_error_init (&problem);
  zip_source_keep (target); /* a closed archive lets go of its source */
  archive = zip_open_from_source (target, ZIP_TRUNCATE, &problem);
  if (archive == NULL)
    {
      zip_source_free (target);
      fail_build (error, zip_error_strerror (&problem));
      zip_error_fini (&problem);
      return FALSE;
    }
  for (guint i = 0; i < files->len; i++)
    if (!add_file (archive, g_ptr_array_index (files, i), password, modified))
      {
        fail_build (error, zip_strerror (archive));
        zip_discard (archive);
        return FALSE;
      }
  if (zip_close (archive) == 0)
    return TRUE;
  fail_build (error, zip_strerror (archive));
  zip_discard (archive);
  return FALSE;
}

static GBytes *
read_back (zip_source_t *source, GError **error)
{
  zip_stat_t stat;
  g_autofree guint8 *data = NULL;

  if (zip_source_stat (source, &stat) < 0 || !(stat.valid & ZIP_STAT_SIZE) ||
      zip_source_open (source) < 0)
    {
      fail_build (error, zip_error_strerror (zip_source_error (source)));
      return NULL;
    }
  data = g_malloc (stat.size);
  if (zip_source_read (source, data, stat.size) != (zip_int64_t)stat.size)
    {
      fail_build (error, zip_error_strerror (zip_source_error (source)));
      zip_source_close (source);
      return NULL;
    }
  zip_source_close (source);
  return g_bytes_new_take (g_steal_pointer (&data), stat.size);
}

GBytes *
nhi_package_build (GPtrArray *files, const char *password, gint64 modified, GError **error)
{
  zip_source_t *target;
  GBytes *package = NULL;

  g_return_val_if_fail (files != NULL && files->len > 0, NULL);
  g_return_val_if_fail (password != NULL && *password != '\0', NULL);

  target = zip_source_buffer_create (NULL, 0, 0, NULL);
  if (target == NULL)
    {
      fail_build (error, g_strerror (ENOMEM));
      return NULL;
    }
  if (write_archive (target, files, password, modified, error))
    package = read_back (target, error);
  zip_source_free (target);
  return package;
}
