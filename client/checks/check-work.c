/* SPDX-License-Identifier: GPL-3.0-or-later
 * What blocks, in worker threads: one check, or the way to the service. */
#include "client/checks/check-private.h"

typedef struct
{
  const NhiCheckEntry *entry;
  const NhiCheckEnvironment *environment;
  char *uri;
} Work;

static void
work_free (Work *work)
{
  g_free (work->uri);
  g_free (work);
}

static void
outcome_free (NhiCheckOutcome *outcome)
{
  nhi_check_outcome_clear (outcome);
  g_free (outcome);
}

static void
start (gpointer source,
       const Work *work,
       GTaskThreadFunc run,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  /* Who asked drops late news by itself. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_memdup2 (work, sizeof *work), (GDestroyNotify)work_free);
  g_task_run_in_thread (task, run);
}

static void
run_entry (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Work *work = task_data;
  NhiCheckOutcome *outcome = g_new0 (NhiCheckOutcome, 1);
  NhiCheckContext context = { .environment = work->environment, .cancellable = cancellable };

  work->entry->run (&context, outcome);
  g_task_return_pointer (task, outcome, (GDestroyNotify)outcome_free);
}

void
nhi_check_work_async (gpointer source,
                      const NhiCheckEntry *entry,
                      const NhiCheckEnvironment *environment,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  start (source, &(Work){ .entry = entry, .environment = environment }, run_entry, cancellable,
         callback, user_data);
}

void
nhi_check_work_finish (GAsyncResult *result, NhiCheckOutcome *ret_outcome)
{
  g_autofree NhiCheckOutcome *outcome = g_task_propagate_pointer (G_TASK (result), NULL);

  if (outcome != NULL)
    *ret_outcome = *outcome;
}

static void
run_route (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Work *work = task_data;
  NhiRoute *route = g_new0 (NhiRoute, 1);

  work->environment->probe_route (work->uri, work->environment->proxies_for, cancellable, route);
  g_task_return_pointer (task, route, g_free);
}

void
nhi_route_work_async (gpointer source,
                      const NhiCheckEnvironment *environment,
                      const char *uri,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  start (source, &(Work){ .environment = environment, .uri = g_strdup (uri) }, run_route,
         cancellable, callback, user_data);
}

void
nhi_route_work_finish (GAsyncResult *result, NhiRoute *ret_route)
{
  g_autofree NhiRoute *route = g_task_propagate_pointer (G_TASK (result), NULL);

  if (route != NULL)
    *ret_route = *route;
}
