/* SPDX-License-Identifier: GPL-3.0-or-later
 * The process that starts the workers, starts them again when they die, and lets them go one after the other. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NhiWorkerFunc:
 * @kind: which of the kinds this worker is
 *
 * Runs in the child process until SIGTERM. Returns: the exit status.
 */
typedef int (*NhiWorkerFunc) (guint kind, gpointer data);

typedef struct {
  const guint *kinds; /* one entry for each worker */
  guint count;
  guint stop_seconds; /* after SIGTERM, before SIGKILL */
  NhiWorkerFunc run;
  /* SIGHUP: makes what the next workers inherit (certificate). FALSE: the old ones stay. */
  gboolean (*reload) (gpointer data);
  gpointer data;
} NhiSupervisor;

/* Blocks until SIGTERM or SIGINT and all workers have gone. Must be called while the process has one thread.
 * Returns: the exit status. */
int nhi_supervisor_run (const NhiSupervisor *supervisor);

G_END_DECLS
