/* SPDX-License-Identifier: GPL-3.0-or-later
 * Signing in, the waits after failures, and sessions by the clock. */
#include "service/domain/account-fixture.h"
#include "service/domain/attempts.h"
#include "service/domain/password.h"
#include "service/domain/session.h"
#include "service/domain/sign-in.h"

#include <string.h>

#define WRONG "不是這個密碼"

static const NhiSignInRequest right = {
  .card_number = "000000000012",
  .id_number = "A123456789",
  .password = NHI_FIXTURE_PASSWORD,
  .client = "nhicard 0.1.0",
  .network = NHI_FIXTURE_NETWORK,
};

static void
set_up (NhiAccountFixture *f, gconstpointer data)
{
  nhi_account_fixture_set_up (f, data);
  nhi_fixture_register (f, &nhi_fixture_request);
}

static gboolean
sign_in (NhiAccountFixture *f, const NhiSignInRequest *request, GError **error)
{
  g_auto (NhiSignIn) result = { 0 };
  return nhi_sign_in (f->world, request, &result, error);
}

static char *
token_of_sign_in (NhiAccountFixture *f)
{
  g_auto (NhiSignIn) result = { 0 };
  g_autoptr (GError) error = NULL;

  nhi_sign_in (f->world, &right, &result, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&result.token);
}

static gboolean
lives (NhiAccountFixture *f, const char *token)
{
  g_autofree char *person_id = NULL;
  g_autofree char *session_id = NULL;
  g_autoptr (GError) error = NULL;

  if (nhi_session_authenticate (f->world, token, &person_id, &session_id, &error))
    {
      g_assert_cmpstr (person_id, ==, "p-wang");
      return TRUE;
    }
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_SESSION);
  return FALSE;
}

static void
test_right (NhiAccountFixture *f, gconstpointer data)
{
  g_auto (NhiSignIn) first = { 0 };
  g_auto (NhiSignIn) second = { 0 };
  g_autoptr (GError) error = NULL;
  NhiSignInRequest elsewhere = right;

  nhi_sign_in (f->world, &right, &first, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (first.token), ==, 43);
  g_assert_cmpstr (first.name, ==, "王小明");
  g_assert_cmpint (first.expires_at, ==, f->now + 12 * 60 * 60);
  g_assert_cmpint (first.last_at, ==, 0);

  f->now += 100;
  elsewhere.network = "198.51.100.1";
  nhi_sign_in (f->world, &elsewhere, &second, &error);
  g_assert_no_error (error);
  g_assert_cmpint (second.last_at, ==, NHI_FIXTURE_NOW);
  g_assert_cmpstr (second.last_network, ==, NHI_FIXTURE_NETWORK);
  g_assert_cmpstr (first.token, !=, second.token);
  g_assert_cmpint (
      nhi_fixture_int (f,
                       "SELECT count(*) FROM attempt WHERE purpose = 'sign-in' AND failures > 0"),
      ==, 0);
}

typedef struct
{
  const char *what;
  NhiSignInRequest request;
  int code;
} Refusal;

static const Refusal refusals[] = {
  { "wrong-password",
    { "000000000012", "A123456789", WRONG, "", "192.0.2.1" },
    NHI_DOMAIN_ERROR_SIGN_IN },
  { "password-in-other-case",
    { "000000000012", "A123456789", NHI_FIXTURE_PASSWORD " ", "", "192.0.2.1" },
    NHI_DOMAIN_ERROR_SIGN_IN },
  { "another-persons-card",
    { "000000000023", "A123456789", NHI_FIXTURE_PASSWORD, "", "192.0.2.1" },
    NHI_DOMAIN_ERROR_SIGN_IN },
  { "unknown-card",
    { "000000000099", "A123456789", NHI_FIXTURE_PASSWORD, "", "192.0.2.1" },
    NHI_DOMAIN_ERROR_SIGN_IN },
  { "no-account",
    { "000000000023", "F131104093", NHI_FIXTURE_PASSWORD, "", "192.0.2.1" },
    NHI_DOMAIN_ERROR_SIGN_IN },
  { "nobody",
    { "000000000012", "B123456780", NHI_FIXTURE_PASSWORD, "", "192.0.2.1" },
    NHI_DOMAIN_ERROR_SIGN_IN },
  { "no-password",
    { "000000000012", "A123456789", NULL, "", "192.0.2.1" },
    NHI_DOMAIN_ERROR_INVALID },
  { "no-card", { NULL, "A123456789", "x", "", "192.0.2.1" }, NHI_DOMAIN_ERROR_INVALID },
  { "bad-card", { "12", "A123456789", "x", "", "192.0.2.1" }, NHI_DOMAIN_ERROR_INVALID },
  { "bad-id", { "000000000012", "A123456780", "x", "", "192.0.2.1" }, NHI_DOMAIN_ERROR_INVALID },
};

