/* SPDX-License-Identifier: GPL-3.0-or-later
 * Several nodes at once on one database, each a pool of connections with a thread of its own: what
 * all of them try is done once. */
#include "service/domain/account-fixture.h"
#include "service/domain/attempts.h"
#include "service/domain/clock.h"
#include "service/domain/health-bank.h"
#include "service/domain/session.h"
#include "service/domain/sign-in.h"
#include "service/jobs/runner.h"
#include "service/store/db-engine.h"
#include "service/store/job.h"
#include "service/store/test-database.h"

#include <string.h>

#define NODES 8
#define CLAIMERS 10
#define JOBS 2000
#define TRIALS_EACH 25
#define LEASE 60

typedef struct _Node Node;
struct _Node
{
  NhiWorld *world;
  guint number;
  gpointer shared;
  char *text;  /* what it got: a token, an id */
  guint count; /* how often it did it */
  GError *error;
};

static NhiWorld *
open_world (NhiAccountFixture *self)
{
  g_autoptr (GError) error = NULL;
  NhiDb *db = nhi_db_open (self->uri, 2, &error);
  NhiWorld *world;

  g_assert_no_error (error);
  /* So many at once on so slow a disk as a test may have is no failure of what is tested here. */
  nhi_db_set_patience (db, 120 * (gint64)G_USEC_PER_SEC);
  world = nhi_world_new (db);
  world->now = self->world->now;
  world->clock = self->world->clock;
  return world;
}

static void
node_clear (Node *node)
{
  nhi_world_free (node->world);
  g_free (node->text);
  g_clear_error (&node->error);
}

/* Runs @function on @count nodes at once; then the caller looks at them and clears them. */
static void
run_at_once (NhiAccountFixture *self,
             Node *nodes,
             guint count,
             GThreadFunc function,
             gpointer shared)
{
  g_autofree GThread **threads = g_new0 (GThread *, count);

  for (guint i = 0; i < count; i++)
    nodes[i] = (Node){ .world = open_world (self), .number = i, .shared = shared };
  for (guint i = 0; i < count; i++)
    threads[i] = g_thread_new ("node", function, &nodes[i]);
  for (guint i = 0; i < count; i++)
    g_thread_join (threads[i]);
}

/* ---- failures ---- */

static gboolean
trial_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_attempt_begin (connection, data, NHI_FIXTURE_NOW, error);
}

static gpointer
fail_often (gpointer data)
{
  Node *node = data;

  for (guint i = 0; i < TRIALS_EACH && node->error == NULL; i++)
    {
      g_autofree char *trial = nhi_world_uuid (node->world);
      NhiAttempt attempt = { trial, "p-wang", NHI_FIXTURE_NETWORK, "sign-in", 1000, 1000 };

      nhi_db_transact (node->world->db, NHI_DB_WRITE_LOCKED, trial_body, &attempt, &node->error);
    }
  return NULL;
}

static void
test_each_failure_counts_once (NhiAccountFixture *self, gconstpointer data)
{
  Node nodes[NODES];

  run_at_once (self, nodes, NODES, fail_often, NULL);
  for (guint i = 0; i < NODES; i++)
    {
      g_assert_no_error (nodes[i].error);
      node_clear (&nodes[i]);
    }
  g_assert_cmpint (nhi_fixture_int (self, "SELECT failures FROM attempt WHERE subject = 'p-wang'"
                                          " AND purpose = 'sign-in'"),
                   ==, NODES * TRIALS_EACH);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT failures FROM attempt WHERE subject = network"),
                   ==, NODES * TRIALS_EACH);
}

static NhiSignInRequest
sign_in_request (const char *password)
{
  return (NhiSignInRequest){
    .card_number = nhi_fixture_request.card_number,
    .id_number = nhi_fixture_request.id_number,
    .password = password,
    .client = "nhicard",
    .network = NHI_FIXTURE_NETWORK,
  };
}

static gpointer
guess (gpointer data)
{
  Node *node = data;
  const NhiSignInRequest request = sign_in_request ("不是這個密碼");
  g_auto (NhiSignIn) result = { 0 };

  g_assert_false (nhi_sign_in (node->world, &request, &result, &node->error));
  node->count = g_error_matches (node->error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_SIGN_IN) ? 1 : 0;
  return NULL;
}

/* Three cost no wait, the fourth sets one, the others are not even judged. */
static void
test_guesses_at_several_nodes_gain_nothing (NhiAccountFixture *self, gconstpointer data)
{
  Node nodes[NODES];
  guint judged = 0;

  nhi_fixture_register (self, &nhi_fixture_request);
  run_at_once (self, nodes, NODES, guess, NULL);
  for (guint i = 0; i < NODES; i++)
    {
      judged += nodes[i].count;
      node_clear (&nodes[i]);
    }
  g_assert_cmpuint (judged, ==, 4);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT failures FROM attempt WHERE subject = 'p-wang'"
                                          " AND purpose = 'sign-in'"),
                   ==, 4);
}

