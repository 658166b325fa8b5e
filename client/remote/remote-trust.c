/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whom we trust: the system's issuers and, beside them, the one CA file that was given. */
#include "client/remote/remote-private.h"

#include <string.h>

#define SILENCE_SECONDS 15 /* without a byte from the service, connecting included */
#define KEEP_SECONDS 20

typedef struct
{
  GTlsDatabase *own_trust;
  GTlsCertificateFlags *errors;
} Guard;

static void
guard_free (gpointer data, GClosure *closure)
{
  Guard *guard = data;

  g_clear_object (&guard->own_trust);
  g_free (guard);
}

SoupSession *
nhi_remote_make_session (void)
{
  return g_object_new (SOUP_TYPE_SESSION, "timeout", SILENCE_SECONDS, "idle-timeout", KEEP_SECONDS,
                       "user-agent", "nhicard/" NHI_VERSION, "accept-language-auto", FALSE,
                       "max-conns-per-host", 4, NULL);
}

/* Only asked when the system's issuers do not trust the certificate. */
static gboolean
accept_certificate (SoupMessage *message,
                    GTlsCertificate *certificate,
                    GTlsCertificateFlags errors,
                    gpointer user_data)
{
  Guard *guard = user_data;
  GUri *uri = soup_message_get_uri (message);
  g_autoptr (GSocketConnectable) identity = NULL;

  if (guard->own_trust != NULL)
    {
      identity = g_network_address_new (g_uri_get_host (uri), (guint16)g_uri_get_port (uri));
      errors = g_tls_database_verify_chain (guard->own_trust, certificate,
                                            G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, identity,
                                            NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, NULL);
    }
  if (guard->errors != NULL)
    *guard->errors = errors;
  return errors == 0;
}

void
nhi_remote_guard_message (NhiRemote *self, SoupMessage *message, GTlsCertificateFlags *errors)
{
  Guard *guard = g_new0 (Guard, 1);

  guard->own_trust = self->own_trust != NULL ? g_object_ref (self->own_trust) : NULL;
  guard->errors = errors;
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