static void
test_refusals (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *message = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", refusals[i].what);
      nhi_fixture_run (f, "DELETE FROM attempt");
      g_assert_false (sign_in (f, &refusals[i].request, &error));
      g_assert_error (error, NHI_DOMAIN_ERROR, refusals[i].code);
      if (refusals[i].code != NHI_DOMAIN_ERROR_SIGN_IN)
        continue;
      if (message == NULL)
        message = g_strdup (error->message);
      g_assert_cmpstr (error->message, ==, message); /* no answer tells which it was */
      g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM attempt WHERE failures = 1"), ==,
                       2);
    }
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM session"), ==, 0);
}

static void
test_terminated_card (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_fixture_run (f, "UPDATE card SET state = 'terminated' WHERE card_number = '000000000012'");
  g_assert_false (sign_in (f, &right, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_SIGN_IN);
}

static void
test_wait_table (void)
{
  static const gint64 waits[] = { 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900 };

  for (gsize i = 0; i < G_N_ELEMENTS (waits); i++)
    g_assert_cmpint (nhi_attempt_wait_after ((gint64)i, 3), ==, waits[i]);
  g_assert_cmpint (nhi_attempt_wait_after (G_MAXINT64, 3), ==, 900);
}

/* Four wrong passwords from one network. */
static void
fail_four_times (NhiAccountFixture *f, const char *network)
{
  NhiSignInRequest wrong = right;

  wrong.password = WRONG;
  wrong.network = network;
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (sign_in (f, &wrong, &error));
      g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_SIGN_IN);
    }
}

static void
test_wait_then_success (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (GError) waiting = NULL;
  g_autoptr (GError) error = NULL;

  fail_four_times (f, NHI_FIXTURE_NETWORK);
  f->now += 29;
  g_assert_false (
      sign_in (f, &right, &waiting)); /* the right password does not help before its time */
  g_assert_error (waiting, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_WAIT);
  g_assert_cmpint (nhi_domain_error_wait_until (waiting), ==, NHI_FIXTURE_NOW + 30);
  f->now += 1;
  g_assert_true (sign_in (f, &right, &error));
  g_assert_no_error (error);
  fail_four_times (f, NHI_FIXTURE_NETWORK); /* counted anew after a success */
}

static void
test_owner_elsewhere (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fail_four_times (f, "203.0.113.66");
  g_assert_true (sign_in (f, &right, &error));
  g_assert_no_error (error);
}

static void
test_network_limit (NhiAccountFixture *f, gconstpointer data)
{
  NhiSignInRequest other = right;
  g_autoptr (GError) error = NULL;

  other.card_number = "000000000023";
  other.id_number = "F131104093";
  nhi_fixture_run (f,
                   "INSERT INTO attempt (subject, network, purpose, failures, last_at, wait_until) "
                   "VALUES ('" NHI_FIXTURE_NETWORK "', '" NHI_FIXTURE_NETWORK
                   "', 'sign-in', 30, 1795415400, 0)");
  g_assert_false (sign_in (f, &other, NULL));
  g_assert_false (sign_in (f, &right, &error)); /* another account, the same network */
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_WAIT);
  g_clear_error (&error);
  f->now += 60 * 60;
  g_assert_true (sign_in (f, &right, &error));
  g_assert_no_error (error);
}

static void
test_clock_set_back (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fail_four_times (f, NHI_FIXTURE_NETWORK);
  f->now -= 7 * 24 * 60 * 60;
  g_assert_true (sign_in (f, &right, &error));
  g_assert_no_error (error);
}

