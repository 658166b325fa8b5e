/* SPDX-License-Identifier: GPL-3.0-or-later
 * The runner: one look-out that sees what is due, and for each kind of job threads that claim and
 * work.
 *
 *   waiting --claim--> running --finish--> done
 *      ^                  |  '----repeat--> waiting (comes again)
 *      '-----retry--------+
 *      ^                  '-----fail------> failed (last attempt, or no attempt can help)
 *      '-- lease ends, because nobody renews it: claimed anew, with another token; the old holder's
 *          finish is refused
 */
#define G_LOG_DOMAIN "nhi-jobs"

#include "service/jobs/runner.h"

#define DEFAULT_THREADS 2
#define DEFAULT_POLL_MILLISECONDS 200
#define MAX_THREADS 16
#define MAX_KINDS 3
#define MAIL_THREADS 2
#define MAX_RETRY_SECONDS (60 * 60)
#define AFTER_FAULT_MILLISECONDS 1000 /* how long the database is left alone after it failed */

/* The lane of one kind: its threads sleep until the look-out or the end wakes them. */
typedef struct
{
  const NhiJobKind *kind;
  NhiWorld *world;
  const NhiJobsOptions *options;
  NhiLeaseKeeper *keeper;
  GMutex mutex;
  GCond wake;
  gboolean due;
  gboolean stop;
  gint64 rest_until;  /* monotonic microseconds: after a fault of the database */
  GPtrArray *threads; /* of GThread */
} Lane;

/* What a transaction about one job needs. */
typedef struct
{
  const NhiJobKind *kind;
  gint64 now;
  gint64 until; /* end of the lease, or the next attempt */
  const char *token;
  const char *why;
  NhiJob *job;
  gboolean due;
  gboolean again; /* the claim has run before, and may have been committed */
} Step;

static gint64
lease_seconds (const NhiJobKind *kind, const NhiJobsOptions *options)
{
  return options->lease_seconds > 0 ? options->lease_seconds : kind->lease_seconds;
}

gint64
nhi_job_retry_delay (const NhiJobKind *kind, guint attempts)
{
  gint64 delay = MAX (kind->retry_seconds, 1);

  for (guint i = 1; i < attempts && delay < MAX_RETRY_SECONDS; i++)
    delay *= 4;
  return MIN (delay, MAX_RETRY_SECONDS);
}

static GPtrArray *
find_or_claim (NhiDbConnection *connection, Step *step, GError **error)
{
  GPtrArray *jobs = NULL;

  if (step->again)
    {
      jobs = nhi_store_job_find_claimed (connection, step->kind->kind, step->token, step->until,
                                         error);
      if (jobs == NULL || jobs->len > 0)
        return jobs;
      g_ptr_array_unref (jobs);
    }
  step->again = TRUE;
  return nhi_store_job_claim_many (connection, step->kind->kind, step->token, step->now,
                                   step->until, 1, error);
}

static gboolean
claim_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Step *step = data;
  g_autoptr (GPtrArray) jobs = find_or_claim (connection, step, error);

  g_clear_pointer (&step->job, nhi_job_free);
  if (jobs == NULL)
    return FALSE;
  step->job = jobs->len > 0 ? g_ptr_array_steal_index_fast (jobs, 0) : NULL;
  return TRUE;
}

static gboolean
due_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Step *step = data;

  return nhi_store_job_is_due (connection, step->kind->kind, step->now, &step->due, error);
}

static gboolean
retry_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Step *step = data;

  return nhi_store_job_retry (connection, step->job, step->until, step->why, error);
}

static gboolean
give_up_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Step *step = data;

  return nhi_store_job_fail (connection, step->job, step->why, error) &&
         (step->kind->give_up == NULL || step->kind->give_up (connection, step->job, error));
}

