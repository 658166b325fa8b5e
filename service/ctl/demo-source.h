/* SPDX-License-Identifier: GPL-3.0-or-later
 * Everything the invented people are made of, loaded once; and the invented person. */
#pragma once

#include "service/ctl/demo-table.h"
#include "shared/identity/divisions.h"

G_BEGIN_DECLS

typedef struct
{
  NhiDemoTable *surnames;    /* surname, weight */
  NhiDemoTable *given_names; /* sex, born_from, name */
  NhiDemoTable *latin_names; /* sex, name */
  NhiDemoTable *rare;        /* character */
  NhiDemoTable *id_letters;  /* county_code, letter */
  NhiDemoTable *units;       /* code, name, insurance */
  NhiDemoTable *levels;      /* insured_amount, self */
  NhiDemoTable *clinics;     /* code, name, kind, group */
  NhiDemoTable *visits;      /* section, place, group, weight, … */
  NhiDemoTable *orders;      /* code, name, tooth */
  NhiDemoTable *labs;     /* panel, order, order_name, item, decimals, lowest, highest, reference */
  NhiDemoTable *vaccines; /* from_age, to_age, name */
  NhiDemoTable *personas; /* data/demo-people/README.md */
  GPtrArray *villages;    /* of const NhiDivision, the real ones only */
  guint64 seed;
  GDate until; /* the last day anything is recorded on */
} NhiDemoSource;

NhiDemoSource *nhi_demo_source_new (guint64 seed, const GDate *until);
void nhi_demo_source_free (NhiDemoSource *source);

typedef enum
{
  NHI_DEMO_EMPLOYEE, /* class 1-2 */
  NHI_DEMO_UNION,    /* class 2 */
  NHI_DEMO_FARMER,   /* class 3 */
  NHI_DEMO_REGIONAL, /* class 6-2 */
} NhiDemoInsurance;

typedef enum
{
  NHI_DEMO_HISTORY_NONE,
  NHI_DEMO_HISTORY_ORDINARY,
  NHI_DEMO_HISTORY_CHILD,
  NHI_DEMO_HISTORY_ELDER,
  NHI_DEMO_HISTORY_CHRONIC, /* ten years and more than 3,000 entries */
  NHI_DEMO_HISTORY_DENTAL_CHINESE,
} NhiDemoHistory;

typedef struct _NhiDemoPerson NhiDemoPerson;
struct _NhiDemoPerson
{
  guint64 number; /* 0 … for chance and keys of its own */
  char person_id[37];
  char *id_number;
  char *name;
  GDate birth;
  char sex;
  char card_number[13];
  GDate issued_on;
  gboolean terminated;
  char household_number[9];
  char village_code[12];
  guint neighbourhood;
  NhiDemoInsurance insurance;
  guint unit; /* row of units */
  gint64 insured_amount;
  const NhiDemoPerson *insured; /* of a dependant: whose; NULL otherwise */
  guint dependants;
  NhiDemoHistory history;
};

NhiDemoPerson *nhi_demo_person_new (guint64 number);
void nhi_demo_person_free (NhiDemoPerson *person);

/* The business group (業務組, 1 … 6) that looks after a village's county. */
guint nhi_demo_business_group (const char *village_code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiDemoSource, nhi_demo_source_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiDemoPerson, nhi_demo_person_free)

G_END_DECLS
