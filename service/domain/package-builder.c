/* SPDX-License-Identifier: GPL-3.0-or-later
 * Building and writing packages; nothing unencrypted leaves the memory. */
#include "service/domain/package-builder.h"

#include <string.h>

#include "service/domain/health-bank.h"
#include "service/domain/record-source.h"
#include "service/store/package.h"
#include "service/store/population.h"
#include "shared/calendar/roc-date.h"
#include "shared/calendar/taipei.h"
#include "shared/record/package.h"

/* The files of the package: each class as XML and as JSON. */
#define N_CLASSES (NHI_RECORD_MEDICAL + 1)

typedef struct
{
  NhiWorld *world;
  const char *person_id;
  const char *application_id;
  NhiApplication *application;
  char *id_number;
  NhiRecord *records[N_CLASSES];
  guint entries;
  NhiApplicationItem *item; /* being read */
  const NhiCategory *category;
  GPtrArray *read;
  char *first_month;
} Build;

static void
build_clear (Build *build)
{
  nhi_application_free (build->application);
  g_free (build->id_number);
  g_free (build->first_month);
  g_clear_pointer (&build->read, g_ptr_array_unref);
  for (guint i = 0; i < N_CLASSES; i++)
    g_clear_pointer (&build->records[i], nhi_record_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Build, build_clear)

static gboolean
begin_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Build *build = data;
  g_autoptr (NhiPerson) person = NULL;
  g_autoptr (GError) failure = NULL;

  g_clear_pointer (&build->application, nhi_application_free);
  g_clear_pointer (&build->id_number, g_free);
  if (!nhi_population_find (connection, build->person_id, &person, error))
    return FALSE;
  build->application =
      nhi_store_application_find (connection, build->person_id, build->application_id, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (person == NULL || build->application == NULL)
    {
      g_set_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_FOUND,
                   "Application %s, or the person who made it, is no longer there",
                   build->application_id);
      return FALSE;
    }
  build->id_number = g_strdup (person->id_number);
  return TRUE;
}

static gboolean
read_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Build *build = data;
  const NhiApplication *application = build->application;

  g_clear_pointer (&build->read, g_ptr_array_unref);
  g_clear_pointer (&build->first_month, g_free);
  build->read =
      nhi_record_source_read (connection, build->person_id,
                              nhi_section_find (build->category->section),
                              build->category->is_standing ? NULL : application->from_month,
                              application->to_month, NHI_BUILD_MAX_ENTRIES - build->entries,
                              &build->first_month, error);
  return build->read != NULL;
}

static void
add_entries (NhiRecord *record, GPtrArray *entries)
{
  gsize count;
  g_autofree gpointer *pointers = g_ptr_array_steal (entries, &count);

  for (gsize i = 0; i < count; i++)
    nhi_record_add (record, pointers[i]);
}

/* Reads one category. What stands longer than the period tells its own beginning. */
static gboolean
read_item (Build *build, NhiApplicationItem *item, GError **error)
{
  const NhiSectionInfo *section;

  build->item = item;
  build->category = nhi_category_find (item->category);
  section = build->category != NULL ? nhi_section_find (build->category->section) : NULL;
  if (section == NULL)
    {
      g_set_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_FOUND, "There is no category “%s”",
                   item->category);
      return FALSE;
    }
  if (!nhi_db_transact (build->world->db, NHI_DB_READ, read_body, build, error))
    return FALSE;
  item->entries = build->read->len;
  item->status = item->entries > 0 ? NHI_ITEM_READY : NHI_ITEM_NONE;
  if (build->first_month != NULL && strcmp (build->first_month, item->from_month) < 0)
    {
      g_free (item->from_month);
      item->from_month = g_steal_pointer (&build->first_month);
    }
  build->entries += build->read->len;
  add_entries (build->records[section->record_class], build->read);
  return TRUE;
}

typedef GBytes *(*Writer) (const NhiRecord *record, GError **error);

