/* SPDX-License-Identifier: GPL-3.0-or-later
 * What time it is at the service, for a computer whose clock is so wrong that no certificate is
 * valid. */
#include "client/remote/remote-private.h"

#include "shared/api/api.h"

#define SECONDS 4
#define DATE_ERRORS (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED)

typedef struct
{
  SoupSession *session; /* of its own, so that no other call uses what it let through */
  SoupMessage *message;
  NhiDistrust distrust;
} Work;

static void
work_free (Work *work)
{
  g_clear_object (&work->message);
  g_clear_object (&work->session);
  nhi_remote_distrust_clear (&work->distrust);
  g_free (work);
}

/* After the guard said no: only a date may be wrong. */
static gboolean
accept_any_date (SoupMessage *message,
                 GTlsCertificate *certificate,
                 GTlsCertificateFlags errors,
                 gpointer user_data)
{
  return errors != 0 && (errors & ~DATE_ERRORS) == 0;
}

static gboolean
read_skew (SoupMessage *message, gint64 *ret_skew)
{
  const char *text =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Date");
  g_autoptr (GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  if (date == NULL)
    return FALSE;
  *ret_skew = g_get_real_time () / G_USEC_PER_SEC - g_date_time_to_unix (date);
  return TRUE;
}

static void
answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Work *work = g_task_get_task_data (task);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GInputStream) stream =
      soup_session_send_finish (SOUP_SESSION (source), result, &cause);
  GError *error = NULL;
  gint64 *skew = g_new0 (gint64, 1);

  if (stream != NULL && read_skew (work->message, skew))
    {
      g_task_return_pointer (task, skew, g_free);
      return;
    }
  g_free (skew);
  if (stream != NULL)
    nhi_remote_set_service_error (&error);
  else
    nhi_remote_set_transport_error (&error, cause, &work->distrust);
  g_task_return_error (task, error);
}

void
nhi_remote_clock_async (NhiRemote *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Work *work = g_new0 (Work, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, nhi_remote_clock_async);
  g_task_set_task_data (task, work, (GDestroyNotify)work_free);
  work->message = nhi_remote_make_message (self, "GET", NHI_ROUTE_SERVICE, FALSE, &error);
  if (work->message == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  work->session = nhi_remote_make_session ();
  soup_session_set_timeout (work->session, SECONDS);
  nhi_remote_guard_message (self, work->session, work->message, &work->distrust);
  g_signal_connect (work->message, "accept-certificate", G_CALLBACK (accept_any_date), NULL);
  soup_session_send_async (work->session, work->message, G_PRIORITY_DEFAULT, cancellable, answered,
                           task);
}

gboolean
nhi_remote_clock_finish (NhiRemote *self, GAsyncResult *result, gint64 *ret_skew, GError **error)
{
  g_autofree gint64 *skew = g_task_propagate_pointer (G_TASK (result), error);

  if (skew == NULL)
    return FALSE;
  *ret_skew = *skew;
  return TRUE;
}
