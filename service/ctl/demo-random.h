/* SPDX-License-Identifier: GPL-3.0-or-later
 * Chance that is the same on every machine: SplitMix64 (Steele, Lea, Flood 2014). For invented
 * people only, never for secrets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 state;
} NhiDemoRandom;

/* A stream of its own for each (seed, stream), so that one thing more here changes nothing there.
 */
NhiDemoRandom nhi_demo_random_new (guint64 seed, guint64 stream);
guint64 nhi_demo_random_next (NhiDemoRandom *random);
gint64
nhi_demo_random_range (NhiDemoRandom *random, gint64 lowest, gint64 highest); /* both inclusive */
gboolean nhi_demo_random_chance (NhiDemoRandom *random, guint percent);

G_END_DECLS
