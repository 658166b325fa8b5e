/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardd: reads its settings, makes what all workers share, and becomes the supervisor or one of
 * the roles. */
#define G_LOG_DOMAIN "nhicardd"

#include <locale.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "service/configuration.h"
#include "service/doors.h"
#include "service/edge/door.h"
#include "service/edge/supervisor.h"
#include "service/edge/tls.h"
#include "service/preflight.h"
#include "service/worker.h"

/* What the workers of a supervisor share. Worker i of the web has the doors i; the last worker is
 * for the jobs. */
typedef struct
{
  NhiWorkerSetup setup;
  int unix_socket; /* -1: none */
  guint count;     /* of web workers */
  GArray **doors;
} House;

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
reload (gpointer data)
{
  House *house = data;
  g_autoptr (GError) error = NULL;

  if (load_tls (&house->setup, &error))
    {
      name_runner (&house->setup);
      return TRUE;
    }
  g_warning ("The old certificate stays in use: %s", error->message);
  return FALSE;
}

/* ---- the sockets, which the supervisor keeps while workers come and go ---- */

static gboolean
open_doors (guint worker, gpointer data)
{
  House *house = data;
  g_autoptr (GError) error = NULL;

  if (worker >= house->count || house->doors[worker] != NULL)
    return TRUE;
  house->doors[worker] = nhi_doors_open (house->setup.configuration, house->unix_socket, &error);
  if (house->doors[worker] == NULL)
    g_warning ("A worker cannot start: %s", error->message);
  return house->doors[worker] != NULL;
}

static void
close_doors (guint worker, gpointer data)
{
  House *house = data;

  if (worker < house->count)
    g_clear_pointer (&house->doors[worker], g_array_unref);
}

/* Only the workers hold them from now on: the last one that leaves closes them. */
static void
close_all (gpointer data)
{
  House *house = data;

  for (guint i = 0; i < house->count; i++)
    close_doors (i, house);
  if (house->unix_socket >= 0)
    close (g_steal_fd (&house->unix_socket));
}

static int
run_worker (guint worker, gpointer data)
{
  House *house = data;
  g_autoptr (GArray) own = NULL;

  if (worker < house->count)
    own = g_steal_pointer (&house->doors[worker]);
  close_all (house);
  if (own == NULL)
    return nhi_worker_run_jobs (&house->setup);
  house->setup.doors = own;
  return nhi_worker_run_web (&house->setup, FALSE);
}

static int
supervise (House *house)
{
  const NhiConfiguration *configuration = house->setup.configuration;
  g_autofree guint *kinds = g_new0 (guint, house->count + 1);

  for (guint i = 0; i <= house->count; i++)
    kinds[i] = i;
  name_runner (&house->setup);
  return nhi_supervisor_run (&(NhiSupervisor){
      .kinds = kinds,
      .count = house->count + 1,
      .stop_seconds = configuration->notice_seconds + configuration->drain_seconds + 5,
      .run = run_worker,
      .reload = reload,
      .prepare = open_doors,
      .rest = close_doors,
      .stopping = close_all,
      .data = house,
  });
}

static int
run_alone (House *house)
{
  NhiWorkerSetup *setup = &house->setup;

  setup->reload = reload;
  setup->reload_data = house;
  if (setup->configuration->role == NHI_ROLE_JOBS)
    return nhi_worker_run_jobs (setup);
  if (!open_doors (0, house))
    return EXIT_FAILURE;
  setup->doors = house->doors[0];
  return nhi_worker_run_web (setup, setup->configuration->role == NHI_ROLE_ALL);
}

static int
run_role (House *house)
{
  const NhiConfiguration *configuration = house->setup.configuration;
  gboolean alone = configuration->role != NHI_ROLE_ALL || configuration->workers == 1;
  int status;

  house->count = alone ? 1 : configuration->workers;
  house->doors = g_new0 (GArray *, house->count);
  status = alone ? run_alone (house) : supervise (house);
  close_all (house);
  g_free (house->doors);
  return status;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiConfiguration) configuration = NULL;
  House house = { .unix_socket = -1 };
  int status;

  setlocale (LC_ALL, "");
  /* The threads of GLib's pools are never joined: one that still ends when the process does must
   * not meet an OpenSSL that has already been cleaned up. */
  (void)OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
  configuration = nhi_configuration_load (&argc, &argv, &error);
  house.setup.configuration = configuration;
  if (configuration != NULL && configuration->list_routes)
    return list_routes ();
  if (configuration != NULL && configuration->version)
    {
      g_print ("nhicardd %s\n", NHI_VERSION);
      return EXIT_SUCCESS;
    }
  if (configuration != NULL && load_tls (&house.setup, &error) &&
      configuration->unix_socket != NULL && configuration->role != NHI_ROLE_JOBS)
    house.unix_socket = nhi_door_open_unix (configuration->unix_socket, &error);
  if (error == NULL)
    status = (int)nhi_preflight (configuration, &error);
  else
    status = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE) ? NHI_PREFLIGHT_FAILED
                                                                            : NHI_PREFLIGHT_USAGE;
  if (error != NULL)
    {
      g_printerr ("nhicardd: %s\n", error->message);
      g_clear_pointer (&house.setup.tls, SSL_CTX_free);
      return status;
    }
  raise_descriptor_limit ();
  /* A limit on the size of files is a full disk, no reason to die. */
  (void)signal (SIGXFSZ, SIG_IGN);
  status = run_role (&house);
  g_clear_pointer (&house.setup.tls, SSL_CTX_free);
  g_free (house.setup.runner);
  return status;
}
