/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encrypted packages, cut into pieces: written in one transaction, read by range. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

#define NHI_PACKAGE_PIECE_BYTES (256 * 1024)

/* Writes @package as pieces 0, 1, … in place of what an earlier attempt may have left. */
gboolean nhi_store_package_write (NhiDbConnection *connection,
                                  const char *person_id,
                                  const char *application_id,
                                  GBytes *package,
                                  GError **error);

/* The bytes [@offset, @offset + @length), reading only the pieces they lie in. NULL with @error
 * when the package holds less: NHI_DB_ERROR_DAMAGED. (transfer full) */
GBytes *nhi_store_package_read (NhiDbConnection *connection,
                                const char *person_id,
                                const char *application_id,
                                guint64 offset,
                                guint64 length,
                                GError **error);

gboolean nhi_store_package_delete (NhiDbConnection *connection,
                                   const char *person_id,
                                   const char *application_id,
                                   GError **error);

G_END_DECLS
