/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of the idle limit. */
#include "client/application/idle.h"

typedef struct
{
  const char *path;
  gint64 idle;
  gint64 limit;
  NhiIdleState state;
  guint next;
} Case;

static const Case cases[] = {
  { "/idle/just-signed-in-sleeps-until-warning", 0, 900, NHI_IDLE_ACTIVE, 840 },
  { "/idle/half-way", 400, 900, NHI_IDLE_ACTIVE, 440 },
  { "/idle/one-second-before-warning", 839, 900, NHI_IDLE_ACTIVE, 1 },
  { "/idle/warns-one-minute-before", 840, 900, NHI_IDLE_WARNING, 1 },
  { "/idle/last-second-still-warns", 899, 900, NHI_IDLE_WARNING, 1 },
  { "/idle/ends-at-the-limit", 900, 900, NHI_IDLE_EXPIRED, 0 },
  { "/idle/ends-after-suspend", 90000, 900, NHI_IDLE_EXPIRED, 0 },
  { "/idle/clock-going-back-is-activity", -5, 900, NHI_IDLE_ACTIVE, 840 },
  { "/idle/short-limit-warns-at-once", 0, 30, NHI_IDLE_WARNING, 1 },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  guint next = 99999;

  g_assert_cmpint (nhi_idle_judge (c->idle, c->limit, &next), ==, c->state);
  g_assert_cmpuint (next, ==, c->next);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_case);
  return g_test_run ();
}
