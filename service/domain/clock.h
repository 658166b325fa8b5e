/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whether this node's clock goes with the others': leases, sessions and waits are instants of the
 * node that writes them, read by the others. */
#pragma once

#include "service/domain/world.h"

G_BEGIN_DECLS

/* Seconds: more than a network's hesitation, well below the shortest lease. */
#define NHI_CLOCK_MAX_SKEW 5

/* Seconds that the world's clock is ahead of the database's (negative: behind); 0 while it lies
 * within the time that asking took. FALSE with an NHI_DB_ERROR. */
gboolean nhi_clock_measure_skew (NhiWorld *world, gint64 *ret_seconds, GError **error);

G_END_DECLS
