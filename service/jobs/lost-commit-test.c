/* SPDX-License-Identifier: GPL-3.0-or-later
 * Each part of a person's way, from the form to the end of the package, while the connection is
 * lost in its first, second, … COMMIT, once after the database has done it and once before: in the
 * end everything is there once, as if nothing had been. */
#include "service/domain/account-fixture.h"
#include "service/domain/health-bank.h"
#include "service/domain/session.h"
#include "service/domain/sign-in.h"
#include "service/jobs/runner.h"
#include "service/store/db-engine.h"
#include "service/store/test-database.h"

#define DAY (24 * 60 * 60)
#define MAX_COMMITS 100 /* a part that never ends is a defect of the test */

/* What a person leaves behind: first what makes a member, then the rest. */
#define OF_MEMBERS 3
static const char *const tables[] = {
  "registration", "registration_by_token", "account",       "attempt",     "session",
  "sign_in",      "session_by_token",      "job",           "idempotency", "outbox",
  "application",  "application_item",      "package_piece",
};

/* One number each. Ids and tokens are new in every run; everything else must be the same. */
static const char *const questions[] = {
  "SELECT count(*) FROM registration",
  "SELECT count(*) FROM registration WHERE state = 'confirmed'",
  "SELECT count(*) FROM registration_by_token",
  "SELECT count(*) FROM account",
  "SELECT count(*) FROM outbox",
  "SELECT count(*) FROM outbox WHERE state = 'sent'",
  "SELECT count(*) FROM job",
  "SELECT count(*) FROM job WHERE state = 'done'",
  "SELECT coalesce(max(attempts), 0) FROM job",
  "SELECT coalesce(sum(run_at), 0) FROM job WHERE kind = 'expiry'",
  "SELECT count(*) FROM attempt",
  "SELECT cast(coalesce(sum(failures), 0) AS BIGINT) FROM attempt",
  "SELECT cast(coalesce(sum(wait_until), 0) AS BIGINT) FROM attempt",
  "SELECT count(*) FROM sign_in",
  "SELECT count(*) FROM session",
  "SELECT count(*) FROM session_by_token",
  "SELECT count(*) FROM idempotency",
  "SELECT count(*) FROM application",
  "SELECT count(*) FROM application WHERE state = 'ready'",
  "SELECT count(*) FROM application WHERE package_name IS NOT NULL",
  "SELECT count(*) FROM application_item",
  "SELECT count(*) FROM package_piece",
};

typedef struct
{
  NhiAccountFixture base;
  char *letters; /* a folder */
} Way;

typedef struct
{
  const char *name;
  void (*go) (Way *self);
  gboolean of_a_member; /* who is registered already */
  guint commits;        /* that write, at least */
} Part;

/* One part and where it loses its COMMITs. */
typedef struct
{
  const Part *part;
  gboolean done;
} Sweep;

