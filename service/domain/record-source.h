/* SPDX-License-Identifier: GPL-3.0-or-later
 * Turns rows of the store into entries of the record, section by section. */
#pragma once

#include "service/store/db.h"
#include "shared/record/record.h"

G_BEGIN_DECLS

/**
 * nhi_record_source_read:
 * @from_month: YYYY-MM, nullable: from the beginning
 * @to_month: YYYY-MM, inclusive
 * @max_entries: more than that is %NHI_RECORD_ERROR_TOO_BIG
 * @ret_first_month: (out): YYYY-MM of the first entry, NULL when there is none or its section has
 * no such order
 *
 * Returns: (transfer full): of NhiRecordEntry in the order of their dates, or NULL with
 * %NHI_RECORD_ERROR or %NHI_DB_ERROR
 */
GPtrArray *nhi_record_source_read (NhiDbConnection *connection,
                                   const char *person_id,
                                   const NhiSectionInfo *section,
                                   const char *from_month,
                                   const char *to_month,
                                   guint max_entries,
                                   char **ret_first_month,
                                   GError **error);

G_END_DECLS
