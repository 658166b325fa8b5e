/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the PC/SC daemon says to a plain connection: tells apart what PC/SC itself calls by one
 * name.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  NHI_DAEMON_ANSWERS,  /* and told its version */
  NHI_DAEMON_ABSENT,   /* nobody listens: @error says how */
  NHI_DAEMON_HANGS_UP, /* takes the connection and ends it: refuses this account */
  NHI_DAEMON_SILENT,   /* takes the connection and says nothing */
} NhiDaemonState;

typedef struct
{
  NhiDaemonState state;
  int error; /* errno of the connection */
  int major; /* of the daemon's protocol, 4:5; 0 when not told */
  int minor;
} NhiDaemonSight;

/* Blocks 2 s at most. */
void nhi_daemon_probe (const char *socket_path, NhiDaemonSight *ret_sight);

G_END_DECLS
