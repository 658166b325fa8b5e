/* SPDX-License-Identifier: GPL-3.0-or-later
 * The calls of the health bank, but for the download. */
#include "client/remote/remote-private.h"

#include "shared/api/api.h"

#define MAX_CATEGORIES 64
#define MAX_APPLICATIONS 500
#define AWAIT_SECONDS 120
#define ASK_FIRST_MS 300
#define ASK_LONGEST_MS 3000

static void
finish_with (GTask *task, gpointer value, GDestroyNotify free_value, GError *error)
{
  if (value == NULL && error == NULL)
    nhi_remote_set_service_error (&error);
  if (value == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, free_value);
}

typedef gpointer (*ReadElement) (JsonObject *object);

/* Every element has to be right: half a list would look like a whole one. */
static GPtrArray *
read_list (JsonObject *object,
           const char *name,
           guint max_length,
           ReadElement read_element,
           GDestroyNotify free_element)
{
  JsonArray *array = nhi_answer_array (object, name, max_length);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (free_element);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      gpointer element =
          JSON_NODE_HOLDS_OBJECT (node) ? read_element (json_node_get_object (node)) : NULL;
      if (element == NULL)
        return NULL;
      g_ptr_array_add (list, element);
    }
  return array != NULL ? g_steal_pointer (&list) : NULL;
}

static void
categories_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (NhiAnswer) answer = nhi_remote_call_finish (NHI_REMOTE (source), result, &error);
  GPtrArray *list = answer != NULL ? read_list (answer->object, "categories", MAX_CATEGORIES,
                                                (ReadElement)nhi_answer_to_category,
                                                (GDestroyNotify)nhi_category_free)
                                   : NULL;

  finish_with (task, list, (GDestroyNotify)g_ptr_array_unref, error);
}

void
nhi_remote_categories_async (NhiRemote *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  nhi_remote_call_async (self,
                         &(NhiCall){ .method = "GET",
                                     .path = NHI_ROUTE_CATEGORIES,
                                     .repeatable = TRUE,
                                     .with_session = TRUE },
                         cancellable, categories_answered,
                         g_task_new (self, cancellable, callback, user_data));
}

GPtrArray *
nhi_remote_categories_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
application_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (NhiAnswer) answer = nhi_remote_call_finish (NHI_REMOTE (source), result, &error);
  NhiApplication *application =
      answer != NULL ? nhi_answer_to_application (answer->object, TRUE) : NULL;

  finish_with (task, application, (GDestroyNotify)nhi_application_free, error);
}

void
nhi_remote_apply_async (NhiRemote *self,
                        const char *const *categories,
                        const char *from,
                        const char *to,
                        const char *idempotency_key,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autofree char *made_key = g_uuid_string_random ();
  JsonObject *body = json_object_new ();
  JsonArray *codes = json_array_new ();

  for (gsize i = 0; categories != NULL && categories[i] != NULL; i++)
    json_array_add_string_element (codes, categories[i]);
  json_object_set_array_member (body, "categories", codes);
  json_object_set_string_member (body, "from", from);
  json_object_set_string_member (body, "to", to);
  nhi_remote_call_async (self,
                         &(NhiCall){ .method = "POST",
                                     .path = NHI_ROUTE_APPLICATIONS,
                                     .body = body,
                                     .idempotency_key =
                                         idempotency_key != NULL ? idempotency_key : made_key,
                                     .repeatable = TRUE,
                                     .with_session = TRUE },
                         cancellable, application_answered,
                         g_task_new (self, cancellable, callback, user_data));
}

NhiApplication *
nhi_remote_apply_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
read_listed_application (JsonObject *object)
{
  return nhi_answer_to_application (object, FALSE);
}

static void
applications_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (NhiAnswer) answer = nhi_remote_call_finish (NHI_REMOTE (source), result, &error);
  GPtrArray *list = answer != NULL
                        ? read_list (answer->object, "applications", MAX_APPLICATIONS,
                                     read_listed_application, (GDestroyNotify)nhi_application_free)
                        : NULL;

  finish_with (task, list, (GDestroyNotify)g_ptr_array_unref, error);
}

