/* SPDX-License-Identifier: GPL-3.0-or-later
 * Queries of the package_piece table. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/package.h"

#include <string.h>

gboolean
nhi_store_package_write (NhiDbConnection *connection,
                         const char *person_id,
                         const char *application_id,
                         GBytes *package,
                         GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (package, &size);

  if (!nhi_store_package_delete (connection, person_id, application_id, error))
    return FALSE;
  for (gsize at = 0, piece = 0; at < size; at += NHI_PACKAGE_PIECE_BYTES, piece++)
    if (nhi_db_run (connection,
                    "INSERT INTO package_piece (person_id, application_id, piece, bytes) "
                    "VALUES ($1, $2, $3, $4)",
                    NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (application_id),
                                 nhi_db_int (piece),
                                 nhi_db_bytes (data + at,
                                               MIN (size - at, NHI_PACKAGE_PIECE_BYTES))),
                    error) < 0)
      return FALSE;
  return TRUE;
}

/* Copies the part of piece number @piece that lies in the range into its place in @target. */
static gsize
copy_part (GBytes *bytes, guint64 piece, guint64 offset, guint8 *target, gsize length)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint64 start = piece * NHI_PACKAGE_PIECE_BYTES;
  guint64 from = MAX (start, offset);
  guint64 to = MIN (start + size, offset + length);

  if (from >= to)
    return 0;
  memcpy (target + (from - offset), data + (from - start), to - from);
  return to - from;
}

GBytes *
nhi_store_package_read (NhiDbConnection *connection,
                        const char *person_id,
                        const char *application_id,
                        guint64 offset,
                        guint64 length,
                        GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree guint8 *target = g_malloc (MAX (length, 1));
  gsize copied = 0;

  g_assert (length > 0);

  rows = nhi_db_query (connection,
                       "SELECT piece, bytes FROM package_piece WHERE person_id = $1 "
                       "AND application_id = $2 AND piece BETWEEN $3 AND $4 ORDER BY piece",
                       NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (application_id),
                                    nhi_db_int (offset / NHI_PACKAGE_PIECE_BYTES),
                                    nhi_db_int ((offset + length - 1) / NHI_PACKAGE_PIECE_BYTES)),
                       error);
  if (rows == NULL)
    return NULL;
  while (nhi_db_rows_next (rows, &failure))
    {
      g_autoptr (GBytes) bytes = nhi_db_rows_bytes (rows, 1);

      copied += copy_part (bytes, nhi_db_rows_int (rows, 0), offset, target, length);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (copied != length)
    {
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED,
                   "The package of application %s is not whole", application_id);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&target), length);
}

gboolean
nhi_store_package_delete (NhiDbConnection *connection,
                          const char *person_id,
                          const char *application_id,
                          GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM package_piece WHERE person_id = $1 AND application_id = $2",
                     NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (application_id)),
                     error) >= 0;
}
