/* SPDX-License-Identifier: GPL-3.0-or-later
 * An accept loop that survives having no descriptor left: one is kept in reserve, so that the queue
 * can always be emptied. */
#define G_LOG_DOMAIN "nhi-edge"

#include "service/edge/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "service/edge/connection.h"
#include "service/http/network.h"

#define BACKLOG 4096
#define ACCEPTS_IN_A_ROW 64
#define BREATH_MS 100 /* between two tries when even the reserve is gone */

typedef struct
{
  NhiListener *listener;
  int fd;
  gboolean owned;
  gboolean local; /* a front on this machine: no TLS, no cap for each network */
  guint watch;
} Door;

struct _NhiListener
{
  NhiEdgeLimits limits;
  NhiListenerHooks hooks;
  NhiConnectionHost host;
  SSL_CTX *tls;
  GPtrArray *doors;
  GHashTable *connections; /* a set; holds a reference of each */
  GHashTable *networks;    /* network -> number of its connections */
  int reserve;
  guint clock;
  guint breath;
  GFunc drained;
  gpointer drained_data;
  guint drained_idle;
};

/* ---- connections ---- */

static void
count_network (NhiListener *self, const char *network, int change)
{
  guint count;

  if (network == NULL)
    return;
  count = GPOINTER_TO_UINT (g_hash_table_lookup (self->networks, network)) + (guint)change;
  if (count == 0)
    g_hash_table_remove (self->networks, network);
  else
    g_hash_table_insert (self->networks, g_strdup (network), GUINT_TO_POINTER (count));
}

/* With a reference of each, because what is done to one may end others. */
static GPtrArray *
all_connections (NhiListener *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_connection_unref);
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    g_ptr_array_add (all, nhi_connection_ref (connection));
  return all;
}

static gboolean
check_deadlines (gpointer data)
{
  NhiListener *self = data;
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GPtrArray) all = all_connections (self);

  for (guint i = 0; i < all->len; i++)
    nhi_connection_check_deadline (all->pdata[i], now);
  return G_SOURCE_CONTINUE;
}

static guint
tick_ms (const NhiEdgeLimits *limits)
{
  guint shortest =
      MIN (MIN (limits->handshake_ms, limits->head_ms), MIN (limits->body_ms, limits->write_ms));

  return CLAMP (MIN (MIN (shortest, limits->idle_ms), limits->linger_ms) / 4, 20, 500);
}

/* The clock runs only while there is somebody to look after. */
static void
run_clock (NhiListener *self)
{
  gboolean needed = g_hash_table_size (self->connections) > 0;

  if (needed && self->clock == 0)
    self->clock = g_timeout_add (tick_ms (&self->limits), check_deadlines, self);
  else if (!needed)
    g_clear_handle_id (&self->clock, g_source_remove);
}

static gboolean
tell_drained (gpointer data)
{
  NhiListener *self = data;

  self->drained_idle = 0;
  self->drained (self, self->drained_data);
  return G_SOURCE_REMOVE;
}

static void
on_closed (NhiConnection *connection, gpointer data)
{
  NhiListener *self = data;

  if (!g_hash_table_contains (self->connections, connection))
    return;
  count_network (self, nhi_connection_get_network (connection), -1);
  g_hash_table_remove (self->connections, connection);
  if (g_hash_table_size (self->connections) > 0)
    return;
  run_clock (self);
  if (self->host.draining && self->drained != NULL && self->drained_idle == 0)
    self->drained_idle = g_idle_add (tell_drained, self);
}

static GSocketAddress *
address_of (int fd, int (*get) (int, struct sockaddr *, socklen_t *))
{
  struct sockaddr_storage storage = { 0 };
  socklen_t length = sizeof storage;

  if (get (fd, (struct sockaddr *)&storage, &length) < 0)
    return NULL;
  return g_socket_address_new_from_native (&storage, length);
}

static gboolean
has_room (NhiListener *self, const char *network)
{
  guint count;

  if (g_hash_table_size (self->connections) >= self->limits.connections)
    return FALSE;
  if (network == NULL || self->limits.connections_per_network == 0)
    return TRUE;
  count = GPOINTER_TO_UINT (g_hash_table_lookup (self->networks, network));
  return count < self->limits.connections_per_network;
}

static void
welcome (NhiListener *self, const Door *door, int fd)
{
  g_autoptr (GSocketAddress) local = address_of (fd, getsockname);
  g_autoptr (GSocketAddress) remote = address_of (fd, getpeername);
  g_autofree char *network = NULL;
  NhiConnection *connection;
  int one = 1;

  if (local == NULL || remote == NULL)
    {
      close (fd);
      return;
    }
  network = door->local ? NULL : nhi_network_of (remote);
  if (!has_room (self, network))
    {
      g_debug ("No room for another connection of %s", network != NULL ? network : "the front");
      close (fd);
      return;
    }
  if (!door->local)
    (void)setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connection =
      nhi_connection_new (&self->host, fd, door->local ? NULL : self->tls, local, remote, network);
  if (connection == NULL)
    return;
  g_hash_table_add (self->connections, connection);
  count_network (self, network, 1);
  run_clock (self);
}

