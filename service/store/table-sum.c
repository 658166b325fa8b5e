/* SPDX-License-Identifier: GPL-3.0-or-later
 * What lies in a table, as a number that is the same on every engine. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/table-sum.h"

#include "service/store/row-code.h"
#include "service/store/table-page.h"

#include <openssl/evp.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD, EVP_MD_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)

#define DIGEST_SIZE 32

/* sum += digest, read as a number of 256 bits, big-endian. */
static void
add_digest (NhiTableSum *sum, const guint8 *digest)
{
  guint64 carry = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sum->sum); i++)
    {
      guint64 part;
      guint64 with_carry;

      memcpy (&part, digest + DIGEST_SIZE - 8 * (i + 1), sizeof part);
      with_carry = sum->sum[i] + carry;
      carry = with_carry < carry;
      sum->sum[i] = with_carry + GUINT64_FROM_BE (part);
      carry += sum->sum[i] < with_carry;
    }
}

/* A digest made once is used for all rows: fetching it again costs more than a short row. */
static gboolean
add_page (NhiTableSum *sum,
          const NhiTable *table,
          const NhiRowBuffer *page,
          EVP_MD_CTX *context,
          const EVP_MD *sha256,
          GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 digest[DIGEST_SIZE];

  for (gsize row = 0; row < nhi_row_buffer_count (page); row++)
    {
      g_byte_array_set_size (bytes, 0);
      nhi_row_code_append (bytes, nhi_row_buffer_get (page, row), nhi_table_n_columns (table));
      if (!EVP_DigestInit_ex2 (context, sha256, NULL) ||
          !EVP_DigestUpdate (context, bytes->data, bytes->len) ||
          !EVP_DigestFinal_ex (context, digest, NULL))
        {
          g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL,
                               "OpenSSL has no SHA-256 on this machine; look at its configuration");
          return FALSE;
        }
      add_digest (sum, digest);
      sum->rows++;
    }
  return TRUE;
}

gboolean
nhi_table_sum (NhiDb *db,
               const NhiTable *table,
               NhiTableProgress progress,
               gpointer data,
               NhiTableSum *ret_sum,
               GError **error)
{
  g_autoptr (EVP_MD) sha256 = EVP_MD_fetch (NULL, "SHA256", NULL);
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  g_autoptr (NhiRowBuffer) page = nhi_row_buffer_new (nhi_table_n_columns (table));
  g_autoptr (GBytes) after = NULL;
  NhiTableSum sum = { 0 };

  for (;;)
    {
      if (!nhi_table_page_read (db, table, after, page, error))
        return FALSE;
      if (nhi_row_buffer_count (page) == 0)
        break;
      if (!add_page (&sum, table, page, context, sha256, error))
        return FALSE;
      g_clear_pointer (&after, g_bytes_unref);
      after = nhi_table_page_end (table, page);
      if (progress != NULL)
        progress ((gint64)nhi_row_buffer_count (page), data);
    }
  *ret_sum = sum;
  return TRUE;
}

gboolean
nhi_table_sum_equal (const NhiTableSum *one, const NhiTableSum *other)
{
  return one->rows == other->rows && memcmp (one->sum, other->sum, sizeof one->sum) == 0;
}

char *
nhi_table_sum_format (const NhiTableSum *sum)
{
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER
                          "x%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x",
                          sum->sum[3], sum->sum[2], sum->sum[1], sum->sum[0]);
}
