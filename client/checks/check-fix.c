/* SPDX-License-Identifier: GPL-3.0-or-later
 * One button mends all that can be mended: mend, look again, and once more when the look shows
 * something new.
 */
#include "client/checks/check-private.h"

#include <string.h>

#define ROUNDS 3 /* install, then start, then what only shows when it runs */

typedef struct
{
  NhiFixKind kind;
  char *argument;
} Step;

typedef struct
{
  NhiCheck *only; /* or NULL */
  guint seconds;
  guint rounds;
  GPtrArray *steps; /* of Step: of this round */
  GHashTable *tried;
  guint fixed;
  GString *failures; /* a line each */
  gboolean touched_service;
} Fix;

static void
step_free (Step *step)
{
  g_free (step->argument);
  g_free (step);
}

static void
fix_free (Fix *fix)
{
  g_clear_object (&fix->only);
  g_ptr_array_unref (fix->steps);
  g_hash_table_unref (fix->tried);
  g_string_free (fix->failures, TRUE);
  g_free (fix);
}

/* What is missing is installed before what is there is started. */
static int
compare_steps (gconstpointer a, gconstpointer b)
{
  static const guint ranks[] = {
    [NHI_FIX_INSTALL_PACKAGE] = 0,
    [NHI_FIX_UNMASK_UNIT] = 1,
    [NHI_FIX_START_UNIT] = 2,
    [NHI_FIX_RESTART_UNIT] = 3,
  };

  return (int)ranks[(*(Step *const *)a)->kind] - (int)ranks[(*(Step *const *)b)->kind];
}

static void
collect_step (Fix *fix, NhiCheck *check)
{
  g_autofree char *key = NULL;
  Step *step;

  if (!nhi_check_can_be_fixed (check))
    return;
  key = g_strdup_printf ("%u %s", nhi_check_get_fix (check), nhi_check_get_fix_argument (check));
  if (!g_hash_table_add (fix->tried, g_strdup (key)))
    return;
  step = g_new0 (Step, 1);
  step->kind = nhi_check_get_fix (check);
  step->argument = g_strdup (nhi_check_get_fix_argument (check));
  g_ptr_array_add (fix->steps, step);
}

static void
collect_steps (NhiCheckSuite *self, Fix *fix)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self));

  g_ptr_array_set_size (fix->steps, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NhiCheck) check = g_list_model_get_item (G_LIST_MODEL (self), i);

      if (fix->only == NULL || fix->only == check)
        collect_step (fix, check);
    }
  g_ptr_array_sort (fix->steps, compare_steps);
}

static void
run_steps (GTask *inner, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Fix *fix = task_data;
  const NhiCheckEnvironment *environment = nhi_check_suite_get_environment (source);

  for (guint i = 0; i < fix->steps->len; i++)
    {
      const Step *step = g_ptr_array_index (fix->steps, i);
      g_autoptr (GError) error = NULL;

      if (environment->fix (step->kind, step->argument, fix->seconds, cancellable, &error))
        {
          fix->fixed++;
          fix->touched_service = TRUE;
        }
      else
        g_string_append_printf (fix->failures, "%s%s", fix->failures->len > 0 ? "\n" : "",
                                error->message);
    }
  g_task_return_boolean (inner, TRUE);
}

static void next_round (GTask *task);

static void
looked_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  next_round (user_data);
}

static void
steps_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Fix *fix = g_task_get_task_data (task);

  if (fix->touched_service)
    nhi_check_suite_expect_service (NHI_CHECK_SUITE (source));
  nhi_check_suite_run_async (NHI_CHECK_SUITE (source), NULL, looked_again, task);
}

static void
finish (GTask *task)
{
  NhiCheckSuite *self = g_task_get_source_object (task);
  Fix *fix = g_task_get_task_data (task);

  nhi_check_suite_set_fixing (self, FALSE);
  if (fix->failures->len > 0)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", fix->failures->str);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
next_round (GTask *task)
{
  NhiCheckSuite *self = g_task_get_source_object (task);
  Fix *fix = g_task_get_task_data (task);
  g_autoptr (GTask) inner = NULL;

  if (fix->rounds++ < ROUNDS && !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    collect_steps (self, fix);
  else
    g_ptr_array_set_size (fix->steps, 0);
  if (fix->steps->len == 0)
    {
      finish (task);
      return;
    }
  inner = g_task_new (self, g_task_get_cancellable (task), steps_done, task);
  g_task_set_task_data (inner, fix, NULL);
  g_task_run_in_thread (inner, run_steps);
}

void
nhi_check_suite_fix_async (NhiCheckSuite *self,
                           NhiCheck *only,
                           guint seconds,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task;
  Fix *fix;

  g_return_if_fail (NHI_IS_CHECK_SUITE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, nhi_check_suite_fix_async);
  g_task_set_check_cancellable (task, FALSE);
  if (nhi_check_suite_get_fixing (self))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_BUSY, "mending already");
      g_object_unref (task);
      return;
    }
  fix = g_new0 (Fix, 1);
  fix->only = only != NULL ? g_object_ref (only) : NULL;
  fix->seconds = seconds;
  fix->steps = g_ptr_array_new_with_free_func ((GDestroyNotify)step_free);
  fix->tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fix->failures = g_string_new (NULL);
  g_task_set_task_data (task, fix, (GDestroyNotify)fix_free);
  nhi_check_suite_set_fixing (self, TRUE);
  next_round (task);
}

gboolean
nhi_check_suite_fix_finish (NhiCheckSuite *self,
                            GAsyncResult *result,
                            guint *ret_fixed,
                            GError **error)
{
  const Fix *fix = g_task_get_task_data (G_TASK (result));

  if (ret_fixed != NULL)
    *ret_fixed = fix != NULL ? fix->fixed : 0;
  return g_task_propagate_boolean (G_TASK (result), error);
}
