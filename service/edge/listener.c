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
#include <unistd.h>

#include "service/edge/connection.h"
#include "service/edge/door.h"
#include "service/http/network.h"

#define ACCEPTS_IN_A_ROW 64
#define MOST_WAITING 8192 /* at one door when it closes */
#define BREATH_MS 100     /* between two tries when even the reserve is gone */

typedef struct
{
  NhiListener *listener;
  int fd;
  NhiDoorKind kind;
  guint watch;
} Door;

struct _NhiListener
{
  NhiEdgeLimits limits;
  NhiListenerHooks hooks;
  NhiConnectionHost host;
  SSL_CTX *tls;
  const NhiFrontList *fronts; /* NULL: nobody is trusted */
  NhiListenerCounts counts;
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

/* The first, the second, the fourth …: who does it for ever fills no log. */
static void
warn_of (GSocketAddress *peer, const char *reason, guint64 count)
{
  g_autofree char *shown = NULL;

  if ((count & (count - 1)) != 0)
    return;
  shown = G_IS_INET_SOCKET_ADDRESS (peer)
              ? g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (peer))
              : g_strdup ("the Unix socket");
  g_message ("A connection of %s was closed, because %s (%" G_GUINT64_FORMAT " so far)", shown,
             reason, count);
}

static gboolean
has_room_for (NhiListener *self, const char *network)
{
  return network == NULL || self->limits.connections_per_network == 0 ||
         GPOINTER_TO_UINT (g_hash_table_lookup (self->networks, network)) <
             self->limits.connections_per_network;
}

/* A front that brings others is held to the cap of all; its clients are counted when it has named
 * them. */
static void
add_connection (NhiListener *self,
                const Door *door,
                int fd,
                GSocketAddress *local,
                GSocketAddress *remote,
                gboolean fronted)
{
  gboolean counted = door->kind == NHI_DOOR_CLIENTS && !fronted;
  g_autofree char *network = counted ? nhi_network_of (remote) : NULL;
  NhiConnection *connection;
  int one = 1;

  if (g_hash_table_size (self->connections) >= self->limits.connections ||
      !has_room_for (self, network))
    {
      g_debug ("No room for another connection of %s", network != NULL ? network : "the front");
      close (fd);
      return;
    }
  if (door->kind != NHI_DOOR_UNIX)
    (void)setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connection =
      nhi_connection_new (&self->host, fd, door->kind == NHI_DOOR_CLIENTS ? self->tls : NULL, local,
                          remote, fronted, network);
  if (connection == NULL)
    return;
  g_hash_table_add (self->connections, connection);
  count_network (self, network, 1);
  run_clock (self);
}

static void
welcome (NhiListener *self, const Door *door, int fd)
{
  g_autoptr (GSocketAddress) local = address_of (fd, getsockname);
  g_autoptr (GSocketAddress) remote = address_of (fd, getpeername);
  gboolean fronted;

  if (local == NULL || remote == NULL)
    {
      close (fd);
      return;
    }
  fronted = self->fronts != NULL && nhi_front_list_trusts (self->fronts, remote);
  if (door->kind == NHI_DOOR_FRONTS && !fronted)
    {
      warn_of (remote, "it is no trusted front", ++self->counts.strangers);
      close (fd);
      return;
    }
  add_connection (self, door, fd, local, remote, fronted);
}

static gboolean
on_introduced (NhiConnection *connection, GSocketAddress *client, gpointer data)
{
  NhiListener *self = data;
  g_autofree char *network = nhi_network_of (client);

  if (!has_room_for (self, network))
    {
      g_debug ("No room for another connection of %s", network);
      return FALSE;
    }
  count_network (self, network, 1);
  nhi_connection_set_network (connection, network);
  return TRUE;
}

static void
on_unintroduced (NhiConnection *connection, const char *reason, gpointer data)
{
  NhiListener *self = data;

  warn_of (nhi_connection_get_remote (connection), reason, ++self->counts.unintroduced);
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

/* TRUE: there may be more. */
static gboolean
accept_some (const Door *door)
{
  for (guint i = 0; i < ACCEPTS_IN_A_ROW; i++)
    {
      int client = accept4 (door->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (client >= 0)
        welcome (door->listener, door, client);
      else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        {
          if (!turn_away (door->listener, door->fd))
            return FALSE;
        }
      else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINVAL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
on_knock (int fd, GIOCondition condition, gpointer data)
{
  (void)accept_some (data);
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
add_door (NhiListener *self, int fd, NhiDoorKind kind)
{
  Door *door = g_new0 (Door, 1);

  door->listener = self;
  door->fd = fd;
  door->kind = kind;
  g_ptr_array_add (self->doors, door);
  watch_doors (self, TRUE);
}

static void
free_door (gpointer data)
{
  Door *door = data;

  g_clear_handle_id (&door->watch, g_source_remove);
  close (door->fd);
  g_free (door);
}

gboolean
nhi_listener_add_socket (NhiListener *self, int fd, NhiDoorKind kind, GError **error)
{
  if (!nhi_door_listen (fd, error))
    {
      close (fd);
      return FALSE;
    }
  add_door (self, fd, kind);
  return TRUE;
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

void
nhi_listener_set_fronts (NhiListener *self, const NhiFrontList *fronts)
{
  self->fronts = fronts;
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
    .introduced = on_introduced,
    .unintroduced = on_unintroduced,
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

NhiListenerCounts
nhi_listener_get_counts (const NhiListener *self)
{
  return self->counts;
}

void
nhi_listener_drain (NhiListener *self, GFunc drained, gpointer data)
{
  self->host.draining = TRUE;
  self->drained = drained;
  self->drained_data = data;
  /* Who waits at the door is let in: closing it would throw them out. */
  for (guint i = 0; i < self->doors->len; i++)
    for (guint j = 0; j < MOST_WAITING / ACCEPTS_IN_A_ROW && accept_some (self->doors->pdata[i]);
         j++)
      ;
  g_ptr_array_set_size (self->doors, 0);
  if (g_hash_table_size (self->connections) > 0)
    end_all (self, nhi_connection_retire);
  else if (self->drained_idle == 0)
    self->drained_idle = g_idle_add (tell_drained, self);
}
