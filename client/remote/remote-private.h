/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of this room share: one HTTP call, its answer, trust, and the checked reading of
 * JSON. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "client/remote/remote.h"

G_BEGIN_DECLS

#define NHI_REMOTE_MAX_ANSWER (4 * 1024 * 1024)       /* bytes of JSON */
#define NHI_REMOTE_MAX_PACKAGE (1024 * 1024 * 1024LL) /* bytes of a download */
#define NHI_REMOTE_MAX_WAIT (24 * 60 * 60) /* seconds that a service may tell us to wait */

struct _NhiRemote
{
  GObject parent_instance;

  char *base_uri;
  GUri *uri;               /* NULL when @base_uri is not one we talk to */
  GTlsDatabase *own_trust; /* of the CA file; NULL without one */
  GError *trust_error;     /* the CA file could not be read */
  SoupSession *session;
  guint pause_ms; /* before the second try; doubled each time */

  gboolean online;
  char *token;
  char *person_name;
  char *id_number;
  char *email;
};

/* trust */
SoupSession *
nhi_remote_make_session (void);
/* What was wrong with a certificate. Start with zeros, end with nhi_remote_distrust_clear(). */
typedef struct
{
  GTlsCertificateFlags errors;
  char *issuer; /* who says to have issued it, or NULL */
  gboolean self_signed;
  gboolean not_yet_valid;
} NhiDistrust;
void
nhi_remote_distrust_clear (NhiDistrust *distrust);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiDistrust, nhi_remote_distrust_clear)

/* Lets @message, to be sent by @session, trust what the CA file or the system trusts; what was
 * wrong stands in *@distrust afterwards, which outlives the sending. */
void
nhi_remote_guard_message (NhiRemote *self,
                          SoupSession *session,
                          SoupMessage *message,
                          NhiDistrust *distrust);
char *
nhi_remote_issuer_name (GTlsCertificate *certificate);
const char *
nhi_remote_tls_name (GTlsProtocolVersion version);

/* errors */
void
nhi_remote_set_error (GError **error, NhiRemoteError code, const char *slug, const char *text);
void
nhi_remote_set_error_wait (GError *error, gint64 wait_until);
void
nhi_remote_set_service_error (GError **error); /* the answer is not in the contract */
void
nhi_remote_set_transport_error (GError **error,
                                const GError *cause,
                                const NhiDistrust *distrust); /* (nullable) */
void
nhi_remote_set_problem_error (GError **error,
                              guint status,
                              JsonObject *problem,
                              gint64 retry_after,
                              gint64 now);

/* a call */
typedef struct
{
  const char *method;
  const char *path; /* below the base URI */
  JsonObject *body; /* (nullable) (transfer full): wiped after use as far as it is ours */
  const char *idempotency_key; /* (nullable) */
  gboolean repeatable;         /* may be sent again when nobody knows whether it arrived */
  gboolean with_session;
} NhiCall;

typedef struct
{
  guint status;
  JsonNode *root;     /* NULL for an answer without body */
  JsonObject *object; /* of @root, which every answer of the contract has */
  gint64 retry_after; /* seconds, −1 when not told */
  double latency;     /* seconds from the request's first byte to the answer's */
  gint64 middle_time; /* Unix seconds half-way between request and answer */
  GTlsProtocolVersion tls_protocol;
  char *tls_issuer;
} NhiAnswer;
void
nhi_answer_free (NhiAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiAnswer, nhi_answer_free)

/* Finishes with an answer of status 2xx, or with an error of the domain. */
void
nhi_remote_call_async (NhiRemote *self,
                       const NhiCall *call,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
NhiAnswer *
nhi_remote_call_finish (NhiRemote *self, GAsyncResult *result, GError **error);
SoupMessage *
nhi_remote_make_message (NhiRemote *self,
                         const char *method,
                         const char *path,
                         gboolean with_session,
                         GError **error);
gint64
nhi_remote_retry_after (SoupMessage *message);
void
nhi_remote_set_online (NhiRemote *self, gboolean online);
void
nhi_remote_forget_session (NhiRemote *self);
gboolean
nhi_remote_language_is_chinese (void);

/* answers: never trusted. All return FALSE or NULL for what is missing, of another type or out of
 * bounds. */
JsonNode *
nhi_answer_parse (GBytes *bytes);
char *
nhi_answer_string (JsonObject *object, const char *name, gsize max_bytes);
char *
nhi_answer_words (JsonObject *object, const char *name, gsize max_bytes); /* string or {zh, en} */
gboolean
nhi_answer_integer (JsonObject *object,
                    const char *name,
                    gint64 least,
                    gint64 most,
                    gint64 *ret_value);
gint64
nhi_answer_instant (JsonObject *object, const char *name); /* 0 = none */
JsonObject *
nhi_answer_object (JsonObject *object, const char *name);
JsonArray *
nhi_answer_array (JsonObject *object, const char *name, guint max_length);

NhiServiceInfo *
nhi_answer_to_service (const NhiAnswer *answer);
NhiCategory *
nhi_answer_to_category (JsonObject *object);
NhiApplication *
nhi_answer_to_application (JsonObject *object, gboolean with_items);
NhiApplication *
nhi_application_copy (const NhiApplication *application);
gboolean
nhi_application_id_is_valid (const char *application_id);

/* Where a download lies: beside @path, or, when that is a document of a portal (nothing may stand
 * beside one), in the cache of the program. Returns: (transfer full) */
char *
nhi_place_part_path (const char *path);
/* Makes the whole part, open as @fd, the file @path. Returns: 0, or an errno; then the part is still
 * there. */
int
nhi_place_put (int fd, const char *part_path, const char *path);

/* memory */
void
nhi_wipe_string (char *text); /* overwrites and frees; NULL is fine */

G_END_DECLS
