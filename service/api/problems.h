/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one place where an error becomes a problem on the wire. */
#pragma once

#include "service/http/handler.h"

G_BEGIN_DECLS

/* Never NULL. Errors of http/, domain/ and store/ get their own type; any other is "internal" and
 * goes to the log. */
NhiResponse *nhi_api_problem_from_error (const NhiRequest *request, const GError *error);

G_END_DECLS
