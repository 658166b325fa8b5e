/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardctl demo-data: invented people, and the list of the named ones. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"
#include "service/ctl/demo-data.h"
#include "service/ctl/demo-people.h"
#include "shared/calendar/roc-date.h"

#include <string.h>
#include <unistd.h>

#define DEFAULT_PEOPLE 1000

typedef struct
{
  gint64 people;
  gint64 seed;
  char *until;
  gboolean people_only;
  gboolean if_empty;
  gboolean personas;
} Options;

static const struct
{
  const char *member;
  guint column;
} persona_members[] = {
  { "key", NHI_PERSONA_KEY },
  { "name", NHI_PERSONA_NAME },
  { "card_name", NHI_PERSONA_CARD_NAME },
  { "id_number", NHI_PERSONA_ID_NUMBER },
  { "card_number", NHI_PERSONA_CARD_NUMBER },
  { "birth_date", NHI_PERSONA_BIRTH_DATE },
  { "sex", NHI_PERSONA_SEX },
  { "issued_on", NHI_PERSONA_ISSUED_ON },
  { "household_number", NHI_PERSONA_HOUSEHOLD_NUMBER },
  { "village_code", NHI_PERSONA_VILLAGE_CODE },
  { "neighbourhood", NHI_PERSONA_NEIGHBOURHOOD },
  { "card_state", NHI_PERSONA_CARD_STATE },
  { "password", NHI_PERSONA_PASSWORD },
  { "email", NHI_PERSONA_EMAIL },
  { "phone", NHI_PERSONA_PHONE },
  { "note", NHI_PERSONA_NOTE },
};

static void
print_personas_json (const NhiDemoTable *personas)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint row = 0; row < personas->n_rows; row++)
    {
      json_builder_begin_object (builder);
      for (gsize i = 0; i < G_N_ELEMENTS (persona_members); i++)
        {
          json_builder_set_member_name (builder, persona_members[i].member);
          if (persona_members[i].column == NHI_PERSONA_NEIGHBOURHOOD)
            json_builder_add_int_value (builder, nhi_demo_table_number (personas, row,
                                                                        NHI_PERSONA_NEIGHBOURHOOD));
          else
            json_builder_add_string_value (builder, personas->rows[row][persona_members[i].column]);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  nhi_command_print_json (builder);
}

static NhiExit
list_personas (const NhiCommandContext *context)
{
  NhiDemoTable *personas = nhi_demo_table_load ("personas.tsv");

  if (context->json)
    print_personas_json (personas);
  for (guint i = 0; !context->json && i < personas->n_rows; i++)
    g_print ("%-17s %s  %s  %s  %s\n", personas->rows[i][NHI_PERSONA_KEY],
             personas->rows[i][NHI_PERSONA_ID_NUMBER], personas->rows[i][NHI_PERSONA_CARD_NUMBER],
             personas->rows[i][NHI_PERSONA_NAME], personas->rows[i][NHI_PERSONA_NOTE]);
  nhi_demo_table_free (personas);
  return NHI_EXIT_DONE;
}

static void
show_progress (guint64 people, gpointer data)
{
  g_printerr ("\r%" G_GUINT64_FORMAT " people", people);
}

static void
tell (const NhiCommandContext *context, const NhiDemoResult *result)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!context->json)
    {
      g_print ("%" G_GUINT64_FORMAT " invented people with %" G_GUINT64_FORMAT
               " medical entries.\n",
               result->people, result->entries);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "people");
  json_builder_add_int_value (builder, (gint64)result->people);
  json_builder_set_member_name (builder, "entries");
  json_builder_add_int_value (builder, (gint64)result->entries);
  json_builder_end_object (builder);
  nhi_command_print_json (builder);
}

static NhiExit
fill (NhiCommandContext *context, const Options *options, const GDate *until)
{
  gboolean show = !context->json && isatty (STDERR_FILENO);
  NhiDemoOptions demo = {
    .people = (guint64)options->people,
    .seed = (guint64)options->seed,
    .until = *until,
    .people_only = options->people_only,
    .progress = show ? show_progress : NULL,
  };
  NhiDemoResult result = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiDb) db = NULL;
  NhiExit code;

  db = nhi_command_open_unfinished (context, &code);
  if (db == NULL)
    return code;
  if (!nhi_demo_data_fill (db, &demo, &result, &error) &&
      !(options->if_empty && g_error_matches (error, NHI_DB_ERROR, NHI_DB_ERROR_CONSTRAINT)))
    return nhi_command_fail (context, error);
  if (error != NULL)
    g_printerr ("nhicardctl: there are people already; nothing was added\n");
  if (show)
    g_printerr ("\r");
  tell (context, &result);
  return NHI_EXIT_DONE;
}

static NhiExit
check_and_fill (NhiCommandContext *context, const Options *options)
{
  GDate until;

  if (options->people < 1 || options->people > NHI_DEMO_MAX_PEOPLE)
    return nhi_command_refuse (context, NHI_EXIT_USAGE, "--people must be 1 to %d",
                               NHI_DEMO_MAX_PEOPLE);
  if (options->seed < 0)
    return nhi_command_refuse (context, NHI_EXIT_USAGE, "--seed must be 0 or more");
  if (!nhi_iso_date_parse (options->until != NULL ? options->until : NHI_DEMO_UNTIL, &until) ||
      g_date_get_year (&until) < 2025 || g_date_get_year (&until) > 2035)
    return nhi_command_refuse (context, NHI_EXIT_USAGE,
                               "--until must be a day of 2025 to 2035, written YYYY-MM-DD");
  return fill (context, options, &until);
}

static NhiExit
run (NhiCommandContext *context, int argc, char **argv)
{
  Options options = { .people = DEFAULT_PEOPLE, .seed = 1 };
  const GOptionEntry entries[] = {
    { "people", 'n', 0, G_OPTION_ARG_INT64, &options.people,
      "how many, the personas among them (1000)", "N" },
    { "seed", 's', 0, G_OPTION_ARG_INT64, &options.seed, "the same seed gives the same people (1)",
      "S" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &options.until,
      "the last day anything is recorded on (2026-10-31)", "YYYY-MM-DD" },
    { "people-only", 0, 0, G_OPTION_ARG_NONE, &options.people_only,
      "no premiums and no medical entries: for great numbers", NULL },
    { "if-empty", 0, 0, G_OPTION_ARG_NONE, &options.if_empty,
      "do nothing, and succeed, when there are people already", NULL },
    { "persona-list", 0, 0, G_OPTION_ARG_NONE, &options.personas,
      "only list the named personas; needs no database", NULL },
    { NULL },
  };
  NhiExit code;

  if (nhi_command_parse (context, &nhi_command_demo_data, entries, &argc, &argv, &code))
    {
      if (argc > 1)
        code = nhi_command_refuse (context, NHI_EXIT_USAGE, "demo-data takes no “%s”", argv[1]);
      else
        code = options.personas ? list_personas (context) : check_and_fill (context, &options);
    }
  g_free (options.until);
  return code;
}

const NhiCommand nhi_command_demo_data = {
  .name = "demo-data",
  .arguments = "[OPTION…]",
  .summary = "fill an empty database with invented people",
  .description =
      "Twelve named personas are always among them (--persona-list); nobody in it is real. What "
      "was\n"
      "broken off goes on with the same command; until then no service starts on the database.",
  .run = run,
};