static gpointer
guess_thread (gpointer data)
{
  NhiAccountFixture *f = data;
  NhiSignInRequest wrong = right;
  g_autoptr (GError) error = NULL;

  wrong.password = WRONG;
  g_assert_false (sign_in (f, &wrong, &error));
  return GINT_TO_POINTER (g_error_matches (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_SIGN_IN));
}

static void
test_guesses_at_once (NhiAccountFixture *f, gconstpointer data)
{
  GThread *threads[8];
  guint judged = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("guess", guess_thread, f);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    judged += GPOINTER_TO_INT (g_thread_join (threads[i])) ? 1 : 0;
  g_assert_cmpuint (judged, ==, 4);
}

static void
test_rehash (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  NhiSignInRequest request = right;

  /* The vector of Argon2's own tests: a password under the costs of long ago. */
  request.password = "password";
  nhi_fixture_run (
      f, "UPDATE account SET password_hash ="
         " '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'");
  g_assert_true (sign_in (f, &request, &error));
  g_assert_no_error (error);
  g_autofree char *phc = nhi_fixture_text (f, "SELECT password_hash FROM account");
  g_assert_true (g_str_has_prefix (phc, "$argon2id$v=19$m=19456,t=2,p=1$"));
  f->now += 1;
  g_assert_true (sign_in (f, &request, &error));
  g_autofree char *same = nhi_fixture_text (f, "SELECT password_hash FROM account");
  g_assert_cmpstr (phc, ==, same);
}

static void
test_damaged_hash (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_fixture_run (f, "UPDATE account SET password_hash = 'rubbish'");
  g_assert_false (sign_in (f, &right, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_HASHING);
}

static void
test_idle (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *token = token_of_sign_in (f);

  f->now += 15 * 60 - 1;
  g_assert_true (lives (f, token));
  f->now += 15 * 60 - 1;
  g_assert_true (lives (f, token));
  f->now += 15 * 60;
  g_assert_false (lives (f, token));
}

static void
test_absolute (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *token = token_of_sign_in (f);

  for (guint i = 0; i < 12 * 6 - 1; i++)
    {
      f->now += 10 * 60;
      g_assert_true (lives (f, token));
    }
  f->now = NHI_FIXTURE_NOW + 12 * 60 * 60 - 1;
  g_assert_true (lives (f, token));
  f->now += 1;
  g_assert_false (lives (f, token));
}

static void
test_seen_once_a_minute (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *token = token_of_sign_in (f);

  f->now += 59;
  g_assert_true (lives (f, token));
  g_assert_cmpint (nhi_fixture_int (f, "SELECT seen_at FROM session"), ==, NHI_FIXTURE_NOW);
  f->now += 1;
  g_assert_true (lives (f, token));
  g_assert_cmpint (nhi_fixture_int (f, "SELECT seen_at FROM session"), ==, NHI_FIXTURE_NOW + 60);
  f->now -= 3600; /* the clock was set back: idleness counts from now */
  g_assert_true (lives (f, token));
  f->now += 15 * 60;
  g_assert_false (lives (f, token));
}

static void
test_other_tokens (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *token = token_of_sign_in (f);
  static const char *const others[] = { "", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (lives (f, others[i]));
  token[0] = token[0] == 'A' ? 'B' : 'A';
  g_assert_false (lives (f, token));
}

static void
test_end (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *token = token_of_sign_in (f);
  g_autofree char *other = token_of_sign_in (f);
  g_autofree char *person_id = NULL;
  g_autofree char *session_id = NULL;
  g_auto (NhiSessionView) view = { 0 };
  g_auto (NhiSessionView) gone = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (nhi_session_authenticate (f->world, token, &person_id, &session_id, &error));
  g_assert_true (nhi_session_describe (f->world, person_id, session_id, &view, &error));
  g_assert_cmpstr (view.email, ==, "ming@example.org");
  g_assert_cmpstr (view.id_number, ==, "A123456789");
  g_assert_true (nhi_session_end (f->world, person_id, session_id, &error));
  g_assert_false (lives (f, token));
  g_assert_true (lives (f, other));
  g_assert_true (nhi_session_end (f->world, person_id, session_id, &error));
  g_assert_false (nhi_session_describe (f->world, person_id, session_id, &gone, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_SESSION);
}

static void
test_most_sessions (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *oldest = token_of_sign_in (f);
  g_autofree char *newest = NULL;

  for (guint i = 0; i < NHI_SESSIONS_PER_PERSON; i++)
    {
      f->now += 1;
      g_free (newest);
      newest = token_of_sign_in (f);
    }
  g_assert_false (lives (f, oldest));
  g_assert_true (lives (f, newest));
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM session"), ==,
                   NHI_SESSIONS_PER_PERSON);
}

/* Who signs in all day makes no history that each next sign-in has to look through. */
static void
test_longest_history (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *before = token_of_sign_in (f);
  g_autofree char *now = NULL;

  nhi_fixture_run (f,
                   "INSERT INTO sign_in (person_id, sign_in_id, at, network, client)"
                   " WITH RECURSIVE old (n) AS (SELECT 1 UNION ALL"
                   " SELECT n + 1 FROM old WHERE n < 1000)"
                   " SELECT person_id, 'old-' || CAST (n AS TEXT), n, 'x', 'x' FROM old, account");
  f->now += 1;
  now = token_of_sign_in (f);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM sign_in"), ==,
                   NHI_SIGN_INS_PER_PERSON);
  g_assert_cmpint (nhi_fixture_int (f,
                                    "SELECT count(*) FROM sign_in WHERE sign_in_id LIKE 'old-%'"),
                   ==, NHI_SIGN_INS_PER_PERSON - 2);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT min (at) FROM sign_in"), >, 500);
}

static void
test_housekeeping (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *token = token_of_sign_in (f);
  g_autoptr (GError) error = NULL;

  f->now += 15 * 60;
  g_assert_true (nhi_registration_expire (f->world, &error));
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM session"), ==, 0);
  f->now = NHI_FIXTURE_NOW + 24 * 60 * 60;
  g_assert_true (nhi_registration_expire (f->world, &error));
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM session_by_token"), ==, 0);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM idempotency"), ==, 0);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM sign_in"), ==, 1);
  f->now = NHI_FIXTURE_NOW + 366LL * 24 * 60 * 60;
  /* More than fit into one transaction. */
  nhi_fixture_run (f, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                      "1200) INSERT INTO sign_in (person_id, sign_in_id, at, network, client) "
                      "SELECT 'chen', 's' || i, 0, '', '' FROM n");
  g_assert_true (nhi_registration_expire (f->world, &error));
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM sign_in"), ==, 0);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM attempt"), ==, 0);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM outbox"), ==, 0);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM registration"), ==, 0);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM account"), ==, 1);
}

