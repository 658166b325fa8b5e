/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fills an empty database with invented people: the same seed and number give the same rows on
 * every machine. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 people; /* in all; the personas are always there and count */
  guint64 seed;
  GDate until;          /* the last day anything is recorded on */
  gboolean people_only; /* no premiums and no medical entries: for great numbers */
  void (*progress) (guint64 people, gpointer data);
  gpointer progress_data;
} NhiDemoOptions;

typedef struct
{
  guint64 people;
  guint64 entries;
} NhiDemoResult;

/* NHI_DB_ERROR_CONSTRAINT when there are people already, NHI_DB_ERROR_SCHEMA when other work was
 * left unfinished. Written in transactions of some thousand people each; what was broken off goes
 * on where it stopped, with the same options. */
gboolean nhi_demo_data_fill (NhiDb *db,
                             const NhiDemoOptions *options,
                             NhiDemoResult *ret_result,
                             GError **error);

/* The day that demo data ends on unless told otherwise. */
extern const char NHI_DEMO_UNTIL[];

G_END_DECLS
