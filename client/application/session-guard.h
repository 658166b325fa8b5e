/* SPDX-License-Identifier: GPL-3.0-or-later
 * Watches over a signed-in person: signs out when the card leaves or after the idle time. */
#pragma once

#include "client/pages/context.h"

G_BEGIN_DECLS

/* Property "seconds-left" (uint, notified): 0 = no warning is due, else the seconds until the
 * sign-out for idleness. */
#define NHI_TYPE_SESSION_GUARD (nhi_session_guard_get_type ())
G_DECLARE_FINAL_TYPE (NhiSessionGuard, nhi_session_guard, NHI, SESSION_GUARD, GObject)

NhiSessionGuard *nhi_session_guard_new (NhiContext *context);
/* The person did something in the window. */
void nhi_session_guard_note_activity (NhiSessionGuard *self);
guint nhi_session_guard_get_seconds_left (NhiSessionGuard *self);

G_END_DECLS
