/* SPDX-License-Identifier: GPL-3.0-or-later
 * The commands of the virtual card and the two ways in which they come. */
#include "tests/virtual-card/control.h"

#include "tests/virtual-card/persona.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdio.h>

typedef gboolean (*Command) (Control *control, const char *argument, GError **error);

static gboolean
wrong (GError **error, const char *argument, const char *wanted)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "“%s” is not %s.", argument, wanted);
  return FALSE;
}

static gboolean
parse_number (const char *argument, guint base, guint64 maximum, guint64 *number)
{
  return g_ascii_string_to_unsigned (argument, base, 0, maximum, number, NULL);
}

static gboolean
parse_switch (const char *argument, gboolean *value, GError **error)
{
  if (!g_str_equal (argument, "on") && !g_str_equal (argument, "off"))
    return wrong (error, argument, "on or off");
  *value = g_str_equal (argument, "on");
  return TRUE;
}

static gboolean
run_insert (Control *control, const char *argument, GError **error)
{
  link_insert (control->link);
  return TRUE;
}

static gboolean
run_remove (Control *control, const char *argument, GError **error)
{
  link_remove (control->link);
  return TRUE;
}

static gboolean
run_persona (Control *control, const char *argument, GError **error)
{
  return persona_load (control->people, argument, control->card, error);
}

static gboolean
run_kind (Control *control, const char *argument, GError **error)
{
  if (!virtual_card_kind_from_name (argument, &control->card->kind))
    return wrong (error, argument, "nhi, health-professional or certificate");
  return TRUE;
}

static gboolean
run_mute (Control *control, const char *argument, GError **error)
{
  return parse_switch (argument, &control->card->mute, error);
}

static gboolean
run_new_generation (Control *control, const char *argument, GError **error)
{
  return parse_switch (argument, &control->card->new_generation, error);
}

static gboolean
run_status_word (Control *control, const char *argument, GError **error)
{
  guint64 word = 0;

  if (!g_str_equal (argument, "none") && !parse_number (argument, 16, 0xFFFF, &word))
    return wrong (error, argument, "a status word of four hexadecimal digits, or none");
  control->card->status_word = word;
  return TRUE;
}

static gboolean
run_pull_after (Control *control, const char *argument, GError **error)
{
  guint64 number;

  if (!parse_number (argument, 10, G_MAXUINT, &number))
    return wrong (error, argument, "a number of commands");
  control->card->pull_after = number;
  return TRUE;
}

static gboolean
run_delay (Control *control, const char *argument, GError **error)
{
  guint64 milliseconds;

  if (!parse_number (argument, 10, 600000, &milliseconds))
    return wrong (error, argument, "a number of milliseconds up to 600000");
  link_set_delay (control->link, milliseconds);
  return TRUE;
}

static gboolean
run_garbage (Control *control, const char *argument, GError **error)
{
  guint64 seed;

  if (!g_str_equal (argument, "none") && !parse_number (argument, 10, G_MAXUINT32, &seed))
    return wrong (error, argument, "a seed, or none");
  g_clear_pointer (&control->card->garbage, g_rand_free);
  if (!g_str_equal (argument, "none"))
    control->card->garbage = g_rand_new_with_seed (seed);
  return TRUE;
}

static gboolean
run_healthy (Control *control, const char *argument, GError **error)
{
  VirtualCard *card = control->card;

  card->mute = FALSE;
  card->new_generation = FALSE;
  card->status_word = 0;
  card->pull_after = 0;
  card->kind = VIRTUAL_CARD_NHI;
  g_clear_pointer (&card->garbage, g_rand_free);
  link_set_delay (control->link, 0);
  return TRUE;
}

static gboolean
run_quit (Control *control, const char *argument, GError **error)
{
  g_main_loop_quit (control->loop);
  return TRUE;
}

gboolean
control_run (Control *control, const char *line, GError **error)
{
  static const struct
  {
    const char *name;
    Command run;
    gboolean has_argument;
  } commands[] = {
    { "insert", run_insert, FALSE },
    { "remove", run_remove, FALSE },
    { "persona", run_persona, TRUE },
    { "kind", run_kind, TRUE },
    { "mute", run_mute, TRUE },
    { "new-generation", run_new_generation, TRUE },
    { "status-word", run_status_word, TRUE },
    { "pull-after", run_pull_after, TRUE },
    { "delay", run_delay, TRUE },
    { "garbage", run_garbage, TRUE },
    { "healthy", run_healthy, FALSE },
    { "quit", run_quit, FALSE },
  };
  g_autofree char *copy = g_strdup (line);
  g_auto (GStrv) words = g_strsplit (g_strstrip (copy), " ", 2);

  for (guint i = 0; words[0] && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, words[0]))
      {
        if (commands[i].has_argument != (words[1] != NULL))
          return wrong (error, line, commands[i].has_argument ? "complete" : "a word alone");
        return commands[i].run (control, words[1], error);
      }
  return wrong (error, line, "a command");
}

typedef struct
{
  Control *control;
  GIOStream *connection; /* NULL for standard input */
} Conversation;

static void
read_next (GDataInputStream *lines, Conversation *conversation);

static void
conversation_free (Conversation *conversation)
{
  g_clear_object (&conversation->connection);
  g_free (conversation);
}

/* Answers when the order is done: who hears "ok" knows it. */
static void
answer_line (Conversation *conversation, const char *line)
{
  g_autoptr (GError) error = NULL;
  gboolean done = control_run (conversation->control, line, &error);
  g_autofree char *answer =
      done ? g_strdup ("ok\n") : g_strdup_printf ("error: %s\n", error->message);

  if (conversation->connection)
    g_output_stream_write_all (g_io_stream_get_output_stream (conversation->connection), answer,
                               strlen (answer), NULL, NULL, NULL);
  else if (!done)
    g_printerr ("%s", answer);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  Conversation *conversation = data;
  GDataInputStream *lines = G_DATA_INPUT_STREAM (source);
  g_autofree char *line = g_data_input_stream_read_line_finish (lines, result, NULL, NULL);

  if (!line)
    {
      conversation_free (conversation);
      return;
    }
  answer_line (conversation, line);
  read_next (lines, conversation);
}

static void
read_next (GDataInputStream *lines, Conversation *conversation)
{
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, on_line, conversation);
}

static void
converse (Control *control, GInputStream *input, GIOStream *connection)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  Conversation *conversation = g_new0 (Conversation, 1);

  conversation->control = control;
  if (connection)
    conversation->connection = g_object_ref (connection);
  read_next (lines, conversation);
}

void
control_watch_standard_input (Control *control)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);

  converse (control, input, NULL);
}

static gboolean
serve (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  converse (data, g_io_stream_get_input_stream (G_IO_STREAM (connection)),
            G_IO_STREAM (connection));
  return TRUE;
}

GSocketService *
control_listen (Control *control, const char *path, GError **error)
{
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);

  if (g_unlink (path) != 0 && errno != ENOENT)
    g_printerr ("%s is in the way: %s\n", path, g_strerror (errno));
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, error))
    return NULL;
  g_signal_connect (service, "incoming", G_CALLBACK (serve), control);
  return g_steal_pointer (&service);
}
