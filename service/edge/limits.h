/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a stranger may use of us: time, bytes, connections. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NhiEdgeLimits:
 * @handshake_ms: from accept to an agreed TLS session
 * @head_ms: from the first byte of a request (or from accept) to the end of its header
 * @body_ms: grace for a body; beyond it the client must have sent @minimum_rate on average
 * @write_ms: grace for an answer that the client does not take; beyond it the same rate holds
 * @idle_ms: between two requests
 * @linger_ms: how long what still comes after a refusal is read and thrown away
 * @minimum_rate: bytes a second
 * @connections: at once, of one worker
 * @connections_per_network: at once, of one worker; 0 for no limit
 * @requests_per_connection: after so many the connection is closed
 * @body_bytes: no route takes more
 * @buffered_bytes: bodies of all connections of one worker together; above it bodies are refused, what brings none is
 *   answered. Beside it a connection holds at most 16 KiB of head, 16 KiB read ahead and 64 KiB of answer.
 */
typedef struct {
  guint handshake_ms;
  guint head_ms;
  guint body_ms;
  guint write_ms;
  guint idle_ms;
  guint linger_ms;
  guint minimum_rate;
  guint connections;
  guint connections_per_network;
  guint requests_per_connection;
  gsize body_bytes;
  gsize buffered_bytes;
} NhiEdgeLimits;

#define NHI_EDGE_LIMITS_DEFAULT \
  ((NhiEdgeLimits){ \
      .handshake_ms = 10000, \
      .head_ms = 10000, \
      .body_ms = 20000, \
      .write_ms = 30000, \
      .idle_ms = 75000, \
      .linger_ms = 2000, \
      .minimum_rate = 4096, \
      .connections = 8192, \
      .connections_per_network = 512, \
      .requests_per_connection = 10000, \
      .body_bytes = 1024 * 1024, \
      .buffered_bytes = 256 * 1024 * 1024, \
  })

G_END_DECLS
