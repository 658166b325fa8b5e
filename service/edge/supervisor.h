/* SPDX-License-Identifier: GPL-3.0-or-later
 * The process that starts the workers, starts them again when they die, and lets them go one after the other. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NhiWorkerFunc:
 * @kind: which of the kinds this worker is
 *
 * Runs in the child process until SIGTERM (everything ends: give notice first), SIGINT (the same, at once) or SIGUSR1 (a
 * successor is there: end as soon as what runs is done). Returns: the exit status.
 */
typedef int (*NhiWorkerFunc) (guint kind, gpointer data);

typedef struct {
  const guint *kinds; /* one entry for each worker */
  guint count;
  guint stop_seconds; /* after SIGTERM, before SIGKILL */
  NhiWorkerFunc run;
  /* SIGHUP: makes what the next workers inherit (certificate). FALSE: the old ones stay. */
  gboolean (*reload) (gpointer data);
  /* (nullable): in the supervisor itself, before a worker is started; FALSE: not now, try again later */
  gboolean (*prepare) (guint kind, gpointer data);
  /* (nullable): no worker of this kind will stand for a while: others should take its work */
  void (*rest) (guint kind, gpointer data);
  /* (nullable): no worker will be started any more */
  void (*stopping) (gpointer data);
  gpointer data;
} NhiSupervisor;

/* Blocks until SIGTERM or SIGINT and all workers have gone. Must be called while the process has one thread.
 * Returns: the exit status. */
int nhi_supervisor_run (const NhiSupervisor *supervisor);

G_END_DECLS
