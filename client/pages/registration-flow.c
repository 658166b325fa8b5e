/* SPDX-License-Identifier: GPL-3.0-or-later
 * The registration wizard's rules. */
#define G_LOG_DOMAIN "nhi-pages"

#include <string.h>

#include <glib/gi18n.h>

#include "client/pages/registration-flow.h"
#include "shared/identity/contact.h"

struct _NhiRegistrationFlow
{
  NhiRegistrationStep step;
  gboolean editing; /* came from the review: goes back to it */
  gboolean tried[NHI_REGISTRATION_STEPS];
  char *values[NHI_REGISTRATION_N_FIELDS];
  char *server_problems[NHI_REGISTRATION_N_FIELDS];
  NhiCardProfile *card;
  char *person; /* ID number of the card that was in first */
  char *idempotency_key;
};

static const NhiRegistrationStep field_steps[NHI_REGISTRATION_N_FIELDS] = {
  [NHI_REGISTRATION_FIELD_PREPARED] = NHI_REGISTRATION_PREPARE,
  [NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER] = NHI_REGISTRATION_HOUSEHOLD,
  [NHI_REGISTRATION_FIELD_VILLAGE] = NHI_REGISTRATION_ADDRESS,
  [NHI_REGISTRATION_FIELD_NEIGHBOURHOOD] = NHI_REGISTRATION_ADDRESS,
  [NHI_REGISTRATION_FIELD_EMAIL] = NHI_REGISTRATION_CONTACT,
  [NHI_REGISTRATION_FIELD_PHONE] = NHI_REGISTRATION_CONTACT,
  [NHI_REGISTRATION_FIELD_PASSWORD] = NHI_REGISTRATION_CONTACT,
  [NHI_REGISTRATION_FIELD_REPEAT] = NHI_REGISTRATION_CONTACT,
};

static const char *const wire_names[NHI_REGISTRATION_N_FIELDS] = {
  [NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER] = "household_number",
  [NHI_REGISTRATION_FIELD_VILLAGE] = "village_code",
  [NHI_REGISTRATION_FIELD_NEIGHBOURHOOD] = "neighbourhood",
  [NHI_REGISTRATION_FIELD_EMAIL] = "email",
  [NHI_REGISTRATION_FIELD_PHONE] = "phone",
  [NHI_REGISTRATION_FIELD_PASSWORD] = "password",
};

static void
wipe (char **text)
{
  if (*text != NULL)
    explicit_bzero (*text, strlen (*text));
  g_clear_pointer (text, g_free);
}

static void
wipe_typed (NhiRegistrationFlow *flow)
{
  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    {
      wipe (&flow->values[i]);
      g_clear_pointer (&flow->server_problems[i], g_free);
    }
  memset (flow->tried, 0, sizeof flow->tried);
  flow->editing = FALSE;
  g_clear_pointer (&flow->idempotency_key, g_free);
}

NhiRegistrationFlow *
nhi_registration_flow_new (void)
{
  return g_new0 (NhiRegistrationFlow, 1);
}

void
nhi_registration_flow_free (NhiRegistrationFlow *flow)
{
  if (flow == NULL)
    return;
  wipe_typed (flow);
  wipe (&flow->person);
  g_clear_pointer (&flow->card, nhi_card_profile_unref);
  g_free (flow);
}

NhiRegistrationStep
nhi_registration_flow_step (const NhiRegistrationFlow *flow)
{
  return flow->step;
}

NhiCardProfile *
nhi_registration_flow_card (const NhiRegistrationFlow *flow)
{
  return flow->card;
}

NhiRegistrationCardEvent
nhi_registration_flow_set_card (NhiRegistrationFlow *flow, NhiCardProfile *profile)
{
  gboolean had = flow->card != NULL;
  gboolean other;

  if (profile == flow->card)
    return NHI_REGISTRATION_CARD_SAME;
  g_clear_pointer (&flow->card, nhi_card_profile_unref);
  if (profile == NULL)
    return had ? NHI_REGISTRATION_CARD_LEFT : NHI_REGISTRATION_CARD_SAME;
  flow->card = nhi_card_profile_ref (profile);
  other = flow->person != NULL && strcmp (flow->person, profile->id_number) != 0;
  if (g_strcmp0 (flow->person, profile->id_number) != 0)
    {
      wipe (&flow->person);
      flow->person = g_strdup (profile->id_number);
    }
  if (!other)
    return NHI_REGISTRATION_CARD_ARRIVED;
  if (flow->step > NHI_REGISTRATION_CARD)
    {
      wipe_typed (flow);
      flow->values[NHI_REGISTRATION_FIELD_PREPARED] = g_strdup ("1");
      flow->step = NHI_REGISTRATION_CARD;
    }
  return NHI_REGISTRATION_CARD_OTHER_PERSON;
}

