/* SPDX-License-Identifier: GPL-3.0-or-later
 * Puts the rooms together: database and world, router and pools, listener, jobs; and lets go of
 * them in order at the end. */
#define G_LOG_DOMAIN "nhicardd"

#include "service/worker.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>

#include "service/api/problems.h"
#include "service/domain/session.h"
#include "service/domain/world.h"
#include "service/doors.h"
#include "service/edge/listener.h"
#include "service/http/server.h"
#include "service/jobs/runner.h"

/* What a front is told of the database: looked at every second, silent for longer than two is out
 * of reach. */
#define LOOK_PAUSE_MS 1000
#define LOOK_BOUND_MS 2000

typedef struct
{
  GMainLoop *loop;
  NhiWorld *world;
  const NhiConfiguration *configuration;
  const char *runner;
  const NhiWorkerSetup *setup;
  NhiHttpServer *http;
  NhiListener *listener;
  GCancellable *cancellable; /* of the jobs */
  GThread *jobs;
  gboolean ending;
  guint notice;         /* the timer of leave(); 0: none runs */
  gboolean jobs_failed; /* set by their thread before it ends */
} Worker;

NhiRouter *
nhi_worker_make_router (void)
{
  NhiRouter *router = nhi_router_new ();

  nhi_router_add (router, nhi_api_service_routes);
  nhi_router_add (router, nhi_api_health_routes);
  nhi_router_add (router, nhi_api_registration_routes);
  nhi_router_add (router, nhi_api_session_routes);
  nhi_router_add (router, nhi_api_health_bank_routes);
  nhi_router_add (router, nhi_web_confirm_routes);
  return router;
}

static NhiWorld *
open_world (const NhiConfiguration *configuration, GError **error)
{
  g_autoptr (NhiDb) db = nhi_db_open (configuration->database, configuration->connections, error);
  NhiWorld *world;

  if (db == NULL || !nhi_db_check_schema (db, error))
    return NULL;
  world = nhi_world_new (g_steal_pointer (&db));
  g_free (world->public_uri);
  g_free (world->mail_from);
  world->public_uri = g_strdup (configuration->public_uri);
  world->mail_from = g_strdup (configuration->mail_from);
  world->demo = configuration->demo;
  return world;
}

/* ---- jobs ---- */

static gboolean
stop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* Jobs that cannot start end the process, so that somebody starts it again. The loop may not run
 * yet, so it is told by an event. */
static gpointer
jobs_thread (gpointer data)
{
  Worker *worker = data;
  const NhiJobsOptions options = { .mail_route = worker->configuration->mail,
                                   .runner = worker->runner };
  g_autoptr (GError) error = NULL;

  if (nhi_jobs_run (worker->world, &options, worker->cancellable, &error))
    return NULL;
  g_warning ("Jobs do not run: %s", error->message);
  worker->jobs_failed = TRUE;
  g_idle_add (stop, worker->loop);
  return NULL;
}

/* ---- web ---- */

static void
on_established (GIOStream *stream, GSocketAddress *local, GSocketAddress *remote, gpointer data)
{
  nhi_http_server_accept (((Worker *)data)->http, stream, local, remote);
}

static gsize
get_body_limit (const char *method, const char *target, gpointer router)
{
  return nhi_router_body_limit (router, method, target);
}

static gboolean
open_doors (Worker *worker, GArray *doors, GError **error)
{
  for (guint i = 0; i < doors->len; i++)
    {
      NhiDoor *door = &g_array_index (doors, NhiDoor, i);

      if (!nhi_listener_add_socket (worker->listener, g_steal_fd (&door->fd), door->kind, error))
        return FALSE;
    }
  return TRUE;
}

static void
quit (gpointer listener, gpointer loop)
{
  g_main_loop_quit (loop);
}

