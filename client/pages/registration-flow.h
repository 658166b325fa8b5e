/* SPDX-License-Identifier: GPL-3.0-or-later
 * The registration wizard without a widget: steps, what was typed, what is wrong with it, the card
 * that comes and goes. */
#pragma once

#include "client/remote/remote.h"
#include "shared/card/profile.h"

G_BEGIN_DECLS

/*
 *   PREPARE -> CARD -> HOUSEHOLD -> ADDRESS -> CONTACT -> REVIEW -> SENT
 *      ^________|_________|___________|__________|__________|   back, nothing is lost
 *                         ^___________^__________^__________|   edit, and from there back to REVIEW
 *   another person's card at any step before SENT: everything is wiped, CARD
 */
typedef enum
{
  NHI_REGISTRATION_PREPARE,
  NHI_REGISTRATION_CARD,
  NHI_REGISTRATION_HOUSEHOLD,
  NHI_REGISTRATION_ADDRESS,
  NHI_REGISTRATION_CONTACT,
  NHI_REGISTRATION_REVIEW,
  NHI_REGISTRATION_SENT,
} NhiRegistrationStep;
#define NHI_REGISTRATION_STEPS 6 /* that a person counts */

typedef enum
{
  NHI_REGISTRATION_FIELD_PREPARED, /* "1" when ticked */
  NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER,
  NHI_REGISTRATION_FIELD_VILLAGE, /* village code; "" until chosen */
  NHI_REGISTRATION_FIELD_NEIGHBOURHOOD,
  NHI_REGISTRATION_FIELD_EMAIL,
  NHI_REGISTRATION_FIELD_PHONE,
  NHI_REGISTRATION_FIELD_PASSWORD,
  NHI_REGISTRATION_FIELD_REPEAT,
  NHI_REGISTRATION_N_FIELDS,
} NhiRegistrationField;

/* What the arrival or departure of a card did. */
typedef enum
{
  NHI_REGISTRATION_CARD_SAME,
  NHI_REGISTRATION_CARD_ARRIVED,
  NHI_REGISTRATION_CARD_LEFT,
  NHI_REGISTRATION_CARD_OTHER_PERSON, /* what was typed is gone */
} NhiRegistrationCardEvent;

typedef struct _NhiRegistrationFlow NhiRegistrationFlow;

NhiRegistrationFlow *nhi_registration_flow_new (void);
void nhi_registration_flow_free (NhiRegistrationFlow *flow); /* wipes */
NhiRegistrationStep nhi_registration_flow_step (const NhiRegistrationFlow *flow);
NhiRegistrationCardEvent nhi_registration_flow_set_card (NhiRegistrationFlow *flow,
                                                         NhiCardProfile *profile);
NhiCardProfile *
nhi_registration_flow_card (const NhiRegistrationFlow *flow); /* NULL: not inserted */

void
nhi_registration_flow_set (NhiRegistrationFlow *flow, NhiRegistrationField field, const char *text);
const char *nhi_registration_flow_get (const NhiRegistrationFlow *flow, NhiRegistrationField field);
/* What is wrong with a field now, translated, or NULL. */
char *nhi_registration_flow_problem (const NhiRegistrationFlow *flow, NhiRegistrationField field);
/* The same, but NULL as long as the person has not tried to go on from this step. */
char *nhi_registration_flow_shown_problem (const NhiRegistrationFlow *flow,
                                           NhiRegistrationField field);
NhiRegistrationStep nhi_registration_field_step (NhiRegistrationField field);
/* The name of a field in the service's messages, or NULL for a field that does not travel. */
const char *nhi_registration_field_wire_name (NhiRegistrationField field);
/* Holds until the field changes. */
void nhi_registration_flow_set_server_problem (NhiRegistrationFlow *flow,
                                               NhiRegistrationField field,
                                               const char *message);

/* FALSE: something on this step is wrong; its problems are shown from now on. On the review:
 * whether it can be sent. */
gboolean nhi_registration_flow_next (NhiRegistrationFlow *flow);
gboolean nhi_registration_flow_can_go_back (const NhiRegistrationFlow *flow);
void nhi_registration_flow_back (NhiRegistrationFlow *flow);
void nhi_registration_flow_edit (NhiRegistrationFlow *flow, NhiRegistrationStep step);
void nhi_registration_flow_sent (NhiRegistrationFlow *flow); /* wipes what was typed */
/* NULL while there is no card. The same key until something changes, so that sending twice
 * registers once. */
NhiRegistrationForm *nhi_registration_flow_form (NhiRegistrationFlow *flow);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiRegistrationFlow, nhi_registration_flow_free)

G_END_DECLS
