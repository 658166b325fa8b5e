/* SPDX-License-Identifier: GPL-3.0-or-later
 * Queries of the tables application and application_item. */
#define G_LOG_DOMAIN "nhi-store"

#include "service/store/application.h"

#include "service/store/package.h"

static const char *const state_names[] = { "processing", "ready", "failed", NULL };
static const char *const status_names[] = { "processing", "ready", "none", "failed", NULL };

const char *
nhi_application_state_name (NhiApplicationState state)
{
  g_assert (state < G_N_ELEMENTS (state_names) - 1);
  return state_names[state];
}

const char *
nhi_item_status_name (NhiItemStatus status)
{
  g_assert (status < G_N_ELEMENTS (status_names) - 1);
  return status_names[status];
}

/* A word this program does not know means a row of a newer one. */
static gboolean
parse_name (const char *const *names, const char *name, guint *ret_value, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_strcmp0 (names[i], name) == 0)
      {
        *ret_value = i;
        return TRUE;
      }
  g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA,
               "An application has the state “%s”, which this program does not know",
               name != NULL ? name : "");
  return FALSE;
}

static void
item_free (gpointer data)
{
  NhiApplicationItem *item = data;

  g_free (item->category);
  g_free (item->from_month);
  g_free (item->to_month);
  g_free (item);
}

NhiApplication *
nhi_application_new (void)
{
  NhiApplication *application = g_new0 (NhiApplication, 1);

  application->items = g_ptr_array_new_with_free_func (item_free);
  return application;
}

void
nhi_application_free (NhiApplication *application)
{
  if (application == NULL)
    return;
  g_free (application->person_id);
  g_free (application->application_id);
  g_free (application->from_month);
  g_free (application->to_month);
  g_free (application->package_name);
  g_free (application->package_sha256);
  g_ptr_array_unref (application->items);
  g_free (application);
}

NhiApplicationItem *
nhi_application_add_item (NhiApplication *application,
                          const char *category,
                          NhiItemStatus status,
                          gint64 entries,
                          const char *from_month,
                          const char *to_month)
{
  NhiApplicationItem *item = g_new0 (NhiApplicationItem, 1);

  item->category = g_strdup (category);
  item->status = status;
  item->entries = entries;
  item->from_month = g_strdup (from_month);
  item->to_month = g_strdup (to_month);
  g_ptr_array_add (application->items, item);
  return item;
}

