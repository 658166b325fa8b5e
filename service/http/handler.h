/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a handler gets and gives: values without libsoup. Handlers run on a pool thread and may block. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What arrived, copied out of libsoup; lives as long as the handler runs. */
typedef struct {
  const char *method;
  const char *path;
  const char *route;            /* the template that matched: "/api/v1/health-bank/applications/{id}" */
  GHashTable *parameters;       /* name -> value of {…} in the template, percent-decoded */
  GHashTable *query;            /* name -> value */
  GHashTable *headers;          /* lower-case name -> value */
  GBytes *body;                 /* never NULL */
  const char *network;          /* of the client: IPv4 address, or IPv6 /64 – what failures are counted by */
  const char *language;         /* "zh-TW" or "en", chosen from Accept-Language */
  const char *person_id;        /* of the session; NULL on routes without one */
  const char *session_id;
} NhiRequest;

typedef struct _NhiResponse NhiResponse;

NhiResponse *nhi_response_new (guint status);
NhiResponse *nhi_response_new_json (guint status, JsonNode *node);                     /* takes @node */
NhiResponse *nhi_response_new_bytes (guint status, const char *content_type, GBytes *body);
/* A value that could break out of its line (control characters, bytes above 0x7e) is not set, and said in the log. */
void nhi_response_set_header (NhiResponse *response, const char *name, const char *value);
void nhi_response_free (NhiResponse *response);
guint nhi_response_get_status (const NhiResponse *response);
const char *nhi_response_get_header (const NhiResponse *response, const char *name); /* (nullable) */
GBytes *nhi_response_get_body (NhiResponse *response); /* (transfer none), never NULL; a problem's JSON is written here */

const char *nhi_request_parameter (const NhiRequest *request, const char *name);
const char *nhi_request_header (const NhiRequest *request, const char *lower_case_name);
/* The body as a JSON object, checked before json-glib sees it (size, depth, UTF-8, NUL, duplicate members). */
JsonObject *nhi_request_json_object (const NhiRequest *request, GError **error);

/* Returns a response, or NULL with @error set, which the problem mapper turns into one. */
typedef NhiResponse *(*NhiHandler) (const NhiRequest *request, gpointer context, GError **error);

/* A problem built by hand, where more than a type is to be said (fields, wait). slug: from shared/api/api.h. */
NhiResponse *nhi_problem_new (guint status, const char *slug, const char *title, const char *detail);
JsonObject *nhi_problem_members (NhiResponse *problem); /* to add extension members before it is returned */

typedef enum {
  NHI_ROUTE_PLAIN = 0,
  NHI_ROUTE_SESSION_NEEDED = 1 << 0,
  NHI_ROUTE_HASHES = 1 << 1,     /* runs in the small pool for password hashing, so that it never starves the others */
  NHI_ROUTE_PAGE = 1 << 2,       /* answers HTML: errors become pages, not problems */
  NHI_ROUTE_INSTANT = 1 << 3,    /* never blocks (no database, no file): runs on the loop itself */
} NhiRouteFlags;

typedef struct {
  const char *method;
  const char *template;
  NhiHandler handler;
  NhiRouteFlags flags;
  gsize body_limit;              /* bytes; 0 = no body allowed */
} NhiRoute;

/* Each file in api/ and web/ exports a table that ends with a NULL method; main.c gives all of them to the router. */
extern const NhiRoute nhi_api_service_routes[];
extern const NhiRoute nhi_api_health_routes[];
extern const NhiRoute nhi_api_registration_routes[];
extern const NhiRoute nhi_api_session_routes[];
extern const NhiRoute nhi_api_health_bank_routes[];
extern const NhiRoute nhi_web_confirm_routes[];

/* Hooks that main.c fills, because http/ knows no domain. */
typedef struct {
  gpointer context;              /* handed to every handler: the NhiWorld */
  /* TRUE and ids when @token names a living session (and marks it seen); FALSE with @error otherwise. */
  gboolean (*authenticate) (gpointer context, const char *token, char **ret_person_id, char **ret_session_id, GError **error);
  /* Turns a handler's error into a problem. Never NULL. */
  NhiResponse *(*problem_from_error) (const NhiRequest *request, const GError *error);
} NhiHttpHooks;

/**
 * NhiHttpError:
 * @NHI_HTTP_ERROR_MALFORMED: not what HTTP or JSON allows: 400
 * @NHI_HTTP_ERROR_NOT_FOUND: no such route: 404
 * @NHI_HTTP_ERROR_METHOD: the route has other methods: 405
 * @NHI_HTTP_ERROR_TOO_LARGE: the body is longer than the route takes: 413
 * @NHI_HTTP_ERROR_MEDIA_TYPE: the body is not JSON: 415
 * @NHI_HTTP_ERROR_SESSION: no bearer token came: 401
 * @NHI_HTTP_ERROR_RATE: too many requests from this network: 429
 * @NHI_HTTP_ERROR_OVERLOADED: the queue is full: 503
 *
 * What http/ itself refuses. The messages are for a log, in English; the problem mapper has the person's words.
 */
#define NHI_HTTP_ERROR (nhi_http_error_quark ())
typedef enum {
  NHI_HTTP_ERROR_MALFORMED,
  NHI_HTTP_ERROR_NOT_FOUND,
  NHI_HTTP_ERROR_METHOD,
  NHI_HTTP_ERROR_TOO_LARGE,
  NHI_HTTP_ERROR_MEDIA_TYPE,
  NHI_HTTP_ERROR_SESSION,
  NHI_HTTP_ERROR_RATE,
  NHI_HTTP_ERROR_OVERLOADED,
} NhiHttpError;
GQuark nhi_http_error_quark (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiResponse, nhi_response_free)

G_END_DECLS