/* Puts a job back, or ends it, after an attempt that brought no result. */
static gboolean
settle (NhiWorld *world, const NhiJobKind *kind, NhiJob *job, const GError *why, GError **error)
{
  Step step = { .kind = kind, .job = job, .why = why->message };
  gboolean last = g_error_matches (why, NHI_JOB_ERROR, NHI_JOB_ERROR_PERMANENT) ||
                  (kind->max_attempts > 0 && job->attempts >= kind->max_attempts);

  if (last)
    g_message ("Job %s (%s) is given up: %s", job->job_id, kind->kind, why->message);
  else
    g_info ("Job %s (%s), attempt %u: %s", job->job_id, kind->kind, job->attempts, why->message);
  step.until = nhi_world_now (world) + nhi_job_retry_delay (kind, job->attempts);
  return nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, last ? give_up_body : retry_body, &step,
                          error);
}

/* One attempt. FALSE only when the database failed; the lease then brings the job back. */
static gboolean
work_on (NhiWorld *world,
         const NhiJobsOptions *options,
         const NhiJobKind *kind,
         NhiJob *job,
         NhiLease *lease,
         GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GError) failure = NULL;

  if (kind->max_attempts > 0 && job->attempts > kind->max_attempts)
    why = g_error_new (NHI_JOB_ERROR, NHI_JOB_ERROR_PERMANENT,
                       "Every one of %u attempts ended with its runner", kind->max_attempts);
  else if (kind->work (world, options, job, lease, &why))
    return TRUE;
  if (g_error_matches (why, NHI_JOB_ERROR, NHI_JOB_ERROR_LEASE_LOST) ||
      settle (world, kind, job, why, &failure))
    return TRUE;
  if (g_error_matches (failure, NHI_JOB_ERROR, NHI_JOB_ERROR_LEASE_LOST))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static char *
lease_token (NhiWorld *world, const NhiJobsOptions *options)
{
  g_autofree char *unique = nhi_world_uuid (world);

  if (options->runner == NULL)
    return g_steal_pointer (&unique);
  return g_strconcat (options->runner, ":", unique, NULL);
}

/* Claims and works on one job; FALSE in @ret_found when none is due. A look comes first, so that an
 * idle claim never takes the write lock. */
static gboolean
run_one (NhiLeaseKeeper *keeper,
         NhiWorld *world,
         const NhiJobsOptions *options,
         const NhiJobKind *kind,
         gboolean *ret_found,
         GError **error)
{
  const gint64 seconds = lease_seconds (kind, options);
  g_autofree char *token = lease_token (world, options);
  g_autoptr (NhiJob) job = NULL;
  g_autoptr (NhiLease) lease = NULL;
  Step step = { .kind = kind, .token = token, .now = nhi_world_now (world) };
  gint64 claimed_at;

  *ret_found = FALSE;
  if (!nhi_db_transact (world->db, NHI_DB_READ, due_body, &step, error))
    return FALSE;
  if (!step.due)
    return TRUE;
  claimed_at = g_get_monotonic_time ();
  step.now = nhi_world_now (world);
  step.until = step.now + seconds;
  if (!nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, claim_body, &step, error))
    {
      nhi_job_free (step.job);
      return FALSE;
    }
  job = step.job;
  if (job == NULL)
    return TRUE;
  *ret_found = TRUE;
  lease = nhi_lease_open (keeper, job, seconds, step.until, claimed_at);
  return work_on (world, options, kind, job, lease, error);
}

static gboolean
run_all (NhiLeaseKeeper *keeper,
         NhiWorld *world,
         const NhiJobsOptions *options,
         const NhiJobKind *kind,
         const gboolean *stop,
         GError **error)
{
  gboolean found = TRUE;

  while (found && !g_atomic_int_get (stop))
    if (!run_one (keeper, world, options, kind, &found, error))
      return FALSE;
  return TRUE;
}

/* Without a way out for letters their jobs stay where they are. */
static guint
list_kinds (const NhiJobsOptions *options, const NhiJobKind *ret_kinds[MAX_KINDS])
{
  guint count = 0;

  ret_kinds[count++] = &nhi_package_job;
  ret_kinds[count++] = &nhi_expiry_job;
  if (options->mail_route != NULL)
    ret_kinds[count++] = &nhi_mail_job;
  return count;
}

