/* SPDX-License-Identifier: GPL-3.0-or-later
 * The client of the service: who is signed in, and the calls that are not about the health bank. */
#include "client/remote/remote-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shared/api/api.h"
#include "shared/calendar/roc-date.h"

#define FIRST_PAUSE_MS 300
#define MAX_TOKEN 512
#define MAX_EXPORT 8192

enum
{
  PROP_0,
  PROP_ONLINE,
  PROP_SIGNED_IN,
  PROP_PERSON_NAME,
  PROP_ID_NUMBER,
  PROP_EMAIL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (NhiRemote, nhi_remote, G_TYPE_OBJECT)

static void
nhi_remote_finalize (GObject *object)
{
  NhiRemote *self = NHI_REMOTE (object);

  g_free (self->base_uri);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_object (&self->own_trust);
  g_clear_error (&self->trust_error);
  g_clear_object (&self->session);
  nhi_wipe_string (self->token);
  nhi_wipe_string (self->person_name);
  nhi_wipe_string (self->id_number);
  nhi_wipe_string (self->email);
  G_OBJECT_CLASS (nhi_remote_parent_class)->finalize (object);
}

static void
nhi_remote_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NhiRemote *self = NHI_REMOTE (object);

  switch (id)
    {
    case PROP_ONLINE:
      g_value_set_boolean (value, self->online);
      break;
    case PROP_SIGNED_IN:
      g_value_set_boolean (value, self->token != NULL);
      break;
    case PROP_PERSON_NAME:
      g_value_set_string (value, self->person_name);
      break;
    case PROP_ID_NUMBER:
      g_value_set_string (value, self->id_number);
      break;
    case PROP_EMAIL:
      g_value_set_string (value, self->email);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
nhi_remote_class_init (NhiRemoteClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = nhi_remote_finalize;
  object_class->get_property = nhi_remote_get_property;

  properties[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, FALSE, flags);
  properties[PROP_SIGNED_IN] = g_param_spec_boolean ("signed-in", NULL, NULL, FALSE, flags);
  properties[PROP_PERSON_NAME] = g_param_spec_string ("person-name", NULL, NULL, NULL, flags);
  properties[PROP_ID_NUMBER] = g_param_spec_string ("id-number", NULL, NULL, NULL, flags);
  properties[PROP_EMAIL] = g_param_spec_string ("email", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
nhi_remote_init (NhiRemote *self)
{
  self->session = nhi_remote_make_session ();
  self->pause_ms = FIRST_PAUSE_MS;
}

/* Passwords travel: plain HTTP only within this computer, for tests. */
static GUri *
check_base_uri (const char *base_uri)
{
  g_autoptr (GUri) uri = g_uri_parse (base_uri, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL)
    return NULL;
  host = g_uri_get_host (uri);
  if (g_str_equal (g_uri_get_scheme (uri), "https") ||
      (g_str_equal (g_uri_get_scheme (uri), "http") &&
       (g_str_equal (host, "127.0.0.1") || g_str_equal (host, "::1") ||
        g_str_equal (host, "localhost"))))
    return g_steal_pointer (&uri);
  return NULL;
}

static void
load_own_trust (NhiRemote *self, const char *ca_file)
{
  g_autofree char *path = g_canonicalize_filename (ca_file, NULL);
  g_autoptr (GError) error = NULL;

  self->own_trust = g_tls_file_database_new (path, &error);
  if (self->own_trust == NULL)
    nhi_remote_set_error (&self->trust_error, NHI_REMOTE_ERROR_TLS, "ca-file-not-readable",
                          _ ("The file with the service's issuer cannot be read. Check the "
                             "setting “CA file”."));
}

NhiRemote *
nhi_remote_new (const char *base_uri, const char *ca_file)
{
  NhiRemote *self = g_object_new (NHI_TYPE_REMOTE, NULL);

  g_return_val_if_fail (base_uri != NULL, self);

  self->base_uri = g_strdup (base_uri);
  while (g_str_has_suffix (self->base_uri, "/"))
    self->base_uri[strlen (self->base_uri) - 1] = '\0';
  self->uri = check_base_uri (self->base_uri);
  if (ca_file != NULL && *ca_file != '\0')
    load_own_trust (self, ca_file);
  return self;
}

const char *
nhi_remote_get_base_uri (NhiRemote *self)
{
  g_return_val_if_fail (NHI_IS_REMOTE (self), NULL);
  return self->base_uri;
}

gboolean
nhi_remote_get_online (NhiRemote *self)
{
  g_return_val_if_fail (NHI_IS_REMOTE (self), FALSE);
  return self->online;
}

gboolean
nhi_remote_get_signed_in (NhiRemote *self)
{
  g_return_val_if_fail (NHI_IS_REMOTE (self), FALSE);
  return self->token != NULL;
}

const char *
nhi_remote_get_person_name (NhiRemote *self)
{
  g_return_val_if_fail (NHI_IS_REMOTE (self), NULL);
  return self->person_name;
}

const char *
nhi_remote_get_id_number (NhiRemote *self)
{
  g_return_val_if_fail (NHI_IS_REMOTE (self), NULL);
  return self->id_number;
}

void
nhi_remote_set_online (NhiRemote *self, gboolean online)
{
  if (self->online == online)
    return;
  self->online = online;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ONLINE]);
}

static void
set_email (NhiRemote *self, char *email)
{
  nhi_wipe_string (self->email);
  self->email = email;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EMAIL]);
}

