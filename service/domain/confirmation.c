/* SPDX-License-Identifier: GPL-3.0-or-later
 * The link in the letter: looking at it, and the click that makes the account. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/name.h"
#include "service/domain/outbox.h"
#include "service/domain/registration.h"
#include "service/store/outbox.h"
#include "service/store/population.h"
#include "service/store/registration.h"

#include <string.h>

typedef struct
{
  NhiWorld *world;
  guint8 token_hash[32];
  gint64 now;
  char *mail_id; /* of the letter that will say so; NULL: only looks */
  NhiConfirmation *ret;
} Look;

void
nhi_confirmation_clear (NhiConfirmation *confirmation)
{
  g_clear_pointer (&confirmation->masked_name, g_free);
}

static NhiConfirmationState
state_of (const NhiRegistrationRow *row, gint64 now)
{
  if (g_str_equal (row->state, NHI_REGISTRATION_CONFIRMED))
    return NHI_CONFIRMATION_DONE;
  if (g_str_equal (row->state, NHI_REGISTRATION_REPLACED))
    return NHI_CONFIRMATION_REPLACED;
  if (g_str_equal (row->state, NHI_REGISTRATION_EXPIRED) || row->expires_at <= now)
    return NHI_CONFIRMATION_EXPIRED;
  return NHI_CONFIRMATION_PENDING;
}

static gboolean
make_account (Look *self,
              NhiDbConnection *connection,
              const NhiRegistrationRow *row,
              GError **error)
{
  const NhiAccountRow account = {
    .person_id = row->person_id,
    .email = row->email,
    .phone = row->phone,
    .password_hash = row->password_hash,
    .language = row->language,
  };
  const NhiLetter letter = {
    .kind = NHI_LETTER_REGISTERED,
    .language = row->language,
    .recipient = row->email,
    .masked_name = self->ret->masked_name,
  };

  return nhi_store_account_add (connection, &account, self->now, error) &&
         nhi_store_registration_close (connection, row->person_id, row->registration_id,
                                       NHI_REGISTRATION_CONFIRMED, self->now, error) &&
         nhi_store_registration_replace_pending (connection, row->person_id, error) &&
         nhi_outbox_post (self->world, connection, self->mail_id, row->person_id, &letter,
                          self->now, error);
}

/* Confirms @row, unless the person has an account meanwhile: nothing changes an account but its
 * owner. */
static gboolean
confirm (Look *self, NhiDbConnection *connection, const NhiRegistrationRow *row, GError **error)
{
  g_autoptr (NhiAccountRow) account = NULL;

  if (!nhi_store_account_find (connection, row->person_id, &account, error))
    return FALSE;
  if (account != NULL)
    {
      self->ret->state = NHI_CONFIRMATION_REPLACED;
      return nhi_store_registration_close (connection, row->person_id, row->registration_id,
                                           NHI_REGISTRATION_REPLACED, 0, error);
    }
  if (!make_account (self, connection, row, error))
    return FALSE;
  self->ret->state = NHI_CONFIRMATION_DONE;
  self->ret->just_now = TRUE;
  return TRUE;
}

/* Whether it was this very click that confirmed, in a run whose COMMIT was lost. */
static gboolean
find_own_letter (Look *self,
                 NhiDbConnection *connection,
                 const NhiRegistrationRow *row,
                 GError **error)
{
  g_autoptr (NhiOutboxRow) letter = NULL;

  if (!nhi_store_outbox_find (connection, row->person_id, self->mail_id, &letter, error))
    return FALSE;
  self->ret->just_now = letter != NULL;
  return TRUE;
}

static gboolean
look_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Look *self = data;
  g_autoptr (NhiRegistrationRow) row = NULL;
  g_autoptr (NhiPerson) person = NULL;

  nhi_confirmation_clear (self->ret);
  *self->ret = (NhiConfirmation){ 0 };
  if (!nhi_store_registration_find (connection, self->token_hash, &row, error))
    return FALSE;
  if (row == NULL)
    return TRUE;
  if (!nhi_population_find (connection, row->person_id, &person, error))
    return FALSE;
  if (person == NULL) /* no longer insured: the link opens nothing any more */
    return TRUE;

  self->ret->state = state_of (row, self->now);
  self->ret->expires_at = row->expires_at;
  self->ret->masked_name = nhi_name_mask (person->name);
  if (self->mail_id != NULL && self->ret->state == NHI_CONFIRMATION_PENDING)
    return confirm (self, connection, row, error);
  if (self->mail_id != NULL && self->ret->state == NHI_CONFIRMATION_DONE)
    return find_own_letter (self, connection, row, error);
  return TRUE;
}

static gboolean
look (NhiWorld *world, const char *token, gboolean confirm, NhiConfirmation *ret, GError **error)
{
  g_autofree char *mail_id = confirm ? nhi_world_uuid (world) : NULL;
  Look self = { .world = world, .now = nhi_world_now (world), .mail_id = mail_id, .ret = ret };

  *ret = (NhiConfirmation){ 0 };
  if (strlen (token) != NHI_TOKEN_LENGTH)
    return TRUE;
  nhi_token_hash (token, self.token_hash);
  return nhi_db_transact (world->db, confirm ? NHI_DB_WRITE : NHI_DB_READ, look_body, &self, error);
}

gboolean
nhi_registration_look (NhiWorld *world, const char *token, NhiConfirmation *ret, GError **error)
{
  return look (world, token, FALSE, ret, error);
}

gboolean
nhi_registration_confirm (NhiWorld *world, const char *token, NhiConfirmation *ret, GError **error)
{
  return look (world, token, TRUE, ret, error);
}
