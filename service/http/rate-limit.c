/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bucket's state is one number, the moment it will be full again; a request is refused when
 * that lies too far ahead. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/rate-limit.h"

struct _NhiRateLimit
{
  gint64 interval; /* microseconds for one token; 0: no limit */
  gint64 depth;    /* microseconds that an empty bucket needs to be full */
  guint networks;
  GHashTable *full_at; /* network -> gint64 *, microseconds */
};

NhiRateLimit *
nhi_rate_limit_new (guint per_minute, guint burst, guint networks)
{
  NhiRateLimit *limit = g_new0 (NhiRateLimit, 1);

  limit->interval = per_minute > 0 ? MAX (60 * G_USEC_PER_SEC / per_minute, 1) : 0;
  limit->depth = limit->interval * MAX (burst, 1);
  limit->networks = networks;
  limit->full_at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return limit;
}

void
nhi_rate_limit_free (NhiRateLimit *limit)
{
  if (limit == NULL)
    return;
  g_hash_table_unref (limit->full_at);
  g_free (limit);
}

static gboolean
is_full (gpointer network, gpointer full_at, gpointer now)
{
  return *(gint64 *)full_at <= *(gint64 *)now;
}

static void
make_room (NhiRateLimit *limit, gint64 now)
{
  if (g_hash_table_size (limit->full_at) < limit->networks)
    return;
  g_hash_table_foreach_remove (limit->full_at, is_full, &now);
  if (g_hash_table_size (limit->full_at) >= limit->networks)
    g_hash_table_remove_all (limit->full_at);
}

guint
nhi_rate_limit_take (NhiRateLimit *limit, const char *network, gint64 now)
{
  gint64 *full_at, after;

  if (limit->interval == 0)
    return 0;
  full_at = g_hash_table_lookup (limit->full_at, network);
  if (full_at == NULL)
    {
      make_room (limit, now);
      full_at = g_new (gint64, 1);
      *full_at = now;
      g_hash_table_insert (limit->full_at, g_strdup (network), full_at);
    }
  after = MAX (*full_at, now) + limit->interval;
  if (after - now > limit->depth)
    return (guint)((after - now - limit->depth + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
  *full_at = after;
  return 0;
}
