/* SPDX-License-Identifier: GPL-3.0-or-later
 * Keeps the leases of running jobs: a thread of each runner renews them while the work goes on, so
 * that a lease can be short and a dead node's jobs are soon somebody else's. */
#pragma once

#include "service/domain/world.h"
#include "service/store/job.h"

G_BEGIN_DECLS

typedef struct _NhiLeaseKeeper NhiLeaseKeeper; /* thread safe */
typedef struct _NhiLease NhiLease;

NhiLeaseKeeper *nhi_lease_keeper_new (NhiWorld *world);
void nhi_lease_keeper_free (NhiLeaseKeeper *keeper); /* once every lease is closed */

/**
 * nhi_lease_open:
 * @job: just claimed
 * @seconds: how long it was claimed for, and how long each renewal is for; renewed when a third of
 * that is over
 * @until: Unix seconds, as the claim wrote it
 * @claimed_at: monotonic microseconds before the claim
 */
NhiLease *nhi_lease_open (NhiLeaseKeeper *keeper,
                          const NhiJob *job,
                          gint64 seconds,
                          gint64 until,
                          gint64 claimed_at);
void nhi_lease_close (NhiLease *lease);

/* Before something that cannot be undone, and now and then in long work: FALSE with
 * NHI_JOB_ERROR_LEASE_LOST when another runner has the job, or could not be kept from it – the
 * database was away, or this machine stood still, for longer than the lease. */
gboolean nhi_lease_check (NhiLease *lease, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiLeaseKeeper, nhi_lease_keeper_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiLease, nhi_lease_close)

G_END_DECLS
