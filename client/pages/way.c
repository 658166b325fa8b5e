/* SPDX-License-Identifier: GPL-3.0-or-later
 * The five steps as a table and one rule. */
#include <glib/gi18n.h>

#include "client/pages/way.h"

static const struct
{
  const char *title;
  const char *advice;
  const char *verb;
  const char *page;
} steps[NHI_N_STEPS] = {
  [NHI_STEP_CHECK] = { N_ ("Environment Check"),
                       N_ ("Card reader, service and this computer are looked at in seconds"),
                       N_ ("Start the Check"), "check" },
  [NHI_STEP_CARD] = { N_ ("Insert the NHI Card"),
                      N_ ("It is read at once and leaves the screen when you take it out"),
                      N_ ("Show the Card"), "card" },
  [NHI_STEP_REGISTER] = { N_ ("Register"),
                          N_ ("With your NHI card and the household register, about five minutes"),
                          N_ ("Start Registration"), "registration" },
  [NHI_STEP_LETTER] = { N_ ("Confirm by Email"),
                        N_ ("Open the link in the letter within five days, then sign in"),
                        N_ ("Sign In"), "account" },
  [NHI_STEP_HEALTH_BANK] = { N_ ("Health Bank"),
                             N_ ("Apply for your records, download and read them here"),
                             N_ ("Apply for the Health Bank"), "health-bank" },
};

NhiStep
nhi_way_judge (const NhiWayFacts *facts, NhiStepState states[NHI_N_STEPS])
{
  gboolean done[NHI_N_STEPS];
  NhiStep next = NHI_N_STEPS;

  /* Who has read a card and reached the service needs no check to know that both work. */
  done[NHI_STEP_CHECK] =
      facts->check_passed || facts->signed_in || (facts->card_read && facts->service_reached);
  done[NHI_STEP_CARD] = facts->card_read;
  done[NHI_STEP_REGISTER] = facts->registration_sent || facts->signed_in || facts->signed_in_before;
  done[NHI_STEP_LETTER] = facts->signed_in;
  done[NHI_STEP_HEALTH_BANK] = facts->downloaded;

  for (guint i = 0; i < NHI_N_STEPS; i++)
    {
      states[i] = done[i] ? NHI_STEP_DONE : NHI_STEP_LATER;
      if (!done[i] && next == NHI_N_STEPS)
        {
          next = (NhiStep)i;
          states[i] = NHI_STEP_NEXT;
        }
    }
  return next;
}

const char *
nhi_step_title (NhiStep step)
{
  return _ (steps[step].title);
}

const char *
nhi_step_advice (NhiStep step)
{
  return _ (steps[step].advice);
}

const char *
nhi_step_verb (NhiStep step)
{
  return _ (steps[step].verb);
}

const char *
nhi_step_page (NhiStep step)
{
  return steps[step].page;
}

const char *
nhi_step_state_word (NhiStepState state)
{
  switch (state)
    {
    case NHI_STEP_DONE:
      return _ ("Done");
    case NHI_STEP_NEXT:
      return _ ("Next");
    case NHI_STEP_LATER:
    default:
      return _ ("Not yet");
    }
}
