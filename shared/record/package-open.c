/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opening a package from a stranger: limits on everything, names without paths, and telling a wrong
 * password from damage. */
#include "shared/record/package.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <zip.h>

#define CHUNK (64 * 1024)
#define NAME_MAX_BYTES 200
#define RATIO_COUNTS_FROM (1024 * 1024)

static gboolean
fail_open (GError **error, NhiPackageError code)
{
  const char *message = "";

  switch (code)
    {
    case NHI_PACKAGE_ERROR_NOT_ZIP:
      message = _ ("This is not a health-bank package. Choose the ZIP file that you downloaded.");
      break;
    case NHI_PACKAGE_ERROR_PASSWORD:
      message =
          _ ("The password does not open the package. It is your ID number with a capital letter.");
      break;
    case NHI_PACKAGE_ERROR_DAMAGED:
      message = _ ("The package is damaged. Download it again.");
      break;
    case NHI_PACKAGE_ERROR_TOO_BIG:
      message = _ ("The package unpacks to more than a health bank can hold. It is not opened.");
      break;
    case NHI_PACKAGE_ERROR_EMPTY:
      message = _ ("There is no health-bank file in the package.");
      break;
    case NHI_PACKAGE_ERROR_NOT_BUILT: /* never of opening */
      g_assert_not_reached ();
    }
  g_set_error_literal (error, NHI_PACKAGE_ERROR, code, message);
  return FALSE;
}

/* The name behind the last directory, without what a file system takes amiss; "file" when nothing
 * is left. */
static char *
safe_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autoptr (GString) safe = g_string_new (NULL);
  const char *base = valid;

  for (const char *c = valid; *c != '\0'; c++)
    if (*c == '/' || *c == '\\')
      base = c + 1;
  while (*base == '.' || *base == ' ')
    base++;
  for (const char *c = base; *c != '\0' && safe->len < NAME_MAX_BYTES; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);
      gboolean allowed = g_unichar_isprint (character) &&
                         (character >= 0x80 || strchr ("<>:\"|?*", (int)character) == NULL);

      g_string_append_unichar (safe, allowed ? character : '_');
    }
  return safe->len > 0 ? g_string_free (g_steal_pointer (&safe), FALSE) : g_strdup ("file");
}

/* Old Windows programs write names in the system's code page without saying so: here that is Big5.
 */
static char *
name_of (zip_t *archive, zip_uint64_t index)
{
  const char *raw = zip_get_name (archive, index, ZIP_FL_ENC_RAW);
  g_autofree char *decoded = NULL;

  if (raw == NULL)
    return g_strdup ("file");
  if (!g_utf8_validate (raw, -1, NULL))
    decoded = g_convert (raw, -1, "UTF-8", "BIG5", NULL, NULL, NULL);
  return safe_name (decoded != NULL ? decoded : raw);
}

/* ZipCrypto checks a password with one byte, so that one wrong password in 256 is only found out by
 * what it unpacks to. */
static NhiPackageError
code_of (int zip_code, zip_uint16_t encryption)
{
  switch (zip_code)
    {
    case ZIP_ER_NOPASSWD:
    case ZIP_ER_WRONGPASSWD:
      return NHI_PACKAGE_ERROR_PASSWORD;
    case ZIP_ER_CRC:
    case ZIP_ER_ZLIB:
    case ZIP_ER_COMPRESSED_DATA:
    case ZIP_ER_EOF:
      return encryption == ZIP_EM_TRAD_PKWARE ? NHI_PACKAGE_ERROR_PASSWORD
                                              : NHI_PACKAGE_ERROR_DAMAGED;
    case ZIP_ER_NOZIP:
      return NHI_PACKAGE_ERROR_NOT_ZIP;
    case ZIP_ER_MEMORY:
      return NHI_PACKAGE_ERROR_TOO_BIG;
    default:
      return NHI_PACKAGE_ERROR_DAMAGED;
    }
}

static gboolean
is_too_big (gsize unpacked, gsize packed, gsize budget)
{
  return unpacked > budget ||
         (unpacked > RATIO_COUNTS_FROM && unpacked / NHI_PACKAGE_MAX_RATIO > packed);
}

/* Reads to the end, HMAC and CRC included. What a ZIP says of a file's size is not believed: @limit
 * holds for the bytes that come. */
