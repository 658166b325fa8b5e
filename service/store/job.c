/* SPDX-License-Identifier: GPL-3.0-or-later
 * Queries of the job table. A job that runs keeps in run_at the end of its lease, so that one
 * comparison finds whatever is due. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/job.h"

#include "service/store/first-row.h"

G_DEFINE_QUARK (nhi - job - error - quark, nhi_job_error)

/* Word for word the condition of the index job_next, or SQLite would not use it. */
#define LIVE "kind = $1 AND state IN ('waiting', 'running')"
#define DUE LIVE " AND run_at <= $2"
#define CLAIMED "job_id, kind, person_id, subject_id, cursor, attempts"

void
nhi_job_free (NhiJob *job)
{
  if (job == NULL)
    return;
  g_free (job->job_id);
  g_free (job->kind);
  g_free (job->person_id);
  g_free (job->subject_id);
  g_free (job->lease_token);
  g_free (job->cursor);
  g_free (job);
}

gboolean
nhi_store_job_add (NhiDbConnection *connection,
                   const char *job_id,
                   const char *kind,
                   const char *person_id,
                   const char *subject_id,
                   gint64 run_at,
                   gint64 now,
                   GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO job (job_id, kind, person_id, subject_id, state, run_at, "
                     "attempts, created_at) VALUES ($1, $2, $3, $4, 'waiting', $5, 0, $6)",
                     NHI_DB_ARGS (nhi_db_text (job_id), nhi_db_text (kind), nhi_db_text (person_id),
                                  nhi_db_text (subject_id), nhi_db_int (run_at), nhi_db_int (now)),
                     error) >= 0;
}

gboolean
nhi_store_job_add_recurring (NhiDbConnection *connection,
                             const char *kind,
                             gint64 now,
                             GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO job (job_id, kind, person_id, subject_id, state, run_at, "
                     "attempts, created_at) VALUES ($1, $1, '', '', 'waiting', $2, 0, $2) "
                     "ON CONFLICT (job_id) DO NOTHING",
                     NHI_DB_ARGS (nhi_db_text (kind), nhi_db_int (now)), error) >= 0;
}

gboolean
nhi_store_job_is_due (NhiDbConnection *connection,
                      const char *kind,
                      gint64 now,
                      gboolean *ret_due,
                      GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection, "SELECT 1 FROM job WHERE " DUE " LIMIT 1",
                       NHI_DB_ARGS (nhi_db_text (kind), nhi_db_int (now)), error);
  return rows != NULL && nhi_store_first_row (rows, ret_due, error);
}

static NhiJob *
read_job (NhiDbRows *rows, const char *lease_token)
{
  NhiJob *job = g_new0 (NhiJob, 1);

  job->job_id = g_strdup (nhi_db_rows_text (rows, 0));
  job->kind = g_strdup (nhi_db_rows_text (rows, 1));
  job->person_id = g_strdup (nhi_db_rows_text (rows, 2));
  job->subject_id = g_strdup (nhi_db_rows_text (rows, 3));
  job->cursor = g_strdup (nhi_db_rows_text (rows, 4));
  job->attempts = nhi_db_rows_int (rows, 5);
  job->lease_token = g_strdup (lease_token);
  return job;
}

/* Takes @rows, which may be NULL with @error set. */
static GPtrArray *
read_jobs (NhiDbRows *rows, const char *lease_token, GError **error)
{
  g_autoptr (NhiDbRows) owned = rows;
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_job_free);
  g_autoptr (GError) failure = NULL;

  if (rows == NULL)
    return NULL;
  while (nhi_db_rows_next (rows, &failure))
    g_ptr_array_add (jobs, read_job (rows, lease_token));
  if (failure == NULL)
    return g_steal_pointer (&jobs);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

GPtrArray *
nhi_store_job_find_claimed (NhiDbConnection *connection,
                            const char *kind,
                            const char *lease_token,
                            gint64 lease_until,
                            GError **error)
{
  return read_jobs (nhi_db_query (connection,
                                  "SELECT " CLAIMED " FROM job WHERE " LIVE
                                  " AND run_at = $2 AND lease_token = $3",
                                  NHI_DB_ARGS (nhi_db_text (kind), nhi_db_int (lease_until),
                                               nhi_db_text (lease_token)),
                                  error),
                    lease_token, error);
}

GPtrArray *
nhi_store_job_claim_many (NhiDbConnection *connection,
                          const char *kind,
                          const char *lease_token,
                          gint64 now,
                          gint64 lease_until,
                          guint limit,
                          GError **error)
{
  g_autofree char *sql = NULL;

  /* MATERIALIZED: looked for once, or a planner might lock more than it takes. The limit is a
   * literal, or PostgreSQL would plan for a tenth of the table. */
  sql = g_strdup_printf ("WITH due (due_id) AS MATERIALIZED (SELECT job_id FROM job WHERE " DUE
                         " ORDER BY run_at LIMIT %u FOR UPDATE SKIP LOCKED)"
                         " UPDATE job SET state = 'running', lease_token = $3, run_at = $4,"
                         " attempts = attempts + 1 FROM due WHERE job_id = due_id"
                         " RETURNING " CLAIMED,
                         limit);
  return read_jobs (nhi_db_query (connection, sql,
                                  NHI_DB_ARGS (nhi_db_text (kind), nhi_db_int (now),
                                               nhi_db_text (lease_token), nhi_db_int (lease_until)),
                                  error),
                    lease_token, error);
}

