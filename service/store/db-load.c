/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bulk for engines without a way of their own: one INSERT, prepared once, for each row. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/db-engine.h"

typedef struct
{
  NhiDbLoad parent; /* its engine is NULL */
  NhiDbConnection *connection;
  char *insert;
  gsize n_columns;
} InsertLoad;

static char *
write_insert (const char *table, const char *const *columns)
{
  GString *sql = g_string_new (NULL);

  g_string_printf (sql, "INSERT INTO %s (", table);
  for (gsize i = 0; columns[i] != NULL; i++)
    g_string_append_printf (sql, "%s%s", i > 0 ? ", " : "", columns[i]);
  g_string_append (sql, ") VALUES (");
  for (gsize i = 0; columns[i] != NULL; i++)
    g_string_append_printf (sql, "%s$%" G_GSIZE_FORMAT, i > 0 ? ", " : "", i + 1);
  g_string_append_c (sql, ')');
  return g_string_free (sql, FALSE);
}

NhiDbLoad *
nhi_db_load_begin (NhiDbConnection *connection,
                   const char *table,
                   const char *const *columns,
                   GError **error)
{
  InsertLoad *self;

  if (connection->engine->load_begin != NULL)
    return connection->engine->load_begin (connection, table, columns, error);
  self = g_new0 (InsertLoad, 1);
  self->connection = connection;
  self->insert = write_insert (table, columns);
  self->n_columns = g_strv_length ((char **)columns);
  return &self->parent;
}

gboolean
nhi_db_load_row (NhiDbLoad *load, const NhiDbValue *values, GError **error)
{
  InsertLoad *self = (InsertLoad *)load;

  if (load->engine != NULL)
    return load->engine->load_row (load, values, error);
  return nhi_db_run (self->connection, self->insert, values, self->n_columns, error) >= 0;
}

static void
insert_load_free (InsertLoad *self)
{
  g_free (self->insert);
  g_free (self);
}

gboolean
nhi_db_load_end (NhiDbLoad *load, GError **error)
{
  if (load->engine != NULL)
    return load->engine->load_end (load, error);
  insert_load_free ((InsertLoad *)load);
  return TRUE;
}

void
nhi_db_load_cancel (NhiDbLoad *load)
{
  if (load == NULL)
    return;
  if (load->engine != NULL)
    load->engine->load_cancel (load);
  else
    insert_load_free ((InsertLoad *)load);
}
