/* SPDX-License-Identifier: GPL-3.0-or-later
 * What went wrong, in words a person can act on: from the transport, from a problem of the service,
 * from nonsense. */
#include "client/remote/remote-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shared/api/api.h"

#define MAX_FIELDS 32
#define MAX_MESSAGE 600 /* bytes of a sentence the service sends */

typedef struct
{
  gint64 wait_until;
  char *slug;
  char *issuer;
  GHashTable *fields; /* field -> message, or NULL */
} NhiRemoteErrorPrivate;

static void
nhi_remote_error_private_init (NhiRemoteErrorPrivate *extra)
{
}

static void
nhi_remote_error_private_copy (const NhiRemoteErrorPrivate *from, NhiRemoteErrorPrivate *to)
{
  if (from == NULL || to == NULL)
    return;
  to->wait_until = from->wait_until;
  to->slug = g_strdup (from->slug);
  to->issuer = g_strdup (from->issuer);
  to->fields = from->fields != NULL ? g_hash_table_ref (from->fields) : NULL;
}

static void
nhi_remote_error_private_clear (NhiRemoteErrorPrivate *extra)
{
  if (extra == NULL)
    return;
  g_free (extra->slug);
  g_free (extra->issuer);
  g_clear_pointer (&extra->fields, g_hash_table_unref);
}

G_DEFINE_EXTENDED_ERROR (NhiRemoteError, nhi_remote_error)

static NhiRemoteErrorPrivate *
extra_of (const GError *error)
{
  if (error == NULL || error->domain != NHI_REMOTE_ERROR)
    return NULL;
  return nhi_remote_error_get_private (error);
}

gint64
nhi_remote_error_wait_until (const GError *error)
{
  NhiRemoteErrorPrivate *extra = extra_of (error);

  return extra != NULL ? extra->wait_until : 0;
}

const char *
nhi_remote_error_field (const GError *error, const char *field)
{
  NhiRemoteErrorPrivate *extra = extra_of (error);

  if (extra == NULL || extra->fields == NULL)
    return NULL;
  return g_hash_table_lookup (extra->fields, field);
}

const char *
nhi_remote_error_code (const GError *error)
{
  NhiRemoteErrorPrivate *extra = extra_of (error);

  return extra != NULL ? extra->slug : NULL;
}

const char *
nhi_remote_error_issuer (const GError *error)
{
  NhiRemoteErrorPrivate *extra = extra_of (error);

  return extra != NULL ? extra->issuer : NULL;
}

