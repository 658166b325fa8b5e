/* SPDX-License-Identifier: GPL-3.0-or-later
 * The job table as an operator looks at it. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/job-list.h"

NhiDbRows *
nhi_job_list (NhiDbConnection *connection, gint64 limit, GError **error)
{
  return nhi_db_query (connection,
                       "SELECT job_id, kind, state, run_at, attempts, error FROM job"
                       " ORDER BY CASE state WHEN 'done' THEN 1 ELSE 0 END, run_at, job_id"
                       " LIMIT $1",
                       NHI_DB_ARGS (nhi_db_int (limit)), error);
}
