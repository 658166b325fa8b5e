/* SPDX-License-Identifier: GPL-3.0-or-later
 * The keeper's thread: sleeps until the next lease has a third behind it, renews it in a
 * transaction of its own, and notes when it is lost. */
#define G_LOG_DOMAIN "nhi-jobs"

#include "service/jobs/lease.h"

#define RENEWED_AFTER 3 /* a third of the lease */
/* Before the next try when the database failed, in microseconds. */
#define AFTER_FAULT ((gint64)G_USEC_PER_SEC)

struct _NhiLeaseKeeper
{
  NhiWorld *world;
  GMutex mutex;
  GCond changed;
  GPtrArray *leases; /* of NhiLease, those that are open */
  gboolean stop;
  GThread *thread;
};

struct _NhiLease
{
  NhiLeaseKeeper *keeper;
  NhiJob job; /* its own copy of what a renewal needs */
  gint64 seconds;

  /* Guarded by the keeper's mutex. */
  gint64 renew_at;   /* monotonic microseconds */
  gint64 held_until; /* monotonic microseconds, counted from before the claim or the renewal */
  gint64 until;      /* Unix seconds: as it stands in the row */
  gboolean lost;
  gboolean renewing; /* the keeper's thread holds on to this struct */
  gboolean closed;
};

static void
lease_free (NhiLease *lease)
{
  g_free (lease->job.job_id);
  g_free (lease->job.lease_token);
  g_free (lease);
}

static void
hold (NhiLease *lease, gint64 from, gint64 until)
{
  lease->held_until = from + lease->seconds * G_USEC_PER_SEC;
  lease->renew_at = from + lease->seconds * G_USEC_PER_SEC / RENEWED_AFTER;
  lease->until = until;
}

typedef struct
{
  const NhiJob *job;
  gint64 until;
} Renewal;

static gboolean
renew_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Renewal *renewal = data;

  return nhi_store_job_extend (connection, renewal->job, NULL, renewal->until, error);
}

static void
note (NhiLease *lease, gint64 began, gint64 until, const GError *error)
{
  if (error == NULL)
    {
      hold (lease, began, until);
      return;
    }
  lease->lost = g_error_matches (error, NHI_JOB_ERROR, NHI_JOB_ERROR_LEASE_LOST);
  lease->renew_at = lease->lost ? G_MAXINT64 : g_get_monotonic_time () + AFTER_FAULT;
  if (!lease->lost)
    g_message ("The lease of job %s cannot be renewed: %s", lease->job.job_id, error->message);
}

/* Called and left with the mutex locked; the database is asked without it. */
static void
renew (NhiLeaseKeeper *self, NhiLease *lease)
{
  const gint64 began = g_get_monotonic_time ();
  const Renewal renewal = { &lease->job, nhi_world_now (self->world) + lease->seconds };
  g_autoptr (GError) error = NULL;

  lease->renewing = TRUE;
  g_mutex_unlock (&self->mutex);
  nhi_db_transact (self->world->db, NHI_DB_WRITE_LOCKED, renew_body, (gpointer)&renewal, &error);
  g_mutex_lock (&self->mutex);
  lease->renewing = FALSE;
  if (lease->closed)
    lease_free (lease);
  else
    note (lease, began, renewal.until, error);
}

static NhiLease *
find_next (const NhiLeaseKeeper *self)
{
  NhiLease *next = NULL;

  for (guint i = 0; i < self->leases->len; i++)
    {
      NhiLease *lease = g_ptr_array_index (self->leases, i);

      if (!lease->lost && (next == NULL || lease->renew_at < next->renew_at))
        next = lease;
    }
  return next;
}

static gpointer
keep (gpointer data)
{
  NhiLeaseKeeper *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->stop)
    {
      NhiLease *next = find_next (self);

      if (next == NULL)
        g_cond_wait (&self->changed, &self->mutex);
      else if (next->renew_at > g_get_monotonic_time ())
        g_cond_wait_until (&self->changed, &self->mutex, next->renew_at);
      else
        renew (self, next);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

NhiLeaseKeeper *
nhi_lease_keeper_new (NhiWorld *world)
{
  NhiLeaseKeeper *self = g_new0 (NhiLeaseKeeper, 1);

  self->world = world;
  self->leases = g_ptr_array_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("leases", keep, self);
  return self;
}

void
nhi_lease_keeper_free (NhiLeaseKeeper *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stop = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_assert (self->leases->len == 0);
  g_ptr_array_unref (self->leases);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

NhiLease *
nhi_lease_open (NhiLeaseKeeper *keeper,
                const NhiJob *job,
                gint64 seconds,
                gint64 until,
                gint64 claimed_at)
{
  NhiLease *lease = g_new0 (NhiLease, 1);

  lease->keeper = keeper;
  lease->job.job_id = g_strdup (job->job_id);
  lease->job.lease_token = g_strdup (job->lease_token);
  lease->seconds = seconds;
  g_mutex_lock (&keeper->mutex);
  hold (lease, claimed_at, until);
  g_ptr_array_add (keeper->leases, lease);
  g_cond_signal (&keeper->changed);
  g_mutex_unlock (&keeper->mutex);
  return lease;
}

void
nhi_lease_close (NhiLease *lease)
{
  NhiLeaseKeeper *keeper;

  if (lease == NULL)
    return;
  keeper = lease->keeper;
  g_mutex_lock (&keeper->mutex);
  g_ptr_array_remove_fast (keeper->leases, lease);
  lease->closed = TRUE;
  if (!lease->renewing)
    lease_free (lease);
  g_mutex_unlock (&keeper->mutex);
}

gboolean
nhi_lease_check (NhiLease *lease, GError **error)
{
  NhiLeaseKeeper *keeper = lease->keeper;
  gboolean held;

  /* Both clocks: one may be set back, the other stands still with a machine that sleeps. */
  g_mutex_lock (&keeper->mutex);
  held = !lease->lost && g_get_monotonic_time () < lease->held_until &&
         nhi_world_now (keeper->world) < lease->until;
  g_mutex_unlock (&keeper->mutex);
  if (!held)
    g_set_error (error, NHI_JOB_ERROR, NHI_JOB_ERROR_LEASE_LOST,
                 "Job %s could not be kept: its lease ended", lease->job.job_id);
  return held;
}
