/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardd: reads its settings, makes what all workers share, and becomes the supervisor or one of
 * the roles. */
#define G_LOG_DOMAIN "nhicardd"

#include <locale.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "service/configuration.h"
#include "service/edge/listener.h"
#include "service/edge/supervisor.h"
#include "service/edge/tls.h"
#include "service/preflight.h"
#include "service/worker.h"

enum
{
  KIND_WEB,
  KIND_JOBS
};

static void
print_route (const NhiRoute *route, gpointer data)
{
  g_print ("%s %s\n", route->method, route->template);
}

static int
list_routes (void)
{
  g_autoptr (NhiRouter) router = nhi_worker_make_router ();

  nhi_router_foreach (router, print_route, NULL);
  return EXIT_SUCCESS;
}

/* Another name for each generation of workers: the old jobs worker ends its jobs beside the new
 * one. */
static void
name_runner (NhiWorkerSetup *setup)
{
  g_free (setup->runner);
  setup->runner = g_uuid_string_random ();
}

/* The soft limit is often 1024, while the hard one allows what our own caps count on. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = MIN (limit.rlim_max, 65536);
  (void)setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
load_tls (NhiWorkerSetup *setup, GError **error)
{
  const NhiConfiguration *configuration = setup->configuration;
  SSL_CTX *context;

  if (configuration->listen->len == 0 || configuration->role == NHI_ROLE_JOBS)
    return TRUE;
  context = nhi_tls_context_new (configuration->certificate, configuration->key, error);
  if (context == NULL)
    return FALSE;
  g_clear_pointer (&setup->tls, SSL_CTX_free);
  setup->tls = context;
  return TRUE;
}

static gboolean
reload (gpointer setup)
{
  g_autoptr (GError) error = NULL;

  if (load_tls (setup, &error))
    {
      name_runner (setup);
      return TRUE;
    }
  g_warning ("The old certificate stays in use: %s", error->message);
  return FALSE;
}

static int
run_worker (guint kind, gpointer setup)
{
  return kind == KIND_JOBS ? nhi_worker_run_jobs (setup) : nhi_worker_run_web (setup, FALSE);
}

static int
supervise (NhiWorkerSetup *setup)
{
  guint workers = setup->configuration->workers;
  g_autofree guint *kinds = g_new0 (guint, workers + 1);

  kinds[workers] = KIND_JOBS;
  name_runner (setup);
  return nhi_supervisor_run (&(NhiSupervisor){
      .kinds = kinds,
      .count = workers + 1,
      .stop_seconds = setup->configuration->drain_seconds + 5,
      .run = run_worker,
      .reload = reload,
      .data = setup,
  });
}

static int
run_role (NhiWorkerSetup *setup)
{
  const NhiConfiguration *configuration = setup->configuration;
  gboolean alone = configuration->role != NHI_ROLE_ALL || configuration->workers == 1;

  if (alone)
    {
      setup->reload = reload;
      setup->reload_data = setup;
    }
  switch (configuration->role)
    {
    case NHI_ROLE_WEB:
      return nhi_worker_run_web (setup, FALSE);
    case NHI_ROLE_JOBS:
      return nhi_worker_run_jobs (setup);
    case NHI_ROLE_ALL:
    default:
      return alone ? nhi_worker_run_web (setup, TRUE) : supervise (setup);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiConfiguration) configuration = NULL;
  NhiWorkerSetup setup = { .unix_socket = -1 };
  int status;

  setlocale (LC_ALL, "");
  /* The threads of GLib's pools are never joined: one that still ends when the process does must
   * not meet an OpenSSL that has already been cleaned up. */
  (void)OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
  configuration = nhi_configuration_load (&argc, &argv, &error);
  setup.configuration = configuration;
  if (configuration != NULL && configuration->list_routes)
    return list_routes ();
  if (configuration != NULL && configuration->version)
    {
      g_print ("nhicardd %s\n", NHI_VERSION);
      return EXIT_SUCCESS;
    }
  if (configuration != NULL && load_tls (&setup, &error) && configuration->unix_socket != NULL &&
      configuration->role != NHI_ROLE_JOBS)
    setup.unix_socket = nhi_listener_open_unix (configuration->unix_socket, &error);
  status = error != NULL ? NHI_PREFLIGHT_USAGE : (int)nhi_preflight (configuration, &error);
  if (error != NULL)
    {
      g_printerr ("nhicardd: %s\n", error->message);
      g_clear_pointer (&setup.tls, SSL_CTX_free);
      return status;
    }
  raise_descriptor_limit ();
  /* A limit on the size of files is a full disk, no reason to die. */
  (void)signal (SIGXFSZ, SIG_IGN);
  status = run_role (&setup);
  g_clear_pointer (&setup.tls, SSL_CTX_free);
  g_free (setup.runner);
  return status;
}