#define ADD(path, function)                                                                        \
  g_test_add (path, NhiAccountFixture, NULL, set_up, function, nhi_account_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/sign-in/opens-a-session-and-tells-the-last", test_right);
  ADD ("/sign-in/refusals-tell-nothing", test_refusals);
  ADD ("/sign-in/terminated-card-is-refused", test_terminated_card);
  g_test_add_func ("/sign-in/waits-double-up-to-fifteen-minutes", test_wait_table);
  ADD ("/sign-in/wait-ends-when-told", test_wait_then_success);
  ADD ("/sign-in/stranger-elsewhere-locks-nobody-out", test_owner_elsewhere);
  ADD ("/sign-in/network-has-its-own-limit", test_network_limit);
  ADD ("/sign-in/no-longer-wait-when-the-clock-is-set-back", test_clock_set_back);
  ADD ("/sign-in/guesses-at-once-gain-nothing", test_guesses_at_once);
  ADD ("/sign-in/old-costs-are-renewed", test_rehash);
  ADD ("/sign-in/damaged-hash-lets-nobody-in", test_damaged_hash);
  ADD ("/session/ends-after-fifteen-idle-minutes", test_idle);
  ADD ("/session/ends-after-twelve-hours", test_absolute);
  ADD ("/session/is-marked-seen-once-a-minute", test_seen_once_a_minute);
  ADD ("/session/other-tokens-open-nothing", test_other_tokens);
  ADD ("/session/ends-when-signed-out", test_end);
  ADD ("/session/oldest-gives-way", test_most_sessions);
  ADD ("/sign-in/history-has-an-end", test_longest_history);
  ADD ("/session/housekeeping-removes-what-has-ended", test_housekeeping);
  return g_test_run ();
}