static gboolean
add_items (NhiDbConnection *connection, const NhiApplication *application, GError **error)
{
  for (guint i = 0; i < application->items->len; i++)
    {
      const NhiApplicationItem *item = g_ptr_array_index (application->items, i);

      if (nhi_db_run (connection,
                      "INSERT INTO application_item (person_id, application_id, category, "
                      "position, status, entries, from_month, to_month) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                      NHI_DB_ARGS (nhi_db_text (application->person_id),
                                   nhi_db_text (application->application_id),
                                   nhi_db_text (item->category), nhi_db_int (i),
                                   nhi_db_text (nhi_item_status_name (item->status)),
                                   nhi_db_int (item->entries), nhi_db_text (item->from_month),
                                   nhi_db_text (item->to_month)),
                      error) < 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
delete_items (NhiDbConnection *connection, const NhiApplication *application, GError **error)
{
  return nhi_db_run (connection,
                     "DELETE FROM application_item WHERE person_id = $1 AND application_id = $2",
                     NHI_DB_ARGS (nhi_db_text (application->person_id),
                                  nhi_db_text (application->application_id)),
                     error) >= 0;
}

static NhiDbValue
size_or_null (const NhiApplication *application)
{
  return application->package_name != NULL ? nhi_db_int (application->package_size)
                                           : nhi_db_null ();
}

gboolean
nhi_store_application_add (NhiDbConnection *connection,
                           const NhiApplication *application,
                           GError **error)
{
  return nhi_db_run (connection,
                     "INSERT INTO application (person_id, application_id, applied_at, from_month, "
                     "to_month, state, available_until, package_name, package_size, "
                     "package_sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                     NHI_DB_ARGS (nhi_db_text (application->person_id),
                                  nhi_db_text (application->application_id),
                                  nhi_db_int (application->applied_at),
                                  nhi_db_text (application->from_month),
                                  nhi_db_text (application->to_month),
                                  nhi_db_text (nhi_application_state_name (application->state)),
                                  nhi_db_int (application->available_until),
                                  nhi_db_text (application->package_name),
                                  size_or_null (application),
                                  nhi_db_text (application->package_sha256)),
                     error) >= 0 &&
         add_items (connection, application, error);
}

#define COLUMNS                                                                                    \
  "person_id, application_id, applied_at, from_month, to_month, state, available_until, "          \
  "package_name, package_size, package_sha256"

static NhiApplication *
read_application (NhiDbRows *rows, GError **error)
{
  g_autoptr (NhiApplication) application = nhi_application_new ();
  guint state;

  if (!parse_name (state_names, nhi_db_rows_text (rows, 5), &state, error))
    return NULL;
  application->person_id = g_strdup (nhi_db_rows_text (rows, 0));
  application->application_id = g_strdup (nhi_db_rows_text (rows, 1));
  application->applied_at = nhi_db_rows_int (rows, 2);
  application->from_month = g_strdup (nhi_db_rows_text (rows, 3));
  application->to_month = g_strdup (nhi_db_rows_text (rows, 4));
  application->state = state;
  application->available_until = nhi_db_rows_int (rows, 6);
  application->package_name = g_strdup (nhi_db_rows_text (rows, 7));
  application->package_size = nhi_db_rows_is_null (rows, 8) ? 0 : nhi_db_rows_int (rows, 8);
  application->package_sha256 = g_strdup (nhi_db_rows_text (rows, 9));
  return g_steal_pointer (&application);
}

static gboolean
read_items (NhiDbConnection *connection, NhiApplication *application, GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (GError) failure = NULL;

  rows = nhi_db_query (connection,
                       "SELECT category, status, entries, from_month, to_month "
                       "FROM application_item WHERE person_id = $1 AND application_id = $2 "
                       "ORDER BY position",
                       NHI_DB_ARGS (nhi_db_text (application->person_id),
                                    nhi_db_text (application->application_id)),
                       error);
  if (rows == NULL)
    return FALSE;
  while (nhi_db_rows_next (rows, &failure))
    {
      guint status;

      if (!parse_name (status_names, nhi_db_rows_text (rows, 1), &status, error))
        return FALSE;
      nhi_application_add_item (application, nhi_db_rows_text (rows, 0), status,
                                nhi_db_rows_int (rows, 2), nhi_db_rows_text (rows, 3),
                                nhi_db_rows_text (rows, 4));
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

NhiApplication *
nhi_store_application_find (NhiDbConnection *connection,
                            const char *person_id,
                            const char *application_id,
                            GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;
  g_autoptr (NhiApplication) application = NULL;

  rows = nhi_db_query (connection,
                       "SELECT " COLUMNS " FROM application "
                       "WHERE person_id = $1 AND application_id = $2",
                       NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_text (application_id)), error);
  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return NULL;
  application = read_application (rows, error);
  if (application == NULL || !read_items (connection, application, error))
    return NULL;
  return g_steal_pointer (&application);
}

/* All rows as applications without items. */
static GPtrArray *
read_list (NhiDbRows *rows, GError **error)
{
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) failure = NULL;

  list = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_application_free);
  while (nhi_db_rows_next (rows, &failure))
    {
      NhiApplication *application = read_application (rows, error);

      if (application == NULL)
        return NULL;
      g_ptr_array_add (list, application);
    }
  if (failure == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

GPtrArray *
nhi_store_application_list (NhiDbConnection *connection,
                            const char *person_id,
                            gint64 now,
                            GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection,
                       "SELECT " COLUMNS " FROM application "
                       "WHERE person_id = $1 AND available_until >= $2 "
                       "ORDER BY applied_at DESC, application_id",
                       NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_int (now)), error);
  return rows != NULL ? read_list (rows, error) : NULL;
}

