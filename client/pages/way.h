/* SPDX-License-Identifier: GPL-3.0-or-later
 * The five steps from an empty machine to the health bank: which are done, which is next. No
 * widgets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  NHI_STEP_CHECK,
  NHI_STEP_CARD,
  NHI_STEP_REGISTER,
  NHI_STEP_LETTER, /* and the sign-in that it opens */
  NHI_STEP_HEALTH_BANK,
  NHI_N_STEPS,
} NhiStep;

typedef enum
{
  NHI_STEP_LATER,
  NHI_STEP_NEXT,
  NHI_STEP_DONE,
} NhiStepState;

/* What the program knows. */
typedef struct
{
  gboolean check_passed;
  gboolean card_read;
  gboolean service_reached;
  gboolean signed_in_before; /* somebody, on this computer, in an earlier run */
  gboolean registration_sent;
  gboolean signed_in;
  gboolean downloaded;
} NhiWayFacts;

/* Returns the next step, or %NHI_N_STEPS when all are done. */
NhiStep nhi_way_judge (const NhiWayFacts *facts, NhiStepState states[NHI_N_STEPS]);
const char *nhi_step_title (NhiStep step);  /* translated */
const char *nhi_step_advice (NhiStep step); /* translated: what the step is about */
const char *nhi_step_verb (NhiStep step);   /* translated: the label of the button */
const char *nhi_step_page (NhiStep step);   /* name of the page it happens on */
const char *nhi_step_state_word (NhiStepState state);

G_END_DECLS
