/* SPDX-License-Identifier: GPL-3.0-or-later
 * From method and path to one row of the route tables. */
#pragma once

#include "service/http/handler.h"

G_BEGIN_DECLS

#define NHI_ROUTER_MAX_PARAMETER 256  /* bytes of one {…}, decoded */
#define NHI_ROUTER_UNKNOWN_BODY 65536 /* bytes that are read and thrown away before a 404 or 405 */

typedef struct _NhiRouter NhiRouter;

typedef enum {
  NHI_ROUTER_FOUND,
  NHI_ROUTER_NO_ROUTE,
  NHI_ROUTER_NO_METHOD, /* @allow says which there are */
} NhiRouterVerdict;

typedef struct {
  const NhiRoute *route;
  GHashTable *parameters; /* (nullable): NULL when the template has none */
  char *allow;            /* "GET, HEAD, POST" */
} NhiRouterMatch;

NhiRouter *nhi_router_new (void);
void nhi_router_free (NhiRouter *router);

/* @table: ends with a NULL method; not copied */
void nhi_router_add (NhiRouter *router, const NhiRoute *table);

/**
 * nhi_router_match:
 * @method: HEAD finds GET's route
 * @path: as it came, percent-encoded, without query
 * @ret_match: (out caller-allocates): filled also when nothing was found; nhi_router_match_clear()
 *
 * A parameter that is empty, longer than the limit, not UTF-8 or has a control character or a slash matches no route.
 */
NhiRouterVerdict nhi_router_match (const NhiRouter *router, const char *method, const char *path,
                                   NhiRouterMatch *ret_match);
void nhi_router_match_clear (NhiRouterMatch *match);

/* Bytes of body that a request may bring. @target: path, perhaps with a query. */
gsize nhi_router_body_limit (const NhiRouter *router, const char *method, const char *target);

typedef void (*NhiRouteFunc) (const NhiRoute *route, gpointer data);
void nhi_router_foreach (const NhiRouter *router, NhiRouteFunc func, gpointer data);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiRouterMatch, nhi_router_match_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiRouter, nhi_router_free)

G_END_DECLS
