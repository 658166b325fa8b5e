/* SPDX-License-Identifier: GPL-3.0-or-later
 * The package: built, opened by us and by 7-Zip, and what strangers' packages may try. */
#include "shared/record/package.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <zip.h>

#define PASSWORD "A123456789"
#define MODIFIED G_GINT64_CONSTANT (1767585600) /* 2026-01-05 12:00 in Taipei */

static GPtrArray *
new_files (void)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_package_file_free);
  g_autoptr (NhiRecord) record = nhi_record_new (NHI_RECORD_MEDICAL, PASSWORD, "20260105");
  NhiRecordEntry *visit = nhi_record_entry_new (nhi_section_find ("r1"));
  g_autofree char *name = nhi_record_file_name (record, "xml");
  g_autofree char *json_name = nhi_record_file_name (record, "json");
  g_autoptr (GBytes) xml = NULL;
  g_autoptr (GBytes) json = NULL;

  nhi_record_entry_set (visit, 9, "流行性感冒");
  nhi_record_add (record, visit);
  xml = nhi_record_to_xml (record, NULL);
  json = nhi_record_to_json_file (record, NULL);
  g_ptr_array_add (files, nhi_package_file_new (name, xml));
  g_ptr_array_add (files, nhi_package_file_new (json_name, json));
  return files;
}

static GBytes *
new_package (void)
{
  g_autoptr (GPtrArray) files = new_files ();
  g_autoptr (GError) error = NULL;
  GBytes *package = nhi_package_build (files, PASSWORD, MODIFIED, &error);

  g_assert_no_error (error);
  return package;
}

static void
test_round_trip (void)
{
  g_autoptr (GPtrArray) files = new_files ();
  g_autoptr (GBytes) package = new_package ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) opened = nhi_package_open (package, PASSWORD, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (opened->len, ==, files->len);
  for (guint i = 0; i < files->len; i++)
    {
      const NhiPackageFile *before = g_ptr_array_index (files, i);
      const NhiPackageFile *after = g_ptr_array_index (opened, i);

      g_assert_cmpstr (before->name, ==, after->name);
      g_assert_true (g_bytes_equal (before->bytes, after->bytes));
    }
}

/* The sizes around the block of an old libzip fault, and an empty file. */
static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 8191, 8192, 8193, 65536, 1000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GPtrArray) files =
          g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_package_file_free);
      g_autoptr (GRand) rand = g_rand_new_with_seed (7);
      guint8 *noise = g_malloc (sizes[i] + 1);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GBytes) package = NULL;
      g_autoptr (GPtrArray) opened = NULL;
      g_autoptr (GError) error = NULL;

      for (gsize at = 0; at < sizes[i]; at++)
        noise[at] = (guint8)g_rand_int (rand);
      bytes = g_bytes_new_take (noise, sizes[i]);
      g_ptr_array_add (files, nhi_package_file_new ("noise", bytes));
      package = nhi_package_build (files, PASSWORD, MODIFIED, &error);
      g_assert_no_error (error);
      opened = nhi_package_open (package, PASSWORD, &error);
      g_assert_no_error (error);
      g_assert_true (
          g_bytes_equal (bytes, ((NhiPackageFile *)g_ptr_array_index (opened, 0))->bytes));
    }
}

/* Nothing of the content can be read in the bytes, and the layout is the same each time. */
static void
test_encrypted (void)
{
  g_autoptr (GBytes) package = new_package ();
  g_autoptr (GBytes) again = new_package ();
  gsize length;
  const void *data = g_bytes_get_data (package, &length);

  g_assert_cmpuint (length, ==, g_bytes_get_size (again));
  g_assert_false (g_bytes_equal (package, again));
  g_assert_null (memmem (data, length, "myhealthbank", 12));
  g_assert_nonnull (memmem (data, length, "健康存摺", 12));
}

static void
test_passwords (void)
{
  static const char *const wrong[] = { NULL, "", "a123456789", "A123456788" };
  g_autoptr (GBytes) package = new_package ();

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (nhi_package_open (package, wrong[i], &error));
      g_assert_error (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_PASSWORD);
    }
}

static void
test_damage (void)
{
  g_autoptr (GBytes) package = new_package ();
  gsize length;
  const guint8 *data = g_bytes_get_data (package, &length);
  g_autofree guint8 *changed = g_memdup2 (data, length);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize cut = 4; cut < length; cut += 37)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (package, 0, cut);
      g_autoptr (GError) cut_error = NULL;

      g_assert_null (nhi_package_open (part, PASSWORD, &cut_error));
      g_assert_error (cut_error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_DAMAGED);
    }
  changed[length / 3] ^= 1;
  bytes = g_bytes_new_static (changed, length);
  g_assert_null (nhi_package_open (bytes, PASSWORD, &error));
  g_assert_error (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_DAMAGED);
}

