/* SPDX-License-Identifier: GPL-3.0-or-later
 * A problem as the page a browser shows. */
#pragma once

#include "service/http/handler.h"

G_BEGIN_DECLS

/* @problem: (transfer full). Returns: (transfer full): the same status and fields with an HTML body. */
NhiResponse *nhi_page_from_problem (NhiResponse *problem, const char *language);

G_END_DECLS
