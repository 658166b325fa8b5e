/* SPDX-License-Identifier: GPL-3.0-or-later
 * The thread that waits for PC/SC. It asks for changes without a time limit and, while the daemon
 * is away, sleeps on the daemon's folder; so an idle program is never woken by it.
 *
 *   away ──socket appears──▶ connected ──list──▶ waiting ──change──▶ (news) waiting
 *    ▲                           │                  │ └─PnP / unknown reader──▶ list
 *    └───────daemon lost─────────┴──────────────────┘
 */
#include "client/reader/watch-thread.h"
#include "client/reader/socket-watch.h"

#include <string.h>

#define NAMES_MAX 8192 /* bytes of all reader names */
#define TRIES_AFTER_EVENT                                                                          \
  8 /* between bind() and listen() of the daemon a connection is refused                           \
     */
#define TRY_FIRST_MS 10
#define LASTING_SECONDS 5 /* a connection that held so long earns the quick tries anew */
#define STOP_SECONDS 2
#define SETTLE_MS 1000 /* a reader that came between listing and waiting is found after this */

struct _NhiWatchThread
{
  gatomicrefcount references; /* the owner, the thread, each piece of news on its way */
  const NhiPcsc *pcsc;
  NhiSocketWatch *socket;
  GMainContext *main_context;
  NhiWatchNews news;
  gpointer user_data;
  int muted; /* set on the main context: no news any more */

  GThread *thread;
  GMutex lock;
  GCond ended_condition;
  gboolean ended;
  gboolean has_context;
  SCARDCONTEXT context;
};

typedef struct
{
  char *names[NHI_PCSC_MAX_READERS];
  SCARD_READERSTATE states[NHI_PCSC_MAX_READERS + 1]; /* the last one in use is for plug and play */
  guint n_readers;
} Readers;

typedef struct
{
  NhiWatchThread *watch;
  GPtrArray *sights;
  LONG result;
} News;

static void
watch_thread_unref (NhiWatchThread *watch)
{
  if (!g_atomic_ref_count_dec (&watch->references))
    return;
  nhi_socket_watch_free (watch->socket);
  g_main_context_unref (watch->main_context);
  g_mutex_clear (&watch->lock);
  g_cond_clear (&watch->ended_condition);
  g_free (watch);
}

static void
news_free (News *news)
{
  g_clear_pointer (&news->sights, g_ptr_array_unref);
  watch_thread_unref (news->watch);
  g_free (news);
}

static gboolean
tell_news (gpointer user_data)
{
  News *news = user_data;

  if (!news->watch->muted)
    news->watch->news (news->sights, news->result, news->watch->user_data);
  return G_SOURCE_REMOVE;
}

/* Before drawing and input, so that a card that left takes its data with it at once. */
static void
send_news (NhiWatchThread *watch, GPtrArray *sights, LONG result)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  News *news = g_new0 (News, 1);

  g_atomic_ref_count_inc (&watch->references);
  news->watch = watch;
  news->sights = sights;
  news->result = result;
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, tell_news, news, (GDestroyNotify)news_free);
  g_source_attach (source, watch->main_context);
}

static void
send_sights (NhiWatchThread *watch, const Readers *readers)
{
  GPtrArray *sights = g_ptr_array_new_with_free_func ((GDestroyNotify)nhi_reader_sight_free);

  for (guint i = 0; i < readers->n_readers; i++)
    g_ptr_array_add (sights, nhi_reader_sight_new (&readers->states[i]));
  send_news (watch, sights, SCARD_S_SUCCESS);
}

static void
set_context (NhiWatchThread *watch, gboolean has_context, SCARDCONTEXT context)
{
  g_mutex_lock (&watch->lock);
  watch->has_context = has_context;
  watch->context = context;
  g_mutex_unlock (&watch->lock);
}

static void
readers_clear (Readers *readers)
{
  for (guint i = 0; i < readers->n_readers; i++)
    g_free (readers->names[i]);
  memset (readers, 0, sizeof *readers);
}

