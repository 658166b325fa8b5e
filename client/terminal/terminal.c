/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finds the command on the command line, gives it its options, ends with its exit code. */
#include "client/terminal/terminal-private.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

#define DEFAULT_SERVICE "https://localhost:8443"

const NhiCommand NHI_COMMANDS[] = {
  { "check", "", N_ ("check whether this computer is ready"), nhi_command_check },
  { "card", "", N_ ("read the NHI card in the reader"), nhi_command_card },
  { "register", "", N_ ("register the person whose card is in the reader"), nhi_command_register },
  { "sign-in", "", N_ ("sign in with card and password"), nhi_command_sign_in },
  { "sign-out", "", N_ ("sign out"), nhi_command_sign_out },
  { "health-bank", N_ ("COMMAND"), N_ ("apply for, download and open health bank records"),
    nhi_command_health_bank },
  { NULL },
};

static const char *const OPTIONS_WITH_VALUE[] = { "--service-uri", "--ca-file", NULL };

static const NhiCommand *
find_command (const NhiCommand *commands, const char *name)
{
  for (; commands->name != NULL; commands++)
    if (g_str_equal (commands->name, name))
      return commands;
  return NULL;
}

/* Index of the first word that is no option, or argc. */
static int
first_word (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      if (g_strv_contains (OPTIONS_WITH_VALUE, argv[i]))
        i++;
      else if (argv[i][0] != '-')
        return i;
    }
  return argc;
}

static gboolean
asks_for (const char *argument, const char *option, const char *letter)
{
  return g_str_equal (argument, option) || g_strcmp0 (argument, letter) == 0;
}

/* The window opens packages, also ones that are gone since: it says so. A bare word that is neither
 * file nor command is a command mistyped. */
static gboolean
may_be_a_file (const char *word)
{
  return strpbrk (word, "/.:") != NULL || g_file_test (word, G_FILE_TEST_EXISTS);
}

gboolean
nhi_terminal_wants (int argc, char **argv)
{
  int word = first_word (argc, argv);

  if (word < argc)
    return find_command (NHI_COMMANDS, argv[word]) != NULL || !may_be_a_file (argv[word]);
  for (int i = 1; i < argc; i++)
    if (asks_for (argv[i], "--help", "-h") || asks_for (argv[i], "--version", NULL))
      return TRUE;
  return FALSE;
}

static void
print_commands (const NhiCommand *commands)
{
  for (; commands->name != NULL; commands++)
    {
      g_autofree char *words =
          g_strconcat (commands->name, *commands->arguments != '\0' ? " " : "",
                       *commands->arguments != '\0' ? _ (commands->arguments) : "", NULL);
      const char *cells[] = { "", words, _ (commands->summary) };
      const guint widths[] = { 1, 22, 0 };

      nhi_print_columns (cells, widths, G_N_ELEMENTS (cells));
    }
}

static void
print_help (void)
{
  nhi_print ("%s\n", _ ("Usage: nhicard [COMMAND] [OPTIONS]"));
  nhi_print ("\n%s\n\n", _ ("Without a command the window opens. Commands:"));
  print_commands (NHI_COMMANDS);
  nhi_print ("\n%s\n", _ ("“nhicard COMMAND --help” tells the options of a command. Common ones:"));
  nhi_print ("  --service-uri URI       %s\n",
             _ ("address of the service (or NHICARD_SERVICE_URI)"));
  nhi_print ("  --ca-file FILE          %s\n",
             _ ("one more trusted issuer of certificates (or NHICARD_CA_FILE)"));
  nhi_print ("  --json                  %s\n", _ ("print JSON for programs"));
  nhi_print ("\n%s\n", _ ("Exit codes:"));
  nhi_print ("  0 %s\n  1 %s\n  2 %s\n  3 %s\n  4 %s\n", _ ("done"),
             _ ("a check failed, or what was asked for is not there"),
             _ ("the command line is not understood"), _ ("no reader or no readable NHI card"),
             _ ("the service cannot be reached or is not trusted"));
  nhi_print ("  5 %s\n  6 %s\n  7 %s\n  8 %s\n", _ ("data or password is wrong"),
             _ ("wait and try again"), _ ("signed out: sign in first"),
             _ ("a file cannot be read or written"));
}

static gboolean
note_help (const char *name, const char *value, gpointer data, GError **error)
{
  *(gboolean *)data = TRUE;
  return TRUE;
}

