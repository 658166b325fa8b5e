/* SPDX-License-Identifier: GPL-3.0-or-later
 * Understanding a route's address and taking its way. */
#define G_LOG_DOMAIN "nhi-mail"

#include "service/mail/route.h"

#include <string.h>

G_DEFINE_QUARK (nhi - mail - error - quark, nhi_mail_error)

#define DEFAULT_TIMEOUT 40
#define FOLDER "folder:"

/* Only what would break the envelope; whether the domain exists is the mail server's to say. */
static gboolean
is_address (const char *address)
{
  const char *at = strrchr (address, '@');

  for (const char *c = address; *c != '\0'; c++)
    if ((guchar)*c <= 0x20 || *c == 0x7f || strchr ("<>,;\"", *c) != NULL)
      return FALSE;
  return at != NULL && at > address && at[1] != '\0';
}

static char *
address_of (const char *mailbox)
{
  const char *open = strrchr (mailbox, '<');
  if (open == NULL)
    return g_strstrip (g_strdup (mailbox));
  return g_strndup (open + 1, strcspn (open + 1, ">"));
}

static gboolean
set_server (NhiMailRoute *route, const char *address, GError **error)
{
  static const struct
  {
    const char *scheme;
    const char *curl_scheme;
    gboolean needs_starttls;
  } schemes[] = {
    { "smtp", "smtp", FALSE },
    { "smtp+starttls", "smtp", TRUE },
    { "smtps", "smtps", FALSE },
  };
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_HAS_PASSWORD, error);

  if (uri == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      if (!g_str_equal (g_uri_get_scheme (uri), schemes[i].scheme) ||
          g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0')
        continue;
      route->url = g_uri_join (G_URI_FLAGS_NONE, schemes[i].curl_scheme, NULL, g_uri_get_host (uri),
                               g_uri_get_port (uri), "", NULL, NULL);
      route->user = g_strdup (g_uri_get_user (uri));
      route->password = g_strdup (g_uri_get_password (uri));
      route->needs_starttls = schemes[i].needs_starttls;
      return TRUE;
    }
  g_set_error_literal (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_ROUTE, "The address has another form");
  return FALSE;
}

NhiMailRoute *
nhi_mail_route_new (const char *address, const char *sender, GError **error)
{
  g_autoptr (NhiMailRoute) route = g_new0 (NhiMailRoute, 1);
  g_autoptr (GError) reason = NULL;

  route->timeout = DEFAULT_TIMEOUT;
  route->sender = address_of (sender);
  if (!is_address (route->sender))
    {
      g_set_error (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_ROUTE,
                   "The letters' sender “%s” is no mail address; write mail-from=Name "
                   "<service@example.org>",
                   sender);
      return NULL;
    }
  if (g_str_has_prefix (address, FOLDER) && address[strlen (FOLDER)] != '\0')
    {
      route->folder = g_strdup (address + strlen (FOLDER));
      return g_steal_pointer (&route);
    }
  if (set_server (route, address, &reason))
    return g_steal_pointer (&route);
  /* Without the address itself: there may be a password in it. */
  g_set_error (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_ROUTE,
               "The mail route is not understood (%s); write smtp://host:port, smtps://host:port "
               "or folder:PATH",
               reason->message);
  return NULL;
}

void
nhi_mail_route_free (NhiMailRoute *route)
{
  if (route == NULL)
    return;
  g_free (route->folder);
  g_free (route->url);
  g_free (route->user);
  if (route->password != NULL)
    explicit_bzero (route->password, strlen (route->password));
  g_free (route->password);
  g_free (route->sender);
  g_free (route);
}

void
nhi_mail_route_set_timeout (NhiMailRoute *route, guint seconds)
{
  route->timeout = seconds;
}

gboolean
nhi_mail_deliver (const NhiMailRoute *route,
                  const NhiMail *mail,
                  NhiMailOutcome *ret_outcome,
                  GError **error)
{
  if (route->folder != NULL)
    *ret_outcome = nhi_mail_write (route, mail, error);
  else
    *ret_outcome = nhi_mail_send (route, mail, error);
  return *ret_outcome == NHI_MAIL_SENT;
}
