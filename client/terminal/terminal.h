/* SPDX-License-Identifier: GPL-3.0-or-later
 * The program without a window: `nhicard check|card|register|sign-in|sign-out|health-bank …`. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * nhi_terminal_wants:
 *
 * Whether the command line asks for the terminal: its first word that is no option is one of the
 * commands, or it asks for `--help` or `--version`. Looks only; needs no display and changes
 * nothing.
 */
gboolean
nhi_terminal_wants (int argc, char **argv);

/**
 * nhi_terminal_run:
 *
 * Runs one command to its end on the calling thread's main context. Sets the locale; never touches
 * GTK. Returns the exit status of the program: client/terminal/README.md has their meanings.
 */
int
nhi_terminal_run (int argc, char **argv);

G_END_DECLS