/* Each from a network of its own, as somebody on the way would have, so that only the account is
 * common. */
static gpointer
sign_in_twice (gpointer data)
{
  Node *node = data;
  g_autofree char *network = g_strdup_printf ("198.51.100.%u", node->number);
  NhiSignInRequest request = sign_in_request (NHI_FIXTURE_PASSWORD);

  request.network = network;
  for (guint i = 0; i < 3 && node->error == NULL; i++)
    {
      g_auto (NhiSignIn) result = { 0 };

      node->count += nhi_sign_in (node->world, &request, &result, &node->error) ? 1 : 0;
    }
  return NULL;
}

static void
test_sessions_stay_within_their_number (NhiAccountFixture *self, gconstpointer data)
{
  Node nodes[NODES];

  G_STATIC_ASSERT (3 * NODES > NHI_SESSIONS_PER_PERSON);
  nhi_fixture_register (self, &nhi_fixture_request);
  run_at_once (self, nodes, NODES, sign_in_twice, NULL);
  for (guint i = 0; i < NODES; i++)
    {
      g_assert_no_error (nodes[i].error);
      g_assert_cmpuint (nodes[i].count, ==, 3);
      node_clear (&nodes[i]);
    }
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM session"), ==,
                   NHI_SESSIONS_PER_PERSON);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM sign_in"), ==, 3 * NODES);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT cast(coalesce(sum(failures), 0) AS BIGINT)"
                                          " FROM attempt WHERE purpose = 'sign-in'"),
                   ==, 0);
}

/* ---- creates ---- */

static gpointer
register_under_one_key (gpointer data)
{
  Node *node = data;
  g_auto (NhiRegistrationTicket) ticket = { 0 };

  nhi_registration_apply (node->world, &nhi_fixture_request, NHI_FIXTURE_NETWORK, node->shared,
                          &ticket, &node->error);
  return NULL;
}

static void
test_one_key_makes_one_registration (NhiAccountFixture *self, gconstpointer data)
{
  g_autofree char *key = g_uuid_string_random ();
  Node nodes[NODES];

  run_at_once (self, nodes, NODES, register_under_one_key, key);
  for (guint i = 0; i < NODES; i++)
    {
      g_assert_no_error (nodes[i].error);
      node_clear (&nodes[i]);
    }
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM registration"), ==, 1);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM outbox"), ==, 1);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM job"), ==, 1);
}

static gpointer
confirm (gpointer data)
{
  Node *node = data;
  g_auto (NhiConfirmation) confirmation = { 0 };

  nhi_registration_confirm (node->world, node->shared, &confirmation, &node->error);
  g_assert_no_error (node->error);
  g_assert_cmpint (confirmation.state, ==, NHI_CONFIRMATION_DONE);
  node->count = confirmation.just_now ? 1 : 0;
  return NULL;
}

static void
test_a_link_confirms_once (NhiAccountFixture *self, gconstpointer data)
{
  Node nodes[NODES];
  guint confirmed = 0;

  nhi_fixture_apply (self, &nhi_fixture_request);
  g_autofree char *token = nhi_fixture_letter_token (self);
  run_at_once (self, nodes, NODES, confirm, token);
  for (guint i = 0; i < NODES; i++)
    {
      confirmed += nodes[i].count;
      node_clear (&nodes[i]);
    }
  g_assert_cmpuint (confirmed, ==, 1);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM account"), ==, 1);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM outbox"), ==, 2);
}

static gpointer
apply (gpointer data)
{
  Node *node = data;
  const char *const categories[] = { "card-status", NULL };
  g_autofree char *own_key = g_uuid_string_random ();
  const NhiHealthBankRequest request = { categories, "2026-01", "2026-11",
                                         node->shared != NULL ? node->shared : own_key };
  g_autoptr (NhiApplication) application = NULL;

  application = nhi_health_bank_apply (node->world, "p-wang", &request, &node->error);
  if (application != NULL)
    node->text = g_strdup (application->application_id);
  return NULL;
}

static void
test_one_key_makes_one_application (NhiAccountFixture *self, gconstpointer data)
{
  g_autofree char *key = g_uuid_string_random ();
  Node nodes[NODES];

  run_at_once (self, nodes, NODES, apply, key);
  for (guint i = 0; i < NODES; i++)
    {
      g_assert_no_error (nodes[i].error);
      g_assert_cmpstr (nodes[i].text, ==, nodes[0].text);
    }
  for (guint i = 0; i < NODES; i++)
    node_clear (&nodes[i]);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM application"), ==, 1);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM job"), ==, 1);
}