static guint
count_letters (Way *self)
{
  g_autoptr (GDir) folder = g_dir_open (self->letters, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

static char *
describe (Way *self)
{
  GString *state = g_string_new (NULL);

  g_string_append_printf (state, "%u letters\n", count_letters (self));
  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    g_string_append_printf (state, "%" G_GINT64_FORMAT "  %s\n",
                            nhi_fixture_int (&self->base, questions[i]), questions[i]);
  return g_string_free (state, FALSE);
}

static void
run_jobs (Way *self)
{
  g_autofree char *route = g_strconcat ("folder:", self->letters, NULL);
  const NhiJobsOptions options = { .mail_route = route };
  g_autoptr (GError) error = NULL;

  nhi_jobs_run_due (self->base.world, &options, &error);
  g_assert_no_error (error);
}

static void
sign_up (Way *self)
{
  g_auto (NhiConfirmation) first = { 0 };
  g_auto (NhiConfirmation) again = { 0 };
  g_autoptr (GError) error = NULL;

  nhi_fixture_apply (&self->base, &nhi_fixture_request); /* a letter that is never followed */
  nhi_fixture_apply (&self->base, &nhi_fixture_request); /* takes its place */
  g_autofree char *token = nhi_fixture_letter_token (&self->base);
  run_jobs (self);
  nhi_registration_confirm (self->base.world, token, &first, &error);
  g_assert_no_error (error);
  g_assert_cmpint (first.state, ==, NHI_CONFIRMATION_DONE);
  g_assert_true (first.just_now);
  nhi_registration_confirm (self->base.world, token, &again, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again.state, ==, NHI_CONFIRMATION_DONE);
  g_assert_false (again.just_now);
}

static void
mistype (Way *self)
{
  NhiRegistrationRequest wrong = nhi_fixture_request;
  g_auto (NhiRegistrationTicket) ticket = { 0 };
  g_autofree char *key = g_uuid_string_random ();
  g_autoptr (GError) error = NULL;

  wrong.birth_date = "1986-05-06";
  nhi_registration_apply (self->base.world, &wrong, NHI_FIXTURE_NETWORK, key, &ticket, &error);
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_MATCHING);
}

/* The third wrong password, and then the right one, which would have to wait if one were counted
 * twice. */
static void
sign_in_and_out (Way *self)
{
  NhiSignInRequest request = {
    .card_number = nhi_fixture_request.card_number,
    .id_number = nhi_fixture_request.id_number,
    .password = "不是這個密碼",
    .client = "nhicard",
    .network = NHI_FIXTURE_NETWORK,
  };
  g_auto (NhiSignIn) result = { 0 };
  g_autofree char *person_id = NULL;
  g_autofree char *session_id = NULL;
  g_autoptr (GError) error = NULL;

  nhi_sign_in (self->base.world, &request, &result, &error);
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_SIGN_IN);
  g_clear_error (&error);
  request.password = NHI_FIXTURE_PASSWORD;
  nhi_sign_in (self->base.world, &request, &result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result.last_at, ==, 0);
  self->base.now += NHI_SESSION_SEEN_EVERY;
  nhi_session_authenticate (self->base.world, result.token, &person_id, &session_id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (nhi_fixture_int (&self->base, "SELECT count(*) FROM session"), ==, 1);
  nhi_session_end (self->base.world, person_id, session_id, &error);
  g_assert_no_error (error);
}

static void
take_package (Way *self)
{
  const char *const categories[] = { "card-status", "outpatient", NULL };
  g_autofree char *key = g_uuid_string_random ();
  const NhiHealthBankRequest request = { categories, "2026-01", "2026-11", key };
  g_autoptr (NhiApplication) first = NULL;
  g_autoptr (NhiApplication) again = NULL;
  g_autoptr (NhiApplication) ready = NULL;
  g_autoptr (GError) error = NULL;

  first = nhi_health_bank_apply (self->base.world, "p-wang", &request, &error);
  g_assert_no_error (error);
  again = nhi_health_bank_apply (self->base.world, "p-wang", &request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first->application_id, ==, again->application_id);
  run_jobs (self);
  ready = nhi_health_bank_get (self->base.world, "p-wang", first->application_id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ready->state, ==, NHI_APPLICATION_READY);
}

static void
let_package_expire (Way *self)
{
  take_package (self);
  g_assert_cmpint (nhi_fixture_int (&self->base, "SELECT count(*) FROM application_item"), ==, 2);
  self->base.now += 8 * DAY;
  run_jobs (self);
}

static const Part parts[] = {
  { "mistyped-registration", mistype, FALSE, 1 },
  { "registration", sign_up, FALSE, 12 },
  { "sign-in", sign_in_and_out, TRUE, 5 },
  { "package-and-its-end", let_package_expire, TRUE, 12 },
};

static void
set_up (Way *self, gconstpointer data)
{
  const Sweep *sweep = data;

  nhi_account_fixture_set_up (&self->base, NULL);
  self->letters = test_folder_new ();
  if (sweep->part->of_a_member)
    nhi_fixture_register (&self->base, &nhi_fixture_request);
}

static void
tear_down (Way *self, gconstpointer data)
{
  nhi_account_fixture_tear_down (&self->base, NULL);
  test_folder_remove (self->letters);
}

static gboolean
start_anew_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Part *part = data;

  for (guint i = part->of_a_member ? OF_MEMBERS : 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *sql = g_strdup_printf ("DELETE FROM %s", tables[i]);

      if (nhi_db_run (connection, sql, NHI_DB_NO_ARGS, error) < 0)
        return FALSE;
    }
  return nhi_db_run (connection,
                     "INSERT INTO attempt (subject, network, purpose, failures, last_at,"
                     " wait_until) VALUES ('p-wang', '" NHI_FIXTURE_NETWORK "', 'sign-in', 2, $1,"
                     " 0)",
                     NHI_DB_ARGS (nhi_db_int (NHI_FIXTURE_NOW)), error) >= 0;
}

/* Only the account is left, where the part needs it; two wrong passwords stand already. */
static void
start_anew (Way *self, const Part *part)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (self->base.world->db, NHI_DB_WRITE, start_anew_body, (gpointer)part, &error);
  g_assert_no_error (error);
  test_folder_remove (g_steal_pointer (&self->letters));
  self->letters = test_folder_new ();
  self->base.now = NHI_FIXTURE_NOW;
}

/* Loses COMMIT number 1, 2, … until the part is shorter than that. */
static void
test_sweep (Way *self, gconstpointer data)
{
  const Sweep *sweep = data;
  NhiDb *db = self->base.world->db;
  g_autofree char *undisturbed = NULL;
  guint nth = 0;
  guint lost;

  start_anew (self, sweep->part);
  sweep->part->go (self);
  undisturbed = describe (self);
  g_test_message ("%s", undisturbed);
  do
    {
      g_autofree char *disturbed = NULL;
      guint before;

      start_anew (self, sweep->part);
      before = nhi_db_conflicts (db);
      nhi_db_lose_commit (db, ++nth, sweep->done);
      sweep->part->go (self);
      lost = nhi_db_conflicts (db) - before;
      nhi_db_lose_commit (db, 0, FALSE);
      disturbed = describe (self);
      g_test_message ("COMMIT %u: %u lost", nth, lost);
      g_assert_cmpstr (disturbed, ==, undisturbed);
      g_assert_cmpuint (nth, <, MAX_COMMITS);
    }
  while (lost > 0);
  g_assert_cmpuint (nth, >, sweep->part->commits);
}

int
main (int argc, char **argv)
{
  Sweep sweeps[2 * G_N_ELEMENTS (parts)];

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sweeps); i++)
    {
      const Part *part = &parts[i / 2];
      g_autofree char *path = g_strdup_printf ("/lost-commit/%s/%s", part->name,
                                               i % 2 == 0 ? "that-was-done" : "that-was-not-done");

      sweeps[i] = (Sweep){ part, i % 2 == 0 };
      g_test_add (path, Way, &sweeps[i], set_up, test_sweep, tear_down);
    }
  return g_test_run ();
}
