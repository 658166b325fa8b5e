/* SPDX-License-Identifier: GPL-3.0-or-later
 * Ranges of a package over the borders of its pieces. */
#include "service/store/package.h"

#include <string.h>

#include "service/jobs/test-bank.h"

#define PIECE NHI_PACKAGE_PIECE_BYTES
#define SIZE (2 * PIECE + 1000)

static const struct
{
  const char *name;
  guint64 offset;
  guint64 length;
} ranges[] = {
  { "whole", 0, SIZE },
  { "first-byte", 0, 1 },
  { "last-byte", SIZE - 1, 1 },
  { "last-byte-of-a-piece", PIECE - 1, 1 },
  { "first-byte-of-a-piece", PIECE, 1 },
  { "over-one-border", PIECE - 3, 6 },
  { "over-two-borders", PIECE - 1, PIECE + 2 },
  { "one-piece-exactly", PIECE, PIECE },
  { "last-piece", 2 * PIECE, 1000 },
};

typedef struct
{
  GBytes *package;
  guint64 offset;
  guint64 length;
  GBytes *read;
} Data;

static gboolean
write_body (NhiDbConnection *connection, gpointer user_data, GError **error)
{
  Data *data = user_data;

  return nhi_store_package_write (connection, TEST_ANNA, "app", data->package, error);
}

static gboolean
read_body (NhiDbConnection *connection, gpointer user_data, GError **error)
{
  Data *data = user_data;

  data->read =
      nhi_store_package_read (connection, TEST_ANNA, "app", data->offset, data->length, error);
  return data->read != NULL;
}

static GBytes *
make_package (void)
{
  guint8 *bytes = g_malloc (SIZE);

  for (gsize i = 0; i < SIZE; i++)
    bytes[i] = (i * 2654435761u) >> 13;
  return g_bytes_new_take (bytes, SIZE);
}

static void
test_range (gconstpointer user_data)
{
  guint i = GPOINTER_TO_UINT (user_data);
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) package = make_package ();
  g_autoptr (GBytes) expected = NULL;
  Data data = { package, ranges[i].offset, ranges[i].length };

  for (guint twice = 0; twice < 2; twice++) /* a second attempt writes over the first */
    nhi_db_transact (bank->world->db, NHI_DB_WRITE, write_body, &data, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_bank_integer (bank, "SELECT COUNT(*) FROM package_piece"), ==, 3);
  nhi_db_transact (bank->world->db, NHI_DB_READ, read_body, &data, &error);
  g_assert_no_error (error);
  expected = g_bytes_new_from_bytes (package, ranges[i].offset, ranges[i].length);
  g_assert_true (g_bytes_equal (data.read, expected));
  g_bytes_unref (data.read);
}

static void
test_missing_piece_is_told (void)
{
  g_autoptr (TestBank) bank = test_bank_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) package = make_package ();
  Data data = { package, 0, SIZE };

  nhi_db_transact (bank->world->db, NHI_DB_WRITE, write_body, &data, &error);
  g_assert_no_error (error);
  test_bank_run_sql (bank, "DELETE FROM package_piece WHERE piece = 1");
  nhi_db_transact (bank->world->db, NHI_DB_READ, read_body, &data, &error);
  g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autofree char *path = g_strconcat ("/package/range/", ranges[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_range);
    }
  g_test_add_func ("/package/missing-piece-is-told", test_missing_piece_is_told);
  return g_test_run ();
}
