/* SPDX-License-Identifier: GPL-3.0-or-later
 * nhicardctl, the operator's tool: finds the command and lets it run. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/command.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>

#define USAGE_WIDTH 34

static const NhiCommand *const commands[] = {
  &nhi_command_migrate,       &nhi_command_backup, &nhi_command_restore, &nhi_command_demo_data,
  &nhi_command_copy_database, &nhi_command_jobs,   &nhi_command_user,
};

static void
print_help (void)
{
  g_print ("nhicardctl %s – the operator's tool of the NHI card services\n\n"
           "Usage: nhicardctl COMMAND [OPTION…]\n\nCommands:\n",
           NHI_VERSION);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *usage = NULL;

      usage = g_strdup_printf ("%s %s", commands[i]->name, commands[i]->arguments);
      g_print ("  %s%*s %s\n", usage, (int)MAX (USAGE_WIDTH - g_utf8_strlen (usage, -1), 0), "",
               commands[i]->summary);
    }
  g_print (
      "\nnhicardctl COMMAND --help tells a command's options.\n\n"
      "Exit codes: 0 done; 1 not possible (the message says why); 2 called wrongly;\n"
      "3 the database cannot be used; 4 its schema is not this program's (nhicardctl migrate).\n");
}

static const NhiCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name, name))
      return commands[i];
  return NULL;
}

/* What could not be told, on a full disk for example, must not look like done. */
static NhiExit
end_output (NhiExit code)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return code;
  g_printerr ("nhicardctl: the answer could not be written: %s\n", g_strerror (errno));
  return code != NHI_EXIT_DONE ? code : NHI_EXIT_FAILED;
}

int
main (int argc, char **argv)
{
  NhiCommandContext context = { NULL };
  const NhiCommand *command;
  NhiExit code;

  setlocale (LC_ALL, "");
  g_set_prgname ("nhicardctl");
  if (argc >= 2 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
                    g_str_equal (argv[1], "help")))
    {
      print_help ();
      return NHI_EXIT_DONE;
    }
  if (argc >= 2 && g_str_equal (argv[1], "--version"))
    {
      g_print ("nhicardctl %s\n", NHI_VERSION);
      return NHI_EXIT_DONE;
    }
  command = argc >= 2 ? find_command (argv[1]) : NULL;
  if (command == NULL)
    {
      g_printerr ("nhicardctl: %s\n",
                  argc >= 2 ? "there is no such command" : "a command is missing");
      print_help ();
      return NHI_EXIT_USAGE;
    }
  code = command->run (&context, argc - 1, argv + 1);
  g_free (context.database);
  g_free (context.config);
  g_free (context.mail);
  g_free (context.mail_from);
  return end_output (code);
}