/* Takes all three; NULLs sign out. */
static void
set_session (NhiRemote *self, char *token, char *person_name, char *id_number)
{
  nhi_wipe_string (self->token);
  nhi_wipe_string (self->person_name);
  nhi_wipe_string (self->id_number);
  self->token = token;
  self->person_name = person_name;
  self->id_number = id_number;

  g_object_freeze_notify (G_OBJECT (self));
  set_email (self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PERSON_NAME]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ID_NUMBER]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIGNED_IN]);
  g_object_thaw_notify (G_OBJECT (self));
}

void
nhi_remote_forget_session (NhiRemote *self)
{
  if (self->token != NULL)
    set_session (self, NULL, NULL, NULL);
}

/* ---- GET /service ---- */

static void
service_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (NhiAnswer) answer = nhi_remote_call_finish (NHI_REMOTE (source), result, &error);
  NhiServiceInfo *info =
      answer != NULL && answer->object != NULL ? nhi_answer_to_service (answer) : NULL;

  if (info == NULL && error == NULL)
    nhi_remote_set_service_error (&error);
  if (info == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, info, (GDestroyNotify)nhi_service_info_free);
}

void
nhi_remote_service_async (NhiRemote *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (NHI_IS_REMOTE (self));
  nhi_remote_call_async (self,
                         &(NhiCall){
                             .method = "GET", .path = NHI_ROUTE_SERVICE, .repeatable = TRUE },
                         cancellable, service_answered, task);
}

NhiServiceInfo *
nhi_remote_service_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- POST /registrations ---- */

static void
registration_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (NhiAnswer) answer = nhi_remote_call_finish (NHI_REMOTE (source), result, &error);
  NhiRegistrationReceipt *receipt = g_new0 (NhiRegistrationReceipt, 1);

  if (answer != NULL)
    {
      receipt->email_masked = nhi_answer_string (answer->object, "email", 300);
      receipt->expires_at = nhi_answer_instant (answer->object, "expires_at");
      if (receipt->email_masked == NULL || receipt->expires_at == 0)
        nhi_remote_set_service_error (&error);
    }
  if (error != NULL)
    {
      nhi_registration_receipt_free (receipt);
      g_task_return_error (task, error);
    }
  else
    g_task_return_pointer (task, receipt, (GDestroyNotify)nhi_registration_receipt_free);
}

static JsonObject *
registration_body (const NhiRegistrationForm *form)
{
  JsonObject *body = json_object_new ();
  g_autofree char *birth_date =
      g_date_valid (&form->birth_date) ? nhi_iso_date_format (&form->birth_date) : g_strdup ("");
  const struct
  {
    const char *name;
    const char *value;
  } members[] = {
    { "card_number", form->card_number },
    { "id_number", form->id_number },
    { "name", form->name },
    { "birth_date", birth_date },
    { "household_number", form->household_number },
    { "village_code", form->village_code },
    { "email", form->email },
    { "phone", form->phone },
    { "password", form->password },
    { "language", nhi_remote_language_is_chinese () ? "zh-TW" : "en" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    json_object_set_string_member (body, members[i].name,
                                   members[i].value != NULL ? members[i].value : "");
  json_object_set_int_member (body, "neighbourhood", form->neighbourhood);
  return body;
}

void
nhi_remote_register_async (NhiRemote *self,
                           const NhiRegistrationForm *form,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *made_key = g_uuid_string_random ();

  g_return_if_fail (NHI_IS_REMOTE (self) && form != NULL);
  nhi_remote_call_async (self,
                         &(NhiCall){ .method = "POST",
                                     .path = NHI_ROUTE_REGISTRATIONS,
                                     .body = registration_body (form),
                                     .idempotency_key = form->idempotency_key != NULL
                                                            ? form->idempotency_key
                                                            : made_key,
                                     .repeatable = TRUE },
                         cancellable, registration_answered, task);
}

NhiRegistrationReceipt *
nhi_remote_register_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- POST /sessions ---- */

static void
email_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NhiRemote *self = NHI_REMOTE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiAnswer) answer = nhi_remote_call_finish (self, result, &error);

  if (answer != NULL && self->token != NULL)
    set_email (self,
               nhi_answer_string (nhi_answer_object (answer->object, "person"), "email", 254));
  else if (error != NULL)
    g_debug ("the session's email is not known: %s", error->message);
}

