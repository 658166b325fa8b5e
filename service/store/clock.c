/* SPDX-License-Identifier: GPL-3.0-or-later
 * Asks the database what time it is. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/clock.h"

gboolean
nhi_store_clock_read (NhiDbConnection *connection, gint64 *ret_now, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) moment = NULL;
  const char *text;

  /* The one spelling both engines have: SQLite says it in UTC, PostgreSQL says its zone beside it.
   */
  rows =
      nhi_db_query (connection, "SELECT CAST (CURRENT_TIMESTAMP AS TEXT)", NHI_DB_NO_ARGS, error);
  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return FALSE;
  text = nhi_db_rows_text (rows, 0);
  moment = g_date_time_new_from_iso8601 (text, utc);
  if (moment == NULL)
    {
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL,
                   "The database's time “%s” cannot be read", text);
      return FALSE;
    }
  *ret_now = g_date_time_to_unix (moment);
  return TRUE;
}
