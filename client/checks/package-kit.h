/* SPDX-License-Identifier: GPL-3.0-or-later
 * Installing a package through PackageKit. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Looks for @package in the computer's sources and installs it; polkit may ask the person. Blocks,
 * @seconds per step without news; the error's message is for a person. */
gboolean nhi_package_kit_install (const char *package,
                                  guint seconds,
                                  GCancellable *cancellable,
                                  GError **error);

G_END_DECLS
