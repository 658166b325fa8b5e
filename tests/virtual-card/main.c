/* SPDX-License-Identifier: GPL-3.0-or-later
 * virtual-card: an NHI card made of software, put into vpcd's virtual reader. */
#include "tests/virtual-card/control.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <locale.h>

#define VPCD_PORT 35963

typedef struct
{
  char *host;
  int port;
  char *people;
  char *persona;
  char *control;
  char **orders; /* more lines for control_run() */
  gboolean removed;
  gboolean standard_input;
  gboolean trace;
} Options;

static Options options = { .port = VPCD_PORT };

/* "--mute" is the order "mute on", "--delay 40" is "delay 40": one list of abilities for all ways
 * in. */
static gboolean
add_order (const char *name, const char *value, gpointer data, GError **error)
{
  GStrvBuilder *orders = data;
  g_autofree char *order = g_strdup_printf ("%s %s", name + 2, value ? value : "on");

  g_strv_builder_add (orders, order);
  return TRUE;
}

static const GOptionEntry plain_entries[] = {
  { "host", 0, 0, G_OPTION_ARG_STRING, &options.host, "address of vpcd (127.0.0.1)", "ADDRESS" },
  { "port", 0, 0, G_OPTION_ARG_INT, &options.port, "port of vpcd (35963)", "PORT" },
  { "people", 0, 0, G_OPTION_ARG_FILENAME, &options.people, "table of personas", "FILE" },
  { "persona", 0, 0, G_OPTION_ARG_STRING, &options.persona, "whose card", "NAME" },
  { "control", 0, 0, G_OPTION_ARG_FILENAME, &options.control, "Unix socket for orders", "PATH" },
  { "removed", 0, 0, G_OPTION_ARG_NONE, &options.removed, "begin outside the reader", NULL },
  { "stdin", 0, 0, G_OPTION_ARG_NONE, &options.standard_input, "take orders from standard input",
    NULL },
  { "trace", 0, 0, G_OPTION_ARG_NONE, &options.trace, "print each event", NULL },
  G_OPTION_ENTRY_NULL,
};

static const GOptionEntry order_entries[] = {
  { "kind", 0, 0, G_OPTION_ARG_CALLBACK, add_order, "nhi, health-professional, certificate",
    "KIND" },
  { "mute", 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, add_order, "send no ATR", NULL },
  { "new-generation", 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, add_order,
    "refuse SELECT, answer READ", NULL },
  { "status-word", 0, 0, G_OPTION_ARG_CALLBACK, add_order, "answer every command with it", "HEX" },
  { "pull-after", 0, 0, G_OPTION_ARG_CALLBACK, add_order, "leave after the N-th command", "N" },
  { "delay", 0, 0, G_OPTION_ARG_CALLBACK, add_order, "wait before each answer", "MILLISECONDS" },
  { "garbage", 0, 0, G_OPTION_ARG_CALLBACK, add_order, "answer random bytes", "SEED" },
  G_OPTION_ENTRY_NULL,
};

static gboolean
parse_options (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("— a virtual NHI card for vpcd");
  g_autoptr (GStrvBuilder) orders = g_strv_builder_new ();
  GOptionGroup *group =
      g_option_group_new ("card", "What the card does:", "Show what the card can do", orders, NULL);

  g_option_group_add_entries (group, order_entries);
  g_option_context_add_main_entries (context, plain_entries, NULL);
  g_option_context_add_group (context, group);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options.port <= 0 || options.port > G_MAXUINT16)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%d is not a port.",
                   options.port);
      return FALSE;
    }
  options.orders = g_strv_builder_end (orders);
  return TRUE;
}

/* The table beside the sources when the tests run, the installed one otherwise. */
static char *
default_people (void)
{
  const char *root = g_getenv ("NHI_SOURCE_ROOT");

  if (root)
    return g_build_filename (root, "data", "demo-people", "personas.tsv", NULL);
  return g_build_filename (NHI_PKGDATADIR, "demo-people", "personas.tsv", NULL);
}

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
obey_options (Control *control, GError **error)
{
  if (options.persona)
    {
      g_autofree char *order = g_strdup_printf ("persona %s", options.persona);
      if (!control_run (control, order, error))
        return FALSE;
    }
  for (guint i = 0; options.orders[i]; i++)
    if (!control_run (control, options.orders[i], error))
      return FALSE;
  return options.removed || control_run (control, "insert", error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSocketService) service = NULL;
  g_autoptr (Link) link = NULL;
  VirtualCard card = { 0 };
  Control control = { .card = &card, .loop = loop };

  setlocale (LC_ALL, "");
  if (!parse_options (&argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  link = link_new (options.host ? options.host : "127.0.0.1", options.port, &card, options.trace);
  control.link = link;
  control.people = options.people ? options.people : default_people ();
  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  if (!obey_options (&control, &error) ||
      (options.control && !(service = control_listen (&control, options.control, &error))))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (options.standard_input)
    control_watch_standard_input (&control);
  g_main_loop_run (loop);
  link_remove (link);
  virtual_card_clear (&card);
  return 0;
}
