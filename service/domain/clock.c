/* SPDX-License-Identifier: GPL-3.0-or-later
 * Compares the world's clock with the one all nodes have in common. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/clock.h"

#include "service/store/clock.h"

G_DEFINE_QUARK (nhi - clock - error - quark, nhi_clock_error)

static gboolean
read_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_store_clock_read (connection, data, error);
}

/* How far @theirs lies outside the time in which it was asked for; positive: the world is ahead. */
static gint64
measure_skew (gint64 before, gint64 theirs, gint64 after)
{
  if (theirs < before)
    return before - theirs;
  return theirs > after ? after - theirs : 0;
}

gboolean
nhi_clock_check (NhiWorld *world, GError **error)
{
  const gint64 before = nhi_world_now (world);
  gint64 theirs = 0;
  gint64 skew;

  if (!nhi_db_transact (world->db, NHI_DB_READ, read_body, &theirs, error))
    return FALSE;
  skew = measure_skew (before, theirs, nhi_world_now (world));
  if (ABS (skew) <= NHI_CLOCK_MAX_SKEW)
    return TRUE;
  g_set_error (error, NHI_CLOCK_ERROR, NHI_CLOCK_ERROR_SKEW,
               "This machine's clock is %" G_GINT64_FORMAT
               " seconds %s the database's; set both by "
               "a time server, then start again",
               ABS (skew), skew > 0 ? "ahead of" : "behind");
  return FALSE;
}
