/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the database is asked most: who a person is, at sign-in and at registration, beside the same
 * in a small database of the same run; and how fast several processes claim jobs.
 *
 *   bench-store accounts URI             gives everybody an account
 *   bench-store lookups SMALL LARGE      prints “WHAT MICROSECONDS MICROSECONDS” for both
 *   bench-store jobs URI JOBS CLAIMERS   prints “claimed JOBS SECONDS DOUBLE” */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/domain/attempts.h"
#include "service/domain/insured.h"
#include "service/domain/registration-form.h"
#include "service/store/job.h"
#include "service/store/registration.h"

#define ROUNDS 21
#define CLAIMED_AT_ONCE 8
#define NOW 1795415400

typedef struct
{
  char *id_number;
  char *card_number;
} Somebody;

typedef struct
{
  NhiDb *db;
  GArray *people; /* of Somebody */
  guint next;
} Base;

static void
must (gboolean done, GError *error)
{
  if (!done)
    g_error ("%s", error != NULL ? error->message : "failed without a reason");
}

static gboolean
run_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_db_run (connection, data, NHI_DB_NO_ARGS, error) >= 0;
}

static void
run (NhiDb *db, const char *sql)
{
  GError *error = NULL;

  must (nhi_db_transact (db, NHI_DB_WRITE_LOCKED, run_body, (gpointer)sql, &error), error);
}

static NhiDb *
open_database (const char *uri)
{
  GError *error = NULL;
  NhiDb *db = nhi_db_open (uri, 1, &error);

  must (db != NULL, error);
  return db;
}

static int
give_accounts (const char *uri)
{
  g_autoptr (NhiDb) db = open_database (uri);

  run (db, "INSERT INTO account SELECT person_id, 'a@example.org', '0912345678', 'x', 'zh-TW', 1, 1"
           " FROM person");
  return 0;
}

/* Of a small database everybody; of a large one those of two digits in their number, which lie all
 * over it. */
static gboolean
sample_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Base *base = data;
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection,
                       "SELECT p.id_number, c.card_number FROM person p"
                       " JOIN card c ON c.person_id = p.person_id WHERE c.state = 'active'"
                       " AND ((SELECT count(*) FROM person) < 10000"
                       " OR substr (p.id_number, 8, 2) = '37')",
                       NHI_DB_NO_ARGS, error);
  while (rows != NULL && nhi_db_rows_next (rows, error))
    {
      Somebody somebody = { g_strdup (nhi_db_rows_text (rows, 0)),
                            g_strdup (nhi_db_rows_text (rows, 1)) };

      g_array_append_val (base->people, somebody);
    }
  return rows != NULL;
}

static void
shuffle (GArray *people)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (1);

  for (guint i = people->len - 1; i > 0; i--)
    {
      guint j = (guint)g_rand_int_range (chance, 0, (gint32)i + 1);
      Somebody held = g_array_index (people, Somebody, i);

      g_array_index (people, Somebody, i) = g_array_index (people, Somebody, j);
      g_array_index (people, Somebody, j) = held;
    }
}

static Base
base_open (const char *uri)
{
  Base base = { .db = open_database (uri),
                .people = g_array_new (FALSE, FALSE, sizeof (Somebody)) };
  GError *error = NULL;

  must (nhi_db_transact (base.db, NHI_DB_READ, sample_body, &base, &error), error);
  must (base.people->len > 100, NULL);
  shuffle (base.people);
  return base;
}

/* What sign-in reads before the password is looked at. */
static gboolean
sign_in_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Somebody *somebody = data;
  g_auto (NhiInsured) insured = { 0 };
  g_autoptr (NhiAccountRow) account = NULL;

  if (!nhi_insured_find (connection, somebody->id_number, somebody->card_number, &insured, error) ||
      !nhi_store_account_find (connection, insured.person->person_id, &account, error))
    return FALSE;
  must (nhi_insured_has_active_card (&insured) && account != NULL, NULL);
  return TRUE;
}

/* What registration compares with what was filled in. */
static gboolean
registration_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Somebody *somebody = data;
  g_auto (NhiInsured) insured = { 0 };

  if (!nhi_insured_find (connection, somebody->id_number, somebody->card_number, &insured, error))
    return FALSE;
  const NhiRegistrationForm form = {
    .card_number = somebody->card_number,
    .id_number = somebody->id_number,
    .name = insured.person->name,
    .birth_date = insured.person->birth_date,
    .household_number = insured.residence->household_number,
    .village_code = insured.residence->village_code,
    .neighbourhood = insured.residence->neighbourhood,
  };
  must (nhi_registration_form_matches (&form, &insured), NULL);
  return TRUE;
}

/* The same as the service does it: with the count of failures, and a COMMIT. */
static gboolean
count_trial (NhiDbConnection *connection,
             const Somebody *somebody,
             const char *purpose,
             GError **error)
{
  g_autofree char *trial = g_uuid_string_random ();
  const NhiAttempt attempt = { trial, somebody->id_number, "192.0.2.7", purpose, 3, 30 };

  return nhi_attempt_begin (connection, &attempt, NOW, error) &&
         nhi_attempt_succeed (connection, &attempt, NOW, error);
}

static gboolean
sign_in_whole_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return sign_in_body (connection, data, error) && count_trial (connection, data, "sign-in", error);
}

static gboolean
registration_whole_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return registration_body (connection, data, error) &&
         count_trial (connection, data, "registration", error);
}

typedef struct
{
  const char *what;
  NhiDbMode mode;
  NhiDbBody body;
  guint times; /* in a round */
} Question;

