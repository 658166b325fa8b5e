/* SPDX-License-Identifier: GPL-3.0-or-later
 * Speaks the protocol of vsmartcard's vpcd as the card's side of it. */
#include "tests/virtual-card/link.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>

#define RETRY_MILLISECONDS 50

enum
{
  CONTROL_OFF = 0,
  CONTROL_ON = 1,
  CONTROL_RESET = 2,
  CONTROL_ATR = 4,
};

struct _Link
{
  char *host;
  guint16 port;
  VirtualCard *card;
  gboolean trace;
  guint delay;
  gboolean inserted;
  GSocket *socket;
  GByteArray *input;
  guint input_source;
  guint timer_source; /* a retry, or an answer that waits */
};

static void
link_close (Link *self);
static void
link_connect (Link *self);

void
link_trace (Link *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (!self->trace)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("%.6f %s\n", g_get_monotonic_time () / 1e6, text);
  fflush (stdout);
}

/* The kernel forgets this option by itself; without it every command costs a delayed
 * acknowledgement of 40 ms. */
static void
acknowledge_at_once (Link *self)
{
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_QUICKACK, 1, NULL);
}

static gboolean
on_retry (gpointer data)
{
  Link *self = data;

  self->timer_source = 0;
  link_connect (self);
  return G_SOURCE_REMOVE;
}

/* The reader has gone away (pcscd ended or reset the line); a card that is in stays in. */
static void
link_lost (Link *self)
{
  link_close (self);
  if (self->inserted)
    self->timer_source = g_timeout_add (RETRY_MILLISECONDS, on_retry, self);
}

static gboolean
send_message (Link *self, GBytes *message)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (message, &length);
  g_autofree guint8 *frame = g_malloc (length + 2);
  gsize sent = 0;

  frame[0] = length >> 8;
  frame[1] = length & 0xFF;
  if (length > 0)
    memcpy (frame + 2, data, length);
  while (sent < length + 2)
    {
      gssize n = g_socket_send (self->socket, (char *)frame + sent, length + 2 - sent, NULL, NULL);
      if (n <= 0)
        return FALSE;
      sent += n;
    }
  return TRUE;
}

static char *
to_hex (const guint8 *data, gsize length)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02X", data[i]);
  return g_string_free (text, FALSE);
}

static void
answer_command (Link *self, const guint8 *command, gsize length)
{
  g_autoptr (GBytes) answer = virtual_card_answer (self->card, command, length);
  g_autofree char *asked = to_hex (command, length);
  g_autofree char *said = to_hex (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));

  link_trace (self, "command %u %s -> %s", self->card->commands, asked, said);
  if (!send_message (self, answer))
    {
      link_lost (self);
      return;
    }
  if (virtual_card_leaves_now (self->card))
    link_remove (self);
}

static void
answer_control (Link *self, guint8 control)
{
  switch (control)
    {
    case CONTROL_ATR:
      {
        g_autoptr (GBytes) atr = virtual_card_atr (self->card);
        link_trace (self, "atr %" G_GSIZE_FORMAT, g_bytes_get_size (atr));
        if (!send_message (self, atr))
          link_lost (self);
        break;
      }
    case CONTROL_ON:
    case CONTROL_RESET:
    case CONTROL_OFF:
      self->card->powered = control != CONTROL_OFF;
      link_trace (self, "power %u", control);
      break;
    default:
      link_trace (self, "control %u ignored", control);
      break;
    }
}

/* The first whole message of the input, or NULL while it is not all there. */
static GBytes *
take_message (Link *self)
{
  g_autoptr (GBytes) message = NULL;
  gsize length;

  if (self->input->len < 2)
    return NULL;
  length = self->input->data[0] << 8 | self->input->data[1];
  if (self->input->len < length + 2)
    return NULL;
  message = g_bytes_new (self->input->data + 2, length);
  g_byte_array_remove_range (self->input, 0, length + 2);
  return g_steal_pointer (&message);
}

static gboolean
on_delayed (gpointer data);

static void
answer_input (Link *self, gboolean delay_is_over)
{
  while (self->socket && !self->timer_source)
    {
      g_autoptr (GBytes) message = NULL;
      gboolean is_control;

      if (self->input->len < 2)
        return;
      is_control = (self->input->data[0] << 8 | self->input->data[1]) == 1;
      if (self->delay > 0 && !is_control && !delay_is_over)
        {
          self->timer_source = g_timeout_add (self->delay, on_delayed, self);
          return;
        }
      message = take_message (self);
      if (!message)
        return;
      delay_is_over = FALSE;
      if (is_control)
        answer_control (self, *(const guint8 *)g_bytes_get_data (message, NULL));
      else
        answer_command (self, g_bytes_get_data (message, NULL), g_bytes_get_size (message));
    }
}

static gboolean
on_delayed (gpointer data)
{
  Link *self = data;

  self->timer_source = 0;
  answer_input (self, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  Link *self = data;
  guint8 buffer[4096];
  gssize n;

  acknowledge_at_once (self);
  n = g_socket_receive (socket, (char *)buffer, sizeof buffer, NULL, NULL);
  if (n <= 0)
    {
      self->input_source = 0;
      link_lost (self);
      return G_SOURCE_REMOVE;
    }
  acknowledge_at_once (self);
  g_byte_array_append (self->input, buffer, n);
  answer_input (self, FALSE);
  return self->input_source != 0;
}

static void
link_connect (Link *self)
{
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (self->host, self->port);
  g_autoptr (GSource) source = NULL;

  if (!socket || !address || !g_socket_connect (socket, address, NULL, NULL))
    {
      self->timer_source = g_timeout_add (RETRY_MILLISECONDS, on_retry, self);
      return;
    }
  self->socket = g_steal_pointer (&socket);
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  acknowledge_at_once (self);
  source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), self, NULL);
  self->input_source = g_source_attach (source, NULL);
  self->card->commands = 0;
  self->card->powered = FALSE;
  link_trace (self, "inserted");
}

static void
link_close (Link *self)
{
  g_clear_handle_id (&self->input_source, g_source_remove);
  g_clear_handle_id (&self->timer_source, g_source_remove);
  g_byte_array_set_size (self->input, 0);
  if (self->socket)
    {
      g_socket_close (self->socket, NULL);
      g_clear_object (&self->socket);
      link_trace (self, "removed");
    }
}

void
link_insert (Link *self)
{
  if (self->inserted)
    return;
  self->inserted = TRUE;
  link_connect (self);
}

void
link_remove (Link *self)
{
  self->inserted = FALSE;
  link_close (self);
}

gboolean
link_is_inserted (Link *self)
{
  return self->inserted;
}

void
link_set_delay (Link *self, guint delay)
{
  self->delay = delay;
}

Link *
link_new (const char *host, guint16 port, VirtualCard *card, gboolean trace)
{
  Link *self = g_new0 (Link, 1);

  self->host = g_strdup (host);
  self->port = port;
  self->card = card;
  self->trace = trace;
  self->input = g_byte_array_new ();
  return self;
}

void
link_free (Link *self)
{
  link_remove (self);
  g_byte_array_unref (self->input);
  g_free (self->host);
  g_free (self);
}
