/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whom we trust: the one CA file that was given and, beside it, the system's issuers. */
#include "client/remote/remote-private.h"

#include <string.h>

#define SILENCE_SECONDS 15 /* without a byte from the service, connecting included */
#define KEEP_SECONDS 20

typedef struct
{
  gboolean beside_system;
  NhiDistrust *distrust;
} Guard;

static void
guard_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

SoupSession *
nhi_remote_make_session (void)
{
  return g_object_new (SOUP_TYPE_SESSION, "timeout", SILENCE_SECONDS, "idle-timeout", KEEP_SECONDS,
                       "user-agent", "nhicard/" NHI_VERSION, "accept-language-auto", FALSE,
                       "max-conns-per-host", 4, NULL);
}

/* Reading the system's issuers takes 8 MiB and some 50 ms: with a CA file only when a certificate
 * is not of it. But every connection reads the default database before the session can give it
 * another one; so with a CA file the default becomes a database that holds nothing and trusts
 * nobody, and from then on every session names its own. */
#define NHI_TYPE_NO_TRUST (nhi_no_trust_get_type ())
G_DECLARE_FINAL_TYPE (NhiNoTrust, nhi_no_trust, NHI, NO_TRUST, GTlsDatabase)

struct _NhiNoTrust
{
  GTlsDatabase parent_instance;
};

G_DEFINE_FINAL_TYPE (NhiNoTrust, nhi_no_trust, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
trust_nobody (GTlsDatabase *database,
              GTlsCertificate *chain,
              const char *purpose,
              GSocketConnectable *identity,
              GTlsInteraction *interaction,
              GTlsDatabaseVerifyFlags flags,
              GCancellable *cancellable,
              GError **error)
{
  return G_TLS_CERTIFICATE_UNKNOWN_CA;
}

static void
nhi_no_trust_class_init (NhiNoTrustClass *klass)
{
  G_TLS_DATABASE_CLASS (klass)->verify_chain = trust_nobody;
}

static void
nhi_no_trust_init (NhiNoTrust *self)
{
}

G_LOCK_DEFINE_STATIC (default_trust);
static GTlsDatabase *no_trust; /* the default now; NULL: the default is the system's */

static void
empty_default_trust (void)
{
  G_LOCK (default_trust);
  if (no_trust == NULL)
    {
      no_trust = g_object_new (NHI_TYPE_NO_TRUST, NULL);
      g_tls_backend_set_default_database (g_tls_backend_get_default (), no_trust);
    }
  G_UNLOCK (default_trust);
}

/* NULL: the computer has no issuers at all. */
static GTlsDatabase *
system_trust (void)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  GTlsDatabase *trust;

  G_LOCK (default_trust);
  if (no_trust != NULL)
    g_tls_backend_set_default_database (backend, NULL);
  trust = g_tls_backend_get_default_database (backend);
  if (no_trust != NULL)
    g_tls_backend_set_default_database (backend, no_trust);
  G_UNLOCK (default_trust);
  return trust;
}

static gboolean
default_is_empty (void)
{
  gboolean empty;

  G_LOCK (default_trust);
  empty = no_trust != NULL;
  G_UNLOCK (default_trust);
  return empty;
}

static void
name_trust (SoupSession *session, GTlsDatabase *own_trust)
{
  g_autoptr (GTlsDatabase) system = NULL;

  if (own_trust != NULL)
    {
      empty_default_trust ();
      soup_session_set_tls_database (session, own_trust);
    }
  else if (default_is_empty ())
    {
      system = system_trust ();
      soup_session_set_tls_database (session, system);
    }
}

void
nhi_remote_distrust_clear (NhiDistrust *distrust)
{
  g_clear_pointer (&distrust->issuer, g_free);
  *distrust = (NhiDistrust){ 0 };
}

static void
note_distrust (NhiDistrust *distrust, GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
  g_autofree char *subject = NULL;
  g_autofree char *issuer = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) from = NULL;

  nhi_remote_distrust_clear (distrust);
  if (errors == 0)
    return;
  subject = g_tls_certificate_get_subject_name (certificate);
  issuer = g_tls_certificate_get_issuer_name (certificate);
  from = g_tls_certificate_get_not_valid_before (certificate);
  distrust->errors = errors;
  distrust->issuer = nhi_remote_issuer_name (certificate);
  distrust->self_signed = subject != NULL && g_strcmp0 (subject, issuer) == 0;
  distrust->not_yet_valid = from != NULL && g_date_time_compare (now, from) < 0;
}

/* Only asked when the session's own trust does not reach; with a CA file the system's is left. */
static gboolean
accept_certificate (SoupMessage *message,
                    GTlsCertificate *certificate,
                    GTlsCertificateFlags errors,
                    gpointer user_data)
{
  Guard *guard = user_data;
  GUri *uri = soup_message_get_uri (message);
  g_autoptr (GSocketConnectable) identity = NULL;
  g_autoptr (GTlsDatabase) system = NULL;
  gboolean good = FALSE;

  if (guard->beside_system && (system = system_trust ()) != NULL)
    {
      identity = g_network_address_new (g_uri_get_host (uri), (guint16)g_uri_get_port (uri));
      good = g_tls_database_verify_chain (system, certificate,
                                          G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, identity,
                                          NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, NULL) == 0;
    }
  if (guard->distrust != NULL)
    note_distrust (guard->distrust, certificate, good ? 0 : errors);
  return good;
}

void
nhi_remote_guard_message (NhiRemote *self,
                          SoupSession *session,
                          SoupMessage *message,
                          NhiDistrust *distrust)
{
  Guard *guard = g_new0 (Guard, 1);

  name_trust (session, self->own_trust);
  guard->beside_system = self->own_trust != NULL;
  guard->distrust = distrust;
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_COLLECT_METRICS);
  g_signal_connect_data (message, "accept-certificate", G_CALLBACK (accept_certificate), guard,
                         guard_free, 0);
}

/* "CN=Demo CA,O=…" -> "Demo CA". */
char *
nhi_remote_issuer_name (GTlsCertificate *certificate)
{
  g_autofree char *whole = NULL;
  const char *start;

  if (certificate == NULL)
    return NULL;
  whole = g_tls_certificate_get_issuer_name (certificate);
  if (whole == NULL)
    return NULL;
  start = strstr (whole, "CN=");
  if (start == NULL)
    return g_utf8_make_valid (whole, -1);
  start += strlen ("CN=");
  return g_utf8_make_valid (start, (gssize)strcspn (start, ","));
}

const char *
nhi_remote_tls_name (GTlsProtocolVersion version)
{
  switch (version)
    {
    case G_TLS_PROTOCOL_VERSION_TLS_1_0:
      return "TLS 1.0";
    case G_TLS_PROTOCOL_VERSION_TLS_1_1:
      return "TLS 1.1";
    case G_TLS_PROTOCOL_VERSION_TLS_1_2:
      return "TLS 1.2";
    case G_TLS_PROTOCOL_VERSION_TLS_1_3:
      return "TLS 1.3";
    default:
      return NULL;
    }
}
