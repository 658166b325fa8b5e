/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rules of applying for health-bank data, of how long it is kept and of who may take it. */
#include "service/domain/health-bank.h"

#include <string.h>

#include "service/domain/idempotency.h"
#include "service/domain/words.h"
#include "service/store/job.h"
#include "service/store/package.h"
#include "shared/calendar/taipei.h"

#define DAY_SECONDS (24 * 60 * 60)

G_DEFINE_QUARK (nhi - health - bank - error - quark, nhi_health_bank_error)

static int
count_months (int year, int month)
{
  return year * 12 + month - 1;
}

/* Months since year 0 of "YYYY-MM"; -1 when it is no such month. */
static int
parse_month (const char *text)
{
  int month;

  if (text == NULL || strlen (text) != 7)
    return -1;
  for (guint i = 0; i < 7; i++)
    if (i == 4 ? text[i] != '-' : !g_ascii_isdigit (text[i]))
      return -1;
  month = atoi (text + 5);
  return month >= 1 && month <= 12 ? count_months (atoi (text), month) : -1;
}

static void
check_categories (const char *const *codes, NhiFieldErrors *errors)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (codes == NULL || codes[0] == NULL)
    nhi_field_errors_add (errors, "categories", NHI_CODE_REQUIRED);
  for (gsize i = 0; codes != NULL && codes[i] != NULL; i++)
    {
      if (nhi_category_find (codes[i]) == NULL)
        {
          nhi_field_errors_add (errors, "categories", NHI_CODE_UNKNOWN);
          return;
        }
      if (!g_hash_table_add (seen, (gpointer)codes[i]))
        {
          nhi_field_errors_add (errors, "categories", NHI_CODE_TWICE);
          return;
        }
    }
}

static void
check_period (const char *from_text, const char *to_text, gint64 now, NhiFieldErrors *errors)
{
  GDate today = nhi_taipei_date (now);
  int this_month = count_months (g_date_get_year (&today), g_date_get_month (&today));
  int from = parse_month (from_text);
  int to = parse_month (to_text);

  if (from < 0)
    nhi_field_errors_add (errors, "from",
                          from_text == NULL ? NHI_CODE_REQUIRED : NHI_CODE_NO_MONTH);
  else if (from < parse_month (NHI_HEALTH_BANK_FIRST_MONTH))
    nhi_field_errors_add (errors, "from", NHI_CODE_TOO_EARLY);
  if (to < 0)
    nhi_field_errors_add (errors, "to", to_text == NULL ? NHI_CODE_REQUIRED : NHI_CODE_NO_MONTH);
  else if (to > this_month)
    nhi_field_errors_add (errors, "to", NHI_CODE_FUTURE);
  if (from < parse_month (NHI_HEALTH_BANK_FIRST_MONTH) || to < 0)
    return;
  if (from > to)
    nhi_field_errors_add (errors, "from", NHI_CODE_AFTER_END);
  else if (to - from > NHI_HEALTH_BANK_MAX_MONTHS)
    nhi_field_errors_add (errors, "from", NHI_CODE_PERIOD_TOO_LONG);
}

typedef struct
{
  NhiWorld *world;
  const char *person_id;
  const NhiHealthBankRequest *request;
  const char *application_id; /* of a look-up */
  gint64 now;
  NhiIdempotency key;
  NhiApplication *application; /* result */
  GPtrArray *list;             /* result */
  NhiPackageRange choose;
  gpointer choose_data;
  GBytes *bytes; /* result */
} Call;

static gboolean
check_limits (NhiDbConnection *connection, const Call *call, GError **error)
{
  gint64 kept, processing;

  if (!nhi_store_application_count (connection, call->person_id, call->now, &kept, &processing,
                                    error))
    return FALSE;
  if (processing >= NHI_HEALTH_BANK_MAX_PROCESSING)
    {
      g_set_error (error, NHI_HEALTH_BANK_ERROR, NHI_HEALTH_BANK_ERROR_BUSY,
                   "%" G_GINT64_FORMAT " applications are being processed; wait until one is ready",
                   processing);
      return FALSE;
    }
  if (kept >= NHI_HEALTH_BANK_MAX_KEPT)
    {
      g_set_error (error, NHI_HEALTH_BANK_ERROR, NHI_HEALTH_BANK_ERROR_FULL,
                   "%" G_GINT64_FORMAT " applications are kept; wait until the oldest has ended",
                   kept);
      return FALSE;
    }
  return TRUE;
}

static NhiApplication *
compose_application (const Call *call)
{
  const NhiHealthBankRequest *request = call->request;
  NhiApplication *application = nhi_application_new ();

  application->person_id = g_strdup (call->person_id);
  application->application_id = nhi_world_uuid (call->world);
  application->applied_at = call->now;
  application->from_month = g_strdup (request->from);
  application->to_month = g_strdup (request->to);
  application->state = NHI_APPLICATION_PROCESSING;
  application->available_until = nhi_taipei_end_of_day (call->now, NHI_HEALTH_BANK_KEPT_DAYS);
  for (gsize i = 0; request->categories[i] != NULL; i++)
    nhi_application_add_item (application, request->categories[i], NHI_ITEM_PROCESSING, 0,
                              request->from, request->to);
  return application;
}