/* Keeps what is known of readers that stay, so that only what is new is asked anew. */
static void
readers_take_names (Readers *readers, const char *names, gsize length)
{
  Readers next = { 0 };
  const char *end = names + length;
  guint32 pnp_state = (guint32)readers->states[readers->n_readers].dwCurrentState;

  for (const char *name = names;
       name < end && *name != '\0' && next.n_readers < NHI_PCSC_MAX_READERS;
       name += strlen (name) + 1)
    {
      SCARD_READERSTATE *state = &next.states[next.n_readers];

      for (guint i = 0; i < readers->n_readers; i++)
        if (g_str_equal (readers->names[i], name))
          *state = readers->states[i];
      next.names[next.n_readers] = g_strdup (name);
      state->szReader = next.names[next.n_readers];
      next.n_readers++;
    }

  next.states[next.n_readers].szReader = NHI_PCSC_PNP_READER;
  next.states[next.n_readers].dwCurrentState = pnp_state;
  readers_clear (readers);
  *readers = next;
}

static LONG
list_readers (NhiWatchThread *watch, Readers *readers)
{
  g_autofree char *names = g_malloc0 (NAMES_MAX + 1);
  DWORD length = NAMES_MAX;
  LONG result = watch->pcsc->list_readers (watch->context, names, &length);

  if (result == (LONG)SCARD_E_NO_READERS_AVAILABLE)
    length = 0;
  else if (result != SCARD_S_SUCCESS)
    return result;

  readers_take_names (readers, names, MIN (length, NAMES_MAX));
  return SCARD_S_SUCCESS;
}

static LONG
wait_for_change (NhiWatchThread *watch, Readers *readers, DWORD timeout)
{
  LONG result;

  if (nhi_socket_watch_is_stopped (watch->socket))
    return SCARD_E_CANCELLED;
  result = watch->pcsc->get_status_change (watch->context, timeout, readers->states,
                                           readers->n_readers + 1);
  if (result != SCARD_S_SUCCESS)
    return result;

  for (guint i = 0; i <= readers->n_readers; i++)
    readers->states[i].dwCurrentState =
        readers->states[i].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
  return SCARD_S_SUCCESS;
}

static gboolean
a_reader_vanished (const Readers *readers)
{
  for (guint i = 0; i < readers->n_readers; i++)
    if ((readers->states[i].dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_IGNORE)) != 0)
      return TRUE;
  return FALSE;
}

/* Returns when the connection is lost or the thread is to stop. */
static LONG
serve_connection (NhiWatchThread *watch)
{
  Readers readers = { 0 };
  guint listed = G_MAXUINT;
  LONG result;

  do
    {
      DWORD patience;

      result = list_readers (watch, &readers);
      /* pcscd counts the readers when the wait begins, not when they were listed: a list that is
       * new is made once more before anybody trusts it for long. */
      patience = readers.n_readers == listed ? INFINITE : SETTLE_MS;
      listed = readers.n_readers;
      /* Zero: what is there now. It is told before the first wait, also when there is no reader at
       * all. */
      if (result == SCARD_S_SUCCESS && readers.n_readers > 0)
        result = wait_for_change (watch, &readers, 0);
      if (result == (LONG)SCARD_E_TIMEOUT)
        result = SCARD_S_SUCCESS;

      while (result == SCARD_S_SUCCESS && !a_reader_vanished (&readers))
        {
          DWORD pnp;

          send_sights (watch, &readers);
          result = wait_for_change (watch, &readers, patience);
          pnp = readers.states[readers.n_readers].dwEventState;
          if (result == SCARD_S_SUCCESS && (pnp & SCARD_STATE_CHANGED) != 0)
            break;
        }
    }
  while (!nhi_socket_watch_is_stopped (watch->socket) &&
         (result == SCARD_S_SUCCESS || result == (LONG)SCARD_E_UNKNOWN_READER ||
          result == (LONG)SCARD_E_CANCELLED || result == (LONG)SCARD_E_TIMEOUT));

  readers_clear (&readers);
  return result;
}

