/* SPDX-License-Identifier: GPL-3.0-or-later
 * One line of text changes the card: from the command line's options, from standard input, from a
 * Unix socket. */
#pragma once

#include "tests/virtual-card/link.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  VirtualCard *card;
  Link *link;
  const char *people; /* the table of personas */
  GMainLoop *loop;
} Control;

/**
 * control_run:
 * @line: "insert", "remove", "persona NAME", "kind NAME", "mute on|off", "status-word 6A82|none",
 *   "pull-after N", "new-generation on|off", "delay MS", "garbage SEED|none", "healthy", "quit"
 *
 * Returns: FALSE with an error that says what was wrong with @line
 */
gboolean
control_run (Control *control, const char *line, GError **error);

/* Serves lines on @path; each is answered with "ok" or "error: …". The service lives as long as it
 * is referenced. */
GSocketService *
control_listen (Control *control, const char *path, GError **error);
/* Reads lines from standard input until it ends. */
void
control_watch_standard_input (Control *control);

G_END_DECLS
