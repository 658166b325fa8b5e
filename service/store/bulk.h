/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of several tables on their way into the database: gathered, then written table by table as
 * each engine does it fastest. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  const char *const *columns; /* NULL-terminated */
} NhiBulkTable;

typedef struct _NhiBulk NhiBulk;

/* Within one transaction for writing, of @connection. */
NhiBulk *nhi_bulk_new (NhiDbConnection *connection);
/* What was not flushed is forgotten. */
void nhi_bulk_free (NhiBulk *self);

/* Takes a copy of one value for each column of @table, which is known by its address. Flushes by
 * itself when many megabytes are held. FALSE with @error of the database: return FALSE too. */
gboolean
nhi_bulk_add (NhiBulk *self, const NhiBulkTable *table, const NhiDbValue *values, GError **error);

/* Writes all that is held. A key that is there already: NHI_DB_ERROR_CONSTRAINT. */
gboolean nhi_bulk_flush (NhiBulk *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiBulk, nhi_bulk_free)

G_END_DECLS
