/* SPDX-License-Identifier: GPL-3.0-or-later
 * What only http/ itself needs of a response: its header fields in the order they were set. */
#pragma once

#include "service/http/handler.h"

G_BEGIN_DECLS

typedef void (*NhiHeaderFunc) (const char *name, const char *value, gpointer data);
void nhi_response_foreach_header (const NhiResponse *response, NhiHeaderFunc func, gpointer data);

G_END_DECLS