static gboolean
add_application (NhiDbConnection *connection, Call *call, GError **error)
{
  g_autoptr (NhiApplication) application = NULL;
  g_autofree char *job_id = nhi_world_uuid (call->world);

  if (!check_limits (connection, call, error))
    return FALSE;
  application = compose_application (call);
  if (!nhi_store_application_add (connection, application, error) ||
      !nhi_store_job_add (connection, job_id, NHI_JOB_PACKAGE, call->person_id,
                          application->application_id, call->now, call->now, error) ||
      !nhi_idempotency_keep (connection, &call->key, application->application_id, call->now, error))
    return FALSE;
  call->application = g_steal_pointer (&application);
  return TRUE;
}

static gboolean
find_application (NhiDbConnection *connection,
                  Call *call,
                  const char *application_id,
                  GError **error)
{
  g_autoptr (GError) failure = NULL;

  call->application =
      nhi_store_application_find (connection, call->person_id, application_id, &failure);
  if (call->application != NULL)
    return TRUE;
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_FOUND,
                 "There is no such application; look at the list of applications");
  return FALSE;
}

static gboolean
apply_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Call *call = data;
  g_autofree char *answer = NULL;

  g_clear_pointer (&call->application, nhi_application_free);
  if (!nhi_idempotency_find (connection, &call->key, call->now, &answer, error))
    return FALSE;
  if (answer != NULL)
    return find_application (connection, call, answer, error);
  return add_application (connection, call, error);
}

NhiApplication *
nhi_health_bank_apply (NhiWorld *world,
                       const char *person_id,
                       const NhiHealthBankRequest *request,
                       GError **error)
{
  Call call = { world, person_id, request, .now = nhi_world_now (world) };
  g_autoptr (NhiFieldErrors) errors = nhi_field_errors_new ();
  g_autofree char *categories = NULL;
  gboolean done;

  check_categories (request->categories, errors);
  check_period (request->from, request->to, call.now, errors);
  if (!nhi_field_errors_done (errors, error))
    return NULL;
  categories = g_strjoinv (",", (char **)request->categories);
  nhi_idempotency_init (&call.key, person_id, request->idempotency_key,
                        (const char *const[]){ "health-bank/applications", request->from,
                                               request->to, categories, NULL });
  done = nhi_db_transact (world->db, NHI_DB_WRITE, apply_body, &call, error);
  nhi_idempotency_clear (&call.key);
  if (!done)
    g_clear_pointer (&call.application, nhi_application_free);
  return call.application;
}

static gboolean
list_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Call *call = data;

  g_clear_pointer (&call->list, g_ptr_array_unref);
  call->list = nhi_store_application_list (connection, call->person_id, call->now, error);
  return call->list != NULL;
}

GPtrArray *
nhi_health_bank_list (NhiWorld *world, const char *person_id, GError **error)
{
  Call call = { world, person_id, .now = nhi_world_now (world) };

  if (!nhi_db_transact (world->db, NHI_DB_READ, list_body, &call, error))
    g_clear_pointer (&call.list, g_ptr_array_unref);
  return call.list;
}

static gboolean
get_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Call *call = data;

  g_clear_pointer (&call->application, nhi_application_free);
  return find_application (connection, call, call->application_id, error);
}

NhiApplication *
nhi_health_bank_get (NhiWorld *world,
                     const char *person_id,
                     const char *application_id,
                     GError **error)
{
  Call call = { world, person_id, .application_id = application_id };

  if (!nhi_db_transact (world->db, NHI_DB_READ, get_body, &call, error))
    g_clear_pointer (&call.application, nhi_application_free);
  return call.application;
}

static gboolean
check_available (const Call *call, GError **error)
{
  const NhiApplication *application = call->application;

  if (call->now > application->available_until)
    g_set_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_GONE,
                 "The package was kept for seven days and is gone; apply again");
  else if (application->state == NHI_APPLICATION_PROCESSING)
    g_set_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_READY,
                 "The package is still being built; try again in a moment");
  else if (application->package_name == NULL)
    g_set_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_FOUND,
                 "This application has no package; look at its items");
  else
    return TRUE;
  return FALSE;
}

static gboolean
read_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Call *call = data;
  guint64 offset = 0, length = 0;

  g_clear_pointer (&call->bytes, g_bytes_unref);
  g_clear_pointer (&call->application, nhi_application_free);
  if (!find_application (connection, call, call->application_id, error) ||
      !check_available (call, error))
    return FALSE;
  if (!call->choose (call->application, call->choose_data, &offset, &length) || length == 0)
    return TRUE;
  call->bytes = nhi_store_package_read (connection, call->person_id, call->application_id, offset,
                                        length, error);
  return call->bytes != NULL;
}

NhiApplication *
nhi_health_bank_read_package (NhiWorld *world,
                              const char *person_id,
                              const char *application_id,
                              NhiPackageRange choose,
                              gpointer data,
                              GBytes **ret_bytes,
                              GError **error)
{
  Call call = { world,
                person_id,
                .application_id = application_id,
                .now = nhi_world_now (world),
                .choose = choose,
                .choose_data = data };

  if (!nhi_db_transact (world->db, NHI_DB_READ, read_body, &call, error))
    {
      g_clear_pointer (&call.application, nhi_application_free);
      g_clear_pointer (&call.bytes, g_bytes_unref);
      return NULL;
    }
  *ret_bytes = g_steal_pointer (&call.bytes);
  return call.application;
}

gint64
nhi_health_bank_expire (NhiDbConnection *connection, gint64 now, guint limit, GError **error)
{
  return nhi_store_application_expire (connection, now,
                                       now - (gint64)NHI_HEALTH_BANK_FORGET_DAYS * DAY_SECONDS,
                                       limit, error);
}