gboolean
nhi_store_application_count (NhiDbConnection *connection,
                             const char *person_id,
                             gint64 now,
                             gint64 *ret_kept,
                             gint64 *ret_processing,
                             GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows = nhi_db_query (connection,
                       "SELECT COUNT(*), COALESCE (SUM (CASE WHEN state = 'processing' THEN 1 "
                       "ELSE 0 END), 0) FROM application "
                       "WHERE person_id = $1 AND available_until >= $2",
                       NHI_DB_ARGS (nhi_db_text (person_id), nhi_db_int (now)), error);
  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return FALSE;
  *ret_kept = nhi_db_rows_int (rows, 0);
  *ret_processing = nhi_db_rows_int (rows, 1);
  return TRUE;
}

gboolean
nhi_store_application_update (NhiDbConnection *connection,
                              const NhiApplication *application,
                              GError **error)
{
  gint64 changed;

  changed =
      nhi_db_run (connection,
                  "UPDATE application SET state = $3, package_name = $4, package_size = $5, "
                  "package_sha256 = $6 WHERE person_id = $1 AND application_id = $2",
                  NHI_DB_ARGS (nhi_db_text (application->person_id),
                               nhi_db_text (application->application_id),
                               nhi_db_text (nhi_application_state_name (application->state)),
                               nhi_db_text (application->package_name), size_or_null (application),
                               nhi_db_text (application->package_sha256)),
                  error);
  if (changed == 0)
    g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT,
                 "Application %s was forgotten meanwhile", application->application_id);
  return changed > 0 && delete_items (connection, application, error) &&
         add_items (connection, application, error);
}

/* Applications that @sql finds by $1 (a time) and $2 (a limit). */
static GPtrArray *
find_ended (NhiDbConnection *connection,
            const char *sql,
            gint64 before,
            guint limit,
            GError **error)
{
  g_autoptr (NhiDbRows) rows = NULL;

  rows =
      nhi_db_query (connection, sql, NHI_DB_ARGS (nhi_db_int (before), nhi_db_int (limit)), error);
  return rows != NULL ? read_list (rows, error) : NULL;
}

static gboolean
drop_package (NhiDbConnection *connection, NhiApplication *application, GError **error)
{
  return nhi_store_package_delete (connection, application->person_id, application->application_id,
                                   error) &&
         nhi_db_run (connection,
                     "UPDATE application SET package_name = NULL, package_size = NULL, "
                     "package_sha256 = NULL WHERE person_id = $1 AND application_id = $2",
                     NHI_DB_ARGS (nhi_db_text (application->person_id),
                                  nhi_db_text (application->application_id)),
                     error) >= 0;
}

static gboolean
drop_application (NhiDbConnection *connection, NhiApplication *application, GError **error)
{
  return nhi_store_package_delete (connection, application->person_id, application->application_id,
                                   error) &&
         delete_items (connection, application, error) &&
         nhi_db_run (connection,
                     "DELETE FROM application WHERE person_id = $1 AND application_id = $2",
                     NHI_DB_ARGS (nhi_db_text (application->person_id),
                                  nhi_db_text (application->application_id)),
                     error) >= 0;
}

gint64
nhi_store_application_expire (NhiDbConnection *connection,
                              gint64 now,
                              gint64 forget_before,
                              guint limit,
                              GError **error)
{
  g_autoptr (GPtrArray) ended = NULL;
  g_autoptr (GPtrArray) forgotten = NULL;

  ended = find_ended (connection,
                      "SELECT " COLUMNS " FROM application WHERE available_until < $1 "
                      "AND package_name IS NOT NULL ORDER BY available_until LIMIT $2 "
                      "FOR UPDATE SKIP LOCKED",
                      now, limit, error);
  if (ended == NULL)
    return -1;
  for (guint i = 0; i < ended->len; i++)
    if (!drop_package (connection, g_ptr_array_index (ended, i), error))
      return -1;
  forgotten = find_ended (connection,
                          "SELECT " COLUMNS " FROM application WHERE available_until < $1 "
                          "ORDER BY available_until LIMIT $2 FOR UPDATE SKIP LOCKED",
                          forget_before, limit, error);
  if (forgotten == NULL)
    return -1;
  for (guint i = 0; i < forgotten->len; i++)
    if (!drop_application (connection, g_ptr_array_index (forgotten, i), error))
      return -1;
  return (gint64)ended->len + forgotten->len;
}