typedef struct
{
  const NhiJobsOptions *options;
  gint64 now;
} Preparation;

static gboolean
prepare_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Preparation *self = data;
  const NhiJobKind *kinds[MAX_KINDS];
  guint count = list_kinds (self->options, kinds);

  if (!nhi_store_job_add_recurring (connection, NHI_JOB_EXPIRY, self->now, error))
    return FALSE;
  for (guint i = 0; self->options->runner != NULL && i < count; i++)
    if (!nhi_store_job_take_over (connection, kinds[i]->kind, self->options->runner, self->now,
                                  error))
      return FALSE;
  return TRUE;
}

static gboolean
prepare (NhiWorld *world, const NhiJobsOptions *options, GError **error)
{
  Preparation self = { options, nhi_world_now (world) };

  return nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, prepare_body, &self, error);
}

/* A database that is busy or away comes back; anything else is somebody's to mend. */
static gboolean
prepare_patiently (NhiWorld *world,
                   const NhiJobsOptions *options,
                   GCancellable *cancellable,
                   GError **error)
{
  for (;;)
    {
      g_autoptr (GError) cause = NULL;

      if (prepare (world, options, &cause))
        return TRUE;
      if ((!g_error_matches (cause, NHI_DB_ERROR, NHI_DB_ERROR_BUSY) &&
           !g_error_matches (cause, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE)) ||
          g_cancellable_is_cancelled (cancellable))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      g_message ("Jobs wait for the database: %s", cause->message);
      g_usleep (AFTER_FAULT_MILLISECONDS * 1000);
    }
}

gboolean
nhi_jobs_run_due (NhiWorld *world, const NhiJobsOptions *options, GError **error)
{
  const NhiJobKind *kinds[MAX_KINDS];
  guint count = list_kinds (options, kinds);
  g_autoptr (NhiLeaseKeeper) keeper = NULL;
  gboolean stop = FALSE;

  if (!prepare (world, options, error))
    return FALSE;
  keeper = nhi_lease_keeper_new (world);
  for (guint i = 0; i < count; i++)
    if (!run_all (keeper, world, options, kinds[i], &stop, error))
      return FALSE;
  return TRUE;
}

static gpointer
lane_thread (gpointer data)
{
  Lane *lane = data;

  g_mutex_lock (&lane->mutex);
  while (!lane->stop)
    {
      g_autoptr (GError) error = NULL;

      if (!lane->due)
        {
          g_cond_wait (&lane->wake, &lane->mutex);
          continue;
        }
      g_mutex_unlock (&lane->mutex);
      if (!run_all (lane->keeper, lane->world, lane->options, lane->kind, &lane->stop, &error))
        g_message ("Jobs of kind %s cannot run: %s", lane->kind->kind, error->message);
      g_mutex_lock (&lane->mutex);
      lane->due = FALSE;
      if (error != NULL)
        lane->rest_until = g_get_monotonic_time () + AFTER_FAULT_MILLISECONDS * 1000;
    }
  g_mutex_unlock (&lane->mutex);
  return NULL;
}

static guint
lane_width (const NhiJobKind *kind, const NhiJobsOptions *options)
{
  if (kind == &nhi_package_job)
    return CLAMP (options->threads > 0 ? options->threads : DEFAULT_THREADS, 1, MAX_THREADS);
  return kind == &nhi_mail_job ? MAIL_THREADS : 1;
}

static void
lane_open (Lane *lane,
           const NhiJobKind *kind,
           NhiLeaseKeeper *keeper,
           NhiWorld *world,
           const NhiJobsOptions *options)
{
  guint width = lane_width (kind, options);

  lane->kind = kind;
  lane->keeper = keeper;
  lane->world = world;
  lane->options = options;
  g_mutex_init (&lane->mutex);
  g_cond_init (&lane->wake);
  lane->threads = g_ptr_array_new ();
  for (guint i = 0; i < width; i++)
    g_ptr_array_add (lane->threads, g_thread_new (kind->kind, lane_thread, lane));
}

