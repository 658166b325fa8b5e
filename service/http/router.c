/* SPDX-License-Identifier: GPL-3.0-or-later
 * Templates are compared segment by segment; a few dozen of them need no cleverer structure. */
#define G_LOG_DOMAIN "nhi-http"

#include "service/http/router.h"

struct _NhiRouter
{
  GPtrArray *routes; /* const NhiRoute *, not owned */
};

NhiRouter *
nhi_router_new (void)
{
  NhiRouter *router = g_new0 (NhiRouter, 1);

  router->routes = g_ptr_array_new ();
  return router;
}

void
nhi_router_free (NhiRouter *router)
{
  if (router == NULL)
    return;
  g_ptr_array_unref (router->routes);
  g_free (router);
}

void
nhi_router_add (NhiRouter *router, const NhiRoute *table)
{
  for (; table->method != NULL; table++)
    g_ptr_array_add (router->routes, (gpointer)table);
}

void
nhi_router_foreach (const NhiRouter *router, NhiRouteFunc func, gpointer data)
{
  for (guint i = 0; i < router->routes->len; i++)
    func (router->routes->pdata[i], data);
}

/* (nullable): NULL when it must not be a parameter */
static char *
decode_segment (const char *segment, gsize length)
{
  g_autofree char *decoded = g_uri_unescape_segment (segment, segment + length, "/");

  if (decoded == NULL || *decoded == '\0' || strlen (decoded) > NHI_ROUTER_MAX_PARAMETER ||
      !g_utf8_validate (decoded, -1, NULL))
    return NULL;
  for (const char *c = decoded; *c != '\0'; c++)
    if ((guchar)*c < 0x20 || *c == 0x7f)
      return NULL;
  return g_steal_pointer (&decoded);
}

static gboolean
take_parameter (GHashTable **parameters,
                const char *name,
                gsize name_length,
                const char *value,
                gsize length)
{
  char *decoded = decode_segment (value, length);

  if (decoded == NULL)
    return FALSE;
  if (*parameters == NULL)
    *parameters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (*parameters, g_strndup (name, name_length), decoded);
  return TRUE;
}

/* @parameters: (nullable): where {…} goes; NULL when only the answer counts */
static gboolean
matches (const char *template, const char *path, GHashTable **parameters)
{
  for (;;)
    {
      gsize template_length = strcspn (template, "/");
      gsize path_length = strcspn (path, "/");

      if (*template == '{')
        {
          if (path_length == 0)
            return FALSE;
          if (parameters != NULL &&
              !take_parameter (parameters, template + 1, template_length - 2, path, path_length))
            return FALSE;
        }
      else if (template_length != path_length || memcmp (template, path, path_length) != 0)
        {
          return FALSE;
        }
      template += template_length;
      path += path_length;
      if (*template != *path)
        return FALSE;
      if (*path == '\0')
        return TRUE;
      template ++;
      path++;
    }
}

static gboolean
serves (const NhiRoute *route, const char *method)
{
  return strcmp (route->method, method) == 0 ||
         (strcmp (method, "HEAD") == 0 && strcmp (route->method, "GET") == 0);
}

static void
append_method (GString *allow, const char *method)
{
  if (allow->len > 0)
    g_string_append (allow, ", ");
  g_string_append (allow, method);
  if (strcmp (method, "GET") == 0)
    g_string_append (allow, ", HEAD");
}

NhiRouterVerdict
nhi_router_match (const NhiRouter *router,
                  const char *method,
                  const char *path,
                  NhiRouterMatch *ret_match)
{
  g_autoptr (GString) allow = g_string_new (NULL);

  *ret_match = (NhiRouterMatch){ 0 };
  for (guint i = 0; i < router->routes->len; i++)
    {
      const NhiRoute *route = router->routes->pdata[i];
      g_autoptr (GHashTable) parameters = NULL;

      if (!matches (route->template, path, &parameters))
        continue;
      if (serves (route, method))
        {
          ret_match->route = route;
          ret_match->parameters = g_steal_pointer (&parameters);
          return NHI_ROUTER_FOUND;
        }
      append_method (allow, route->method);
    }
  if (allow->len == 0)
    return NHI_ROUTER_NO_ROUTE;
  ret_match->allow = g_string_free (g_steal_pointer (&allow), FALSE);
  return NHI_ROUTER_NO_METHOD;
}

void
nhi_router_match_clear (NhiRouterMatch *match)
{
  g_clear_pointer (&match->parameters, g_hash_table_unref);
  g_clear_pointer (&match->allow, g_free);
}

gsize
nhi_router_body_limit (const NhiRouter *router, const char *method, const char *target)
{
  g_autofree char *path = g_strndup (target, strcspn (target, "?"));

  for (guint i = 0; i < router->routes->len; i++)
    {
      const NhiRoute *route = router->routes->pdata[i];

      if (serves (route, method) && matches (route->template, path, NULL))
        return route->body_limit;
    }
  return NHI_ROUTER_UNKNOWN_BODY;
}