static gboolean
quit_late (gpointer loop)
{
  g_message ("Some requests did not end in time");
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* From here on nobody is let in. */
static gboolean
leave (gpointer data)
{
  Worker *worker = data;

  worker->notice = 0;
  g_timeout_add_seconds (worker->configuration->drain_seconds, quit_late, worker->loop);
  nhi_listener_drain (worker->listener, quit, worker->loop);
  return G_SOURCE_REMOVE;
}

/* TRUE: there are clients to care for, and it was not asked for before. */
static gboolean
begin_end (Worker *worker)
{
  g_cancellable_cancel (worker->cancellable);
  if (worker->listener == NULL)
    g_main_loop_quit (worker->loop);
  if (worker->listener == NULL || worker->ending)
    return FALSE;
  worker->ending = TRUE;
  nhi_readiness_drain (worker->world->readiness);
  nhi_http_server_drain (worker->http);
  return TRUE;
}

/* SIGINT, and SIGUSR1 of the supervisor: a successor is there, or somebody at a terminal waits. */
static gboolean
end_soon (gpointer data)
{
  Worker *worker = data;

  if (begin_end (worker) || worker->notice != 0)
    {
      g_clear_handle_id (&worker->notice, g_source_remove);
      (void)leave (worker);
    }
  return G_SOURCE_CONTINUE;
}

/* SIGTERM: the front sees that this node is not ready and sends clients elsewhere, while who comes
 * all the same is served. */
static gboolean
end_with_notice (gpointer data)
{
  Worker *worker = data;

  if (!begin_end (worker))
    return G_SOURCE_CONTINUE;
  if (worker->configuration->notice_seconds == 0)
    (void)leave (worker);
  else
    worker->notice = g_timeout_add_seconds (worker->configuration->notice_seconds, leave, worker);
  return G_SOURCE_CONTINUE;
}

static NhiHttpOptions
http_options (const NhiConfiguration *configuration)
{
  guint workers = MAX (configuration->workers, 1);

  /* A network's connections are spread over the workers, so each gives it its share. */
  return (NhiHttpOptions){
    .threads = configuration->threads,
    .hashing_threads = configuration->hashing_threads,
    .queue = configuration->queue,
    .hashing_queue = configuration->hashing_queue,
    .rate_per_minute = (configuration->rate_per_minute + workers - 1) / workers,
    .hashing_rate_per_minute = (configuration->hashing_rate_per_minute + workers - 1) / workers,
    .https = g_str_has_prefix (configuration->public_uri, "https://"),
  };
}

static gboolean
look_at_database (gpointer db, GError **error)
{
  return nhi_db_serves_schema (db, error);
}

static gboolean
serve (Worker *worker,
       const NhiWorkerSetup *setup,
       NhiRouter *router,
       const NhiHttpHooks *hooks,
       GError **error)
{
  const NhiHttpOptions options = http_options (setup->configuration);
  /* A connection of its own: that all others are busy does not make a node unfit. */
  g_autoptr (NhiDb) looked_at = nhi_db_open (setup->configuration->database, 1, error);
  g_autoptr (NhiReadiness) readiness = NULL;
  g_autoptr (NhiHttpServer) http = NULL;
  g_autoptr (NhiListener) listener = NULL;

  if (looked_at == NULL)
    return FALSE;
  worker->world->readiness = readiness =
      nhi_readiness_new (look_at_database, looked_at, LOOK_BOUND_MS, LOOK_PAUSE_MS);
  worker->http = http = nhi_http_server_new (&options, router, hooks, error);
  if (http == NULL)
    return FALSE;
  worker->listener = listener =
      nhi_listener_new (&setup->configuration->limits, setup->tls,
                        &(NhiListenerHooks){ .data = worker,
                                             .established = on_established,
                                             .body_limit_data = router,
                                             .body_limit = get_body_limit });
  nhi_listener_set_fronts (listener, setup->configuration->fronts);
  if (!open_doors (worker, setup->doors, error))
    return FALSE;
  g_main_loop_run (worker->loop);
  worker->listener = NULL;
  return TRUE;
}

/* Whoever is connected keeps what was agreed. */
static gboolean
take_certificate (gpointer data)
{
  Worker *worker = data;
  const NhiWorkerSetup *setup = worker->setup;

  if (worker->listener != NULL && setup->reload != NULL && setup->reload (setup->reload_data))
    nhi_listener_set_tls (worker->listener, setup->tls);
  return G_SOURCE_CONTINUE;
}

static void
watch_signals (Worker *worker)
{
  g_unix_signal_add (SIGHUP, take_certificate, worker);
  g_unix_signal_add (SIGTERM, end_with_notice, worker);
  g_unix_signal_add (SIGINT, end_soon, worker);
  g_unix_signal_add (SIGUSR1, end_soon, worker);
  (void)signal (SIGPIPE, SIG_IGN);
}

int
nhi_worker_run_web (const NhiWorkerSetup *setup, gboolean with_jobs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (NhiRouter) router = nhi_worker_make_router ();
  g_autoptr (NhiWorld) world = open_world (setup->configuration, &error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Worker worker = { .loop = loop,
                    .world = world,
                    .configuration = setup->configuration,
                    .setup = setup,
                    .cancellable = cancellable };
  NhiHttpHooks hooks = {
    .context = world,
    .authenticate = nhi_session_authenticate,
    .problem_from_error = nhi_api_problem_from_error,
  };
  gboolean good;

  if (world == NULL)
    {
      g_printerr ("nhicardd: %s\n", error->message);
      return EXIT_FAILURE;
    }
  watch_signals (&worker);
  if (with_jobs)
    worker.jobs = g_thread_new ("jobs", jobs_thread, &worker);
  good = serve (&worker, setup, router, &hooks, &error);
  g_cancellable_cancel (cancellable);
  g_clear_pointer (&worker.jobs, g_thread_join);
  if (!good)
    g_printerr ("nhicardd: %s\n", error->message);
  return good && !worker.jobs_failed ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
nhi_worker_run_jobs (const NhiWorkerSetup *setup)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NhiWorld) world = open_world (setup->configuration, &error);
  Worker worker = { .loop = loop,
                    .world = world,
                    .configuration = setup->configuration,
                    .setup = setup,
                    .runner = setup->runner,
                    .cancellable = cancellable };

  if (world == NULL)
    {
      g_printerr ("nhicardd: %s\n", error->message);
      return EXIT_FAILURE;
    }
  watch_signals (&worker);
  worker.jobs = g_thread_new ("jobs", jobs_thread, &worker);
  g_main_loop_run (loop);
  g_clear_pointer (&worker.jobs, g_thread_join);
  return worker.jobs_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