char **
nhi_remote_error_fields (const GError *error)
{
  NhiRemoteErrorPrivate *extra = extra_of (error);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  GHashTableIter iterator;
  gpointer name;

  if (extra != NULL && extra->fields != NULL)
    {
      g_hash_table_iter_init (&iterator, extra->fields);
      while (g_hash_table_iter_next (&iterator, &name, NULL))
        g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

void
nhi_remote_set_error (GError **error, NhiRemoteError code, const char *slug, const char *text)
{
  GError *made = g_error_new_literal (NHI_REMOTE_ERROR, (int)code, text);
  NhiRemoteErrorPrivate *extra = extra_of (made);

  if (extra != NULL)
    extra->slug = g_strdup (slug);
  g_propagate_error (error, made);
}

void
nhi_remote_set_error_wait (GError *error, gint64 wait_until)
{
  NhiRemoteErrorPrivate *extra = extra_of (error);

  if (extra != NULL)
    extra->wait_until = wait_until;
}

void
nhi_remote_set_service_error (GError **error)
{
  nhi_remote_set_error (error, NHI_REMOTE_ERROR_SERVICE, "answer-not-understood",
                        _ ("The service gave an answer that this program does not understand. "
                           "Try again later; if it stays so, update the program."));
}

typedef struct
{
  const char *slug;
  const char *text;
} Told;

static Told
tell_distrust (const NhiDistrust *distrust)
{
  if (distrust == NULL || distrust->errors == 0)
    return (Told){ "no-protected-connection",
                   _ ("No protected connection to the service could be made. Nothing was sent. Try "
                      "another network, or update this computer.") };
  if ((distrust->errors & G_TLS_CERTIFICATE_UNKNOWN_CA) != 0)
    return (Told){ distrust->self_signed ? "certificate-self-signed" : "certificate-unknown-issuer",
                   _ ("The certificate of the service is not trusted. Nothing was sent. Something "
                      "in between may be reading along: try another network.") };
  if ((distrust->errors & G_TLS_CERTIFICATE_BAD_IDENTITY) != 0)
    return (Told){ "certificate-of-another",
                   _ ("The certificate belongs to another service. Nothing was sent. Check the "
                      "address of the service, and whether a network sign-in page is in "
                      "between.") };
  if ((distrust->errors & (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED)) != 0)
    return (Told){ distrust->not_yet_valid ? "certificate-not-yet-valid" : "certificate-expired",
                   _ ("The certificate of the service is not valid at this date. Check the date "
                      "and time of this computer; when they are right, tell the service.") };
  return (Told){ (distrust->errors & G_TLS_CERTIFICATE_INSECURE) != 0 ? "certificate-weak"
                                                                      : "certificate-not-trusted",
                 _ ("The certificate of the service is not trusted. Nothing was sent. Something in "
                    "between may be reading along: try another network.") };
}

static gboolean
is_of_proxy (const GError *cause)
{
  return cause->domain == G_IO_ERROR && cause->code >= G_IO_ERROR_PROXY_FAILED &&
         cause->code <= G_IO_ERROR_PROXY_NOT_ALLOWED;
}

static Told
tell_transport (const GError *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return (Told){ "no-answer",
                   _ ("The service did not answer in time. Check the network and try again.") };
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return (Told){ "connection-refused", _ ("The service is not running at its address. Try again "
                                            "in a few minutes.") };
  if (cause->domain == G_RESOLVER_ERROR)
    return (Told){ "name-not-found", _ ("The address of the service was not found. Check the "
                                        "network connection.") };
  if (is_of_proxy (cause))
    return (Told){ "proxy-failed", _ ("The proxy of this computer does not let the connection "
                                      "through. Check the proxy in the system’s settings.") };
  return (Told){ "not-reachable", _ ("The service cannot be reached. Check the network connection "
                                     "and try again.") };
}

void
nhi_remote_set_transport_error (GError **error, const GError *cause, const NhiDistrust *distrust)
{
  g_autoptr (GError) made = NULL;
  NhiRemoteErrorPrivate *extra;
  Told told;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_error_copy (cause));
      return;
    }
  if (cause->domain != G_TLS_ERROR)
    {
      told = tell_transport (cause);
      nhi_remote_set_error (error, NHI_REMOTE_ERROR_OFFLINE, told.slug, told.text);
      return;
    }

  told = tell_distrust (distrust);
  nhi_remote_set_error (&made, NHI_REMOTE_ERROR_TLS, told.slug, told.text);
  extra = extra_of (made);
  if (extra != NULL && distrust != NULL)
    extra->issuer = g_strdup (distrust->issuer);
  g_propagate_error (error, g_steal_pointer (&made));
}

typedef struct
{
  const char *slug;
  NhiRemoteError code;
  const char *words; /* NULL: the sentence of the service, which knows more */
} ProblemWords;

static const ProblemWords PROBLEMS[] = {
  { NHI_PROBLEM_INVALID_INPUT, NHI_REMOTE_ERROR_INVALID,
    N_ ("Some of the data is not complete or not in the right form.") },
  { NHI_PROBLEM_NOT_MATCHING, NHI_REMOTE_ERROR_NOT_MATCHING,
    N_ ("The data is not the same as the insurer's. Compare household number and address with the "
        "household register.") },
  { NHI_PROBLEM_SIGN_IN, NHI_REMOTE_ERROR_SIGN_IN,
    N_ ("Card or password is wrong, or the registration has not been confirmed yet.") },
  { NHI_PROBLEM_SIGN_IN_WAIT, NHI_REMOTE_ERROR_WAIT,
    N_ ("Too many failed tries. Signing in is possible again after the waiting time.") },
  { NHI_PROBLEM_RATE, NHI_REMOTE_ERROR_WAIT,
    N_ ("Too many requests in a short time. Wait a moment and try again.") },
  { NHI_PROBLEM_SESSION, NHI_REMOTE_ERROR_SESSION, N_ ("You are signed out. Sign in again.") },
  { NHI_PROBLEM_NOT_READY, NHI_REMOTE_ERROR_NOT_READY,
    N_ ("The package is still being prepared. Try again in a moment.") },
  { NHI_PROBLEM_GONE, NHI_REMOTE_ERROR_GONE,
    N_ ("The package was kept for seven days and is gone now. Apply again.") },
  { NHI_PROBLEM_NOT_FOUND, NHI_REMOTE_ERROR_NOT_FOUND,
    N_ ("The service does not have this. Look at the list again.") },
  { NHI_PROBLEM_OVERLOADED, NHI_REMOTE_ERROR_BUSY,
    N_ ("The service is very busy. Try again in a moment.") },
  { NHI_PROBLEM_UNAVAILABLE, NHI_REMOTE_ERROR_BUSY,
    N_ ("The service is out of order for a moment. Nothing of yours is lost; try again in a few "
        "minutes.") },
  { NHI_PROBLEM_INTERNAL, NHI_REMOTE_ERROR_SERVICE,
    N_ ("Something went wrong in the service. Nothing of yours is lost; try again later.") },
};