void
nhi_registration_flow_set (NhiRegistrationFlow *flow, NhiRegistrationField field, const char *text)
{
  if (g_strcmp0 (flow->values[field], text) == 0)
    return;
  wipe (&flow->values[field]);
  flow->values[field] = g_strdup (text);
  g_clear_pointer (&flow->server_problems[field], g_free);
  g_clear_pointer (&flow->idempotency_key, g_free);
}

const char *
nhi_registration_flow_get (const NhiRegistrationFlow *flow, NhiRegistrationField field)
{
  return flow->values[field] != NULL ? flow->values[field] : "";
}

/* As the service wants it: full-width characters folded, letters upper case. */
static char *
household_number (const NhiRegistrationFlow *flow)
{
  g_autofree char *folded = nhi_text_fold_width (
      nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER));

  return g_ascii_strup (folded, -1);
}

/* 0 when it is no neighbourhood number. */
static guint
neighbourhood (const NhiRegistrationFlow *flow)
{
  g_autofree char *folded =
      nhi_text_fold_width (nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_NEIGHBOURHOOD));
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (folded, 10, 1, NHI_NEIGHBOURHOOD_MAX, &number, NULL))
    return 0;
  return (guint)number;
}

static char *
email (const NhiRegistrationFlow *flow)
{
  return nhi_text_fold_width (nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_EMAIL));
}

static const char *
password_problem (const NhiRegistrationFlow *flow)
{
  const char *password = nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_PASSWORD);

  switch (nhi_password_judge (password, flow->card != NULL ? flow->card->id_number : NULL,
                              flow->card != NULL ? flow->card->card_number : NULL,
                              flow->card != NULL ? &flow->card->birth_date : NULL))
    {
    case NHI_PASSWORD_OK:
      return NULL;
    case NHI_PASSWORD_TOO_LONG:
      return _ ("At most 256 characters");
    case NHI_PASSWORD_COMMON:
      return _ ("This password is among those that are guessed first; choose another");
    case NHI_PASSWORD_PERSONAL:
      return _ ("Do not use your ID number, card number or date of birth");
    case NHI_PASSWORD_TOO_SHORT:
    default:
      return _ ("At least 8 characters");
    }
}

static const char *
household_problem (const NhiRegistrationFlow *flow)
{
  g_autofree char *number = household_number (flow);

  if (number[0] == '\0')
    return _ ("Enter the household number");
  return nhi_household_number_is_valid (number)
             ? NULL
             : _ ("One letter and seven digits, such as F1234567");
}

static const char *
email_problem (const NhiRegistrationFlow *flow)
{
  g_autofree char *address = email (flow);

  if (address[0] == '\0')
    return _ ("Enter your email address");
  return nhi_email_is_valid (address) ? NULL : _ ("This is not an email address");
}

static const char *
phone_problem (const NhiRegistrationFlow *flow)
{
  const char *typed = nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_PHONE);
  g_autofree char *number = nhi_phone_normalise (typed);

  if (typed[0] == '\0')
    return _ ("Enter a telephone number");
  return number != NULL ? NULL : _ ("A Taiwanese number, such as 0912345678 or 02-27065866");
}

static const char *
repeat_problem (const NhiRegistrationFlow *flow)
{
  const char *password = nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_PASSWORD);
  const char *repeat = nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_REPEAT);

  if (repeat[0] == '\0')
    return _ ("Enter the password once more");
  return strcmp (password, repeat) == 0 ? NULL : _ ("The two passwords are not the same");
}

static const char *
local_problem (const NhiRegistrationFlow *flow, NhiRegistrationField field)
{
  const char *text = nhi_registration_flow_get (flow, field);

  switch (field)
    {
    case NHI_REGISTRATION_FIELD_PREPARED:
      return text[0] == '1' ? NULL : _ ("Tick the box when everything lies ready");
    case NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER:
      return household_problem (flow);
    case NHI_REGISTRATION_FIELD_VILLAGE:
      return nhi_village_code_is_valid (text) ? NULL : _ ("Choose county, township and village");
    case NHI_REGISTRATION_FIELD_NEIGHBOURHOOD:
      return neighbourhood (flow) > 0 ? NULL : _ ("A number from 1 to 999");
    case NHI_REGISTRATION_FIELD_EMAIL:
      return email_problem (flow);
    case NHI_REGISTRATION_FIELD_PHONE:
      return phone_problem (flow);
    case NHI_REGISTRATION_FIELD_PASSWORD:
      return text[0] == '\0' ? _ ("Choose a password") : password_problem (flow);
    case NHI_REGISTRATION_FIELD_REPEAT:
      return repeat_problem (flow);
    case NHI_REGISTRATION_N_FIELDS:
    default:
      return NULL;
    }
}

