/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a front is told while the database answers, fails, hangs and comes back, and while the node
 * drains. */
#include "service/domain/readiness.h"

#include "service/store/db.h"

typedef struct
{
  GMutex mutex;
  GCond changed;
  int code; /* of the error that a look gives; -1: none */
  gboolean hangs;
} Database;

static gboolean
look (gpointer data, GError **error)
{
  Database *database = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&database->mutex);

  while (database->hangs)
    g_cond_wait (&database->changed, &database->mutex);
  if (database->code >= 0)
    g_set_error_literal (error, NHI_DB_ERROR, database->code, "as the test wants it");
  return database->code < 0;
}

static void
become (Database *database, gboolean hangs, int code)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&database->mutex);

  database->hangs = hangs;
  database->code = code;
  g_cond_signal (&database->changed);
}

/* Fails by meson's time limit. */
static void
wait_for (NhiReadiness *readiness, NhiReadinessState state)
{
  while (nhi_readiness_get (readiness) != state)
    g_thread_yield ();
}

static void
count_cause (const char *domain, GLogLevelFlags level, const char *message, gpointer count)
{
  if (g_str_has_suffix (message, "as the test wants it"))
    g_atomic_int_inc ((int *)count);
}

static void
test_states (void)
{
  int causes = 0;
  guint handler = g_log_set_handler ("nhi-domain", G_LOG_LEVEL_MESSAGE, count_cause, &causes);
  Database database = { .code = -1 };
  NhiReadiness *readiness = nhi_readiness_new (look, &database, 1, 1);

  wait_for (readiness, NHI_READY);
  become (&database, FALSE, NHI_DB_ERROR_UNAVAILABLE);
  wait_for (readiness, NHI_NOT_READY_DATABASE);
  become (&database, FALSE, NHI_DB_ERROR_SCHEMA);
  wait_for (readiness, NHI_NOT_READY_SCHEMA);
  become (&database, FALSE, -1);
  wait_for (readiness, NHI_READY);
  become (&database, TRUE, -1);
  wait_for (readiness, NHI_NOT_READY_DATABASE);
  become (&database, FALSE, -1);
  wait_for (readiness, NHI_READY);
  nhi_readiness_drain (readiness);
  g_assert_cmpint (nhi_readiness_get (readiness), ==, NHI_NOT_READY_DRAINING);
  nhi_readiness_free (readiness);
  g_log_remove_handler ("nhi-domain", handler);
  g_assert_cmpint (causes, ==, 2); /* unavailable, schema: however often it looked */
}

/* Whoever asks gets an answer also while the look hangs. */
static void
test_never_waits (void)
{
  Database database = { .code = -1, .hangs = TRUE };
  g_autoptr (NhiReadiness) readiness = nhi_readiness_new (look, &database, 3600 * 1000, 1);

  for (guint i = 0; i < 1000; i++)
    g_assert_cmpint (nhi_readiness_get (readiness), ==, NHI_READY);
  become (&database, FALSE, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/readiness/follows-the-database-and-the-drain", test_states);
  g_test_add_func ("/readiness/never-waits-for-the-database", test_never_waits);
  return g_test_run ();
}
