/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opens the program anew, so that it sees what was not there when it began. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * nhi_restart:
 * @argv: the program's own arguments
 *
 * Called when the application has ended and let go of its name. In the sandbox a new sandbox is
 * asked for, because only a new one gets the card reader service's socket; elsewhere this process
 * becomes the new one and does not come back. Returns: the exit code of what came back.
 */
int nhi_restart (char **argv);

G_END_DECLS
