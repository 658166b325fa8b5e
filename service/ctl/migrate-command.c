/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardctl migrate: brings the schema to what this program needs. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"

static void
tell (const NhiCommandContext *context, guint from, guint to)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!context->json && from == to)
    g_print ("The schema is at version %u already.\n", to);
  if (!context->json && from != to)
    g_print ("The schema went from version %u to %u.\n", from, to);
  if (!context->json)
    return;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "from");
  json_builder_add_int_value (builder, from);
  json_builder_set_member_name (builder, "to");
  json_builder_add_int_value (builder, to);
  json_builder_end_object (builder);
  nhi_command_print_json (builder);
}

static NhiExit
run (NhiCommandContext *context, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = NULL;
  guint from, to;
  NhiExit code;

  if (!nhi_command_parse (context, &nhi_command_migrate, NULL, &argc, &argv, &code))
    return code;
  if (argc > 1)
    return nhi_command_refuse (context, NHI_EXIT_USAGE, "migrate takes no “%s”", argv[1]);
  db = nhi_command_open (context, FALSE, &code);
  if (db == NULL)
    return code;
  if (!nhi_db_migrate (db, &from, &to, &error))
    return nhi_command_fail (context, error);
  tell (context, from, to);
  return NHI_EXIT_DONE;
}

const NhiCommand nhi_command_migrate = {
  .name = "migrate",
  .arguments = "[OPTION…]",
  .summary = "bring the database's schema to this program's version",
  .description =
      "Makes the file when there is none (mode 0600). May run on several nodes at once, and again.",
  .run = run,
};
