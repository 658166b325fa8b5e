/* SPDX-License-Identifier: GPL-3.0-or-later
 * The idle limit as arithmetic. */
#include "client/application/idle.h"

NhiIdleState
nhi_idle_judge (gint64 idle, gint64 limit, guint *ret_next)
{
  gint64 left = limit - MAX (idle, 0);

  if (left <= 0)
    {
      *ret_next = 0;
      return NHI_IDLE_EXPIRED;
    }
  if (left <= NHI_IDLE_WARNING_SECONDS)
    {
      *ret_next = 1; /* the banner counts down */
      return NHI_IDLE_WARNING;
    }
  *ret_next = (guint)(left - NHI_IDLE_WARNING_SECONDS);
  return NHI_IDLE_ACTIVE;
}
