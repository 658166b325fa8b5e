/* SPDX-License-Identifier: GPL-3.0-or-later
 * Compares the world's clock with the one all nodes have in common. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/clock.h"

#include "service/store/clock.h"

static gboolean
read_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_store_clock_read (connection, data, error);
}

gboolean
nhi_clock_measure_skew (NhiWorld *world, gint64 *ret_seconds, GError **error)
{
  const gint64 before = nhi_world_now (world);
  gint64 theirs = 0;

  if (!nhi_db_transact (world->db, NHI_DB_READ, read_body, &theirs, error))
    return FALSE;
  const gint64 after = nhi_world_now (world);
  if (theirs < before)
    *ret_seconds = before - theirs;
  else
    *ret_seconds = theirs > after ? after - theirs : 0;
  return TRUE;
}