static const ProblemWords *
find_words (const char *slug)
{
  for (gsize i = 0; slug != NULL && i < G_N_ELEMENTS (PROBLEMS); i++)
    if (g_str_equal (PROBLEMS[i].slug, slug))
      return &PROBLEMS[i];
  return NULL;
}

/* A problem without a type we know still has a status. */
static NhiRemoteError
code_of_status (guint status)
{
  switch (status)
    {
    case 401:
      return NHI_REMOTE_ERROR_SESSION;
    case 404:
      return NHI_REMOTE_ERROR_NOT_FOUND;
    case 409:
      return NHI_REMOTE_ERROR_NOT_READY;
    case 410:
      return NHI_REMOTE_ERROR_GONE;
    case 422:
      return NHI_REMOTE_ERROR_INVALID;
    case 429:
      return NHI_REMOTE_ERROR_WAIT;
    case 502:
    case 503:
    case 504:
      return NHI_REMOTE_ERROR_BUSY;
    default:
      return NHI_REMOTE_ERROR_SERVICE;
    }
}

static char *
problem_slug (JsonObject *problem)
{
  g_autofree char *type = nhi_answer_string (problem, "type", 200);

  if (type == NULL || !g_str_has_prefix (type, NHI_PROBLEM_PREFIX))
    return NULL;
  return g_strdup (type + strlen (NHI_PROBLEM_PREFIX));
}

static GHashTable *
problem_fields (JsonObject *problem)
{
  JsonArray *array = nhi_answer_array (problem, "fields", MAX_FIELDS);
  g_autoptr (GHashTable) fields = NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      g_autofree char *field = nhi_answer_string (object, "field", 64);
      g_autofree char *message = nhi_answer_string (object, "message", MAX_MESSAGE);

      if (field == NULL || message == NULL)
        continue;
      if (fields == NULL)
        fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (fields, g_steal_pointer (&field), g_steal_pointer (&message));
    }
  return g_steal_pointer (&fields);
}

static gint64
problem_wait (JsonObject *problem, gint64 retry_after, gint64 now)
{
  gint64 until = nhi_answer_instant (problem, "wait_until");

  if (until == 0 && retry_after >= 0)
    until = now + retry_after;
  if (until == 0)
    return 0;
  return CLAMP (until, now, now + NHI_REMOTE_MAX_WAIT);
}

void
nhi_remote_set_problem_error (GError **error,
                              guint status,
                              JsonObject *problem,
                              gint64 retry_after,
                              gint64 now)
{
  g_autofree char *slug = problem_slug (problem);
  g_autofree char *detail = nhi_answer_string (problem, "detail", MAX_MESSAGE);
  const ProblemWords *words = find_words (slug);
  NhiRemoteError code = words != NULL ? words->code : code_of_status (status);
  g_autoptr (GError) made = NULL;
  NhiRemoteErrorPrivate *extra;
  const char *text = words != NULL ? _ (words->words) : detail;

  if (text == NULL)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (PROBLEMS) && text == NULL; i++)
        if (PROBLEMS[i].code == code)
          text = _ (PROBLEMS[i].words);
    }

  nhi_remote_set_error (&made, code, slug, text);
  extra = extra_of (made);
  if (extra != NULL)
    {
      extra->fields = problem_fields (problem);
      extra->wait_until = problem_wait (problem, retry_after, now);
    }
  g_propagate_error (error, g_steal_pointer (&made));
}
