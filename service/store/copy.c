/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copies one database into another one. Each page of rows is written in one transaction with the
 * note of how far its table has come. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/copy.h"

#include "service/store/copy-check.h"
#include "service/store/table-page.h"
#include "service/store/unfinished.h"

#include <string.h>

G_DEFINE_QUARK (nhi - copy - error - quark, nhi_copy_error)

#define TO_BE_COPIED_ANEW -1 /* as a table's row count */

/* What is known of one side before anything is written. */
typedef struct
{
  GPtrArray *tables;
  char *identity;
  char *work; /* unfinished; NULL when there is none */
} Side;

static void
side_clear (Side *side)
{
  g_clear_pointer (&side->tables, g_ptr_array_unref);
  g_clear_pointer (&side->identity, g_free);
  g_clear_pointer (&side->work, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Side, side_clear)

static gboolean
look_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Side *side = data;
  g_autoptr (GError) cause = NULL;

  side_clear (side);
  side->tables = nhi_catalogue_read (connection, error);
  if (side->tables == NULL)
    return FALSE;
  side->identity = nhi_catalogue_identity (connection, error);
  if (side->identity == NULL)
    return FALSE;
  side->work = nhi_unfinished_work (connection, &cause);
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* A transaction for reading on one side; what goes wrong says which. */
static gboolean
ask (NhiDb *db, const char *name, NhiDbBody body, gpointer data, GError **error)
{
  if (nhi_db_transact (db, NHI_DB_READ, body, data, error))
    return TRUE;
  g_prefix_error (error, "%s: ", name);
  return FALSE;
}

typedef struct
{
  const GPtrArray *tables;
  gint64 rows;            /* of all */
  const NhiTable *in_use; /* the first with rows; NULL when all are empty */
} Contents;

static gboolean
count_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Contents *contents = data;

  contents->rows = 0;
  for (guint i = 0; i < contents->tables->len; i++)
    {
      gint64 rows = nhi_table_count (connection, g_ptr_array_index (contents->tables, i), error);

      if (rows < 0)
        return FALSE;
      contents->rows += rows;
    }
  return TRUE;
}

static gboolean
find_in_use_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Contents *contents = data;
  gboolean has_rows = FALSE;

  contents->in_use = NULL;
  for (guint i = 0; i < contents->tables->len && !has_rows; i++)
    {
      const NhiTable *table = g_ptr_array_index (contents->tables, i);

      if (!nhi_table_has_rows (connection, table, &has_rows, error))
        return FALSE;
      if (has_rows)
        contents->in_use = table;
    }
  return TRUE;
}

/* Whether these two can be what they are to be. */
static gboolean
fit (const Side *from, const Side *to, GError **error)
{
  const char *table = nhi_catalogue_difference (from->tables, to->tables);

  if (g_str_equal (from->identity, to->identity))
    g_set_error (error, NHI_COPY_ERROR, NHI_COPY_ERROR_SAME,
                 "Source and target are the same database (%s); name another target",
                 from->identity);
  else if (from->work != NULL)
    g_set_error (error, NHI_COPY_ERROR, NHI_COPY_ERROR_SOURCE_UNFINISHED,
                 "The source is unfinished itself; finish this first: %s", from->work);
  else if (table != NULL)
    g_set_error (error, NHI_COPY_ERROR, NHI_COPY_ERROR_SCHEMA,
                 "The table %s is not the same in source and target; run “nhicardctl migrate” of "
                 "the same version on both, and take away what is not the service's",
                 table);
  else
    return TRUE;
  return FALSE;
}

/* Whether this copy was begun in the target, or may be: then nothing else is unfinished in it. */
static gboolean
is_free (const Side *to, const char *work, GError **error)
{
  if (to->work == NULL || g_str_equal (to->work, work))
    return TRUE;
  g_set_error (error, NHI_COPY_ERROR, NHI_COPY_ERROR_NOT_EMPTY,
               "The target is unfinished, with something else: %s; finish that, or name an empty "
               "database",
               to->work);
  return FALSE;
}

typedef struct
{
  const NhiCopyOptions *options;
  const char *work;
  GPtrArray *tables;
  NhiCopyProgress progress;
} Copy;

static gboolean
begin_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Copy *self = data;

  for (guint i = 0; i < self->tables->len; i++)
    {
      const NhiTable *table = g_ptr_array_index (self->tables, i);

      if (!nhi_unfinished_begin (connection, table->name, self->work, error))
        return FALSE;
    }
  return TRUE;
}

