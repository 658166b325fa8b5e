/* SPDX-License-Identifier: GPL-3.0-or-later
 * libsoup's server without its listeners; requests leave the loop for a pool thread and come back
 * as answers. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/server.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "service/http/exchange.h"
#include "service/http/page.h"
#include "service/http/rate-limit.h"

#define REMEMBERED_NETWORKS 65536

struct _NhiHttpServer
{
  NhiHttpOptions options;
  const NhiRouter *router;
  const NhiHttpHooks *hooks;
  SoupServer *soup;
  GThreadPool *pool;
  GThreadPool *hashing_pool;
  NhiRateLimit *rate;
  NhiRateLimit *hashing_rate;
  GAsyncQueue *answered; /* NhiExchange *, from the pools to the loop */
  GSource *wake;         /* ready when something was answered */
  gboolean draining;
};

/* What is not an answer of a handler: a problem, or a page that says the same. */
static void
refuse (NhiHttpServer *server, NhiExchange *exchange, GError *error)
{
  NhiResponse *problem = server->hooks->problem_from_error (&exchange->request, error);

  if (nhi_exchange_wants_page (exchange) && nhi_problem_members (problem) != NULL)
    problem = nhi_page_from_problem (problem, exchange->request.language);
  exchange->response = problem;
  g_error_free (error);
}

static void
refuse_and_retry (NhiHttpServer *server, NhiExchange *exchange, NhiHttpError code, guint seconds)
{
  g_autofree char *text = g_strdup_printf ("%u", seconds);

  refuse (server, exchange, g_error_new (NHI_HTTP_ERROR, (int)code, "Come back in %s s", text));
  nhi_response_set_header (exchange->response, "Retry-After", text);
}

static gboolean
authenticate (NhiHttpServer *server, NhiExchange *exchange, GError **error)
{
  const char *token = nhi_exchange_get_token (exchange);

  if (token == NULL)
    {
      g_set_error_literal (error, NHI_HTTP_ERROR, NHI_HTTP_ERROR_SESSION, "No bearer token");
      return FALSE;
    }
  if (!server->hooks->authenticate (server->hooks->context, token, &exchange->person_id,
                                    &exchange->session_id, error))
    return FALSE;
  exchange->request.person_id = exchange->person_id;
  exchange->request.session_id = exchange->session_id;
  return TRUE;
}

/* On a pool thread, or on the loop for a handler that never blocks. */
static void
run_handler (NhiHttpServer *server, NhiExchange *exchange)
{
  const NhiRoute *route = exchange->match.route;
  GError *error = NULL;

  if ((route->flags & NHI_ROUTE_SESSION_NEEDED) == 0 || authenticate (server, exchange, &error))
    exchange->response = route->handler (&exchange->request, server->hooks->context, &error);
  if (exchange->response != NULL)
    return;
  if (error == NULL)
    error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "%s gave no answer and no error",
                         route->template);
  refuse (server, exchange, error);
}

static void
run_in_pool (gpointer data, gpointer user_data)
{
  NhiExchange *exchange = data;
  NhiHttpServer *server = user_data;

  run_handler (server, exchange);
  g_async_queue_push (server->answered, exchange);
  g_source_set_ready_time (server->wake, 0);
}

static void
answer (NhiHttpServer *server, NhiExchange *exchange)
{
  nhi_exchange_answer (exchange, server->options.https, server->draining);
}

