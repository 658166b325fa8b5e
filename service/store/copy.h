/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copies one database into another one, of the same engine or not, and proves that both hold the
 * same. */
#pragma once

#include "service/store/table-sum.h"

G_BEGIN_DECLS

#define NHI_COPY_ERROR (nhi_copy_error_quark ())
/**
 * NhiCopyError:
 * @NHI_COPY_ERROR_SAME: source and target are one database
 * @NHI_COPY_ERROR_SCHEMA: a table is not the same on both sides, so rows do not fit
 * @NHI_COPY_ERROR_NOT_EMPTY: the target holds something, and is no copy of this source, done or not
 * @NHI_COPY_ERROR_SOURCE_UNFINISHED: the source itself is being filled
 * @NHI_COPY_ERROR_DIFFERENT: copied, but the two sides do not hold the same
 */
typedef enum
{
  NHI_COPY_ERROR_SAME,
  NHI_COPY_ERROR_SCHEMA,
  NHI_COPY_ERROR_NOT_EMPTY,
  NHI_COPY_ERROR_SOURCE_UNFINISHED,
  NHI_COPY_ERROR_DIFFERENT,
} NhiCopyError;
GQuark nhi_copy_error_quark (void);

typedef struct
{
  gboolean checking; /* the second half: both sides are read and compared */
  const char *table;
  gint64 rows; /* of all tables so far, in this half */
  gint64 of;   /* as many as the source had when this run began */
} NhiCopyProgress;

/* Called after each page, in the thread that copies. */
typedef void (*NhiCopyWatch) (const NhiCopyProgress *progress, gpointer data);

typedef struct
{
  char *table;
  NhiTableSum from;
  NhiTableSum to;
} NhiCopyTable;

typedef struct
{
  NhiDb *from; /* both with the schema of this program, and with a connection to spare */
  NhiDb *to;
  gboolean check_only; /* writes nothing */
  NhiCopyWatch watch;  /* nullable */
  gpointer watch_data;
} NhiCopyOptions;

/* Copies every table of @from into @to, page by page, then reads both again and compares count and
 * checksum of each. How far it has come lies in @to, so it goes on after whatever ended it; until
 * it is done, nhi_db_check_schema () refuses @to. What turned out different is copied anew by the
 * next run. Nothing may write to either meanwhile: it is found out, not kept out.
 *
 * @ret_tables: (transfer full) (nullable): array of NhiCopyTable, also with
 * NHI_COPY_ERROR_DIFFERENT. FALSE with @error of NHI_COPY_ERROR or NHI_DB_ERROR; the latter begins
 * with “source: ” or “target: ”. */
gboolean nhi_copy_run (const NhiCopyOptions *options, GPtrArray **ret_tables, GError **error);

G_END_DECLS
