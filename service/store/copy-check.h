/* SPDX-License-Identifier: GPL-3.0-or-later
 * The second half of copying: reads both sides again and compares them. */
#pragma once

#include "service/store/copy.h"

G_BEGIN_DECLS

/* Counts and sums up every one of @tables (of NhiTable) on both sides, both at once. Array of
 * NhiCopyTable, NULL with @error. @progress goes on with the target's rows. */
GPtrArray *nhi_copy_check (const NhiCopyOptions *options,
                           const GPtrArray *tables,
                           NhiCopyProgress *progress,
                           GError **error);

/* Names the tables in which the sides differ, and how; NULL when there is none. */
char *nhi_copy_check_differences (const GPtrArray *found);

G_END_DECLS
