/* SPDX-License-Identifier: GPL-3.0-or-later
 * For queries that find one row or none, and for those that walk to the end: tells "none" apart
 * from "failed". */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

/* TRUE with *@ret_found telling whether @rows stands at its first row; FALSE with @error when the
 * database failed. */
static inline gboolean
nhi_store_first_row (NhiDbRows *rows, gboolean *ret_found, GError **error)
{
  GError *row_error = NULL;
  gboolean found = nhi_db_rows_next (rows, &row_error);

  if (row_error != NULL)
    {
      g_propagate_error (error, row_error);
      return FALSE;
    }
  *ret_found = found;
  return TRUE;
}

G_END_DECLS
