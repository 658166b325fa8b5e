/* SPDX-License-Identifier: GPL-3.0-or-later
 * The HTTPS client: one asynchronous call per route of the service, with retry, idempotency and
 * errors in words. */
#pragma once

#include <gio/gio.h>
#include "shared/record/record.h"

G_BEGIN_DECLS

#define NHI_REMOTE_ERROR (nhi_remote_error_quark ())
/**
 * NhiRemoteError: what kind of failure it was; the message is translated and says what to do.
 * @NHI_REMOTE_ERROR_OFFLINE: no connection could be made (no network, service down, timed out)
 * @NHI_REMOTE_ERROR_TLS: the certificate is not trusted, or no common TLS version
 * @NHI_REMOTE_ERROR_INVALID: 422 with fields: nhi_remote_error_fields()
 * @NHI_REMOTE_ERROR_NOT_MATCHING: the data is not what the insurer holds
 * @NHI_REMOTE_ERROR_SIGN_IN: card, ID or password is wrong
 * @NHI_REMOTE_ERROR_WAIT: too many failures or requests: nhi_remote_error_wait_until()
 * @NHI_REMOTE_ERROR_SESSION: signed out by the service
 * @NHI_REMOTE_ERROR_NOT_READY, @NHI_REMOTE_ERROR_GONE, @NHI_REMOTE_ERROR_NOT_FOUND: of a package
 * @NHI_REMOTE_ERROR_BUSY: 503
 * @NHI_REMOTE_ERROR_SERVICE: 500 or an answer that is not in the contract
 */
typedef enum
{
  NHI_REMOTE_ERROR_OFFLINE,
  NHI_REMOTE_ERROR_TLS,
  NHI_REMOTE_ERROR_INVALID,
  NHI_REMOTE_ERROR_NOT_MATCHING,
  NHI_REMOTE_ERROR_SIGN_IN,
  NHI_REMOTE_ERROR_WAIT,
  NHI_REMOTE_ERROR_SESSION,
  NHI_REMOTE_ERROR_NOT_READY,
  NHI_REMOTE_ERROR_GONE,
  NHI_REMOTE_ERROR_NOT_FOUND,
  NHI_REMOTE_ERROR_BUSY,
  NHI_REMOTE_ERROR_SERVICE,
} NhiRemoteError;
GQuark
nhi_remote_error_quark (void);
/* Extras that travel beside a GError of this domain (extended error). */
gint64
nhi_remote_error_wait_until (const GError *error); /* Unix seconds, 0 when not told */
const char *
nhi_remote_error_field (const GError *error,
                        const char *field); /* message for that field, or NULL */
const char *
nhi_remote_error_code (const GError *error); /* problem slug, for support */
const char *
nhi_remote_error_issuer (const GError *error); /* of a certificate that is not trusted, or NULL */
char **
nhi_remote_error_fields (
    const GError *error); /* names of all fields with a message; (transfer full) */

/* Properties (notified): "online" (boolean, the last call reached the service), "signed-in"
 * (boolean), "person-name", "id-number", "email" (NULL when signed out). The token never leaves
 * this object. */
#define NHI_TYPE_REMOTE (nhi_remote_get_type ())
G_DECLARE_FINAL_TYPE (NhiRemote, nhi_remote, NHI, REMOTE, GObject)

/* @base_uri: "https://localhost:8443". @ca_file: PEM of one more trusted issuer, or NULL (the
 * demo's own). */
NhiRemote *
nhi_remote_new (const char *base_uri, const char *ca_file);
const char *
nhi_remote_get_base_uri (NhiRemote *self);
gboolean
nhi_remote_get_online (NhiRemote *self);
gboolean
nhi_remote_get_signed_in (NhiRemote *self);
const char *
nhi_remote_get_person_name (NhiRemote *self);
const char *
nhi_remote_get_id_number (NhiRemote *self);

