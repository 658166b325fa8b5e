/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardctl user: help for one person. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"
#include "service/domain/attempts.h"
#include "service/store/attempt.h"
#include "service/store/population.h"
#include "shared/identity/id-number.h"

typedef struct
{
  const char *id_number;
  gboolean found; /* a person has this number */
  gint64 cleared; /* counters that were standing */
} Unlocking;

static gboolean
unlock_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Unlocking *unlocking = data;
  g_autoptr (NhiPerson) person = NULL;
  g_autofree char *subject = NULL;
  gint64 cleared = 0;

  if (!nhi_population_find_by_id_number (connection, unlocking->id_number, &person, error))
    return FALSE;
  unlocking->found = person != NULL;
  if (!unlocking->found)
    return TRUE;
  subject = nhi_attempt_subject (person->person_id, person->id_number);
  if (!nhi_store_attempt_delete_subject (connection, subject, &cleared, error))
    return FALSE;
  /* None are left when it runs again after it was in fact committed. */
  unlocking->cleared = MAX (unlocking->cleared, cleared);
  return TRUE;
}

static NhiExit
unlock (NhiCommandContext *context, NhiDb *db, const char *typed)
{
  g_autofree char *id_number = nhi_id_number_normalise (typed);
  g_autofree char *masked = NULL;
  Unlocking unlocking = { .id_number = id_number };
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (GError) error = NULL;

  if (id_number == NULL || nhi_id_number_classify (id_number) == NHI_ID_INVALID)
    return nhi_command_refuse (context, NHI_EXIT_USAGE,
                               "that is no ID number: a letter and nine digits with a checksum");
  if (!nhi_db_transact (db, NHI_DB_WRITE_LOCKED, unlock_body, &unlocking, &error))
    return nhi_command_fail (context, error);
  masked = nhi_id_number_mask (id_number);
  if (!unlocking.found)
    return nhi_command_refuse (context, NHI_EXIT_FAILED, "nobody here has the number %s", masked);
  if (!context->json)
    {
      g_print ("%s may sign in and register again at once; %" G_GINT64_FORMAT
               " counters were cleared.\n",
               masked, unlocking.cleared);
      return NHI_EXIT_DONE;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "cleared");
  json_builder_add_int_value (builder, unlocking.cleared);
  json_builder_end_object (builder);
  nhi_command_print_json (builder);
  return NHI_EXIT_DONE;
}

static NhiExit
run (NhiCommandContext *context, int argc, char **argv)
{
  g_autoptr (NhiDb) db = NULL;
  NhiExit code;

  if (!nhi_command_parse (context, &nhi_command_user, NULL, &argc, &argv, &code))
    return code;
  if (argc != 3 || !g_str_equal (argv[1], "unlock"))
    return nhi_command_refuse (context, NHI_EXIT_USAGE, "write “user unlock ID_NUMBER”");
  db = nhi_command_open (context, TRUE, &code);
  return db != NULL ? unlock (context, db, argv[2]) : code;
}

const NhiCommand nhi_command_user = {
  .name = "user",
  .arguments = "unlock ID_NUMBER",
  .summary = "let a person in again who was told to wait",
  .description = "Forgets the failures that were counted for this person, from every network.",
  .run = run,
};