void
nhi_remote_applications_async (NhiRemote *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  nhi_remote_call_async (self,
                         &(NhiCall){ .method = "GET",
                                     .path = NHI_ROUTE_APPLICATIONS,
                                     .repeatable = TRUE,
                                     .with_session = TRUE },
                         cancellable, applications_answered,
                         g_task_new (self, cancellable, callback, user_data));
}

GPtrArray *
nhi_remote_applications_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- one application, and waiting for it ---- */

/* FALSE after the task has its error. */
static gboolean
ask_application (NhiRemote *self,
                 const char *application_id,
                 GCancellable *cancellable,
                 GAsyncReadyCallback answered,
                 GTask *task)
{
  g_autofree char *path = NULL;
  GError *error = NULL;

  if (application_id == NULL || !nhi_application_id_is_valid (application_id))
    {
      nhi_remote_set_problem_error (&error, 404, NULL, -1, 0);
      g_task_return_error (task, error);
      return FALSE;
    }
  path = g_strdup_printf ("%s/%s", NHI_ROUTE_APPLICATIONS, application_id);
  nhi_remote_call_async (self,
                         &(NhiCall){ .method = "GET",
                                     .path = path,
                                     .repeatable = TRUE,
                                     .with_session = TRUE },
                         cancellable, answered, task);
  return TRUE;
}

void
nhi_remote_application_async (NhiRemote *self,
                              const char *application_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  if (!ask_application (self, application_id, cancellable, application_answered, task))
    g_object_unref (task);
}

NhiApplication *
nhi_remote_application_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  char *application_id;
  gint64 give_up_at; /* monotonic */
  guint pause_ms;
} Await;

static void
await_free (Await *await)
{
  g_free (await->application_id);
  g_free (await);
}

static void
await_answered (GObject *source, GAsyncResult *result, gpointer user_data);

static gboolean
await_pause_over (gpointer user_data)
{
  GTask *task = user_data;
  Await *await = g_task_get_task_data (task);

  if (!ask_application (g_task_get_source_object (task), await->application_id,
                        g_task_get_cancellable (task), await_answered, task))
    g_object_unref (task);
  return G_SOURCE_REMOVE;
}

/* After the pause, or at once when nobody wants to know any more. Takes @task. */
static void
ask_after (guint pause_ms, GTask *task)
{
  g_autoptr (GSource) source = g_timeout_source_new (pause_ms);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (source, cancelled);
    }
  g_source_set_callback (source, await_pause_over, task, NULL);
  g_source_attach (source, g_task_get_context (task));
}

static void
await_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Await *await = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (NhiAnswer) answer = nhi_remote_call_finish (NHI_REMOTE (source), result, &error);
  g_autoptr (NhiApplication) application =
      answer != NULL ? nhi_answer_to_application (answer->object, TRUE) : NULL;
  guint pause;

  if (application == NULL || !g_str_equal (application->state, "processing"))
    {
      finish_with (task, g_steal_pointer (&application), (GDestroyNotify)nhi_application_free,
                   error);
      return;
    }
  if (g_get_monotonic_time () >= await->give_up_at)
    {
      nhi_remote_set_problem_error (&error, 409, NULL, -1, 0);
      g_task_return_error (task, error);
      return;
    }

  pause = answer->retry_after > 0 ? (guint)MIN (answer->retry_after, AWAIT_SECONDS) * 1000
                                  : await->pause_ms;
  await->pause_ms = MIN (await->pause_ms * 2, ASK_LONGEST_MS);
  ask_after (pause, g_steal_pointer (&task));
}

void
nhi_remote_await_application_async (NhiRemote *self,
                                    const char *application_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Await *await = g_new0 (Await, 1);

  await->application_id = g_strdup (application_id);
  await->give_up_at = g_get_monotonic_time () + AWAIT_SECONDS * G_USEC_PER_SEC;
  await->pause_ms = MIN (self->pause_ms, ASK_FIRST_MS);
  g_task_set_task_data (task, await, (GDestroyNotify)await_free);
  if (!ask_application (self, application_id, cancellable, await_answered, task))
    g_object_unref (task);
}

NhiApplication *
nhi_remote_await_application_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