static gboolean
send_answers (gpointer data)
{
  NhiHttpServer *server = data;
  NhiExchange *exchange;

  g_source_set_ready_time (server->wake, -1);
  while ((exchange = g_async_queue_try_pop (server->answered)) != NULL)
    {
      answer (server, exchange);
      soup_server_message_unpause (exchange->message);
      nhi_exchange_free (exchange);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
wake_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs wake_funcs = { .dispatch = wake_dispatch };

/* TRUE when the request went to a pool and must wait there. */
static gboolean
send_to_pool (NhiHttpServer *server, NhiExchange *exchange)
{
  gboolean hashes = (exchange->match.route->flags & NHI_ROUTE_HASHES) != 0;
  GThreadPool *pool = hashes ? server->hashing_pool : server->pool;

  if (g_thread_pool_unprocessed (pool) >=
      (hashes ? server->options.hashing_queue : server->options.queue))
    {
      refuse_and_retry (server, exchange, NHI_HTTP_ERROR_OVERLOADED, hashes ? 5 : 2);
      return FALSE;
    }
  soup_server_message_pause (exchange->message);
  g_thread_pool_push (pool, exchange, NULL);
  return TRUE;
}

static guint
take_token (NhiHttpServer *server, const NhiExchange *exchange)
{
  const NhiRoute *route = exchange->match.route;
  gint64 now = g_get_monotonic_time ();
  guint wait = nhi_rate_limit_take (server->rate, exchange->network, now);

  if (wait == 0 && route != NULL && (route->flags & NHI_ROUTE_HASHES) != 0)
    wait = nhi_rate_limit_take (server->hashing_rate, exchange->network, now);
  return wait;
}

static void
refuse_route (NhiHttpServer *server, NhiExchange *exchange)
{
  if (exchange->verdict == NHI_ROUTER_NO_ROUTE)
    {
      refuse (server, exchange,
              g_error_new_literal (NHI_HTTP_ERROR, NHI_HTTP_ERROR_NOT_FOUND, "No such route"));
      return;
    }
  refuse (server, exchange,
          g_error_new_literal (NHI_HTTP_ERROR, NHI_HTTP_ERROR_METHOD, "No such method"));
  nhi_response_set_header (exchange->response, "Allow", exchange->match.allow);
}

/* TRUE when the answer comes later. */
static gboolean
dispatch (NhiHttpServer *server, NhiExchange *exchange)
{
  guint wait = take_token (server, exchange);

  if (wait > 0)
    refuse_and_retry (server, exchange, NHI_HTTP_ERROR_RATE, wait);
  else if (exchange->verdict != NHI_ROUTER_FOUND)
    refuse_route (server, exchange);
  else if (g_bytes_get_size (exchange->body) > exchange->match.route->body_limit)
    refuse (server, exchange,
            g_error_new_literal (NHI_HTTP_ERROR, NHI_HTTP_ERROR_TOO_LARGE, "Body too long"));
  else if ((exchange->match.route->flags & NHI_ROUTE_INSTANT) != 0)
    run_handler (server, exchange);
  else
    return send_to_pool (server, exchange);
  return FALSE;
}

static void
on_request (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  NhiHttpServer *server = data;
  g_autoptr (NhiExchange) exchange = NULL;

  if (strcmp (path, NHI_HTTP_GONE_PATH) == 0)
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }
  exchange = nhi_exchange_new (message, server->router, query);
  if (dispatch (server, exchange))
    (void)g_steal_pointer (&exchange);
  else
    answer (server, exchange);
}

/* libsoup keeps connections alive only while it has a listener: a Unix socket with an abstract name
 * nobody is told. */
static gboolean
listen_for_nobody (SoupServer *soup, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autoptr (GSocket) socket = NULL;

  if (fd < 0 || bind (fd, (struct sockaddr *)&address, sizeof (sa_family_t)) < 0 ||
      listen (fd, 1) < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "No socket for the server: %s",
                   g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  socket = g_socket_new_from_fd (fd, error);
  return socket != NULL && soup_server_listen_socket (soup, socket, 0, error);
}

NhiHttpServer *
nhi_http_server_new (const NhiHttpOptions *options,
                     const NhiRouter *router,
                     const NhiHttpHooks *hooks,
                     GError **error)
{
  g_autoptr (NhiHttpServer) server = g_new0 (NhiHttpServer, 1);

  server->options = *options;
  server->router = router;
  server->hooks = hooks;
  server->rate = nhi_rate_limit_new (options->rate_per_minute, options->rate_per_minute / 4,
                                     REMEMBERED_NETWORKS);
  server->hashing_rate =
      nhi_rate_limit_new (options->hashing_rate_per_minute, options->hashing_rate_per_minute / 2,
                          REMEMBERED_NETWORKS);
  server->answered = g_async_queue_new ();
  server->wake = g_source_new (&wake_funcs, sizeof (GSource));
  g_source_set_callback (server->wake, send_answers, server, NULL);
  g_source_attach (server->wake, g_main_context_get_thread_default ());
  server->soup = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_add_handler (server->soup, NULL, on_request, server, NULL);
  if (!listen_for_nobody (server->soup, error))
    return NULL;
  server->pool = g_thread_pool_new (run_in_pool, server, (int)options->threads, TRUE, error);
  if (server->pool == NULL)
    return NULL;
  server->hashing_pool =
      g_thread_pool_new (run_in_pool, server, (int)options->hashing_threads, TRUE, error);
  return server->hashing_pool != NULL ? g_steal_pointer (&server) : NULL;
}

static void
free_pool (GThreadPool *pool)
{
  g_thread_pool_free (pool, FALSE, TRUE);
}

void
nhi_http_server_free (NhiHttpServer *server)
{
  NhiExchange *exchange;

  if (server == NULL)
    return;
  g_clear_pointer (&server->pool, free_pool);
  g_clear_pointer (&server->hashing_pool, free_pool);
  while ((exchange = g_async_queue_try_pop (server->answered)) != NULL)
    nhi_exchange_free (exchange);
  soup_server_disconnect (server->soup);
  g_object_unref (server->soup);
  g_source_destroy (server->wake);
  g_source_unref (server->wake);
  g_async_queue_unref (server->answered);
  nhi_rate_limit_free (server->rate);
  nhi_rate_limit_free (server->hashing_rate);
  g_free (server);
}

void
nhi_http_server_accept (NhiHttpServer *server,
                        GIOStream *stream,
                        GSocketAddress *local,
                        GSocketAddress *remote)
{
  g_autoptr (GError) error = NULL;

  if (!soup_server_accept_iostream (server->soup, stream, local, remote, &error))
    g_warning ("A connection was not taken: %s", error->message);
}

void
nhi_http_server_drain (NhiHttpServer *server)
{
  server->draining = TRUE;
}