static void
on_established (GIOStream *stream, GSocketAddress *local, GSocketAddress *remote, gpointer data)
{
  NhiListener *self = data;

  self->hooks.established (stream, local, remote, self->hooks.data);
}

static gsize
get_body_limit (const char *method, const char *target, gpointer data)
{
  NhiListener *self = data;

  return self->hooks.body_limit (method, target, self->hooks.body_limit_data);
}

/* ---- accept ---- */

static void watch_doors (NhiListener *self, gboolean open);

static gboolean
breathe_again (gpointer data)
{
  NhiListener *self = data;

  self->breath = 0;
  if (self->reserve < 0)
    self->reserve = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  if (!self->host.draining)
    watch_doors (self, TRUE);
  return G_SOURCE_REMOVE;
}

/* No descriptor is left: with the reserve the one at the door is let in and out again, instead of
 * waiting for ever. Where that does not help (memory is short) the doors rest, because poll would
 * call again at once. */
static gboolean
turn_away (NhiListener *self, int door)
{
  gboolean gone = FALSE;

  if (self->reserve >= 0)
    {
      int fd;

      close (self->reserve);
      fd = accept4 (door, NULL, NULL, SOCK_CLOEXEC);
      gone = fd >= 0 || errno == EAGAIN;
      if (fd >= 0)
        close (fd);
      self->reserve = open ("/dev/null", O_RDONLY | O_CLOEXEC);
    }
  if (gone && self->reserve >= 0)
    return TRUE;
  watch_doors (self, FALSE);
  if (self->breath == 0)
    self->breath = g_timeout_add (BREATH_MS, breathe_again, self);
  return FALSE;
}

static gboolean
on_knock (int fd, GIOCondition condition, gpointer data)
{
  Door *door = data;

  for (guint i = 0; i < ACCEPTS_IN_A_ROW; i++)
    {
      int client = accept4 (fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (client >= 0)
        welcome (door->listener, door, client);
      else if (errno == EAGAIN || errno == EWOULDBLOCK)
        break;
      else if ((errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) &&
               !turn_away (door->listener, fd))
        break;
    }
  return G_SOURCE_CONTINUE;
}

static void
watch_doors (NhiListener *self, gboolean open)
{
  for (guint i = 0; i < self->doors->len; i++)
    {
      Door *door = self->doors->pdata[i];

      if (open && door->watch == 0)
        door->watch = g_unix_fd_add (door->fd, G_IO_IN, on_knock, door);
      else if (!open)
        g_clear_handle_id (&door->watch, g_source_remove);
    }
}

static void
add_door (NhiListener *self, int fd, gboolean owned, gboolean local)
{
  Door *door = g_new0 (Door, 1);

  door->listener = self;
  door->fd = fd;
  door->owned = owned;
  door->local = local;
  g_ptr_array_add (self->doors, door);
  watch_doors (self, TRUE);
}

static void
free_door (gpointer data)
{
  Door *door = data;

  g_clear_handle_id (&door->watch, g_source_remove);
  if (door->owned)
    close (door->fd);
  g_free (door);
}

/* ---- sockets ---- */

/* @reuse_port: workers share it; without, it must be free */
static int
open_socket (GSocketAddress *address, gboolean reuse_port, GError **error)
{
  struct sockaddr_storage native = { 0 };
  gssize length = g_socket_address_get_native_size (address);
  int family = (int)g_socket_address_get_family (address), one = 1;
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0 || !g_socket_address_to_native (address, &native, sizeof native, NULL) ||
      (family != AF_UNIX && setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0) ||
      (reuse_port && setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) < 0) ||
      (family == AF_INET6 && setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) < 0) ||
      bind (fd, (struct sockaddr *)&native, (socklen_t)length) < 0 || listen (fd, BACKLOG) < 0)
    {
      int saved = errno;
      g_autofree char *shown = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "Cannot listen at %s: %s%s",
                   shown, g_strerror (saved),
                   saved == EADDRINUSE      ? "; end what listens there, or choose another port"
                   : saved == EADDRNOTAVAIL ? "; this machine has no such address"
                   : saved == EACCES        ? "; only root may take a port below 1024"
                                            : "");
      if (fd >= 0)
        close (fd);
      return -1;
    }
  return fd;
}

