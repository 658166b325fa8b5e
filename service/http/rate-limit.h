/* SPDX-License-Identifier: GPL-3.0-or-later
 * So many requests a network may make: one token bucket for each network and class, kept as the moment it is full again. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NhiRateLimit NhiRateLimit;

/**
 * nhi_rate_limit_new:
 * @per_minute: tokens that come back in a minute; 0 for no limit
 * @burst: tokens of a full bucket
 * @networks: how many are remembered; more push out those whose bucket is full, then all
 */
NhiRateLimit *nhi_rate_limit_new (guint per_minute, guint burst, guint networks);
void nhi_rate_limit_free (NhiRateLimit *limit);

/* Takes one token. @now: microseconds of any clock that never goes back.
 * Returns: 0 when there was one; otherwise the whole seconds (≥ 1) after which there will be one. */
guint nhi_rate_limit_take (NhiRateLimit *limit, const char *network, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiRateLimit, nhi_rate_limit_free)

G_END_DECLS