static void
test_no_node_lets_more_be_processed (NhiAccountFixture *self, gconstpointer data)
{
  Node nodes[NODES];
  gint64 made = 0;

  G_STATIC_ASSERT (NODES > NHI_HEALTH_BANK_MAX_PROCESSING);
  run_at_once (self, nodes, NODES, apply, NULL);
  for (guint i = 0; i < NODES; i++)
    {
      made += nodes[i].text != NULL ? 1 : 0;
      if (nodes[i].text == NULL)
        g_assert_error (nodes[i].error, NHI_HEALTH_BANK_ERROR, NHI_HEALTH_BANK_ERROR_BUSY);
      node_clear (&nodes[i]);
    }
  g_assert_cmpint (made, ==, NHI_HEALTH_BANK_MAX_PROCESSING);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM application"), ==, made);
}

/* ---- jobs ---- */

static gboolean
add_jobs_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  for (guint i = 0; i < JOBS; i++)
    {
      g_autofree char *id = g_strdup_printf ("job-%u", i);

      if (!nhi_store_job_add (connection, id, NHI_JOB_PACKAGE, "p-wang", id, i % 50, 0, error))
        return FALSE;
    }
  return TRUE;
}

typedef struct
{
  GMutex mutex;
  GHashTable *claimed; /* of job ids; each may come once */
} Claims;

typedef struct
{
  const char *token;
  guint limit;
  GPtrArray *jobs;
} Claim;

static gboolean
claim_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Claim *claim = data;

  g_clear_pointer (&claim->jobs, g_ptr_array_unref);
  claim->jobs =
      nhi_store_job_claim_many (connection, NHI_JOB_PACKAGE, claim->token, NHI_FIXTURE_NOW,
                                NHI_FIXTURE_NOW + LEASE, claim->limit, error);
  return claim->jobs != NULL;
}

static gboolean
finish_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const GPtrArray *jobs = data;

  for (guint i = 0; i < jobs->len; i++)
    if (!nhi_store_job_finish (connection, g_ptr_array_index (jobs, i), error))
      return FALSE;
  return TRUE;
}

static void
take_down (Claims *claims, const GPtrArray *jobs)
{
  g_mutex_lock (&claims->mutex);
  for (guint i = 0; i < jobs->len; i++)
    {
      const NhiJob *job = g_ptr_array_index (jobs, i);

      g_assert_cmpuint (job->attempts, ==, 1);
      g_assert_true (g_hash_table_add (claims->claimed, g_strdup (job->job_id)));
    }
  g_mutex_unlock (&claims->mutex);
}

/* Some take one, some a few, some many. Nothing is free only while others hold the rest, so a
 * claimer is done when nothing is left at all. */
static gpointer
claim_until_none_is_left (gpointer data)
{
  Node *node = data;
  guint got = 0;

  do
    {
      g_autofree char *token = nhi_world_uuid (node->world);
      Claim claim = { .token = token, .limit = 1 + 7 * node->number };
      g_autoptr (GPtrArray) jobs = NULL;

      nhi_db_transact (node->world->db, NHI_DB_WRITE_LOCKED, claim_body, &claim, &node->error);
      jobs = claim.jobs;
      g_assert_no_error (node->error);
      g_assert_cmpuint (jobs->len, <=, claim.limit);
      take_down (node->shared, jobs);
      nhi_db_transact (node->world->db, NHI_DB_WRITE_LOCKED, finish_body, jobs, &node->error);
      g_assert_no_error (node->error);
      got = jobs->len;
    }
  while (got > 0);
  return NULL;
}

