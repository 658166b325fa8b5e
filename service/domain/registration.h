/* SPDX-License-Identifier: GPL-3.0-or-later
 * A registration's life: applied for, confirmed within five days or gone. */
#pragma once

#include "service/domain/world.h"

G_BEGIN_DECLS

#define NHI_REGISTRATION_SECONDS                                                                   \
  (5 * 24 * 60 * 60) /* an unconfirmed registration dies at this age exactly */
#define NHI_REGISTRATION_KEEPS_TOKEN                                                               \
  (30 * 24 * 60 * 60) /* so long a late click is still told that it came too late */

/* What a person sends. Every member may be NULL, then it was not given; @neighbourhood 0 = not
 * given. */
typedef struct
{
  const char *card_number;
  const char *id_number;
  const char *name;
  const char *birth_date; /* YYYY-MM-DD */
  const char *household_number;
  const char *village_code; /* 11 digits; "TTTTTTTT000" for a village that the list lacks */
  gint64 neighbourhood;
  const char *email;
  const char *phone;
  const char *password;
  const char *language; /* of the letters: zh-TW, en */
} NhiRegistrationRequest;

typedef struct
{
  char *email_masked;
  gint64 expires_at; /* Unix seconds */
} NhiRegistrationTicket;
void nhi_registration_ticket_clear (NhiRegistrationTicket *ticket);

/**
 * nhi_registration_apply:
 * @network: where it came from; failures are counted by it
 * @idempotency_key: a UUID, checked by nhi_idempotency_key_is_valid()
 *
 * Hashes the password: slow. The answer is the same, and takes the same work, whether the person is
 * registered already or not; then a letter tells the owner of the account, and the account stays as
 * it is.
 *
 * Errors: %NHI_DOMAIN_ERROR_INVALID with fields, %NHI_DOMAIN_ERROR_NOT_MATCHING (never telling
 * which), %NHI_DOMAIN_ERROR_WAIT, %NHI_DOMAIN_ERROR_KEY_REUSED, %NHI_DB_ERROR
 */
gboolean nhi_registration_apply (NhiWorld *world,
                                 const NhiRegistrationRequest *request,
                                 const char *network,
                                 const char *idempotency_key,
                                 NhiRegistrationTicket *ret_ticket,
                                 GError **error);

/**
 * NhiConfirmationState: what a link stands for now
 * @NHI_CONFIRMATION_UNKNOWN: no such token, or long gone
 * @NHI_CONFIRMATION_PENDING: a click will confirm
 * @NHI_CONFIRMATION_DONE: confirmed, now or before
 * @NHI_CONFIRMATION_EXPIRED: five days are over
 * @NHI_CONFIRMATION_REPLACED: a newer application took its place
 */
typedef enum
{
  NHI_CONFIRMATION_UNKNOWN,
  NHI_CONFIRMATION_PENDING,
  NHI_CONFIRMATION_DONE,
  NHI_CONFIRMATION_EXPIRED,
  NHI_CONFIRMATION_REPLACED,
} NhiConfirmationState;

typedef struct
{
  NhiConfirmationState state;
  char *masked_name; /* NULL unless pending or done */
  gint64 expires_at;
  gboolean just_now; /* this very call confirmed it */
} NhiConfirmation;
void nhi_confirmation_clear (NhiConfirmation *confirmation);

/* Looks only: a mail scanner that follows the link changes nothing. */
gboolean
nhi_registration_look (NhiWorld *world, const char *token, NhiConfirmation *ret, GError **error);
/* Confirms what is pending: the account is made and a letter tells so. Any other state is left and
 * told. */
gboolean
nhi_registration_confirm (NhiWorld *world, const char *token, NhiConfirmation *ret, GError **error);

/* Housekeeping by the clock: dead registrations lose what the person typed, ended sessions, old
 * keys, old failures and sign-ins older than a year go. Safe to run at any time and on several
 * nodes. */
gboolean nhi_registration_expire (NhiWorld *world, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiRegistrationTicket, nhi_registration_ticket_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiConfirmation, nhi_confirmation_clear)

G_END_DECLS
