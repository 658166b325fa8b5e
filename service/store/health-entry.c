/* SPDX-License-Identifier: GPL-3.0-or-later
 * Medical entries of a person, by section and day. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/health-entry.h"

#define WITHIN                                                                                     \
  " FROM health_entry WHERE person_id = $1 AND section = $2 AND entry_date >= $3"                  \
  " AND entry_date <= $4"

gboolean
nhi_health_entry_add (NhiBulk *bulk,
                      const char *person_id,
                      const char *section,
                      const char *entry_date,
                      const char *entry_id,
                      const char *document,
                      GError **error)
{
  static const char *const columns[] = { "person_id", "section",  "entry_date",
                                         "entry_id",  "document", NULL };
  static const NhiBulkTable table = { "health_entry", columns };
  const NhiDbValue values[] = { nhi_db_text (person_id), nhi_db_text (section),
                                nhi_db_text (entry_date), nhi_db_text (entry_id),
                                nhi_db_text (document) };

  return nhi_bulk_add (bulk, &table, values, error);
}

NhiDbRows *
nhi_health_entry_select (NhiDbConnection *connection,
                         const char *person_id,
                         const char *section,
                         const char *from_day,
                         const char *to_day,
                         GError **error)
{
  return nhi_db_query (connection,
                       "SELECT entry_date, entry_id, document" WITHIN
                       " ORDER BY entry_date DESC, entry_id DESC",
                       NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (section),
                                    nhi_db_text (from_day), nhi_db_text (to_day)),
                       error);
}

gint64
nhi_health_entry_count (NhiDbConnection *connection,
                        const char *person_id,
                        const char *section,
                        const char *from_day,
                        const char *to_day,
                        GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection, "SELECT count(*)" WITHIN,
                       NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (section),
                                    nhi_db_text (from_day), nhi_db_text (to_day)),
                       error);
  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return -1;
  return nhi_db_rows_int (rows, 0);
}
