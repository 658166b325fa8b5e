/* SPDX-License-Identifier: GPL-3.0-or-later
 * Each look takes what the workers will take, and gives it back. */
#define G_LOG_DOMAIN "nhicardd"

#include "service/preflight.h"

#include <gio/gio.h>

#include "service/domain/clock.h"
#include "service/edge/door.h"
#include "service/mail/deliver.h"
#include "service/mail/letter.h"
#include "service/store/db.h"

#define PORT_PATIENCE                                                                              \
  (3 * G_USEC_PER_SEC) /* a service that is just ending still holds the port                       \
                        */
#define PORT_PAUSE 50000

static gboolean
look_at_mail (const NhiConfiguration *configuration, GError **error)
{
  g_autoptr (NhiMailRoute) route = NULL;

  /* Also without a way out: every registration writes a letter. */
  if (!nhi_letter_check_sender (configuration->mail_from, error))
    return FALSE;
  if (configuration->mail == NULL)
    return TRUE;
  route = nhi_mail_route_new (configuration->mail, configuration->mail_from, error);
  return route != NULL;
}

static NhiPreflightExit
look_at_database (const NhiConfiguration *configuration, GError **error)
{
  g_autofree char *name = nhi_db_name (configuration->database);
  g_autoptr (GError) cause = NULL;
  g_autoptr (NhiDb) db = NULL;

  if (nhi_db_is_there (configuration->database, &cause))
    db = nhi_db_open (configuration->database, 1, &cause);
  if (db != NULL && !nhi_db_check_schema (db, &cause) &&
      g_error_matches (cause, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA))
    g_prefix_error (&cause, "%s: ", name);
  if (cause == NULL || g_error_matches (cause, NHI_DB_ERROR, NHI_DB_ERROR_BUSY))
    return NHI_PREFLIGHT_DONE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return g_error_matches (*error, NHI_DB_ERROR, NHI_DB_ERROR_SCHEMA) ? NHI_PREFLIGHT_SCHEMA
                                                                     : NHI_PREFLIGHT_DATABASE;
}

/* A node whose clock is wrong takes jobs from the others while they work on them, and ends sessions
 * that go on. Whether the database answers at all is look_at_database()'s to judge. */
static NhiPreflightExit
look_at_clock (const NhiConfiguration *configuration, GError **error)
{
  NhiDb *db = nhi_db_open (configuration->database, 1, NULL);
  g_autoptr (NhiWorld) world = db != NULL ? nhi_world_new (db) : NULL;
  g_autoptr (GError) cause = NULL;

  if (world == NULL || nhi_clock_check (world, &cause) || cause->domain != NHI_CLOCK_ERROR)
    return NHI_PREFLIGHT_DONE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return NHI_PREFLIGHT_FAILED;
}

static gboolean
look_at_port (const NhiListenAddress *address, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + PORT_PATIENCE;

  for (;;)
    {
      g_autoptr (GError) cause = NULL;

      if (nhi_door_try_port (address->address, address->port, &cause))
        return TRUE;
      if (!g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE) ||
          g_get_monotonic_time () >= deadline)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      g_usleep (PORT_PAUSE);
    }
}

/* Workers share their port with each other, and would with a second service unnoticed. A process of
 * one role is one of several on purpose. */
static NhiPreflightExit
look_at_ports (GArray *addresses, GError **error)
{
  for (guint i = 0; i < addresses->len; i++)
    {
      g_autoptr (GError) cause = NULL;

      if (look_at_port (&g_array_index (addresses, NhiListenAddress, i), &cause))
        continue;
      g_propagate_error (error, g_steal_pointer (&cause));
      return g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE) ? NHI_PREFLIGHT_FAILED
                                                                             : NHI_PREFLIGHT_USAGE;
    }
  return NHI_PREFLIGHT_DONE;
}

NhiPreflightExit
nhi_preflight (const NhiConfiguration *configuration, GError **error)
{
  NhiPreflightExit code;

  if (!look_at_mail (configuration, error))
    return NHI_PREFLIGHT_USAGE;
  code = look_at_database (configuration, error);
  if (code == NHI_PREFLIGHT_DONE)
    code = look_at_clock (configuration, error);
  if (code != NHI_PREFLIGHT_DONE || configuration->role != NHI_ROLE_ALL)
    return code;
  code = look_at_ports (configuration->listen, error);
  return code != NHI_PREFLIGHT_DONE ? code : look_at_ports (configuration->front_listen, error);
}
