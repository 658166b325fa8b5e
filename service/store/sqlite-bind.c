/* SPDX-License-Identifier: GPL-3.0-or-later
 * Puts values into a SQLite statement. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/sqlite-bind.h"
#include "service/store/sqlite-error.h"

static int
bind_value (sqlite3_stmt *handle, int index, const NhiDbValue *value)
{
  switch (value->type)
    {
    case NHI_DB_TEXT:
      return sqlite3_bind_text (handle, index, value->text, -1, SQLITE_TRANSIENT);
    case NHI_DB_INT:
      return sqlite3_bind_int64 (handle, index, value->integer);
    case NHI_DB_BYTES:
      /* A NULL pointer would bind NULL, not an empty value. */
      return sqlite3_bind_blob64 (handle, index, value->bytes.length > 0 ? value->bytes.data : "",
                                  value->bytes.length, SQLITE_TRANSIENT);
    case NHI_DB_NULL:
    default:
      return sqlite3_bind_null (handle, index);
    }
}

/* SQLite numbers named parameters by appearance: "$2" may well be its first. Returns 0 when the
 * parameter is not $1 … $n. */
static gsize
parameter_number (sqlite3_stmt *handle, int index)
{
  const char *name = sqlite3_bind_parameter_name (handle, index);
  guint64 number = 0;

  if (name == NULL || *name != '$' ||
      !g_ascii_string_to_unsigned (name + 1, 10, 1, G_MAXINT, &number, NULL))
    return 0;
  return (gsize)number;
}

gboolean
nhi_sqlite_bind (NhiDbConnection *connection,
                 sqlite3_stmt *handle,
                 const NhiDbValue *values,
                 gsize n_values,
                 GError **error)
{
  int count = sqlite3_bind_parameter_count (handle);

  for (int i = 1; i <= count; i++)
    {
      gsize number = parameter_number (handle, i);
      const NhiDbValue *value = number >= 1 && number <= n_values ? &values[number - 1] : NULL;
      int code;

      if (value == NULL || (gsize)count != n_values ||
          (value->type == NHI_DB_TEXT && !g_utf8_validate (value->text, -1, NULL)))
        {
          connection->failed = TRUE;
          g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_INTERNAL,
                       "The %" G_GSIZE_FORMAT " values do not fit, or are not UTF-8: %s", n_values,
                       sqlite3_sql (handle));
          return FALSE;
        }
      code = bind_value (handle, i, value);
      if (code != SQLITE_OK)
        {
          nhi_sqlite_set_error (connection, sqlite3_db_handle (handle), code, NULL, error);
          return FALSE;
        }
    }
  return TRUE;
}
