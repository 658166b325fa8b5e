/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sends and waits, with a bound on how long the server may be silent: libpq's own calls wait for
 * ever. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/postgres-private.h"

#include <errno.h>
#include <poll.h>

static gint64 longest_silence = NHI_POSTGRES_SILENCE;

void
nhi_postgres_set_silence (gint64 microseconds)
{
  longest_silence = microseconds;
}

static gint64
end_of (gint64 silence)
{
  return silence == NHI_POSTGRES_FOREVER ? silence : g_get_monotonic_time () + longest_silence;
}

/* In ms for poll (); -1 is without end. */
static int
left_until (gint64 end)
{
  if (end == NHI_POSTGRES_FOREVER)
    return -1;
  return (int)CLAMP ((end - g_get_monotonic_time ()) / 1000, 0, G_MAXINT);
}

static gboolean
wait_for (NhiPostgres *self, short events, gint64 end)
{
  struct pollfd socket = { .fd = PQsocket (self->handle), .events = events };

  for (;;)
    {
      int ready = poll (&socket, 1, left_until (end));

      if (ready > 0)
        return TRUE;
      if (ready == 0 || errno != EINTR)
        return FALSE;
    }
}

gboolean
nhi_postgres_flush (NhiPostgres *self, gint64 silence)
{
  gint64 end = end_of (silence);
  int left;

  while ((left = PQflush (self->handle)) > 0)
    if (!wait_for (self, POLLIN | POLLOUT, end) || PQconsumeInput (self->handle) == 0)
      return FALSE;
  return left == 0;
}

static gboolean
wait_for_answer (NhiPostgres *self, gint64 end)
{
  while (PQisBusy (self->handle) != 0)
    if (!wait_for (self, POLLIN, end) || PQconsumeInput (self->handle) == 0)
      return FALSE;
  return TRUE;
}

static gboolean
is_error (const PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);

  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

static gboolean
is_copy (const PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);

  return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

PGresult *
nhi_postgres_collect (NhiPostgres *self, gint64 silence)
{
  gint64 end = end_of (silence);
  g_autoptr (PGresult) kept = NULL;
  PGresult *next;

  /* A server that ends says why before it closes: what cannot be sent any more may still be
   * answered. */
  (void)nhi_postgres_flush (self, silence);
  while (wait_for_answer (self, end) && (next = PQgetResult (self->handle)) != NULL)
    {
      if (kept != NULL && is_error (kept))
        {
          PQclear (next);
          continue;
        }
      g_clear_pointer (&kept, PQclear);
      kept = next;
      if (is_copy (kept))
        return g_steal_pointer (&kept);
    }
  /* Ended before the server was ready again: lost, or silent for too long. */
  if (PQtransactionStatus (self->handle) == PQTRANS_ACTIVE ||
      PQstatus (self->handle) == CONNECTION_BAD)
    self->parent.broken = TRUE;
  return g_steal_pointer (&kept);
}

gboolean
nhi_postgres_execute (NhiPostgres *self, const char *sql, gint64 silence, GError **error)
{
  g_autoptr (PGresult) result = NULL;

  if (PQsendQuery (self->handle, sql) == 1)
    result = nhi_postgres_collect (self, silence);
  if (result != NULL && PQresultStatus (result) == PGRES_COMMAND_OK)
    return TRUE;
  nhi_postgres_set_error (self, result, sql, error);
  return FALSE;
}
