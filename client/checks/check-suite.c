/* SPDX-License-Identifier: GPL-3.0-or-later
 * Runs the checks: those of the computer in worker threads, those of card and service when these
 * have spoken. A watchdog ends what does not end by itself. */
#include "client/checks/check-private.h"

#include <glib/gi18n.h>

#define READERS_SECONDS 3 /* for a card that is being read */
#define WATCHDOG_MS 9500  /* of the 10 s that a run may take with a dead network */
#define DEBOUNCE_MS 250
#define ALL_GROUPS                                                                                 \
  (1u << NHI_CHECK_GROUP_CARD_READER | 1u << NHI_CHECK_GROUP_SERVICE |                             \
   1u << NHI_CHECK_GROUP_COMPUTER)

struct _NhiCheckSuite
{
  GObject parent_instance;

  NhiReaderMonitor *monitor;
  NhiRemote *remote;
  const NhiCheckEnvironment *environment;
  GNetworkMonitor *network;

  GPtrArray *checks; /* of NhiCheck, in page order */
  guint failures;
  guint warnings;
  guint fixable;
  gint64 finished_at;

  /* The run that is on its way; NULL cancellable = none. */
  GCancellable *cancellable;
  guint groups;
  guint64 pending;    /* a bit for each check without an outcome yet */
  GPtrArray *waiters; /* of GTask */
  guint watchdog_source;
  guint readers_source;

  NhiServiceStage *stage; /* of this run: what is known of the way to the service */

  gboolean expects_service; /* of PC/SC: it was just started, so give it a moment */
  gboolean fixing;

  guint next_groups; /* to look at again, after a change */
  guint debounce_source;
};

