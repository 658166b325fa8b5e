/* SPDX-License-Identifier: GPL-3.0-or-later
 * The job that sends one letter of the outbox and writes down what became of it. */
#define G_LOG_DOMAIN "nhi-jobs"

#include "service/jobs/runner.h"
#include "service/mail/deliver.h"
#include "service/store/outbox.h"

#define MAX_ATTEMPTS 12 /* about seven hours, as the waits grow to one hour */
#define RETRY_SECONDS 10
/* One letter takes forty seconds at most (mail/deliver.h), so the lease outlasts it even when it
 * cannot be renewed meanwhile. */
#define LEASE_SECONDS 60

typedef struct
{
  const NhiJob *job;
  NhiLease *lease;
  const char *state; /* to be written */
  gint64 now;
  NhiOutboxRow *row; /* NULL: there is no such letter */
} MailJob;

static gboolean
find_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  MailJob *self = data;

  g_clear_pointer (&self->row, nhi_outbox_row_free);
  return nhi_store_outbox_find (connection, self->job->person_id, self->job->subject_id, &self->row,
                                error);
}

static gboolean
finish_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  MailJob *self = data;

  if (!nhi_store_job_finish (connection, self->job, error))
    return FALSE;
  return self->state == NULL ||
         nhi_store_outbox_close (connection, self->job->person_id, self->job->subject_id,
                                 self->state, self->now, error);
}

static gboolean
uncertain_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  MailJob *self = data;
  return nhi_store_outbox_doubt (connection, self->job->person_id, self->job->subject_id, error);
}

static gboolean
is_open (const NhiOutboxRow *row)
{
  return row != NULL && row->message != NULL && g_bytes_get_size (row->message) > 0 &&
         (g_str_equal (row->state, NHI_OUTBOX_WAITING) ||
          g_str_equal (row->state, NHI_OUTBOX_UNCERTAIN));
}

/* Not sent: what it means for the job. The letter's row says uncertain from now on, so that
 * somebody who looks knows. */
static gboolean
fail (NhiWorld *world, MailJob *self, NhiMailOutcome outcome, GError *reason, GError **error)
{
  if (outcome == NHI_MAIL_PERMANENT)
    g_set_error_literal (error, NHI_JOB_ERROR, NHI_JOB_ERROR_PERMANENT, reason->message);
  else if (outcome != NHI_MAIL_UNCERTAIN ||
           nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, uncertain_body, self, error))
    g_propagate_error (error, g_error_copy (reason));
  return FALSE;
}

static gboolean
deliver (NhiWorld *world, const NhiJobsOptions *options, MailJob *self, GError **error)
{
  g_autoptr (NhiMailRoute) route =
      nhi_mail_route_new (options->mail_route, world->mail_from, error);
  g_autoptr (GError) reason = NULL;
  NhiMailOutcome outcome;

  /* Nothing takes a letter back, so it goes only while it is ours. */
  if (route == NULL || !nhi_lease_check (self->lease, error))
    return FALSE;
  const NhiMail mail = {
    .mail_id = self->row->mail_id,
    .created_at = self->row->created_at,
    .recipient = self->row->recipient,
    .message = self->row->message,
  };
  if (!nhi_mail_deliver (route, &mail, &outcome, &reason))
    return fail (world, self, outcome, reason, error);
  self->state = NHI_OUTBOX_SENT;
  self->now = nhi_world_now (world);
  return nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, finish_body, self, error);
}

static gboolean
work (NhiWorld *world,
      const NhiJobsOptions *options,
      const NhiJob *job,
      NhiLease *lease,
      GError **error)
{
  MailJob self = { .job = job, .lease = lease };
  gboolean done = FALSE;

  if (!nhi_db_transact (world->db, NHI_DB_READ, find_body, &self, error))
    return FALSE;
  if (is_open (self.row))
    done = deliver (world, options, &self, error);
  else
    done = nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, finish_body, &self, error);
  g_clear_pointer (&self.row, nhi_outbox_row_free);
  return done;
}

/* A letter that may have arrived stays uncertain; the others failed. Either way its text and
 * address are forgotten. */
static gboolean
give_up (NhiDbConnection *connection, const NhiJob *job, GError **error)
{
  g_autoptr (NhiOutboxRow) row = NULL;

  if (!nhi_store_outbox_find (connection, job->person_id, job->subject_id, &row, error))
    return FALSE;
  if (!is_open (row))
    return TRUE;
  const gboolean uncertain = g_str_equal (row->state, NHI_OUTBOX_UNCERTAIN);
  return nhi_store_outbox_close (connection, job->person_id, job->subject_id,
                                 uncertain ? NHI_OUTBOX_UNCERTAIN : NHI_OUTBOX_FAILED, 0, error);
}

const NhiJobKind nhi_mail_job = {
  .kind = NHI_JOB_MAIL,
  .max_attempts = MAX_ATTEMPTS,
  .lease_seconds = LEASE_SECONDS,
  .retry_seconds = RETRY_SECONDS,
  .work = work,
  .give_up = give_up,
};