gboolean
nhi_terminal_parse (NhiTerminal *terminal,
                    const char *name,
                    const GOptionEntry *entries,
                    int max_arguments,
                    int *argc,
                    char ***argv,
                    NhiExit *ret_exit)
{
  g_autofree char *title = g_strconcat ("- nhicard ", name, NULL);
  g_autoptr (GOptionContext) context = g_option_context_new (title);
  g_autoptr (GError) error = NULL;
  gboolean help = FALSE;
  const GOptionEntry common[] = {
    { "service-uri", 0, 0, G_OPTION_ARG_STRING, &terminal->service_uri,
      N_ ("address of the service (or NHICARD_SERVICE_URI)"), N_ ("URI") },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &terminal->ca_file,
      N_ ("one more trusted issuer of certificates (or NHICARD_CA_FILE)"), N_ ("FILE") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &terminal->json, N_ ("print JSON for programs"), NULL },
    { "help", 'h', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, note_help, N_ ("show this help"),
      NULL },
    { NULL },
  };
  GOptionGroup *group = g_option_group_new ("nhicard", "", "", &help, NULL);

  if (entries != NULL)
    g_option_group_add_entries (group, entries);
  g_option_group_add_entries (group, common);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_context_set_main_group (context, group);
  g_option_context_set_help_enabled (context, FALSE);

  if (!g_option_context_parse (context, argc, argv, &error))
    {
      *ret_exit = nhi_terminal_fail (terminal, NHI_EXIT_USAGE, "usage", error->message);
      return FALSE;
    }
  if (help)
    {
      g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);

      nhi_print ("%s", text);
      *ret_exit = NHI_EXIT_OK;
      return FALSE;
    }
  if (*argc - 1 > max_arguments)
    {
      g_autofree char *text =
          g_strdup_printf (_ ("“%s” is one word too many."), (*argv)[max_arguments + 1]);

      *ret_exit = nhi_terminal_fail (terminal, NHI_EXIT_USAGE, "usage", text);
      return FALSE;
    }
  return TRUE;
}

NhiRemote *
nhi_terminal_remote (NhiTerminal *terminal)
{
  const char *uri =
      terminal->service_uri != NULL ? terminal->service_uri : g_getenv ("NHICARD_SERVICE_URI");
  const char *ca_file =
      terminal->ca_file != NULL ? terminal->ca_file : g_getenv ("NHICARD_CA_FILE");

  if (terminal->remote == NULL)
    terminal->remote =
        nhi_remote_new (uri != NULL && *uri != '\0' ? uri : DEFAULT_SERVICE, ca_file);
  return terminal->remote;
}

static NhiExit
run_word (NhiTerminal *terminal, const NhiCommand *commands, int argc, char **argv)
{
  const NhiCommand *command = find_command (commands, argv[0]);
  g_autofree char *text = NULL;

  if (command != NULL)
    return command->run (terminal, argc, argv);
  text = g_strdup_printf (_ ("There is no command “%s”. “nhicard --help” lists them."), argv[0]);
  return nhi_terminal_fail (terminal, NHI_EXIT_USAGE, "usage", text);
}

NhiExit
nhi_command_health_bank (NhiTerminal *terminal, int argc, char **argv)
{
  int word = first_word (argc, argv);

  if (word < argc)
    {
      char *name = argv[word];

      /* The command's own word goes to the front, options before it stay behind it. */
      memmove (argv + 1, argv, (gsize)word * sizeof *argv);
      argv[1] = name;
      return run_word (terminal, NHI_HEALTH_BANK_COMMANDS, argc - 1, argv + 1);
    }

  nhi_print ("%s\n\n", _ ("Usage: nhicard health-bank COMMAND [OPTIONS]"));
  print_commands (NHI_HEALTH_BANK_COMMANDS);
  return argc > 1 && asks_for (argv[1], "--help", "-h") ? NHI_EXIT_OK : NHI_EXIT_USAGE;
}

static void
set_up_language (void)
{
  const char *folder = g_getenv ("NHICARD_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, folder != NULL ? folder : NHI_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

static int
run_command (NhiTerminal *terminal, int argc, char **argv)
{
  int word = first_word (argc, argv);
  g_autofree char **words = NULL;
  int n = 0;

  if (word >= argc || g_str_equal (argv[word], "help"))
    {
      if (word < argc || !g_strv_contains ((const char *const *)argv, "--version"))
        print_help ();
      else
        nhi_print ("nhicard %s\n", NHI_VERSION);
      return NHI_EXIT_OK;
    }

  /* The command first, all else after it: options may stand on either side. */
  words = g_new0 (char *, (gsize)argc + 1);
  words[n++] = argv[word];
  for (int i = 1; i < argc; i++)
    if (i != word)
      words[n++] = argv[i];
  return run_word (terminal, NHI_COMMANDS, n, words);
}

int
nhi_terminal_run (int argc, char **argv)
{
  NhiTerminal terminal = { 0 };
  int code;

  set_up_language ();
  code = run_command (&terminal, argc, argv);
  g_clear_object (&terminal.remote);
  g_free (terminal.service_uri);
  g_free (terminal.ca_file);
  return code;
}