enum
{
  PROP_0,
  PROP_RUNNING,
  PROP_FAILURES,
  PROP_WARNINGS,
  PROP_FINISHED_AT,
  PROP_FIXABLE,
  PROP_FIXING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
get_item_type (GListModel *model)
{
  return NHI_TYPE_CHECK;
}

static guint
get_n_items (GListModel *model)
{
  return NHI_CHECK_SUITE (model)->checks->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *checks = NHI_CHECK_SUITE (model)->checks;

  return position < checks->len ? g_object_ref (g_ptr_array_index (checks, position)) : NULL;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (NhiCheckSuite,
                               nhi_check_suite,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void start_run (NhiCheckSuite *self, guint groups, gboolean visible);

static void
set_count (NhiCheckSuite *self, guint *slot, guint count, guint property)
{
  if (*slot == count)
    return;
  *slot = count;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
count_verdicts (NhiCheckSuite *self)
{
  guint failures = 0, warnings = 0, fixable = 0;

  for (guint i = 0; i < self->checks->len; i++)
    {
      NhiCheck *check = g_ptr_array_index (self->checks, i);
      NhiVerdict verdict = nhi_check_get_verdict (check);

      failures += verdict == NHI_VERDICT_FAIL;
      warnings += verdict == NHI_VERDICT_WARN;
      fixable += nhi_check_can_be_fixed (check);
    }
  set_count (self, &self->failures, failures, PROP_FAILURES);
  set_count (self, &self->warnings, warnings, PROP_WARNINGS);
  set_count (self, &self->fixable, fixable, PROP_FIXABLE);
}

static void
clear_run (NhiCheckSuite *self)
{
  g_clear_handle_id (&self->watchdog_source, g_source_remove);
  g_clear_handle_id (&self->readers_source, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->stage, nhi_service_stage_end);
  self->pending = 0;
  self->groups = 0;
}

static void
finish_run (NhiCheckSuite *self)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&self->waiters);
  guint again = self->next_groups;

  clear_run (self);
  self->expects_service = FALSE;
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  self->finished_at = g_get_real_time () / G_USEC_PER_SEC;
  /* Nobody shall see some of the news without the rest. */
  g_object_freeze_notify (G_OBJECT (self));
  count_verdicts (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FINISHED_AT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  g_object_thaw_notify (G_OBJECT (self));

  for (guint i = 0; i < waiters->len; i++)
    if (!g_task_return_error_if_cancelled (g_ptr_array_index (waiters, i)))
      g_task_return_boolean (g_ptr_array_index (waiters, i), TRUE);

  self->next_groups = 0;
  if (again != 0 && self->cancellable == NULL)
    start_run (self, again, FALSE);
}

/* Takes what is in @outcome. Late news of a run that the watchdog ended is dropped. */
static void
conclude (NhiCheckSuite *self, guint index, GCancellable *run, NhiCheckOutcome *outcome)
{
  if (run != self->cancellable || (self->pending & G_GUINT64_CONSTANT (1) << index) == 0)
    {
      nhi_check_outcome_clear (outcome);
      return;
    }
  nhi_check_take_outcome (g_ptr_array_index (self->checks, index), outcome);
  self->pending &= ~(G_GUINT64_CONSTANT (1) << index);
  if (self->pending == 0)
    finish_run (self);
}

static gboolean
watchdog_over (gpointer user_data)
{
  g_autoptr (NhiCheckSuite) self = g_object_ref (NHI_CHECK_SUITE (user_data));
  g_autoptr (GCancellable) run = g_object_ref (self->cancellable);

  self->watchdog_source = 0;
  g_cancellable_cancel (run);
  for (guint i = 0; i < self->checks->len; i++)
    {
      NhiCheckOutcome outcome = { 0 };

      nhi_check_conclude (&outcome, NHI_VERDICT_FAIL, _ ("no answer in time"),
                          _ ("This part of the computer did not answer. Check again; if it stays "
                             "so, start the computer anew."),
                          "TOO-SLOW");
      conclude (self, i, run, &outcome);
    }
  return G_SOURCE_REMOVE;
}

/* ---- worker threads ---- */

static void
thread_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NhiCheckOutcome outcome = { 0 };

  nhi_check_work_finish (result, &outcome);
  conclude (NHI_CHECK_SUITE (source), GPOINTER_TO_UINT (user_data),
            g_task_get_cancellable (G_TASK (result)), &outcome);
}

static void
run_threaded (NhiCheckSuite *self, guint index)
{
  nhi_check_work_async (self, nhi_check_get_entry (g_ptr_array_index (self->checks, index)),
                        self->environment, self->cancellable, thread_done,
                        GUINT_TO_POINTER (index));
}

/* ---- what waits for readers or the service ---- */

static void
run_all_with (NhiCheckSuite *self, NhiCheckNeed need, const NhiCheckContext *context)
{
  g_autoptr (GCancellable) run = g_object_ref (self->cancellable);

  for (guint i = 0; i < self->checks->len; i++)
    {
      const NhiCheckEntry *entry = nhi_check_get_entry (g_ptr_array_index (self->checks, i));
      NhiCheckOutcome outcome = { 0 };

      if (entry->need != need || run != self->cancellable ||
          (self->pending & G_GUINT64_CONSTANT (1) << i) == 0)
        continue;
      entry->run (context, &outcome);
      conclude (self, i, run, &outcome);
    }
}

static gboolean
readers_are_settled (NhiCheckSuite *self)
{
  NhiCardState state = nhi_reader_monitor_get_state (self->monitor);

  return state != NHI_CARD_STATE_STARTING && state != NHI_CARD_STATE_READING &&
         !(self->expects_service && state == NHI_CARD_STATE_NO_SERVICE);
}

static void
run_reader_checks (NhiCheckSuite *self)
{
  NhiCardProfile *profile = nhi_reader_monitor_get_profile (self->monitor);
  g_auto (NhiReaderLook) readers = { 0 };
  NhiCheckContext context;

  nhi_reader_look (self->monitor, &readers);
  context = (NhiCheckContext){
    .environment = self->environment,
    .card_state = readers.state,
    .reader_names = (const char *const *)readers.names,
    .atrs = (const char *const *)readers.atrs,
    .fault_code = nhi_reader_monitor_get_fault_code (self->monitor),
    .termination = profile != NULL ? profile->termination : NHI_CARD_TERMINATION_UNKNOWN,
  };

  g_clear_handle_id (&self->readers_source, g_source_remove);
  run_all_with (self, NHI_CHECK_NEEDS_READERS, &context);
}

static gboolean
readers_too_slow (gpointer user_data)
{
  NhiCheckSuite *self = user_data;

  self->readers_source = 0;
  run_reader_checks (self);
  return G_SOURCE_REMOVE;
}

static void
stage_ready (NhiCheckNeed need, const NhiCheckContext *context, gpointer user_data)
{
  run_all_with (user_data, need, context);
}

/* ---- a run ---- */

static void
start_run (NhiCheckSuite *self, guint groups, gboolean visible)
{
  g_autoptr (NhiCheckSuite) keep = g_object_ref (self);
  g_autoptr (GCancellable) run = g_cancellable_new ();

  self->cancellable = g_object_ref (run);
  self->groups = groups;
  for (guint i = 0; i < self->checks->len; i++)
    {
      NhiCheck *check = g_ptr_array_index (self->checks, i);

      if ((groups & 1u << nhi_check_get_group (check)) == 0)
        continue;
      self->pending |= G_GUINT64_CONSTANT (1) << i;
      if (visible)
        nhi_check_set_running (check);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);

  self->watchdog_source = g_timeout_add (WATCHDOG_MS, watchdog_over, self);
  for (guint i = 0; i < self->checks->len; i++)
    if ((self->pending & G_GUINT64_CONSTANT (1) << i) != 0 &&
        nhi_check_get_entry (g_ptr_array_index (self->checks, i))->need == NHI_CHECK_NEEDS_NOTHING)
      run_threaded (self, i);

  if ((groups & 1u << NHI_CHECK_GROUP_SERVICE) != 0)
    self->stage = nhi_service_stage_start (self->remote, self->environment, run, stage_ready, self);
  if ((groups & 1u << NHI_CHECK_GROUP_CARD_READER) != 0)
    {
      if (readers_are_settled (self))
        run_reader_checks (self);
      else
        self->readers_source = g_timeout_add_seconds (READERS_SECONDS, readers_too_slow, self);
    }
}

void
nhi_check_suite_run_async (NhiCheckSuite *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task;

  g_return_if_fail (NHI_IS_CHECK_SUITE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, nhi_check_suite_run_async);
  g_ptr_array_add (self->waiters, task);
  /* A run of all groups serves everybody who asks meanwhile; a partial one is followed by a whole
   * one. */
  if (self->cancellable != NULL && self->groups != ALL_GROUPS)
    {
      g_cancellable_cancel (self->cancellable);
      clear_run (self);
    }
  g_clear_handle_id (&self->debounce_source, g_source_remove);
  if (self->cancellable == NULL)
    {
      self->next_groups = 0;
      start_run (self, ALL_GROUPS, TRUE);
    }
}

gboolean
nhi_check_suite_run_finish (NhiCheckSuite *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- live ---- */

static gboolean
debounce_over (gpointer user_data)
{
  NhiCheckSuite *self = user_data;
  guint groups = self->next_groups;

  self->debounce_source = 0;
  if (self->cancellable == NULL && groups != 0)
    {
      self->next_groups = 0;
      start_run (self, groups, FALSE);
    }
  return G_SOURCE_REMOVE;
}

/* Only after somebody has looked once. */
static void
look_again (NhiCheckSuite *self, NhiCheckGroup group)
{
  if (self->finished_at == 0 && self->cancellable == NULL)
    return;
  self->next_groups |= 1u << group;
  if (self->debounce_source == 0 && self->cancellable == NULL)
    self->debounce_source = g_timeout_add (DEBOUNCE_MS, debounce_over, self);
}

static void
readers_changed (NhiCheckSuite *self)
{
  if (self->readers_source != 0)
    {
      if (readers_are_settled (self))
        run_reader_checks (self);
    }
  else
    look_again (self, NHI_CHECK_GROUP_CARD_READER);
}

static void
network_changed (NhiCheckSuite *self)
{
  look_again (self, NHI_CHECK_GROUP_SERVICE);
}

static void
nhi_check_suite_dispose (GObject *object)
{
  NhiCheckSuite *self = NHI_CHECK_SUITE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  clear_run (self);
  g_clear_handle_id (&self->debounce_source, g_source_remove);
  g_clear_object (&self->monitor);
  g_clear_object (&self->remote);
  g_clear_object (&self->network);
  G_OBJECT_CLASS (nhi_check_suite_parent_class)->dispose (object);
}

static void
nhi_check_suite_finalize (GObject *object)
{
  NhiCheckSuite *self = NHI_CHECK_SUITE (object);

  g_ptr_array_unref (self->checks);
  g_ptr_array_unref (self->waiters);
  G_OBJECT_CLASS (nhi_check_suite_parent_class)->finalize (object);
}

static void
nhi_check_suite_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NhiCheckSuite *self = NHI_CHECK_SUITE (object);

  switch (id)
    {
    case PROP_RUNNING:
      g_value_set_boolean (value, self->cancellable != NULL);
      break;
    case PROP_FAILURES:
      g_value_set_uint (value, self->failures);
      break;
    case PROP_WARNINGS:
      g_value_set_uint (value, self->warnings);
      break;
    case PROP_FINISHED_AT:
      g_value_set_int64 (value, self->finished_at);
      break;
    case PROP_FIXABLE:
      g_value_set_uint (value, self->fixable);
      break;
    case PROP_FIXING:
      g_value_set_boolean (value, self->fixing);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
nhi_check_suite_class_init (NhiCheckSuiteClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = nhi_check_suite_dispose;
  object_class->finalize = nhi_check_suite_finalize;
  object_class->get_property = nhi_check_suite_get_property;

  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  properties[PROP_FAILURES] = g_param_spec_uint ("failures", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_WARNINGS] = g_param_spec_uint ("warnings", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_FINISHED_AT] =
      g_param_spec_int64 ("finished-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_FIXABLE] = g_param_spec_uint ("fixable", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_FIXING] = g_param_spec_boolean ("fixing", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
add_checks (NhiCheckSuite *self, const NhiCheckEntry *entries)
{
  for (; entries->id != NULL; entries++)
    g_ptr_array_add (self->checks, nhi_check_new (entries, self->checks->len + 1));
}

static void
nhi_check_suite_init (NhiCheckSuite *self)
{
  self->checks = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  add_checks (self, NHI_CHECKS_PCSC);
  add_checks (self, NHI_CHECKS_READER);
  add_checks (self, NHI_CHECKS_SERVICE);
  add_checks (self, NHI_CHECKS_COMPUTER);
  g_assert (self->checks->len <= 64); /* bits of pending */
}

NhiCheckSuite *
nhi_check_suite_new_for_environment (NhiReaderMonitor *monitor,
                                     NhiRemote *remote,
                                     const NhiCheckEnvironment *environment)
{
  NhiCheckSuite *self = g_object_new (NHI_TYPE_CHECK_SUITE, NULL);

  self->monitor = g_object_ref (monitor);
  self->remote = g_object_ref (remote);
  self->environment = environment;
  self->network = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect_object (monitor, "notify::state", G_CALLBACK (readers_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (nhi_reader_monitor_get_readers (monitor), "items-changed",
                           G_CALLBACK (readers_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->network, "network-changed", G_CALLBACK (network_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}

NhiCheckSuite *
nhi_check_suite_new (NhiReaderMonitor *monitor, NhiRemote *remote)
{
  return nhi_check_suite_new_for_environment (monitor, remote, nhi_check_environment_system ());
}

guint
nhi_check_suite_get_failures (NhiCheckSuite *self)
{
  g_return_val_if_fail (NHI_IS_CHECK_SUITE (self), 0);
  return self->failures;
}

guint
nhi_check_suite_get_warnings (NhiCheckSuite *self)
{
  g_return_val_if_fail (NHI_IS_CHECK_SUITE (self), 0);
  return self->warnings;
}

guint
nhi_check_suite_get_fixable (NhiCheckSuite *self)
{
  g_return_val_if_fail (NHI_IS_CHECK_SUITE (self), 0);
  return self->fixable;
}

gboolean
nhi_check_suite_get_fixing (NhiCheckSuite *self)
{
  g_return_val_if_fail (NHI_IS_CHECK_SUITE (self), FALSE);
  return self->fixing;
}

void
nhi_check_suite_set_fixing (NhiCheckSuite *self, gboolean fixing)
{
  if (self->fixing == fixing)
    return;
  self->fixing = fixing;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIXING]);
}

const NhiCheckEnvironment *
nhi_check_suite_get_environment (NhiCheckSuite *self)
{
  return self->environment;
}

void
nhi_check_suite_expect_service (NhiCheckSuite *self)
{
  self->expects_service = TRUE;
}

gboolean
nhi_check_suite_get_running (NhiCheckSuite *self)
{
  g_return_val_if_fail (NHI_IS_CHECK_SUITE (self), FALSE);
  return self->cancellable != NULL;
}