char *
nhi_registration_flow_problem (const NhiRegistrationFlow *flow, NhiRegistrationField field)
{
  if (flow->server_problems[field] != NULL)
    return g_strdup (flow->server_problems[field]);
  return g_strdup (local_problem (flow, field));
}

char *
nhi_registration_flow_shown_problem (const NhiRegistrationFlow *flow, NhiRegistrationField field)
{
  if (flow->server_problems[field] == NULL && !flow->tried[field_steps[field]])
    return NULL;
  return nhi_registration_flow_problem (flow, field);
}

NhiRegistrationStep
nhi_registration_field_step (NhiRegistrationField field)
{
  return field_steps[field];
}

const char *
nhi_registration_field_wire_name (NhiRegistrationField field)
{
  return wire_names[field];
}

void
nhi_registration_flow_set_server_problem (NhiRegistrationFlow *flow,
                                          NhiRegistrationField field,
                                          const char *message)
{
  g_free (flow->server_problems[field]);
  flow->server_problems[field] = g_strdup (message);
}

static gboolean
step_is_fine (const NhiRegistrationFlow *flow, NhiRegistrationStep step)
{
  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    {
      g_autofree char *problem = NULL;

      if (field_steps[i] != step)
        continue;
      problem = nhi_registration_flow_problem (flow, (NhiRegistrationField)i);
      if (problem != NULL)
        return FALSE;
    }
  return step != NHI_REGISTRATION_CARD || flow->card != NULL;
}

static gboolean
all_is_fine (const NhiRegistrationFlow *flow)
{
  for (guint step = 0; step < NHI_REGISTRATION_REVIEW; step++)
    if (!step_is_fine (flow, (NhiRegistrationStep)step))
      return FALSE;
  return TRUE;
}

gboolean
nhi_registration_flow_next (NhiRegistrationFlow *flow)
{
  if (flow->step == NHI_REGISTRATION_SENT)
    return FALSE;
  flow->tried[flow->step] = TRUE;
  if (flow->step == NHI_REGISTRATION_REVIEW)
    return all_is_fine (flow);
  if (!step_is_fine (flow, flow->step))
    return FALSE;
  if (flow->editing)
    flow->step = NHI_REGISTRATION_REVIEW;
  else
    flow->step++;
  flow->editing = FALSE;
  return TRUE;
}

gboolean
nhi_registration_flow_can_go_back (const NhiRegistrationFlow *flow)
{
  return flow->step > NHI_REGISTRATION_PREPARE && flow->step < NHI_REGISTRATION_SENT;
}

void
nhi_registration_flow_back (NhiRegistrationFlow *flow)
{
  if (!nhi_registration_flow_can_go_back (flow))
    return;
  flow->editing = FALSE;
  flow->step--;
}

void
nhi_registration_flow_edit (NhiRegistrationFlow *flow, NhiRegistrationStep step)
{
  g_return_if_fail (step < NHI_REGISTRATION_REVIEW);

  flow->step = step;
  flow->editing = TRUE;
}

void
nhi_registration_flow_sent (NhiRegistrationFlow *flow)
{
  wipe_typed (flow);
  flow->step = NHI_REGISTRATION_SENT;
}

NhiRegistrationForm *
nhi_registration_flow_form (NhiRegistrationFlow *flow)
{
  NhiRegistrationForm *form;

  if (flow->card == NULL)
    return NULL;
  if (flow->idempotency_key == NULL)
    flow->idempotency_key = g_uuid_string_random ();
  form = nhi_registration_form_new ();
  form->card_number = g_strdup (flow->card->card_number);
  form->id_number = g_strdup (flow->card->id_number);
  form->name = g_strdup (flow->card->name);
  form->birth_date = flow->card->birth_date;
  form->household_number = household_number (flow);
  form->village_code = g_strdup (nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_VILLAGE));
  form->neighbourhood = neighbourhood (flow);
  form->email = email (flow);
  form->phone =
      nhi_phone_normalise (nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_PHONE));
  form->password = g_strdup (nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_PASSWORD));
  form->idempotency_key = g_strdup (flow->idempotency_key);
  return form;
}