/* How far a table has come; the position is NULL at its beginning. */
typedef struct
{
  const NhiTable *table;
  gint64 rows;
  GBytes *position;
} Place;

static gboolean
place_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Place *place = data;
  g_autoptr (GError) cause = NULL;
  g_autoptr (NhiUnfinished) unfinished = NULL;

  unfinished = nhi_unfinished_find (connection, place->table->name, &cause);
  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  if (unfinished == NULL)
    {
      g_set_error (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED,
                   "The note on how far %s was copied is gone; does somebody else work here?",
                   place->table->name);
      return FALSE;
    }
  g_clear_pointer (&place->position, g_bytes_unref);
  place->rows = unfinished->row_count;
  place->position = g_steal_pointer (&unfinished->position);
  return TRUE;
}

/* A page on its way into the target. */
typedef struct
{
  const NhiTable *table;
  const NhiRowBuffer *page;
  gint64 from;
  gint64 to;
  GBytes *position;
} Step;

static gboolean
step_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Step *step = data;

  switch (nhi_unfinished_advance (connection, step->table->name, step->from, step->to,
                                  step->position, error))
    {
    case NHI_UNFINISHED_ADVANCED:
      return nhi_row_buffer_load (step->page, connection, step->table->name,
                                  (const char *const *)step->table->columns->pdata, error);
    case NHI_UNFINISHED_DONE:
      return TRUE;
    case NHI_UNFINISHED_FAILED:
    default:
      return FALSE;
    }
}

static void
tell (Copy *self, gint64 rows)
{
  self->progress.rows += rows;
  if (self->options->watch != NULL)
    self->options->watch (&self->progress, self->options->watch_data);
}

static gboolean
write_page (Copy *self, Place *place, const NhiRowBuffer *page, GError **error)
{
  const gint64 count = (gint64)nhi_row_buffer_count (page);
  g_autoptr (GBytes) position = nhi_table_page_end (place->table, page);
  Step step = { place->table, page, place->rows, place->rows + count, position };

  if (!nhi_db_transact (self->options->to, NHI_DB_WRITE_LOCKED, step_body, &step, error))
    {
      g_prefix_error (error, "target: %s: ", place->table->name);
      return FALSE;
    }
  g_clear_pointer (&place->position, g_bytes_unref);
  place->position = g_steal_pointer (&position);
  place->rows += count;
  tell (self, count);
  return TRUE;
}

static gboolean
copy_pages (Copy *self, Place *place, GError **error)
{
  g_autoptr (NhiRowBuffer) page = nhi_row_buffer_new (nhi_table_n_columns (place->table));

  for (;;)
    {
      if (!nhi_table_page_read (self->options->from, place->table, place->position, page, error))
        {
          g_prefix_error (error, "source: %s: ", place->table->name);
          return FALSE;
        }
      if (nhi_row_buffer_count (page) == 0)
        return TRUE;
      if (!write_page (self, place, page, error))
        return FALSE;
    }
}

/* What an earlier run found to be different goes away, with the note of it. */
static gboolean
empty_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const NhiTable *table = data;

  switch (nhi_unfinished_advance (connection, table->name, TO_BE_COPIED_ANEW, 0, NULL, error))
    {
    case NHI_UNFINISHED_ADVANCED:
      return nhi_table_empty (connection, table, error);
    case NHI_UNFINISHED_DONE:
      return TRUE;
    case NHI_UNFINISHED_FAILED:
    default:
      return FALSE;
    }
}

static gboolean
empty_table (Copy *self, Place *place, GError **error)
{
  place->rows = 0;
  return nhi_db_transact (self->options->to, NHI_DB_WRITE_LOCKED, empty_body,
                          (gpointer)place->table, error);
}

static gboolean
copy_table (Copy *self, const NhiTable *table, GError **error)
{
  Place place = { .table = table };
  gboolean done;

  self->progress.table = table->name;
  if (!nhi_db_transact (self->options->to, NHI_DB_READ, place_body, &place, error) ||
      (place.rows == TO_BE_COPIED_ANEW && !empty_table (self, &place, error)))
    {
      g_prefix_error (error, "target: ");
      return FALSE;
    }
  tell (self, place.rows);
  done = copy_pages (self, &place, error);
  g_clear_pointer (&place.position, g_bytes_unref);
  return done;
}