gboolean
nhi_store_job_take_over (NhiDbConnection *connection,
                         const char *kind,
                         const char *runner,
                         gint64 now,
                         GError **error)
{
  /* No range from "@runner:" to "@runner;": outside SQLite letters are ordered by a language's
   * rules. */
  g_autofree char *tokens = g_strconcat (runner, ":%", NULL);

  return nhi_db_run (connection,
                     "UPDATE job SET run_at = $3 WHERE kind = $1 AND state = 'running' "
                     "AND lease_token LIKE $2",
                     NHI_DB_ARGS (nhi_db_text (kind), nhi_db_text (tokens), nhi_db_int (now)),
                     error) >= 0;
}

/* @changed: rows an UPDATE fenced by the lease token has touched, or -1 with @error set. */
static gboolean
check_lease (const NhiJob *job, gint64 changed, GError **error)
{
  if (changed == 0)
    g_set_error (error, NHI_JOB_ERROR, NHI_JOB_ERROR_LEASE_LOST,
                 "Job %s belongs to another runner now", job->job_id);
  return changed > 0;
}

/* The row is this holder's, and runs or is already in the state that the statement leads to. */
#define HELD_OR(state)                                                                             \
  " WHERE job_id = $1 AND lease_token = $2 AND state IN ('running', '" state "')"

gboolean
nhi_store_job_finish (NhiDbConnection *connection, const NhiJob *job, GError **error)
{
  return check_lease (job,
                      nhi_db_run (connection,
                                  "UPDATE job SET state = 'done', error = NULL" HELD_OR ("done"),
                                  NHI_DB_ARGS (nhi_db_text (job->job_id),
                                               nhi_db_text (job->lease_token)),
                                  error),
                      error);
}

gboolean
nhi_store_job_extend (NhiDbConnection *connection,
                      const NhiJob *job,
                      const char *cursor,
                      gint64 lease_until,
                      GError **error)
{
  return check_lease (
      job,
      nhi_db_run (connection,
                  "UPDATE job SET cursor = coalesce ($3, cursor), run_at = $4" HELD_OR ("running"),
                  NHI_DB_ARGS (nhi_db_text (job->job_id), nhi_db_text (job->lease_token),
                               nhi_db_text (cursor), nhi_db_int (lease_until)),
                  error),
      error);
}

gboolean
nhi_store_job_retry (NhiDbConnection *connection,
                     const NhiJob *job,
                     gint64 run_at,
                     const char *why,
                     GError **error)
{
  return check_lease (
      job,
      nhi_db_run (connection,
                  "UPDATE job SET state = 'waiting', run_at = $3, error = $4" HELD_OR ("waiting"),
                  NHI_DB_ARGS (nhi_db_text (job->job_id), nhi_db_text (job->lease_token),
                               nhi_db_int (run_at), nhi_db_text (why)),
                  error),
      error);
}

gboolean
nhi_store_job_repeat (NhiDbConnection *connection, const NhiJob *job, gint64 run_at, GError **error)
{
  return check_lease (job,
                      nhi_db_run (connection,
                                  "UPDATE job SET state = 'waiting', run_at = $3, attempts = 0, "
                                  "error = NULL" HELD_OR ("waiting"),
                                  NHI_DB_ARGS (nhi_db_text (job->job_id),
                                               nhi_db_text (job->lease_token), nhi_db_int (run_at)),
                                  error),
                      error);
}

gboolean
nhi_store_job_fail (NhiDbConnection *connection, const NhiJob *job, const char *why, GError **error)
{
  return check_lease (job,
                      nhi_db_run (connection,
                                  "UPDATE job SET state = 'failed', error = $3" HELD_OR ("failed"),
                                  NHI_DB_ARGS (nhi_db_text (job->job_id),
                                               nhi_db_text (job->lease_token), nhi_db_text (why)),
                                  error),
                      error);
}

gint64
nhi_store_job_forget (NhiDbConnection *connection,
                      gint64 done_before,
                      gint64 failed_before,
                      guint limit,
                      GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM job WHERE job_id IN (SELECT job_id FROM job "
                     "WHERE (state = 'done' AND run_at < $1) OR (state = 'failed' AND run_at < $2) "
                     "LIMIT $3 FOR UPDATE SKIP LOCKED)",
                     NHI_DB_ARGS (nhi_db_int (done_before), nhi_db_int (failed_before),
                                  nhi_db_int (limit)),
                     error);
}
