/* SPDX-License-Identifier: GPL-3.0-or-later
 * Chance that is the same on every machine. */

#define G_LOG_DOMAIN "nhi-ctl"

#include "service/ctl/demo-random.h"

#define GOLDEN_GAMMA G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

NhiDemoRandom
nhi_demo_random_new (guint64 seed, guint64 stream)
{
  NhiDemoRandom random = { seed };

  random.state = nhi_demo_random_next (&random) ^ (stream * GOLDEN_GAMMA);
  return random;
}

guint64
nhi_demo_random_next (NhiDemoRandom *random)
{
  guint64 z = random->state += GOLDEN_GAMMA;

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

gint64
nhi_demo_random_range (NhiDemoRandom *random, gint64 lowest, gint64 highest)
{
  guint64 span = (guint64)(highest - lowest) + 1;

  return lowest + (gint64)(nhi_demo_random_next (random) % span);
}

gboolean
nhi_demo_random_chance (NhiDemoRandom *random, guint percent)
{
  return nhi_demo_random_range (random, 0, 99) < (gint64)percent;
}
