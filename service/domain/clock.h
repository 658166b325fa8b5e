/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whether this node's clock goes with the others': leases, sessions and waits are instants of the
 * node that writes them, read by the others. */
#pragma once

#include "service/domain/world.h"

G_BEGIN_DECLS

/* Seconds: more than a network's hesitation, well below the shortest lease. */
#define NHI_CLOCK_MAX_SKEW 5

#define NHI_CLOCK_ERROR (nhi_clock_error_quark ())
typedef enum
{
  NHI_CLOCK_ERROR_SKEW,
} NhiClockError;
GQuark nhi_clock_error_quark (void);

/* Compares the world's clock with the database's, which all nodes have in common. FALSE with
 * %NHI_CLOCK_ERROR_SKEW when they are further apart than %NHI_CLOCK_MAX_SKEW and the time that
 * asking took, or with an NHI_DB_ERROR. */
gboolean nhi_clock_check (NhiWorld *world, GError **error);

G_END_DECLS
