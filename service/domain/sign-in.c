/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sign-in in two transactions with the slow hash between them: the first counts a failure in
 * advance, the second takes it back. Both decide only on rows they have locked. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/sign-in.h"

#include "service/domain/attempts.h"
#include "service/domain/form-field.h"
#include "service/domain/insured.h"
#include "service/domain/password.h"
#include "service/domain/session.h"
#include "service/store/registration.h"
#include "service/store/session.h"

#include <string.h>

#define FREE_FAILURES 3
#define FREE_FAILURES_OF_NETWORK 30
#define MAX_CLIENT_CHARACTERS 100

typedef struct
{
  NhiWorld *world;
  char *card_number;
  char *id_number;
  char *client;
  const char *network;
  gint64 now;
  char *sign_in_id;
  NhiSessionKey key;
  char *subject;
  NhiInsured insured;
  NhiAccountRow *account; /* NULL: no account, or not with this card */
  char *new_hash;         /* NULL: the old one stays */
  NhiSignIn result;
} Trial;

void
nhi_sign_in_clear (NhiSignIn *sign_in)
{
  if (sign_in->token != NULL)
    explicit_bzero (sign_in->token, strlen (sign_in->token));
  g_clear_pointer (&sign_in->token, g_free);
  g_clear_pointer (&sign_in->name, g_free);
  g_clear_pointer (&sign_in->id_number, g_free);
  g_clear_pointer (&sign_in->last_network, g_free);
}

static void
trial_clear (Trial *self)
{
  g_clear_pointer (&self->card_number, g_free);
  g_clear_pointer (&self->id_number, g_free);
  g_clear_pointer (&self->client, g_free);
  g_clear_pointer (&self->sign_in_id, g_free);
  nhi_session_key_clear (&self->key);
  g_clear_pointer (&self->subject, g_free);
  nhi_insured_clear (&self->insured);
  g_clear_pointer (&self->account, nhi_account_row_free);
  g_clear_pointer (&self->new_hash, g_free);
  nhi_sign_in_clear (&self->result);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

static gboolean
read_request (Trial *self, const NhiSignInRequest *request, GError **error)
{
  g_autoptr (NhiFieldErrors) errors = nhi_field_errors_new ();
  const char *client = request->client != NULL ? request->client : "";

  self->card_number = nhi_form_read_card_number (errors, request->card_number);
  self->id_number = nhi_form_read_id_number (errors, request->id_number);
  nhi_form_is_given (errors, "password", request->password);
  self->client =
      g_utf8_substring (client, 0, MIN (MAX_CLIENT_CHARACTERS, g_utf8_strlen (client, -1)));
  return nhi_field_errors_done (errors, error);
}

static NhiAttempt
attempt_of (const Trial *self)
{
  return (NhiAttempt){ self->sign_in_id, self->subject, self->network,
                       "sign-in",        FREE_FAILURES, FREE_FAILURES_OF_NETWORK };
}

static gboolean
begin_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Trial *self = data;

  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->account, nhi_account_row_free);
  if (!nhi_insured_find (connection, self->id_number, self->card_number, &self->insured, error))
    return FALSE;
  const NhiPerson *person = self->insured.person;
  self->subject = nhi_attempt_subject (person != NULL ? person->person_id : NULL, self->id_number);

  const NhiAttempt attempt = attempt_of (self);
  if (!nhi_attempt_begin (connection, &attempt, self->now, error))
    return FALSE;
  /* Asked for nobody too, so that nobody costs as much as somebody. */
  if (!nhi_store_account_find (connection, self->subject, &self->account, error))
    return FALSE;
  if (!nhi_insured_has_active_card (&self->insured))
    g_clear_pointer (&self->account, nhi_account_row_free);
  return TRUE;
}

/* The network's counter, which others may be waiting for, comes last. */
static gboolean
finish (NhiDbConnection *connection, Trial *self, GError **error)
{
  const NhiAttempt attempt = attempt_of (self);
  const char *person_id = self->insured.person->person_id;

  g_clear_pointer (&self->result.last_network, g_free);
  return nhi_session_open (connection, &self->key, person_id, self->client, self->network,
                           self->now, &self->result.expires_at, error) &&
         nhi_store_sign_in_last (connection, person_id, &self->result.last_at,
                                 &self->result.last_network, error) &&
         nhi_store_sign_in_trim (connection, person_id, NHI_SIGN_INS_PER_PERSON - 1, error) &&
         nhi_store_sign_in_add (connection, person_id, self->sign_in_id, self->now, self->network,
                                self->client, error) &&
         (self->new_hash == NULL ||
          nhi_store_account_rehash (connection, person_id, self->account->password_hash,
                                    self->new_hash, error)) &&
         nhi_attempt_succeed (connection, &attempt, self->now, error);
}

/* When it runs again after it was in fact committed, @self holds the result already. */
static gboolean
finish_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Trial *self = data;
  gboolean done = FALSE;

  if (!nhi_store_sign_in_is_there (connection, self->insured.person->person_id, self->sign_in_id,
                                   &done, error))
    return FALSE;
  return done || finish (connection, self, error);
}

static gboolean
judge (Trial *self, const char *password, GError **error)
{
  const char *phc = self->account != NULL ? self->account->password_hash : NULL;
  gboolean matches = FALSE;
  gboolean outdated = FALSE;

  if (!nhi_password_verify (self->world, phc, password, &matches, &outdated, error))
    return FALSE;
  if (!matches)
    {
      g_set_error_literal (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_SIGN_IN,
                           "Card, ID number or password is wrong, or there is no account");
      return FALSE;
    }
  if (outdated)
    self->new_hash =
        nhi_password_hash (self->world, password, NULL); /* if not now, then next time */
  return TRUE;
}

gboolean
nhi_sign_in (NhiWorld *world,
             const NhiSignInRequest *request,
             NhiSignIn *ret_sign_in,
             GError **error)
{
  g_auto (Trial)
      trial = { .world = world, .network = request->network, .now = nhi_world_now (world) };

  trial.sign_in_id = nhi_world_uuid (world);
  nhi_session_key_make (world, &trial.key);
  if (!read_request (&trial, request, error) ||
      !nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, begin_body, &trial, error) ||
      !judge (&trial, request->password, error) ||
      !nhi_db_transact (world->db, NHI_DB_WRITE_LOCKED, finish_body, &trial, error))
    return FALSE;

  trial.result.token = g_steal_pointer (&trial.key.token);
  trial.result.name = g_strdup (trial.insured.person->name);
  trial.result.id_number = g_strdup (trial.insured.person->id_number);
  *ret_sign_in = trial.result;
  trial.result = (NhiSignIn){ 0 };
  return TRUE;
}