static void
test_not_zip (void)
{
  static const char *const texts[] = { "", "PK", "%PDF-1.7", "<html>" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (texts[i], strlen (texts[i]));
      g_autoptr (GError) error = NULL;

      g_assert_null (nhi_package_open (bytes, PASSWORD, &error));
      g_assert_error (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_NOT_ZIP);
    }
}

/* A ZIP as a stranger makes it: unencrypted or with @method, with the names that come in @names
 * (ends with NULL). */
static GBytes *
make_foreign (const char *const *names,
              zip_flags_t name_flags,
              const void *content,
              gsize length,
              zip_uint16_t method)
{
  zip_source_t *target = zip_source_buffer_create (NULL, 0, 0, NULL);
  zip_t *archive = (zip_source_keep (target), zip_open_from_source (target, ZIP_TRUNCATE, NULL));
  zip_stat_t stat;
  guint8 *data;

  for (gsize i = 0; names[i] != NULL; i++)
    {
      zip_int64_t index =
          zip_file_add (archive, names[i], zip_source_buffer (archive, content, length, 0),
                        name_flags);

      g_assert_cmpint (index, >=, 0);
      if (method != ZIP_EM_NONE)
        g_assert_cmpint (zip_file_set_encryption (archive, (zip_uint64_t)index, method, PASSWORD),
                         ==, 0);
    }
  g_assert_cmpint (zip_close (archive), ==, 0);
  zip_source_stat (target, &stat);
  zip_source_open (target);
  data = g_malloc (stat.size);
  g_assert_cmpint (zip_source_read (target, data, stat.size), ==, stat.size);
  zip_source_close (target);
  zip_source_free (target);
  return g_bytes_new_take (data, stat.size);
}

static void
test_foreign_encryption (void)
{
  static const zip_uint16_t methods[] = { ZIP_EM_NONE, ZIP_EM_TRAD_PKWARE, ZIP_EM_AES_128,
                                          ZIP_EM_AES_256 };
  static const char *const names[] = { "MHBJSON_1130305_1-1/健康存摺醫療類_1130305.JSON", NULL };
  static const char json[] = "\xEF\xBB\xBF{\"myhealthbank\":{\"bdata\":{\"r5\":{\"r5.2\":\"2\"}}}}";

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (GBytes) package =
          make_foreign (names, ZIP_FL_ENC_UTF_8, json, strlen (json), methods[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) records = nhi_package_read_records (package, PASSWORD, &error);
      g_autoptr (GError) no_password = NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (records->len, ==, 1);
      if (methods[i] == ZIP_EM_NONE)
        continue;
      g_assert_null (nhi_package_read_records (package, NULL, &no_password));
      g_assert_error (no_password, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_PASSWORD);
    }
}

/* ZipCrypto lets one wrong password in 256 through its own check: each must be told as a wrong
 * password nevertheless. */
static void
test_zipcrypto_wrong_passwords (void)
{
  static const char *const names[] = { "a.xml", NULL };
  g_autofree char *content = g_strnfill (2000, 'x');
  g_autoptr (GBytes) package = make_foreign (names, 0, content, 2000, ZIP_EM_TRAD_PKWARE);

  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *password = g_strdup_printf ("wrong%u", i);
      g_autoptr (GError) error = NULL;

      g_assert_null (nhi_package_open (package, password, &error));
      g_assert_error (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_PASSWORD);
    }
}

static void
test_names (void)
{
  static const char *const names[][2] = {
    { "../../etc/passwd", "passwd" },   { "/etc/shadow", "shadow" },
    { "C:\\Windows\\a.xml", "a.xml" },  { "..\\..\\b.xml", "b.xml" },
    { "dir/.hidden", "hidden" },        { "a\nb?.xml", "a_b_.xml" },
    { "健康存摺.xml", "健康存摺.xml" }, { "...", "file" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *const one[] = { names[i][0], NULL };
      g_autoptr (GBytes) package = make_foreign (one, ZIP_FL_ENC_UTF_8, "x", 1, ZIP_EM_NONE);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) opened = nhi_package_open (package, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (((NhiPackageFile *)g_ptr_array_index (opened, 0))->name, ==, names[i][1]);
    }
}

/* As Windows in Taiwan writes it: Big5, and no flag that says so. */
static void
test_big5_name (void)
{
  static const char *const placeholder[] = { "1234.xml", NULL };
  g_autoptr (GBytes) package = make_foreign (placeholder, 0, "x", 1, ZIP_EM_NONE);
  gsize length;
  guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&package), &length);
  g_autoptr (GBytes) renamed = NULL;
  g_autoptr (GPtrArray) opened = NULL;
  g_autoptr (GError) error = NULL;
  guint8 *at = data;

  while ((at = memmem (at, length - (gsize)(at - data), "1234", 4)) != NULL)
    memcpy (at, "\xb0\xb7\xb1\x64", 4); /* 健康 */
  renamed = g_bytes_new_take (data, length);
  opened = nhi_package_open (renamed, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (((NhiPackageFile *)g_ptr_array_index (opened, 0))->name, ==, "健康.xml");
}

