/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a worker process does: the web role and the jobs role. */
#pragma once

#include <openssl/ssl.h>

#include "service/configuration.h"
#include "service/http/router.h"

G_BEGIN_DECLS

/* What is made before the fork and shared by all workers. */
typedef struct {
  const NhiConfiguration *configuration;
  SSL_CTX *tls;   /* NULL without a TLS port */
  GArray *doors;  /* NhiDoor: of this worker; NULL without the web role */
  /* SIGHUP in a process that has no supervisor: makes @tls anew. NULL: a supervisor does it. */
  gboolean (*reload) (gpointer reload_data);
  gpointer reload_data;
  char *runner;   /* NULL, or the name of the jobs worker: its successor has it too, a second one beside it never */
} NhiWorkerSetup;

/* Both block until SIGTERM or SIGINT. Return: the exit status.
 * @with_jobs: the jobs run in a thread of this process too. */
int nhi_worker_run_web (const NhiWorkerSetup *setup, gboolean with_jobs);
int nhi_worker_run_jobs (const NhiWorkerSetup *setup);

/* (transfer full): all routes of the service */
NhiRouter *nhi_worker_make_router (void);

G_END_DECLS
