/* SPDX-License-Identifier: GPL-3.0-or-later
 * The guard's own answers, for requests that libsoup never sees. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends a whole answer with "Connection: close": an RFC 9457 problem in both languages.
 * @reason: (nullable): one English sentence without its full stop */
void nhi_refusal_append (GByteArray *out, guint status, const char *reason);

G_END_DECLS