static gpointer
watch_main (gpointer user_data)
{
  NhiWatchThread *watch = user_data;
  guint tries = 0;
  LONG told = SCARD_S_SUCCESS;

  while (!nhi_socket_watch_is_stopped (watch->socket))
    {
      SCARDCONTEXT context = 0;
      gint64 began = g_get_monotonic_time ();
      gboolean away;
      LONG result;

      nhi_socket_watch_arm (watch->socket);
      result = watch->pcsc->establish_context (&context);
      away = result == (LONG)SCARD_E_NO_SERVICE;
      if (result == SCARD_S_SUCCESS)
        {
          set_context (watch, TRUE, context);
          told = SCARD_S_SUCCESS;
          result = serve_connection (watch);
          set_context (watch, FALSE, 0);
          watch->pcsc->release_context (context);
          if (g_get_monotonic_time () - began > LASTING_SECONDS * G_USEC_PER_SEC)
            tries = 0;
        }
      if (nhi_socket_watch_is_stopped (watch->socket))
        break;

      if (told != result)
        send_news (watch, NULL, result);
      told = result;

      /* A few quick tries, and then only an event of the folder: unless the daemon is there and
       * refuses or breaks off, for then the folder has nothing to tell when it is well again. */
      if (tries < TRIES_AFTER_EVENT)
        nhi_socket_watch_wait (watch->socket, TRY_FIRST_MS << tries++);
      else if (nhi_socket_watch_wait (watch->socket, away ? -1 : LASTING_SECONDS * 1000))
        tries = 0;
    }

  g_mutex_lock (&watch->lock);
  watch->ended = TRUE;
  g_cond_signal (&watch->ended_condition);
  g_mutex_unlock (&watch->lock);
  watch_thread_unref (watch);
  return NULL;
}

NhiWatchThread *
nhi_watch_thread_start (const NhiPcsc *pcsc,
                        const char *socket_path,
                        NhiWatchNews news,
                        gpointer user_data)
{
  NhiWatchThread *watch = g_new0 (NhiWatchThread, 1);

  g_atomic_ref_count_init (&watch->references);
  g_atomic_ref_count_inc (&watch->references);
  watch->pcsc = pcsc;
  watch->socket = nhi_socket_watch_new (socket_path);
  watch->main_context = g_main_context_ref_thread_default ();
  watch->news = news;
  watch->user_data = user_data;
  g_mutex_init (&watch->lock);
  g_cond_init (&watch->ended_condition);
  watch->thread = g_thread_new ("card-readers", watch_main, watch);
  return watch;
}

/* SCardCancel only reaches a thread that is already waiting inside the daemon, so it is said again
 * until heard. A daemon that is stuck never lets the thread go: then it is left to itself. */
void
nhi_watch_thread_stop (NhiWatchThread *watch)
{
  gint64 deadline = g_get_monotonic_time () + STOP_SECONDS * G_USEC_PER_SEC;
  gboolean ended;

  watch->muted = TRUE;
  nhi_socket_watch_stop (watch->socket);

  g_mutex_lock (&watch->lock);
  while (!watch->ended && g_get_monotonic_time () < deadline)
    {
      gboolean has_context = watch->has_context;
      SCARDCONTEXT context = watch->context;

      g_mutex_unlock (&watch->lock);
      if (has_context)
        watch->pcsc->cancel (context);
      g_mutex_lock (&watch->lock);
      if (!watch->ended)
        g_cond_wait_until (&watch->ended_condition, &watch->lock, g_get_monotonic_time () + 10000);
    }
  ended = watch->ended;
  g_mutex_unlock (&watch->lock);

  if (ended)
    g_thread_join (watch->thread);
  else
    g_thread_unref (watch->thread);
  watch_thread_unref (watch);
}
