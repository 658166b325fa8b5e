/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of the five steps. */
#include "client/pages/way.h"

typedef struct
{
  const char *path;
  NhiWayFacts facts;
  NhiStep next;
  const char *states; /* one letter a step: d(one), n(ext), l(ater) */
} Case;

static const Case cases[] = {
  { "/way/starts-with-the-check", { 0 }, NHI_STEP_CHECK, "nllll" },
  { "/way/card-after-check", { .check_passed = TRUE }, NHI_STEP_CARD, "dnlll" },
  { "/way/card-and-service-prove-the-check",
    { .card_read = TRUE, .service_reached = TRUE },
    NHI_STEP_REGISTER,
    "ddnll" },
  { "/way/card-without-service-still-wants-the-check",
    { .card_read = TRUE },
    NHI_STEP_CHECK,
    "ndlll" },
  { "/way/letter-after-registration",
    { .check_passed = TRUE, .card_read = TRUE, .registration_sent = TRUE },
    NHI_STEP_LETTER,
    "dddnl" },
  { "/way/sign-in-instead-of-registration-where-somebody-signed-in-before",
    { .card_read = TRUE, .service_reached = TRUE, .signed_in_before = TRUE },
    NHI_STEP_LETTER,
    "dddnl" },
  { "/way/card-pulled-out-is-asked-for-again",
    { .check_passed = TRUE, .registration_sent = TRUE },
    NHI_STEP_CARD,
    "dndll" },
  { "/way/signed-in-goes-to-the-health-bank",
    { .card_read = TRUE, .signed_in = TRUE },
    NHI_STEP_HEALTH_BANK,
    "ddddn" },
  { "/way/all-done",
    { .card_read = TRUE, .signed_in = TRUE, .downloaded = TRUE },
    NHI_N_STEPS,
    "ddddd" },
};

static void
test_case (gconstpointer data)
{
  static const char letters[] = { 'l', 'n', 'd' };
  const Case *c = data;
  NhiStepState states[NHI_N_STEPS];

  g_assert_cmpint (nhi_way_judge (&c->facts, states), ==, c->next);
  for (guint i = 0; i < NHI_N_STEPS; i++)
    g_assert_cmpint (letters[states[i]], ==, c->states[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_case);
  return g_test_run ();
}