static NhiSignInReceipt *
take_session (NhiRemote *self, JsonObject *object)
{
  JsonObject *person = nhi_answer_object (object, "person");
  JsonObject *last = nhi_answer_object (object, "last_sign_in");
  g_autofree char *token = nhi_answer_string (object, "token", MAX_TOKEN);
  g_autofree char *name = nhi_answer_string (person, "name", 200);
  g_autofree char *id_number = nhi_answer_string (person, "id_number", 20);
  NhiSignInReceipt *receipt;
  gint64 idle_seconds;

  if (token == NULL || *token == '\0' || name == NULL || id_number == NULL ||
      !nhi_answer_integer (object, "idle_seconds", 1, NHI_REMOTE_MAX_WAIT, &idle_seconds))
    return NULL;

  receipt = g_new0 (NhiSignInReceipt, 1);
  receipt->idle_seconds = (guint)idle_seconds;
  if (last != NULL)
    {
      receipt->last_sign_in_at = nhi_answer_instant (last, "at");
      receipt->last_sign_in_network = nhi_answer_string (last, "network", 100);
    }
  set_session (self, g_steal_pointer (&token), g_steal_pointer (&name),
               g_steal_pointer (&id_number));
  return receipt;
}

static void
sign_in_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NhiRemote *self = NHI_REMOTE (source);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (NhiAnswer) answer = nhi_remote_call_finish (self, result, &error);
  NhiSignInReceipt *receipt =
      answer != NULL && answer->object != NULL ? take_session (self, answer->object) : NULL;

  if (receipt == NULL)
    {
      if (error == NULL)
        nhi_remote_set_service_error (&error);
      g_task_return_error (task, error);
      return;
    }
  g_task_return_pointer (task, receipt, (GDestroyNotify)nhi_sign_in_receipt_free);
  nhi_remote_call_async (self,
                         &(NhiCall){
                             .method = "GET", .path = NHI_ROUTE_SESSION, .with_session = TRUE },
                         NULL, email_answered, NULL);
}

void
nhi_remote_sign_in_async (NhiRemote *self,
                          const char *card_number,
                          const char *id_number,
                          const char *password,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  JsonObject *body = json_object_new ();

  g_return_if_fail (NHI_IS_REMOTE (self));
  json_object_set_string_member (body, "card_number", card_number);
  json_object_set_string_member (body, "id_number", id_number);
  json_object_set_string_member (body, "password", password);
  json_object_set_string_member (body, "client", "nhicard/" NHI_VERSION);
  nhi_remote_call_async (self,
                         &(NhiCall){ .method = "POST", .path = NHI_ROUTE_SESSIONS, .body = body },
                         cancellable, sign_in_answered, task);
}

NhiSignInReceipt *
nhi_remote_sign_in_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- DELETE /session ---- */

static void
sign_out_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (NhiAnswer) answer = nhi_remote_call_finish (NHI_REMOTE (source), result, &error);

  /* A session that the service has ended already is what was asked for. */
  if (error != NULL && !g_error_matches (error, NHI_REMOTE_ERROR, NHI_REMOTE_ERROR_SESSION))
    g_task_return_error (task, error);
  else
    {
      g_clear_error (&error);
      g_task_return_boolean (task, TRUE);
    }
}

void
nhi_remote_sign_out_async (NhiRemote *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (NHI_IS_REMOTE (self));
  if (self->token == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  /* The message has the token by the time the call returns. */
  nhi_remote_call_async (self,
                         &(NhiCall){
                             .method = "DELETE", .path = NHI_ROUTE_SESSION, .with_session = TRUE },
                         cancellable, sign_out_answered, task);
  nhi_remote_forget_session (self);
}

gboolean
nhi_remote_sign_out_finish (NhiRemote *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
nhi_remote_sign_out (NhiRemote *self)
{
  nhi_remote_sign_out_async (self, NULL, NULL, NULL);
}

/* ---- between two commands ---- */

char *
nhi_remote_export_session (NhiRemote *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  g_return_val_if_fail (NHI_IS_REMOTE (self), NULL);
  json_node_take_object (root, object);
  if (self->token == NULL)
    return NULL;
  json_object_set_string_member (object, "service", self->base_uri);
  json_object_set_string_member (object, "token", self->token);
  json_object_set_string_member (object, "name", self->person_name);
  json_object_set_string_member (object, "id_number", self->id_number);
  return json_to_string (root, FALSE);
}

gboolean
nhi_remote_import_session (NhiRemote *self, const char *exported)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *service = NULL;
  char *token, *name, *id_number;
  JsonObject *object;

  g_return_val_if_fail (NHI_IS_REMOTE (self), FALSE);
  if (exported == NULL || strlen (exported) > MAX_EXPORT)
    return FALSE;
  bytes = g_bytes_new_static (exported, strlen (exported));
  root = nhi_answer_parse (bytes);
  object = root != NULL ? json_node_get_object (root) : NULL;
  service = nhi_answer_string (object, "service", MAX_EXPORT);
  /* A token is never shown to another service than the one that gave it. */
  if (g_strcmp0 (service, self->base_uri) != 0)
    return FALSE;

  token = nhi_answer_string (object, "token", MAX_TOKEN);
  name = nhi_answer_string (object, "name", 200);
  id_number = nhi_answer_string (object, "id_number", 20);
  if (token == NULL || *token == '\0' || name == NULL || id_number == NULL)
    {
      nhi_wipe_string (token);
      nhi_wipe_string (name);
      nhi_wipe_string (id_number);
      return FALSE;
    }
  set_session (self, token, name, id_number);
  return TRUE;
}