static gboolean
add_file (GPtrArray *files,
          const NhiRecord *record,
          const char *extension,
          Writer writer,
          GError **error)
{
  g_autoptr (GBytes) bytes = writer (record, error);
  g_autofree char *name = NULL;

  if (bytes == NULL)
    return FALSE;
  name = nhi_record_file_name (record, extension);
  g_ptr_array_add (files, nhi_package_file_new (name, bytes));
  return TRUE;
}

/* NULL without @error when there is nothing to pack. */
static GBytes *
pack (Build *build, GError **error)
{
  g_autoptr (GPtrArray) files = NULL;
  g_autofree char *password = g_ascii_strup (build->id_number, -1);

  files = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_package_file_free);
  for (guint i = 0; i < N_CLASSES; i++)
    if (build->records[i]->entries->len > 0 &&
        (!add_file (files, build->records[i], "xml", nhi_record_to_xml, error) ||
         !add_file (files, build->records[i], "json", nhi_record_to_json_file, error)))
      return NULL;
  return files->len > 0 ? nhi_package_build (files, password, build->application->applied_at, error)
                        : NULL;
}

static void
describe (Build *build, GBytes *package)
{
  NhiApplication *application = build->application;
  GDate applied_on = nhi_taipei_date (application->applied_at);
  g_autofree char *date = nhi_compact_date_format (&applied_on);

  application->state = NHI_APPLICATION_READY;
  g_clear_pointer (&application->package_name, g_free);
  g_clear_pointer (&application->package_sha256, g_free);
  application->package_size = 0;
  if (package == NULL)
    return;
  application->package_name = g_strdup_printf ("健康存摺_%s.zip", date);
  application->package_size = g_bytes_get_size (package);
  application->package_sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, package);
}

NhiApplication *
nhi_package_build_application (NhiWorld *world,
                               const char *person_id,
                               const char *application_id,
                               NhiBuildProgress progress,
                               gpointer data,
                               GBytes **ret_package,
                               GError **error)
{
  g_auto (Build) build = { world, person_id, application_id };
  g_autoptr (GBytes) package = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *date = NULL;
  GDate applied_on;

  if (!nhi_db_transact (world->db, NHI_DB_READ, begin_body, &build, error))
    return NULL;
  applied_on = nhi_taipei_date (build.application->applied_at);
  date = nhi_compact_date_format (&applied_on);
  for (guint i = 0; i < N_CLASSES; i++)
    build.records[i] = nhi_record_new (i, build.id_number, date);
  for (guint i = 0; i < build.application->items->len; i++)
    {
      NhiApplicationItem *item = g_ptr_array_index (build.application->items, i);

      if (progress != NULL && !progress (item, data, error))
        return NULL;
      if (!read_item (&build, item, error))
        return NULL;
    }
  package = pack (&build, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  describe (&build, package);
  *ret_package = g_steal_pointer (&package);
  return g_steal_pointer (&build.application);
}

gboolean
nhi_package_write_application (NhiDbConnection *connection,
                               const NhiApplication *application,
                               GBytes *package,
                               GError **error)
{
  /* The application's row first: it keeps expiry away until the pieces are there. */
  return nhi_store_application_update (connection, application, error) &&
         (package == NULL || nhi_store_package_write (connection, application->person_id,
                                                      application->application_id, package, error));
}

gboolean
nhi_package_give_up_application (NhiDbConnection *connection,
                                 const char *person_id,
                                 const char *application_id,
                                 GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (NhiApplication) application = NULL;

  application = nhi_store_application_find (connection, person_id, application_id, &failure);
  if (application == NULL)
    {
      if (failure == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  application->state = NHI_APPLICATION_FAILED;
  for (guint i = 0; i < application->items->len; i++)
    ((NhiApplicationItem *)g_ptr_array_index (application->items, i))->status = NHI_ITEM_FAILED;
  return nhi_store_application_update (connection, application, error);
}