static gboolean
copy_all (Copy *self, GError **error)
{
  if (!nhi_db_transact (self->options->to, NHI_DB_WRITE, begin_body, self, error))
    {
      g_prefix_error (error, "target: ");
      return FALSE;
    }
  for (guint i = 0; i < self->tables->len; i++)
    if (!copy_table (self, g_ptr_array_index (self->tables, i), error))
      return FALSE;
  return TRUE;
}

/* Notes which tables the next run has to copy anew. */
static gboolean
mark_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const GPtrArray *found = data;

  for (guint i = 0; i < found->len; i++)
    {
      const NhiCopyTable *table = g_ptr_array_index (found, i);

      if (!nhi_table_sum_equal (&table->from, &table->to) &&
          !nhi_unfinished_set (connection, table->table, TO_BE_COPIED_ANEW, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
end_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_unfinished_end (connection, error);
}

static gboolean
check_all (Copy *self, GPtrArray **ret_tables, GError **error)
{
  const NhiCopyOptions *options = self->options;
  g_autoptr (GPtrArray) found = NULL;
  g_autofree char *differences = NULL;
  gboolean noted;

  self->progress.checking = TRUE;
  self->progress.rows = 0;
  found = nhi_copy_check (options, self->tables, &self->progress, error);
  if (found == NULL)
    return FALSE;
  differences = nhi_copy_check_differences (found);
  if (ret_tables != NULL)
    *ret_tables = g_ptr_array_ref (found);
  noted = options->check_only ||
          nhi_db_transact (options->to, NHI_DB_WRITE, differences != NULL ? mark_body : end_body,
                           found, error);
  if (!noted)
    g_prefix_error (error, "target: ");
  else if (differences != NULL)
    g_set_error (error, NHI_COPY_ERROR, NHI_COPY_ERROR_DIFFERENT,
                 options->check_only
                     ? "Source and target do not hold the same: %s"
                     : "Something was written to source or target meanwhile: %s. Stop what uses "
                       "them and run this again: what differs is copied anew",
                 differences);
  return noted && differences == NULL;
}

/* A target with rows and without a note is either a stranger's or this very copy, whose end nobody
 * was told: the latter holds the same. */
static gboolean
prove_done (Copy *self, const Contents *to, GPtrArray **ret_tables, GError **error)
{
  NhiCopyOptions only_look = *self->options;
  Contents target = *to;
  g_autoptr (GError) cause = NULL;

  only_look.check_only = TRUE;
  self->options = &only_look;
  if (!ask (only_look.to, "target", count_body, &target, error))
    return FALSE;
  if (target.rows == self->progress.of && check_all (self, ret_tables, &cause))
    return TRUE;
  if (cause != NULL && !g_error_matches (cause, NHI_COPY_ERROR, NHI_COPY_ERROR_DIFFERENT))
    g_propagate_error (error, g_steal_pointer (&cause));
  else
    g_set_error (error, NHI_COPY_ERROR, NHI_COPY_ERROR_NOT_EMPTY,
                 "The target is not empty, and not this copy: there are rows in %s; name an empty "
                 "database, migrated and never used",
                 to->in_use->name);
  return FALSE;
}

static gboolean
copy_and_check (Copy *self, const Side *to, GPtrArray **ret_tables, GError **error)
{
  Contents contents = { .tables = to->tables };

  if (!is_free (to, self->work, error) ||
      (to->work == NULL && !ask (self->options->to, "target", find_in_use_body, &contents, error)))
    return FALSE;
  if (contents.in_use != NULL)
    return prove_done (self, &contents, ret_tables, error);
  return copy_all (self, error) && check_all (self, ret_tables, error);
}

gboolean
nhi_copy_run (const NhiCopyOptions *options, GPtrArray **ret_tables, GError **error)
{
  g_auto (Side) from = { 0 };
  g_auto (Side) to = { 0 };
  g_autofree char *work = NULL;
  Copy copy = { .options = options };
  Contents contents;

  if (!ask (options->from, "source", look_body, &from, error) ||
      !ask (options->to, "target", look_body, &to, error) || !fit (&from, &to, error))
    return FALSE;
  contents.tables = from.tables;
  if (!ask (options->from, "source", count_body, &contents, error))
    return FALSE;
  work = g_strdup_printf ("nhicardctl copy-database, from %s", from.identity);
  copy.work = work;
  copy.tables = from.tables;
  copy.progress.of = contents.rows;
  return options->check_only ? check_all (&copy, ret_tables, error)
                             : copy_and_check (&copy, &to, ret_tables, error);
}
