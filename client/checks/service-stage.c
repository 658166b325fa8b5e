/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a run learns of the service, from two sides at once:
 *
 *   GET /service ──answer──────────────▶ judged
 *        └─fails, and about dates──▶ the service's clock ──▶ judged
 *   the way there ──closed──▶ judged, without waiting for the call
 *        └─open──▶ the call decides, for SERVICE_SECONDS at most
 */
#include "client/checks/check-private.h"

#define SERVICE_SECONDS 8

struct _NhiServiceStage
{
  gatomicrefcount references;
  NhiRemote *remote;
  const NhiCheckEnvironment *environment;
  GCancellable *cancellable;
  NhiStageReady ready; /* NULL when ended or judged */
  gpointer user_data;
  guint timer;

  gboolean route_known;
  NhiRoute route;
  gboolean over; /* answered, failed, or too slow */
  NhiServiceInfo *service;
  GError *error;
  gboolean clock_asked;
  gboolean clock_over;
  gboolean skew_known;
  gint64 skew;
};

static void
stage_unref (NhiServiceStage *stage)
{
  if (!g_atomic_ref_count_dec (&stage->references))
    return;
  g_clear_pointer (&stage->service, nhi_service_info_free);
  g_clear_error (&stage->error);
  g_object_unref (stage->remote);
  g_object_unref (stage->cancellable);
  g_free (stage);
}

static NhiServiceStage *
stage_ref (NhiServiceStage *stage)
{
  g_atomic_ref_count_inc (&stage->references);
  return stage;
}

static void
tell (NhiServiceStage *stage, NhiCheckNeed need)
{
  const NhiCheckContext context = { .environment = stage->environment,
                                    .route = &stage->route,
                                    .service = stage->service,
                                    .service_error = stage->error,
                                    .skew_known = stage->skew_known,
                                    .skew = stage->skew };
  NhiStageReady ready = stage->ready;

  if (need == NHI_CHECK_NEEDS_SERVICE)
    {
      g_clear_handle_id (&stage->timer, g_source_remove);
      if (stage->route_known)
        stage->ready = NULL;
    }
  if (ready != NULL)
    ready (need, &context, stage->user_data);
}

static void judge (NhiServiceStage *stage);

static void
clock_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NhiServiceStage *stage = user_data;

  stage->skew_known = nhi_remote_clock_finish (NHI_REMOTE (source), result, &stage->skew, NULL);
  stage->clock_over = TRUE;
  judge (stage);
  stage_unref (stage);
}

/* A certificate whose date is wrong, or a clock that is. */
static gboolean
is_about_dates (const GError *error)
{
  const char *code = nhi_remote_error_code (error);

  return g_strcmp0 (code, "certificate-expired") == 0 ||
         g_strcmp0 (code, "certificate-not-yet-valid") == 0;
}

static void
judge (NhiServiceStage *stage)
{
  if (stage->ready == NULL)
    return;
  if (stage->service == NULL &&
      (!stage->route_known || (!stage->over && !nhi_route_is_closed (&stage->route))))
    return;
  if (is_about_dates (stage->error) && !stage->clock_over)
    {
      if (!stage->clock_asked)
        nhi_remote_clock_async (stage->remote, stage->cancellable, clock_told, stage_ref (stage));
      stage->clock_asked = TRUE;
      return;
    }
  tell (stage, NHI_CHECK_NEEDS_SERVICE);
}

static gboolean
too_slow (gpointer user_data)
{
  NhiServiceStage *stage = user_data;

  stage->timer = 0;
  stage->over = TRUE;
  stage->clock_over = TRUE;
  judge (stage);
  return G_SOURCE_REMOVE;
}

static void
answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NhiServiceStage *stage = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiServiceInfo) service =
      nhi_remote_service_finish (NHI_REMOTE (source), result, &error);

  if (!stage->over)
    {
      stage->over = TRUE;
      stage->service = g_steal_pointer (&service);
      stage->error = g_steal_pointer (&error);
      judge (stage);
    }
  stage_unref (stage);
}

static void
route_tried (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NhiServiceStage *stage = user_data;

  nhi_route_work_finish (result, &stage->route);
  stage->route_known = TRUE;
  tell (stage, NHI_CHECK_NEEDS_ROUTE);
  judge (stage);
  stage_unref (stage);
}

NhiServiceStage *
nhi_service_stage_start (NhiRemote *remote,
                         const NhiCheckEnvironment *environment,
                         GCancellable *cancellable,
                         NhiStageReady ready,
                         gpointer user_data)
{
  NhiServiceStage *stage = g_new0 (NhiServiceStage, 1);

  g_atomic_ref_count_init (&stage->references);
  stage->remote = g_object_ref (remote);
  stage->environment = environment;
  stage->cancellable = g_object_ref (cancellable);
  stage->ready = ready;
  stage->user_data = user_data;
  stage->timer = g_timeout_add_seconds (SERVICE_SECONDS, too_slow, stage);
  nhi_route_work_async (remote, environment, nhi_remote_get_base_uri (remote), cancellable,
                        route_tried, stage_ref (stage));
  nhi_remote_service_async (remote, cancellable, answered, stage_ref (stage));
  return stage;
}

void
nhi_service_stage_end (NhiServiceStage *stage)
{
  g_clear_handle_id (&stage->timer, g_source_remove);
  stage->ready = NULL;
  stage_unref (stage);
}