static const Question questions[] = {
  { "sign-in", NHI_DB_WRITE_LOCKED, sign_in_whole_body, 40 },
  { "registration", NHI_DB_WRITE, registration_whole_body, 40 },
  { "sign-in-reading", NHI_DB_READ, sign_in_body, 500 },
  { "registration-reading", NHI_DB_READ, registration_body, 500 },
};

static double
microseconds_of (Base *base, const Question *question)
{
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < question->times; i++)
    {
      Somebody *somebody =
          &g_array_index (base->people, Somebody, base->next++ % base->people->len);
      GError *error = NULL;

      must (nhi_db_transact (base->db, question->mode, question->body, somebody, &error), error);
    }
  return (double)(g_get_monotonic_time () - start) / question->times;
}

static int
compare (const void *a, const void *b)
{
  double left = *(const double *)a, right = *(const double *)b;

  return left < right ? -1 : left > right;
}

/* Round by round in turn, so that what else the machine does meets both alike. */
static void
measure (const Question *question, Base *small, Base *large)
{
  double small_times[ROUNDS], large_times[ROUNDS];

  microseconds_of (small, question);
  microseconds_of (large, question);
  for (guint i = 0; i < ROUNDS; i++)
    {
      small_times[i] = microseconds_of (small, question);
      large_times[i] = microseconds_of (large, question);
    }
  qsort (small_times, ROUNDS, sizeof (double), compare);
  qsort (large_times, ROUNDS, sizeof (double), compare);
  printf ("%s %.1f %.1f\n", question->what, small_times[ROUNDS / 2], large_times[ROUNDS / 2]);
}

static int
look_up (const char *small_uri, const char *large_uri)
{
  Base small = base_open (small_uri);
  Base large = base_open (large_uri);

  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    measure (&questions[i], &small, &large);
  return 0;
}

static gboolean
add_jobs_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  guint jobs = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < jobs; i++)
    {
      g_autofree char *job_id = g_uuid_string_random ();

      if (!nhi_store_job_add (connection, job_id, NHI_JOB_MAIL, "p", job_id, NOW, NOW, error))
        return FALSE;
    }
  return TRUE;
}

typedef struct
{
  char *token;
  GPtrArray *jobs;
} Claim;

static gboolean
claim_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Claim *claim = data;

  g_clear_pointer (&claim->jobs, g_ptr_array_unref);
  claim->jobs = nhi_store_job_claim_many (connection, NHI_JOB_MAIL, claim->token, NOW + 60,
                                          NOW + 3600, CLAIMED_AT_ONCE, error);
  return claim->jobs != NULL;
}

/* A process of its own: waits until @start is closed, then claims until nothing is left, and says
 * which. */
static void
be_a_claimer (const char *uri, int start, FILE *claimed)
{
  g_autoptr (NhiDb) db = open_database (uri);
  char byte;
  guint found = 1;

  must (read (start, &byte, 1) == 0, NULL);
  while (found > 0)
    {
      Claim claim = { .token = g_uuid_string_random () };
      GError *error = NULL;

      must (nhi_db_transact (db, NHI_DB_WRITE_LOCKED, claim_body, &claim, &error), error);
      found = claim.jobs->len;
      for (guint i = 0; i < found; i++)
        fprintf (claimed, "%s\n", ((NhiJob *)g_ptr_array_index (claim.jobs, i))->job_id);
      g_ptr_array_unref (claim.jobs);
      g_free (claim.token);
    }
  fclose (claimed);
}

/* How many of the claims are of a job that is claimed already. */
static guint
count_claims (FILE *claimed, guint *ret_jobs)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  char line[128];
  guint twice = 0;

  while (fgets (line, sizeof line, claimed) != NULL)
    twice += !g_hash_table_add (seen, g_strdup (line));
  *ret_jobs = g_hash_table_size (seen);
  return twice;
}

/* The claimers' notes come in one file that all append to. */
static int
claim_jobs (const char *uri, guint jobs, guint claimers)
{
  g_autofree char *notes = NULL;
  int start[2], handle = g_file_open_tmp ("nhi-claims-XXXXXX", &notes, NULL);
  gint64 began;
  guint twice, claimed;

  must (handle >= 0 && pipe (start) == 0, NULL);
  for (guint i = 0; i < claimers; i++)
    if (fork () == 0)
      {
        close (start[1]);
        be_a_claimer (uri, start[0], fopen (notes, "a"));
        _exit (0);
      }
  {
    g_autoptr (NhiDb) db = open_database (uri);
    GError *error = NULL;

    run (db, "DELETE FROM job");
    must (nhi_db_transact (db, NHI_DB_WRITE, add_jobs_body, GUINT_TO_POINTER (jobs), &error),
          error);
  }
  g_usleep (G_USEC_PER_SEC / 2); /* connections are made by then */
  began = g_get_monotonic_time ();
  close (start[0]);
  close (start[1]);
  for (guint i = 0; i < claimers; i++)
    wait (NULL);
  began = g_get_monotonic_time () - began;
  twice = count_claims (fdopen (handle, "r"), &claimed);
  printf ("claimed %u %.3f %u\n", claimed, (double)began / G_USEC_PER_SEC, twice);
  unlink (notes);
  return claimed == jobs && twice == 0 ? 0 : 1;
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "accounts") == 0)
    return give_accounts (argv[2]);
  if (argc == 4 && strcmp (argv[1], "lookups") == 0)
    return look_up (argv[2], argv[3]);
  if (argc == 5 && strcmp (argv[1], "jobs") == 0)
    return claim_jobs (argv[2], (guint)strtoul (argv[3], NULL, 10),
                       (guint)strtoul (argv[4], NULL, 10));
  fprintf (stderr, "bench-store accounts|lookups|jobs …\n");
  return 2;
}