static void
lane_close (Lane *lane)
{
  g_mutex_lock (&lane->mutex);
  g_atomic_int_set (&lane->stop, TRUE);
  g_cond_broadcast (&lane->wake);
  g_mutex_unlock (&lane->mutex);
  for (guint i = 0; i < lane->threads->len; i++)
    g_thread_join (g_ptr_array_index (lane->threads, i));
  g_ptr_array_unref (lane->threads);
  g_cond_clear (&lane->wake);
  g_mutex_clear (&lane->mutex);
}

static void
lane_wake (Lane *lane)
{
  g_mutex_lock (&lane->mutex);
  lane->due = g_get_monotonic_time () >= lane->rest_until;
  if (lane->due)
    g_cond_broadcast (&lane->wake);
  g_mutex_unlock (&lane->mutex);
}

/* All kinds in one short transaction: an idle node costs the database as little as can be. */
typedef struct
{
  const Lane *lanes;
  guint count;
  gint64 now;
  gboolean due[MAX_KINDS];
} Look;

static gboolean
look_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Look *self = data;

  for (guint i = 0; i < self->count; i++)
    if (!nhi_store_job_is_due (connection, self->lanes[i].kind->kind, self->now, &self->due[i],
                               error))
      return FALSE;
  return TRUE;
}

static gboolean
look (Lane *lanes, guint count, GError **error)
{
  Look self = { .lanes = lanes, .count = count, .now = nhi_world_now (lanes[0].world) };

  if (!nhi_db_transact (lanes[0].world->db, NHI_DB_READ, look_body, &self, error))
    return FALSE;
  for (guint i = 0; i < count; i++)
    if (self.due[i])
      lane_wake (&lanes[i]);
  return TRUE;
}

/* Looks until cancelled. A fault of the database is told once, not five times a second. */
static void
look_out (Lane *lanes, guint count, guint poll_milliseconds, GCancellable *cancellable)
{
  GPollFD poll_fd;
  gboolean can_poll = g_cancellable_make_pollfd (cancellable, &poll_fd);
  gboolean told = FALSE;

  while (!g_cancellable_is_cancelled (cancellable))
    {
      g_autoptr (GError) error = NULL;
      gboolean good = look (lanes, count, &error);
      gint32 pause = good ? (gint32)poll_milliseconds : AFTER_FAULT_MILLISECONDS;

      if (!good && !told)
        g_message ("Cannot look for jobs, will go on trying: %s", error->message);
      told = !good;
      g_poll (&poll_fd, can_poll ? 1 : 0, g_random_int_range (pause / 2, pause + pause / 2 + 1));
    }
  if (can_poll)
    g_cancellable_release_fd (cancellable);
}

gboolean
nhi_jobs_run (NhiWorld *world,
              const NhiJobsOptions *options,
              GCancellable *cancellable,
              GError **error)
{
  const NhiJobKind *kinds[MAX_KINDS];
  guint count = list_kinds (options, kinds);
  Lane lanes[MAX_KINDS] = { 0 };
  g_autoptr (NhiLeaseKeeper) keeper = NULL;

  g_return_val_if_fail (G_IS_CANCELLABLE (cancellable), FALSE);

  if (!prepare_patiently (world, options, cancellable, error))
    return FALSE;
  keeper = nhi_lease_keeper_new (world);
  for (guint i = 0; i < count; i++)
    lane_open (&lanes[i], kinds[i], keeper, world, options);
  look_out (lanes, count,
            options->poll_milliseconds > 0 ? options->poll_milliseconds : DEFAULT_POLL_MILLISECONDS,
            cancellable);
  for (guint i = 0; i < count; i++)
    lane_close (&lanes[i]);
  return TRUE;
}
