/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whether this node should get requests now: what a front asks every second and what must never wait for an answer. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NhiReadiness NhiReadiness;

typedef enum {
  NHI_READY,
  NHI_NOT_READY_DRAINING, /* the node is about to end */
  NHI_NOT_READY_DATABASE, /* out of reach, or silent for longer than the bound */
  NHI_NOT_READY_SCHEMA,   /* older than this program needs */
} NhiReadinessState;

/* Looks at the database; may block. Called from a thread of its own, never twice at once. */
typedef gboolean (*NhiReadinessLook) (gpointer data, GError **error);

/**
 * nhi_readiness_new:
 * @bound_ms: a look that takes longer counts as no answer
 * @pause_ms: between two looks
 *
 * Ready from the start: a process looks at its database before it serves.
 */
NhiReadiness *nhi_readiness_new (NhiReadinessLook look, gpointer data, guint bound_ms, guint pause_ms);
/* Waits for the look that runs. */
void nhi_readiness_free (NhiReadiness *readiness);

/* Never ready again. */
void nhi_readiness_drain (NhiReadiness *readiness);
/* Does not block. From any thread. */
NhiReadinessState nhi_readiness_get (NhiReadiness *readiness);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiReadiness, nhi_readiness_free)

G_END_DECLS
