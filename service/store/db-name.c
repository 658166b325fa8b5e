/* SPDX-License-Identifier: GPL-3.0-or-later
 * A database's name as it may be shown: without the password. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/db.h"

#include <string.h>

#define HIDDEN "…"

/* "user:password@" up to the last "@", so that a password with such a sign in it is hidden whole.
 */
static const char *
append_without_password (GString *name, const char *rest)
{
  const char *at = strrchr (rest, '@');
  const char *colon = strchr (rest, ':');

  if (at == NULL || colon == NULL || colon > at)
    return rest;
  g_string_append_len (name, rest, colon + 1 - rest);
  g_string_append (name, HIDDEN "@");
  return at + 1;
}

/* password=, sslpassword=, also with letters in percent form. */
static gboolean
is_secret (const char *parameter)
{
  g_autofree char *plain = g_uri_unescape_string (parameter, NULL);

  return plain == NULL || strstr (plain, "password") != NULL;
}

static void
append_parameters (GString *name, const char *query)
{
  g_auto (GStrv) parameters = g_strsplit (query, "&", -1);

  for (gsize i = 0; parameters[i] != NULL; i++)
    {
      char *equals = strchr (parameters[i], '=');

      if (i > 0)
        g_string_append_c (name, '&');
      if (equals != NULL && is_secret (parameters[i]))
        {
          g_string_append_len (name, parameters[i], equals + 1 - parameters[i]);
          g_string_append (name, HIDDEN);
        }
      else
        g_string_append (name, parameters[i]);
    }
}

char *
nhi_db_name (const char *uri)
{
  const char *rest = strstr (uri, "://");
  GString *name = g_string_new (NULL);
  const char *query;

  if (g_str_has_prefix (uri, "sqlite:"))
    g_string_append (name, uri);
  else if (rest != NULL)
    {
      g_string_append_len (name, uri, rest + 3 - uri);
      rest = append_without_password (name, rest + 3);
      query = strchr (rest, '?');
      g_string_append_len (name, rest, query != NULL ? query + 1 - rest : (gssize)strlen (rest));
      if (query != NULL)
        append_parameters (name, query + 1);
    }
  else
    g_string_append (name, strchr (uri, '=') != NULL || strchr (uri, '@') != NULL ? HIDDEN : uri);
  return g_string_free (name, FALSE);
}