static GBytes *
read_all (zip_file_t *file, zip_uint16_t encryption, gsize packed, gsize limit, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  zip_int64_t count;

  while ((count = zip_fread (file, chunk, CHUNK)) > 0)
    {
      if (is_too_big (bytes->len + (gsize)count, packed, limit))
        {
          fail_open (error, NHI_PACKAGE_ERROR_TOO_BIG);
          return NULL;
        }
      g_byte_array_append (bytes, chunk, (guint)count);
    }
  if (count < 0)
    {
      fail_open (error, code_of (zip_error_code_zip (zip_file_get_error (file)), encryption));
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static GBytes *
inflate (GBytes *deflated, gsize limit, GError **error)
{
  g_autoptr (GZlibDecompressor) inflater = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  gsize length;
  const guint8 *data = g_bytes_get_data (deflated, &length);
  gsize at = 0;
  GConverterResult result;

  do
    {
      gsize taken = 0;
      gsize given = 0;

      result = g_converter_convert (G_CONVERTER (inflater), data + at, length - at, chunk, CHUNK,
                                    G_CONVERTER_INPUT_AT_END, &taken, &given, NULL);
      if (result != G_CONVERTER_ERROR && is_too_big (bytes->len + given, length, limit))
        {
          fail_open (error, NHI_PACKAGE_ERROR_TOO_BIG);
          return NULL;
        }
      if (result != G_CONVERTER_ERROR)
        g_byte_array_append (bytes, chunk, (guint)given);
      at += taken;
    }
  while (result == G_CONVERTER_CONVERTED);

  if (result != G_CONVERTER_FINISHED)
    {
      fail_open (error, NHI_PACKAGE_ERROR_DAMAGED);
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* A file under AES is proved by its HMAC, and programs such as 7-Zip then leave the CRC out
 * (WinZip's form AE-2). libzip 1.7.3 compares it all the same, so such a file is taken from libzip
 * decrypted and proved, and inflated here. */
static gboolean
leaves_crc_out (const zip_stat_t *stat)
{
  return stat->encryption_method != ZIP_EM_NONE && stat->encryption_method != ZIP_EM_TRAD_PKWARE &&
         stat->comp_method == ZIP_CM_DEFLATE && stat->crc == 0;
}

static GBytes *
unpack (zip_file_t *file, const zip_stat_t *stat, gsize package_size, gsize budget, GError **error)
{
  gsize packed =
      stat->valid & ZIP_STAT_COMP_SIZE ? MIN (stat->comp_size, package_size) : package_size;
  g_autoptr (GBytes) deflated = NULL;

  if (!leaves_crc_out (stat))
    return read_all (file, stat->encryption_method, packed, budget, error);
  deflated = read_all (file, stat->encryption_method, packed, package_size, error);
  return deflated != NULL ? inflate (deflated, budget, error) : NULL;
}

/* Every ZIP program writes one of these two; libzip's other decompressors need not meet strangers,
 * and libzip 1.7.3 leaks memory when it meets a method that it does not know. */
static gboolean
is_understood (const zip_stat_t *stat)
{
  return (stat->comp_method == ZIP_CM_STORE || stat->comp_method == ZIP_CM_DEFLATE) &&
         zip_encryption_method_supported (stat->encryption_method, 0);
}

static gboolean
open_file (zip_t *archive,
           zip_uint64_t index,
           const char *password,
           gsize package_size,
           gsize *budget,
           GPtrArray *files,
           GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = NULL;
  zip_stat_t stat;
  zip_file_t *file;

  if (zip_stat_index (archive, index, 0, &stat) < 0)
    return fail_open (error, NHI_PACKAGE_ERROR_DAMAGED);
  if (stat.valid & ZIP_STAT_NAME && g_str_has_suffix (stat.name, "/"))
    return TRUE;
  if (stat.encryption_method != ZIP_EM_NONE && password == NULL)
    return fail_open (error, NHI_PACKAGE_ERROR_PASSWORD);
  if (!is_understood (&stat))
    return fail_open (error, NHI_PACKAGE_ERROR_DAMAGED);
  file = zip_fopen_index_encrypted (archive, index, leaves_crc_out (&stat) ? ZIP_FL_COMPRESSED : 0,
                                    password);
  if (file == NULL)
    return fail_open (error, code_of (zip_error_code_zip (zip_get_error (archive)),
                                      stat.encryption_method));
  bytes = unpack (file, &stat, package_size, *budget, error);
  zip_fclose (file);
  if (bytes == NULL)
    return FALSE;
  *budget -= g_bytes_get_size (bytes);
  name = name_of (archive, index);
  g_ptr_array_add (files, nhi_package_file_new (name, bytes));
  return TRUE;
}

static GPtrArray *
open_files (zip_t *archive, const char *password, gsize package_size, GError **error)
{
  g_autoptr (GPtrArray) files =
      g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_package_file_free);
  zip_int64_t count = zip_get_num_entries (archive, 0);
  gsize budget = NHI_PACKAGE_MAX_BYTES;

  if (count > NHI_PACKAGE_MAX_FILES)
    {
      fail_open (error, NHI_PACKAGE_ERROR_TOO_BIG);
      return NULL;
    }
  for (zip_int64_t i = 0; i < count; i++)
    if (!open_file (archive, (zip_uint64_t)i, password, package_size, &budget, files, error))
      return NULL;
  return g_steal_pointer (&files);
}

static gboolean
looks_like_zip (const guint8 *data, gsize length)
{
  return length >= 4 && (memcmp (data, "PK\3\4", 4) == 0 || memcmp (data, "PK\5\6", 4) == 0);
}

/* Whether it begins as a ZIP: then what libzip cannot read was cut short on the way. */
static zip_t *
open_archive (GBytes *package, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (package, &length);
  zip_source_t *source;
  zip_error_t problem;
  zip_t *archive = NULL;

  if (!looks_like_zip (data, length))
    {
      fail_open (error, NHI_PACKAGE_ERROR_NOT_ZIP);
      return NULL;
    }
  if (length > NHI_PACKAGE_MAX_BYTES)
    {
      fail_open (error, NHI_PACKAGE_ERROR_TOO_BIG);
      return NULL;
    }
  zip_error_init (&problem);
  source = zip_source_buffer_create (data, length, 0, &problem);
  if (source != NULL)
    archive = zip_open_from_source (source, ZIP_RDONLY, &problem);
  if (archive == NULL)
    {
      zip_source_free (source);
      fail_open (error, NHI_PACKAGE_ERROR_DAMAGED);
    }
  zip_error_fini (&problem);
  return archive;
}

GPtrArray *
nhi_package_open (GBytes *package, const char *password, GError **error)
{
  GPtrArray *files;
  zip_t *archive;

  g_return_val_if_fail (package != NULL, NULL);

  if (password != NULL && *password == '\0')
    password = NULL;
  archive = open_archive (package, error);
  if (archive == NULL)
    return NULL;
  files = open_files (archive, password, g_bytes_get_size (package), error);
  zip_discard (archive);
  return files;
}

/* The first byte that says something: '<' for XML, '{' for JSON. */
static char
first_byte (GBytes *bytes)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  gsize at = length >= 3 && memcmp (text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

  while (at < length && g_ascii_isspace (text[at]))
    at++;
  return at < length ? text[at] : '\0';
}

/* Whether one of the first @count records is the same person's of the same day and class. */
static gboolean
is_known (GPtrArray *records, guint count, const NhiRecord *record)
{
  for (guint i = 0; i < count; i++)
    {
      const NhiRecord *known = g_ptr_array_index (records, i);

      if (known->record_class == record->record_class &&
          g_strcmp0 (known->masked_id, record->masked_id) == 0 &&
          g_strcmp0 (known->applied_on, record->applied_on) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Takes the record of @bytes when they begin with @kind, unless the first @known say it already. A
 * file of another format is no harm, a damaged one is. */
static gboolean
read_record (GPtrArray *records, guint known, GBytes *bytes, char kind, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (NhiRecord) record = NULL;

  if (first_byte (bytes) != kind)
    return TRUE;
  record =
      kind == '<' ? nhi_record_from_xml (bytes, &cause) : nhi_record_from_json_file (bytes, &cause);
  if (record != NULL && !is_known (records, known, record))
    g_ptr_array_add (records, g_steal_pointer (&record));
  if (cause == NULL || g_error_matches (cause, NHI_RECORD_ERROR, NHI_RECORD_ERROR_FORMAT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static GPtrArray *
read_bare_file (GBytes *file, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_record_free);
  NhiRecord *record = first_byte (file) == '{' ? nhi_record_from_json_file (file, error)
                                               : nhi_record_from_xml (file, error);

  if (record == NULL)
    return NULL;
  g_ptr_array_add (records, record);
  return g_steal_pointer (&records);
}

/* XML first; a JSON file that only repeats one of them is left out, while parts of one record in
 * several files all count. */
static gboolean
read_files (GPtrArray *records, GPtrArray *files, GError **error)
{
  guint from_xml;

  for (guint i = 0; i < files->len; i++)
    if (!read_record (records, 0, ((NhiPackageFile *)g_ptr_array_index (files, i))->bytes, '<',
                      error))
      return FALSE;
  from_xml = records->len;
  for (guint i = 0; i < files->len; i++)
    if (!read_record (records, from_xml, ((NhiPackageFile *)g_ptr_array_index (files, i))->bytes,
                      '{', error))
      return FALSE;
  return records->len > 0 || fail_open (error, NHI_PACKAGE_ERROR_EMPTY);
}

GPtrArray *
nhi_package_read_records (GBytes *file, const char *password, GError **error)
{
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) records = NULL;
  gsize length;
  const guint8 *data;

  g_return_val_if_fail (file != NULL, NULL);

  data = g_bytes_get_data (file, &length);
  if (!looks_like_zip (data, length))
    return read_bare_file (file, error);
  files = nhi_package_open (file, password, error);
  if (files == NULL)
    return NULL;
  records = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_record_free);
  return read_files (records, files, error) ? g_steal_pointer (&records) : NULL;
}