static void
test_unknown_method (void)
{
  static const char *const names[] = { "a.xml", NULL };
  g_autoptr (GBytes) package = make_foreign (names, 0, "x", 1, ZIP_EM_NONE);
  gsize length;
  guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&package), &length);
  guint8 *entry = memmem (data, length, "PK\1\2", 4);
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (GError) error = NULL;

  entry[10] = 0xFE; /* the compression method */
  changed = g_bytes_new_take (data, length);
  g_assert_null (nhi_package_open (changed, NULL, &error));
  g_assert_error (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_DAMAGED);
}

static void
test_bombs (void)
{
  static const char *const one[] = { "bomb.xml", NULL };
  const char *many[NHI_PACKAGE_MAX_FILES + 2] = { NULL };
  g_autofree char *zeros = g_malloc0 (64 * 1024 * 1024);
  g_autofree char *names = g_malloc0 (sizeof (char[NHI_PACKAGE_MAX_FILES + 1][8]));
  g_autoptr (GBytes) ratio = make_foreign (one, 0, zeros, 64 * 1024 * 1024, ZIP_EM_NONE);
  g_autoptr (GBytes) count = NULL;
  g_autoptr (GError) ratio_error = NULL;
  g_autoptr (GError) count_error = NULL;

  for (guint i = 0; i <= NHI_PACKAGE_MAX_FILES; i++)
    {
      g_snprintf (names + i * 8, 8, "%u.xml", i);
      many[i] = names + i * 8;
    }
  count = make_foreign (many, 0, "x", 1, ZIP_EM_NONE);
  g_assert_null (nhi_package_open (ratio, NULL, &ratio_error));
  g_assert_error (ratio_error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_TOO_BIG);
  g_assert_null (nhi_package_open (count, NULL, &count_error));
  g_assert_error (count_error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_TOO_BIG);
}

static void
test_records (void)
{
  g_autoptr (GBytes) package = new_package ();
  g_autoptr (GPtrArray) files = new_files ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = nhi_package_read_records (package, PASSWORD, &error);

  /* XML and JSON say the same: one record. */
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 1);
  for (guint i = 0; i < files->len; i++)
    {
      const NhiPackageFile *file = g_ptr_array_index (files, i);
      g_autoptr (GPtrArray) bare = nhi_package_read_records (file->bytes, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (bare->len, ==, 1);
    }
}

/* The insurer may split one record into several files. */
static void
test_parts (void)
{
  static const char *const names[] = { "1-2.json", "2-2.json", NULL };
  static const char json[] = "{\"myhealthbank\":{\"bdata\":{\"r5\":{\"r5.2\":\"2\"}}}}";
  g_autoptr (GBytes) package = make_foreign (names, 0, json, strlen (json), ZIP_EM_NONE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = nhi_package_read_records (package, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 2);
}

typedef struct
{
  const char *content;
  gboolean of_record; /* the error's domain */
  int code;
} NoRecordCase;

static void
test_no_records (void)
{
  static const char *const names[] = { "a.xml", NULL };
  static const NoRecordCase cases[] = {
    { "%PDF-1.7", FALSE, NHI_PACKAGE_ERROR_EMPTY },
    { "<html/>", FALSE, NHI_PACKAGE_ERROR_EMPTY },
    { "<myhealthbank><bdata>", TRUE, NHI_RECORD_ERROR_DAMAGED },
    { "{\"myhealthbank\":{\"bdata\":{", TRUE, NHI_RECORD_ERROR_DAMAGED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) package =
          make_foreign (names, 0, cases[i].content, strlen (cases[i].content), ZIP_EM_NONE);
      GQuark domain = cases[i].of_record ? NHI_RECORD_ERROR : NHI_PACKAGE_ERROR;
      g_autoptr (GError) error = NULL;

      g_assert_null (nhi_package_read_records (package, NULL, &error));
      g_assert_error (error, domain, cases[i].code);
    }
}

static char *
run_7z (const char *program, const char *command, const char *path)
{
  g_autofree char *password = g_strconcat ("-p", PASSWORD, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  char *output = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                              &error, program, command, "-slt", "-bd", password, path, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error));
  g_assert_true (g_subprocess_get_successful (process));
  return output;
}