static int
open_port (const char *address, guint16 port, gboolean reuse_port, GError **error)
{
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new_from_string (address, port);

  if (socket_address != NULL)
    return open_socket (socket_address, reuse_port, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "“%s” is no IP address to listen at; give one, or * for all", address);
  return -1;
}

static gboolean
add_address (NhiListener *self, const char *address, guint16 port, GError **error)
{
  int fd = open_port (address, port, TRUE, error);

  if (fd < 0)
    return FALSE;
  add_door (self, fd, TRUE, FALSE);
  return TRUE;
}

gboolean
nhi_listener_try_port (const char *address, guint16 port, GError **error)
{
  int fd = open_port (strcmp (address, "*") == 0 ? "0.0.0.0" : address, port, FALSE, error);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

gboolean
nhi_listener_add_port (NhiListener *self, const char *address, guint16 port, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (strcmp (address, "*") != 0)
    return add_address (self, address, port, error);
  if (!add_address (self, "0.0.0.0", port, error))
    return FALSE;
  if (!add_address (self, "::", port, &local_error))
    g_message ("Only IPv4 is served: %s", local_error->message);
  return TRUE;
}

/* Whether somebody answers at @path; a socket that nobody holds any more refuses. */
static gboolean
is_listened_at (const struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  gboolean answers =
      fd >= 0 &&
      (connect (fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN);

  if (fd >= 0)
    close (fd);
  return answers;
}

int
nhi_listener_open_unix (const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;
  struct sockaddr_un native = { .sun_family = AF_UNIX };
  struct stat found;
  int fd;

  if (g_strlcpy (native.sun_path, path, sizeof native.sun_path) >= sizeof native.sun_path)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The socket's path is too long: %s", path);
      return -1;
    }
  if (lstat (path, &found) == 0 && S_ISSOCK (found.st_mode) && !is_listened_at (&native))
    (void)unlink (path);
  address = g_unix_socket_address_new (path);
  fd = open_socket (address, FALSE, error);
  if (fd >= 0)
    (void)chmod (path, 0660);
  return fd;
}

void
nhi_listener_add_unix (NhiListener *self, int fd)
{
  add_door (self, fd, FALSE, TRUE);
}

/* ---- life ---- */

void
nhi_listener_set_tls (NhiListener *self, SSL_CTX *tls)
{
  if (tls != NULL)
    SSL_CTX_up_ref (tls);
  g_clear_pointer (&self->tls, SSL_CTX_free);
  self->tls = tls;
}

NhiListener *
nhi_listener_new (const NhiEdgeLimits *limits, SSL_CTX *tls, const NhiListenerHooks *hooks)
{
  NhiListener *self = g_new0 (NhiListener, 1);

  self->limits = *limits;
  self->hooks = *hooks;
  self->host = (NhiConnectionHost){
    .limits = &self->limits,
    .data = self,
    .established = on_established,
    .body_limit = get_body_limit,
    .closed = on_closed,
  };
  nhi_listener_set_tls (self, tls);
  self->doors = g_ptr_array_new_with_free_func (free_door);
  self->connections =
      g_hash_table_new_full (NULL, NULL, (GDestroyNotify)nhi_connection_unref, NULL);
  self->networks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->reserve = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  return self;
}

static void
end_all (NhiListener *self, void (*how) (NhiConnection *))
{
  g_autoptr (GPtrArray) all = all_connections (self);

  for (guint i = 0; i < all->len; i++)
    how (all->pdata[i]);
}

void
nhi_listener_free (NhiListener *self)
{
  if (self == NULL)
    return;
  self->drained = NULL;
  end_all (self, nhi_connection_abandon);
  g_clear_handle_id (&self->clock, g_source_remove);
  g_clear_handle_id (&self->breath, g_source_remove);
  g_clear_handle_id (&self->drained_idle, g_source_remove);
  g_ptr_array_unref (self->doors);
  g_hash_table_unref (self->connections);
  g_hash_table_unref (self->networks);
  if (self->reserve >= 0)
    close (self->reserve);
  g_clear_pointer (&self->tls, SSL_CTX_free);
  g_free (self);
}

guint
nhi_listener_count (const NhiListener *self)
{
  return g_hash_table_size (self->connections);
}

void
nhi_listener_drain (NhiListener *self, GFunc drained, gpointer data)
{
  self->host.draining = TRUE;
  self->drained = drained;
  self->drained_data = data;
  /* Who waits at the door is let in: closing it would throw them out. */
  for (guint i = 0; i < self->doors->len; i++)
    {
      Door *door = self->doors->pdata[i];

      (void)on_knock (door->fd, G_IO_IN, door);
    }
  g_ptr_array_set_size (self->doors, 0);
  if (g_hash_table_size (self->connections) > 0)
    end_all (self, nhi_connection_retire);
  else if (self->drained_idle == 0)
    self->drained_idle = g_idle_add (tell_drained, self);
}
