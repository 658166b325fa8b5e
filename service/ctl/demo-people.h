/* SPDX-License-Identifier: GPL-3.0-or-later
 * Invents households, and knows the named personas. */
#pragma once

#include "service/ctl/demo-source.h"

G_BEGIN_DECLS

/* Generated people begin here; smaller numbers are the personas'. */
#define NHI_DEMO_FIRST_NUMBER 100
/* Their serials then end below 7000000, where those begin that no foreign resident has (the third
 * character is 0 … 6). */
#define NHI_DEMO_MAX_PEOPLE 6000000

/* A household of at most @room people, the first with @first_number. Array of NhiDemoPerson;
 * dependants stand after the insured. */
GPtrArray *nhi_demo_household_new (const NhiDemoSource *source, guint64 first_number, guint room);

/* All personas in the order of their table, from number 0. Array of NhiDemoPerson. */
GPtrArray *nhi_demo_personas_new (const NhiDemoSource *source);

/* Columns of personas.tsv. */
enum
{
  NHI_PERSONA_KEY,
  NHI_PERSONA_NAME,
  NHI_PERSONA_CARD_NAME,
  NHI_PERSONA_ID_NUMBER,
  NHI_PERSONA_CARD_NUMBER,
  NHI_PERSONA_BIRTH_DATE,
  NHI_PERSONA_SEX,
  NHI_PERSONA_ISSUED_ON,
  NHI_PERSONA_HOUSEHOLD_NUMBER,
  NHI_PERSONA_VILLAGE_CODE,
  NHI_PERSONA_NEIGHBOURHOOD,
  NHI_PERSONA_CARD_STATE,
  NHI_PERSONA_PASSWORD,
  NHI_PERSONA_EMAIL,
  NHI_PERSONA_PHONE,
  NHI_PERSONA_INSURANCE,
  NHI_PERSONA_HISTORY,
  NHI_PERSONA_NOTE,
  NHI_PERSONA_COLUMNS,
};

G_END_DECLS