static void
test_each_job_is_claimed_once (NhiAccountFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Claims claims = { .claimed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  Node nodes[CLAIMERS];

  g_mutex_init (&claims.mutex);
  nhi_db_transact (self->world->db, NHI_DB_WRITE, add_jobs_body, NULL, &error);
  g_assert_no_error (error);
  run_at_once (self, nodes, CLAIMERS, claim_until_none_is_left, &claims);
  for (guint i = 0; i < CLAIMERS; i++)
    node_clear (&nodes[i]);
  g_assert_cmpuint (g_hash_table_size (claims.claimed), ==, JOBS);
  g_assert_cmpint (nhi_fixture_int (self, "SELECT count(*) FROM job WHERE state = 'done'"), ==,
                   JOBS);
  g_hash_table_unref (claims.claimed);
  g_mutex_clear (&claims.mutex);
}

/* ---- a node that starts ---- */

typedef struct
{
  NhiDb *db;
  GMutex mutex;
  GCond changed;
  gboolean holding;
  gboolean let_go;
} Holder;

/* Nobody else can write the row that a runner writes first. */
static gboolean
hold_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Holder *self = data;

  if (!nhi_store_job_add_recurring (connection, NHI_JOB_EXPIRY, NHI_FIXTURE_NOW, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  self->holding = TRUE;
  g_cond_signal (&self->changed);
  while (!self->let_go)
    g_cond_wait (&self->changed, &self->mutex);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static gpointer
hold (gpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (((Holder *)data)->db, NHI_DB_WRITE, hold_body, data, &error);
  g_assert_no_error (error);
  return NULL;
}

typedef struct
{
  NhiWorld *world;
  GCancellable *cancellable;
} Service;

static gpointer
serve (gpointer data)
{
  const Service *service = data;
  const NhiJobsOptions options = { .poll_milliseconds = 5 };
  g_autoptr (GError) error = NULL;

  nhi_jobs_run (service->world, &options, service->cancellable, &error);
  g_assert_no_error (error);
  return NULL;
}

static void
wait_until_held (Holder *self)
{
  g_mutex_lock (&self->mutex);
  while (!self->holding)
    g_cond_wait (&self->changed, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static void
let_go (Holder *self)
{
  g_mutex_lock (&self->mutex);
  self->let_go = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/* It has no patience, so each conflict is one try; PostgreSQL waits for the row itself. */
static void
test_start_waits_for_the_database (NhiAccountFixture *self, gconstpointer data)
{
  g_autoptr (NhiWorld) elsewhere = open_world (self);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Holder holder = { .db = elsewhere->db };
  Service service = { self->world, cancellable };
  GThread *holding, *serving;

  g_mutex_init (&holder.mutex);
  g_cond_init (&holder.changed);
  nhi_db_set_patience (self->world->db, 0);
  holding = g_thread_new ("holder", hold, &holder);
  wait_until_held (&holder);
  serving = g_thread_new ("runner", serve, &service);
  while (nhi_db_conflicts (self->world->db) < 2 && !test_database_is_postgres ())
    g_usleep (1000);
  let_go (&holder);
  g_thread_join (holding);
  while (test_sql_integer (elsewhere->db, "SELECT run_at FROM job WHERE state = 'waiting'") <=
         NHI_FIXTURE_NOW)
    g_usleep (1000);
  g_cancellable_cancel (cancellable);
  g_thread_join (serving);
  g_cond_clear (&holder.changed);
  g_mutex_clear (&holder.mutex);
}

/* ---- clocks ---- */

static gint64
shifted_now (gpointer clock)
{
  return g_get_real_time () / G_USEC_PER_SEC + *(const gint64 *)clock;
}

static const struct
{
  gint64 shift;
  const char *says; /* NULL: good enough */
} clocks[] = {
  { 0, NULL },
  { 3600, "ahead of" },
  { -3600, "behind" },
};

static void
test_a_wrong_clock_is_told (NhiAccountFixture *self, gconstpointer data)
{
  self->world->now = shifted_now;
  for (guint i = 0; i < G_N_ELEMENTS (clocks); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 shift = clocks[i].shift;

      self->world->clock = &shift;
      nhi_clock_check (self->world, &error);
      if (clocks[i].says == NULL)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_error (error, NHI_CLOCK_ERROR, NHI_CLOCK_ERROR_SKEW);
      g_assert_nonnull (strstr (error->message, clocks[i].says));
    }
}

#define ADD(path, function)                                                                        \
  g_test_add (path, NhiAccountFixture, NULL, nhi_account_fixture_set_up, function,                 \
              nhi_account_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/nodes/each-failure-counts-once", test_each_failure_counts_once);
  ADD ("/nodes/guesses-at-several-nodes-gain-nothing", test_guesses_at_several_nodes_gain_nothing);
  ADD ("/nodes/sessions-stay-within-their-number", test_sessions_stay_within_their_number);
  ADD ("/nodes/one-key-makes-one-registration", test_one_key_makes_one_registration);
  ADD ("/nodes/a-link-confirms-once", test_a_link_confirms_once);
  ADD ("/nodes/one-key-makes-one-application", test_one_key_makes_one_application);
  ADD ("/nodes/no-node-lets-more-be-processed", test_no_node_lets_more_be_processed);
  ADD ("/nodes/each-job-is-claimed-once", test_each_job_is_claimed_once);
  ADD ("/nodes/start-waits-for-the-database", test_start_waits_for_the_database);
  ADD ("/nodes/a-wrong-clock-is-told", test_a_wrong_clock_is_told);
  return g_test_run ();
}
