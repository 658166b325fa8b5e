/* SPDX-License-Identifier: GPL-3.0-or-later
 * A thread that accepts, and one for each direction of each connection. */
#include "service/store/test-cutter.h"

#include <libpq-fe.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "service/store/test-database.h"

#define PORT "5432"
#define READ_ONLY "default_transaction_read_only"

struct _TestCutter
{
  char *folder;
  char *uri;
  char *upstream; /* path of the server's socket */
  int listener;
  GThread *thread;
  GMutex mutex;
  TestCut cut;
  guint left; /* messages until the cut */
  gboolean done;
  const char *state;
  guint refusals;
  gboolean read_only;
  GPtrArray *links; /* of Link */
};

typedef struct
{
  TestCutter *cutter;
  int client, server;
  GThread *up, *down;
  gint pending; /* TestCut, atomic: what is to happen to the server's next message */
} Link;

static void
hang_up (Link *self)
{
  shutdown (self->client, SHUT_RDWR);
  shutdown (self->server, SHUT_RDWR);
}

static gboolean
read_all (int fd, guint8 *data, gsize length)
{
  for (gsize at = 0; at < length;)
    {
      gssize got = read (fd, data + at, length - at);

      if (got <= 0)
        return FALSE;
      at += (gsize)got;
    }
  return TRUE;
}

static gboolean
write_all (int fd, const guint8 *data, gsize length)
{
  for (gsize at = 0; at < length;)
    {
      gssize sent = send (fd, data + at, length - at, MSG_NOSIGNAL);

      if (sent <= 0)
        return FALSE;
      at += (gsize)sent;
    }
  return TRUE;
}

/* One message; the first of a client has no letter. */
static GByteArray *
read_message (int fd, gboolean has_letter)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  gsize head = has_letter ? 5 : 4;
  guint32 length;

  g_byte_array_set_size (message, (guint)head);
  if (!read_all (fd, message->data, head))
    return NULL;
  memcpy (&length, message->data + head - 4, sizeof length);
  g_byte_array_set_size (message, (guint)(head - 4 + GUINT32_FROM_BE (length)));
  if (!read_all (fd, message->data + head, message->len - head))
    return NULL;
  return g_steal_pointer (&message);
}

static void
put_length (GByteArray *message)
{
  guint32 length = GUINT32_TO_BE (message->len - 1);

  memcpy (message->data + 1, &length, sizeof length);
}

static void
refuse (Link *self)
{
  g_autoptr (GByteArray) error = g_byte_array_new ();
  const char *fields[] = { "SFATAL", "VFATAL", "Mas the test wants it", NULL };
  g_autofree char *code = g_strconcat ("C", self->cutter->state, NULL);

  g_byte_array_append (error, (const guint8 *)"E\0\0\0", 5);
  for (gsize i = 0; fields[i] != NULL; i++)
    g_byte_array_append (error, (const guint8 *)fields[i], (guint)strlen (fields[i]) + 1);
  g_byte_array_append (error, (const guint8 *)code, (guint)strlen (code) + 1);
  g_byte_array_append (error, (const guint8 *)"", 1);
  put_length (error);
  write_all (self->client, error->data, error->len);
}

static TestCut
count_message (TestCutter *self)
{
  TestCut cut = TEST_CUT_NEVER;

  g_mutex_lock (&self->mutex);
  if (self->left > 0 && --self->left == 0)
    {
      cut = self->cut;
      self->done = TRUE;
    }
  g_mutex_unlock (&self->mutex);
  return cut;
}

static gpointer
from_client (gpointer data)
{
  Link *self = data;
  GByteArray *message;

  for (gboolean first = TRUE; (message = read_message (self->client, !first)) != NULL;
       first = FALSE)
    {
      TestCut cut = count_message (self->cutter);

      if (cut != TEST_CUT_NEVER)
        g_atomic_int_set (&self->pending, cut);
      if (cut == TEST_CUT_BEFORE || !write_all (self->server, message->data, message->len))
        hang_up (self);
      g_byte_array_unref (message);
    }
  hang_up (self);
  return NULL;
}

static void
claim_read_only (GByteArray *message)
{
  static const char lie[] = READ_ONLY "\0on";

  if (message->data[0] != 'S' || strcmp ((const char *)message->data + 5, READ_ONLY) != 0)
    return;
  g_byte_array_set_size (message, 5);
  g_byte_array_append (message, (const guint8 *)lie, sizeof lie);
  put_length (message);
}

