/* SPDX-License-Identifier: GPL-3.0-or-later
 * Applications on the terminal: fetched, printed as a table or as JSON. */
#pragma once

#include "client/terminal/terminal-private.h"

G_BEGIN_DECLS

/* Newest first, of NhiApplication without items. */
GPtrArray *
nhi_terminal_applications (NhiTerminal *terminal, GError **error);
void
nhi_print_applications (NhiTerminal *terminal, GPtrArray *applications);
void
nhi_print_application (NhiTerminal *terminal, const NhiApplication *application);

G_END_DECLS