static void
test_7z (void)
{
  g_autofree char *program = g_find_program_in_path ("7z");
  g_autofree char *directory = NULL;
  g_autofree char *path = NULL;
  g_autofree char *tested = NULL;
  g_autofree char *listed = NULL;
  g_autoptr (GBytes) package = NULL;
  g_autoptr (GError) error = NULL;

  if (program == NULL)
    {
      g_test_skip ("7z is not installed");
      return;
    }
  package = new_package ();
  directory = g_dir_make_tmp ("package-test-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (directory, "package.zip", NULL);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (package, NULL),
                                      (gssize)g_bytes_get_size (package), NULL));
  tested = run_7z (program, "t", path);
  listed = run_7z (program, "l", path);
  g_assert_nonnull (strstr (tested, "Everything is Ok"));
  g_assert_nonnull (strstr (listed, "Path = 健康存摺醫療類_20260105.xml"));
  g_assert_nonnull (strstr (listed, "AES-256 Deflate"));
  g_assert_nonnull (strstr (listed, "Modified = 2026-01-05 12:00:00"));
  g_unlink (path);
  g_rmdir (directory);
}

/* 7-Zip leaves the CRC out of what it encrypts (AE-2), and its files are what people hand on. */
static void
test_made_by_7z (void)
{
  g_autofree char *program = g_find_program_in_path ("7z");
  g_autofree char *directory = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *path = NULL;
  g_autofree char *packed = NULL;
  g_autofree char *output = NULL;
  gsize length = 0;
  g_autofree char *text = g_strnfill (100 * 1000, 'x');
  g_autoptr (GError) error = NULL;

  if (program == NULL)
    {
      g_test_skip ("7z is not installed");
      return;
    }
  directory = g_dir_make_tmp ("package-test-XXXXXX", &error);
  g_assert_no_error (error);
  plain = g_build_filename (directory, "plain.xml", NULL);
  path = g_build_filename (directory, "package.zip", NULL);
  g_assert_true (g_file_set_contents (plain, text, -1, NULL));

  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error,
                        program, "a", "-bd", "-tzip", "-mem=AES256", "-p" PASSWORD, path, plain,
                        NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, NULL));
  g_assert_true (g_subprocess_get_successful (process));

  g_assert_true (g_file_get_contents (path, &packed, &length, NULL));
  g_autoptr (GBytes) package = g_bytes_new (packed, length);
  g_autoptr (GPtrArray) files = nhi_package_open (package, PASSWORD, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (files->len, ==, 1);
  const NhiPackageFile *file = g_ptr_array_index (files, 0);
  g_assert_cmpmem (g_bytes_get_data (file->bytes, NULL), g_bytes_get_size (file->bytes), text,
                   100 * 1000);

  packed[length / 4] ^= 1; /* inside the encrypted bytes: the HMAC tells */
  g_autoptr (GBytes) damaged = g_bytes_new (packed, length);
  g_assert_null (nhi_package_open (damaged, PASSWORD, &error));
  g_assert_error (error, NHI_PACKAGE_ERROR, NHI_PACKAGE_ERROR_DAMAGED);
  g_unlink (plain);
  g_unlink (path);
  g_rmdir (directory);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/package/built-and-opened-is-the-same", test_round_trip);
  g_test_add_func ("/package/sizes-around-blocks", test_sizes);
  g_test_add_func ("/package/nothing-readable-without-password", test_encrypted);
  g_test_add_func ("/package/wrong-passwords", test_passwords);
  g_test_add_func ("/package/damage-is-told", test_damage);
  g_test_add_func ("/package/not-a-zip", test_not_zip);
  g_test_add_func ("/package/foreign-encryption", test_foreign_encryption);
  g_test_add_func ("/package/zipcrypto-wrong-passwords", test_zipcrypto_wrong_passwords);
  g_test_add_func ("/package/names-without-paths", test_names);
  g_test_add_func ("/package/name-in-big5", test_big5_name);
  g_test_add_func ("/package/unknown-compression", test_unknown_method);
  g_test_add_func ("/package/bombs", test_bombs);
  g_test_add_func ("/package/records-from-any-form", test_records);
  g_test_add_func ("/package/parts-all-count", test_parts);
  g_test_add_func ("/package/no-records-in-it", test_no_records);
  g_test_add_func ("/package/opens-in-7-zip", test_7z);
  g_test_add_func ("/package/made-by-7-zip-opens", test_made_by_7z);
  return g_test_run ();
}