static gpointer
from_server (gpointer data)
{
  Link *self = data;
  GByteArray *message;

  while ((message = read_message (self->server, TRUE)) != NULL)
    {
      TestCut pending = (TestCut)g_atomic_int_get (&self->pending);

      if (self->cutter->read_only)
        claim_read_only (message);
      if (pending == TEST_CUT_WITHIN)
        write_all (self->client, message->data, message->len / 2);
      if (pending == TEST_CUT_WITHIN || pending == TEST_CUT_AFTER)
        hang_up (self);
      else if (pending != TEST_CUT_SILENT && !write_all (self->client, message->data, message->len))
        hang_up (self);
      g_byte_array_unref (message);
    }
  hang_up (self);
  return NULL;
}

static gboolean
is_refused (TestCutter *self)
{
  gboolean refused;

  g_mutex_lock (&self->mutex);
  refused = self->refusals > 0;
  if (refused)
    self->refusals--;
  g_mutex_unlock (&self->mutex);
  return refused;
}

static int
open_socket (const char *path, int (*use) (int, const struct sockaddr *, socklen_t))
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                   sizeof address.sun_path);
  if (use (fd, (const struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static int
connect_to (int fd, const struct sockaddr *address, socklen_t length)
{
  return connect (fd, address, length);
}

static int
listen_at (int fd, const struct sockaddr *address, socklen_t length)
{
  return bind (fd, address, length) == 0 ? listen (fd, 64) : -1;
}

static void
begin_link (TestCutter *self, int client)
{
  Link *link = g_new0 (Link, 1);

  link->cutter = self;
  link->client = client;
  link->server = -1;
  g_ptr_array_add (self->links, link);
  if (is_refused (self))
    {
      g_byte_array_unref (read_message (client, FALSE));
      refuse (link);
      hang_up (link);
      return;
    }
  link->server = open_socket (self->upstream, connect_to);
  link->up = g_thread_new ("from-client", from_client, link);
  link->down = g_thread_new ("from-server", from_server, link);
}

static gpointer
accept_all (gpointer data)
{
  TestCutter *self = data;
  int client;

  while ((client = accept4 (self->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    begin_link (self, client);
  return NULL;
}

static void
link_free (gpointer data)
{
  Link *self = data;

  hang_up (self);
  if (self->up != NULL)
    {
      g_thread_join (self->up);
      g_thread_join (self->down);
    }
  close (self->client);
  if (self->server >= 0)
    close (self->server);
  g_free (self);
}

static char *
value_of (const PQconninfoOption *options, const char *keyword)
{
  for (; options->keyword != NULL; options++)
    if (strcmp (options->keyword, keyword) == 0)
      return g_strdup (options->val);
  return NULL;
}

TestCutter *
test_cutter_new (const char *uri)
{
  TestCutter *self = g_new0 (TestCutter, 1);
  PQconninfoOption *options = PQconninfoParse (uri, NULL);
  g_autofree char *host = value_of (options, "host"), *port = value_of (options, "port");
  g_autofree char *name = value_of (options, "dbname"), *user = value_of (options, "user");
  g_autofree char *path = NULL;

  PQconninfoFree (options);
  self->folder = test_folder_new ();
  self->upstream = g_strdup_printf ("%s/.s.PGSQL.%s", host, port != NULL ? port : PORT);
  self->uri = g_strdup_printf ("postgresql:///%s?host=%s&port=" PORT "&user=%s&sslmode=disable"
                               "&gssencmode=disable",
                               name, self->folder, user);
  path = g_build_filename (self->folder, ".s.PGSQL." PORT, NULL);
  self->listener = open_socket (path, listen_at);
  g_assert_cmpint (self->listener, >=, 0);
  g_mutex_init (&self->mutex);
  self->links = g_ptr_array_new_with_free_func (link_free);
  self->thread = g_thread_new ("cutter", accept_all, self);
  return self;
}

void
test_cutter_free (TestCutter *self)
{
  shutdown (self->listener, SHUT_RDWR);
  g_thread_join (self->thread);
  close (self->listener);
  g_ptr_array_unref (self->links);
  test_folder_remove (self->folder);
  g_mutex_clear (&self->mutex);
  g_free (self->uri);
  g_free (self->upstream);
  g_free (self);
}

char *
test_cutter_uri (TestCutter *self)
{
  return g_strdup (self->uri);
}

void
test_cutter_cut (TestCutter *self, TestCut cut, guint nth)
{
  g_mutex_lock (&self->mutex);
  self->cut = cut;
  self->left = nth;
  self->done = FALSE;
  g_mutex_unlock (&self->mutex);
}

gboolean
test_cutter_is_done (TestCutter *self)
{
  gboolean done;

  g_mutex_lock (&self->mutex);
  done = self->done;
  g_mutex_unlock (&self->mutex);
  return done;
}

void
test_cutter_refuse (TestCutter *self, const char *state, guint times)
{
  g_mutex_lock (&self->mutex);
  self->state = state;
  self->refusals = times;
  g_mutex_unlock (&self->mutex);
}

void
test_cutter_claim_read_only (TestCutter *self)
{
  self->read_only = TRUE;
}
