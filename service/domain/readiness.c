/* SPDX-License-Identifier: GPL-3.0-or-later
 * One thread looks, everybody reads what it saw last; so a flood of questions costs the database
 * nothing, and a database that hangs makes nobody wait. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/readiness.h"

#include "service/store/db.h"

struct _NhiReadiness
{
  NhiReadinessLook look;
  gpointer data;
  gint64 bound; /* microseconds */
  gint64 pause;
  GThread *thread;
  GMutex mutex;
  GCond over; /* the end is wanted */
  /* Under @mutex: */
  gboolean ending;
  gboolean draining;
  gint64 looking_since; /* monotonic; 0: no look runs */
  NhiReadinessState seen;
  NhiReadinessState told; /* what who asked last was told */
};

/* @before: what the last look saw; the cause is told once, not every second */
static NhiReadinessState
look (NhiReadiness *self, NhiReadinessState before)
{
  g_autoptr (GError) error = NULL;
  NhiReadinessState state;

  if (self->look (self->data, &error))
    return NHI_READY;
  state = g_error_matches (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA) ? NHI_NOT_READY_SCHEMA
                                                                     : NHI_NOT_READY_DATABASE;
  if (state != before)
    g_message ("The database cannot be used: %s", error->message);
  return state;
}

static gpointer
run (gpointer data)
{
  NhiReadiness *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->ending)
    {
      NhiReadinessState state = self->seen;
      gint64 next;

      self->looking_since = g_get_monotonic_time ();
      g_mutex_unlock (&self->mutex);
      state = look (self, state);
      g_mutex_lock (&self->mutex);
      self->seen = state;
      self->looking_since = 0;
      next = g_get_monotonic_time () + self->pause;
      while (!self->ending && g_cond_wait_until (&self->over, &self->mutex, next))
        ;
    }
  return NULL;
}

NhiReadiness *
nhi_readiness_new (NhiReadinessLook look_, gpointer data, guint bound_ms, guint pause_ms)
{
  NhiReadiness *self = g_new0 (NhiReadiness, 1);

  self->look = look_;
  self->data = data;
  self->bound = (gint64)bound_ms * 1000;
  self->pause = (gint64)pause_ms * 1000;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->over);
  self->thread = g_thread_new ("readiness", run, self);
  return self;
}

void
nhi_readiness_free (NhiReadiness *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->ending = TRUE;
  g_cond_signal (&self->over);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->over);
  g_free (self);
}

void
nhi_readiness_drain (NhiReadiness *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->draining = TRUE;
}

NhiReadinessState
nhi_readiness_get (NhiReadiness *self)
{
  static const char *const words[] = {
    [NHI_READY] = "The database answers; this node is ready",
    [NHI_NOT_READY_DRAINING] = "This node is about to end, so it is not ready",
    [NHI_NOT_READY_DATABASE] = "The database does not answer in time, so this node is not ready",
    [NHI_NOT_READY_SCHEMA] = "The database has an older schema than this program needs, so this "
                             "node is not ready; run “nhicardctl migrate”",
  };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  NhiReadinessState state = self->seen;

  if (self->draining)
    state = NHI_NOT_READY_DRAINING;
  else if (self->looking_since != 0 && g_get_monotonic_time () - self->looking_since > self->bound)
    state = NHI_NOT_READY_DATABASE;
  if (state != self->told)
    g_message ("%s", words[state]);
  self->told = state;
  return state;
}
