/* SPDX-License-Identifier: GPL-3.0-or-later
 * When a signed-in person who does nothing is warned and signed out; arithmetic only, the time is
 * handed in. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_IDLE_WARNING_SECONDS 60 /* so long before the end a banner warns */

/**
 * NhiIdleState:
 * @NHI_IDLE_ACTIVE: nothing to say
 * @NHI_IDLE_WARNING: the end is less than %NHI_IDLE_WARNING_SECONDS away
 * @NHI_IDLE_EXPIRED: sign out now
 */
typedef enum
{
  NHI_IDLE_ACTIVE,
  NHI_IDLE_WARNING,
  NHI_IDLE_EXPIRED,
} NhiIdleState;

/* @idle: seconds since the last input, @limit: seconds allowed. @ret_next: seconds until it is
 * worth looking again. */
NhiIdleState nhi_idle_judge (gint64 idle, gint64 limit, guint *ret_next);

G_END_DECLS
