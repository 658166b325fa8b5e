/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which of the two languages a request asks for. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @accept_language: (nullable). Returns: (transfer none): "zh-TW" (also when nothing fits) or "en". */
const char *nhi_language_choose (const char *accept_language);

G_END_DECLS