/* GET /service. Everything the checks want to know about the way to the service in one go. */
typedef struct
{
  char *name;
  char *version;
  char *minimum_client;
  gint64 service_time; /* Unix seconds, when the answer was written */
  gint64 clock_skew;   /* seconds, ours minus theirs, corrected by half the round trip */
  double latency;      /* seconds, one request on an open connection */
  char *tls_protocol;  /* "TLS 1.3" */
  char *tls_issuer;    /* common name of the issuer of the leaf */
  gboolean demo;
} NhiServiceInfo;
void
nhi_service_info_free (NhiServiceInfo *info);
void
nhi_remote_service_async (NhiRemote *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
NhiServiceInfo *
nhi_remote_service_finish (NhiRemote *self, GAsyncResult *result, GError **error);

/* By how much this computer's clock differs from the service's, in seconds, when a certificate is
 * not valid at this computer's date: the chain and the name are checked, its dates are not, and
 * only the Date header of the answer is looked at. */
void
nhi_remote_clock_async (NhiRemote *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
gboolean
nhi_remote_clock_finish (NhiRemote *self, GAsyncResult *result, gint64 *ret_skew, GError **error);

/* POST /registrations. */
typedef struct
{
  char *card_number, *id_number, *name;
  GDate birth_date;
  char *household_number, *village_code;
  guint neighbourhood;
  char *email, *phone, *password;
  char *idempotency_key; /* made once per review page, so that sending twice registers once */
} NhiRegistrationForm;
NhiRegistrationForm *
nhi_registration_form_new (void);
void
nhi_registration_form_free (NhiRegistrationForm *form); /* wipes */
typedef struct
{
  char *email_masked;
  gint64 expires_at;
} NhiRegistrationReceipt;
void
nhi_registration_receipt_free (NhiRegistrationReceipt *receipt);
void
nhi_remote_register_async (NhiRemote *self,
                           const NhiRegistrationForm *form,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
NhiRegistrationReceipt *
nhi_remote_register_finish (NhiRemote *self, GAsyncResult *result, GError **error);

/* POST /sessions, DELETE /session. Sign-out always ends signed out here, even when the service
 * cannot be told. */
typedef struct
{
  gint64 last_sign_in_at; /* 0 = never before */
  char *last_sign_in_network;
  guint idle_seconds;
} NhiSignInReceipt;
void
nhi_sign_in_receipt_free (NhiSignInReceipt *receipt);
void
nhi_remote_sign_in_async (NhiRemote *self,
                          const char *card_number,
                          const char *id_number,
                          const char *password,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
NhiSignInReceipt *
nhi_remote_sign_in_finish (NhiRemote *self, GAsyncResult *result, GError **error);
void
nhi_remote_sign_out (NhiRemote *self);
/* The same for who has to know that the service was told: an error says that it was not. */
void
nhi_remote_sign_out_async (NhiRemote *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean
nhi_remote_sign_out_finish (NhiRemote *self, GAsyncResult *result, GError **error);
/* For the terminal: keep and take up a session between two commands. */
char *
nhi_remote_export_session (NhiRemote *self);
gboolean
nhi_remote_import_session (NhiRemote *self, const char *exported);

/* The health bank. */
typedef struct
{
  char *code;       /* "outpatient" */
  char *class_code; /* "insurance_billing", "insurance_payment", "medical" */
  char *class_name; /* in the language of the program */
  char *name;
} NhiCategory;
typedef struct
{
  char *category, *class_name, *name;
  char *from, *to; /* YYYY-MM */
  char *mode;      /* merged, monthly */
  char *status;    /* processing, ready, none, failed */
  guint entries;
} NhiApplicationItem;
typedef struct
{
  char *application_id;
  gint64 applied_at, available_until;
  char *state; /* processing, ready, failed */
  char *from, *to;
  GPtrArray *items;         /* of NhiApplicationItem; NULL in the list */
  char *file_name, *sha256; /* NULL until ready */
  gint64 size;
} NhiApplication;
void
nhi_category_free (NhiCategory *category);
void
nhi_application_free (NhiApplication *application);
GType
nhi_application_boxed_get_type (void);
void
nhi_remote_categories_async (NhiRemote *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
GPtrArray *
nhi_remote_categories_finish (NhiRemote *self, GAsyncResult *result, GError **error);
void
nhi_remote_apply_async (NhiRemote *self,
                        const char *const *categories,
                        const char *from,
                        const char *to,
                        const char *idempotency_key,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
NhiApplication *
nhi_remote_apply_finish (NhiRemote *self, GAsyncResult *result, GError **error);
void
nhi_remote_applications_async (NhiRemote *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GPtrArray *
nhi_remote_applications_finish (NhiRemote *self, GAsyncResult *result, GError **error);
void
nhi_remote_application_async (NhiRemote *self,
                              const char *application_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
NhiApplication *
nhi_remote_application_finish (NhiRemote *self, GAsyncResult *result, GError **error);
/* Asks again until the application is no longer processing (as Retry-After says, 2 minutes at
 * most). */
void
nhi_remote_await_application_async (NhiRemote *self,
                                    const char *application_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
NhiApplication *
nhi_remote_await_application_finish (NhiRemote *self, GAsyncResult *result, GError **error);
/* Whether @path is a document that a portal handed to the sandbox: its folder has no name that a
 * person knows. */
gboolean
nhi_remote_is_document (const char *path);
/* Downloads into @destination by way of "@destination.part" (for a document of a portal: of a part
 * in the program's own cache), resuming it by Range and If-Range when it is there from before, and
 * checks the SHA-256 at the end. @progress: bytes so far and in all,
 * on the main loop. */
typedef void (*NhiDownloadProgress) (gint64 received, gint64 total, gpointer user_data);
void
nhi_remote_download_async (NhiRemote *self,
                           const NhiApplication *application,
                           GFile *destination,
                           NhiDownloadProgress progress,
                           gpointer progress_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean
nhi_remote_download_finish (NhiRemote *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiServiceInfo, nhi_service_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiRegistrationForm, nhi_registration_form_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiRegistrationReceipt, nhi_registration_receipt_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiSignInReceipt, nhi_sign_in_receipt_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiCategory, nhi_category_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiApplication, nhi_application_free)

G_END_DECLS
