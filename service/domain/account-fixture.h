/* SPDX-License-Identifier: GPL-3.0-or-later
 * For tests: a world with a clock to turn, a database of its own in a temporary folder, and a few
 * people. */
#pragma once

#include "service/domain/registration.h"

G_BEGIN_DECLS

#define NHI_FIXTURE_NOW 1795415400 /* 2026-11-23 14:30:00 in Taipei */
#define NHI_FIXTURE_NETWORK "192.0.2.7"
#define NHI_FIXTURE_PASSWORD "三隻貓睡在屋頂上"

typedef struct
{
  char *folder;
  char *uri; /* of its database, for a second node */
  NhiWorld *world;
  gint64 now;
} NhiAccountFixture;

void nhi_account_fixture_set_up (NhiAccountFixture *self, gconstpointer data);
void nhi_account_fixture_tear_down (NhiAccountFixture *self, gconstpointer data);

/* 王小明, A123456789, card 000000000012; all that he would truly fill in. */
extern const NhiRegistrationRequest nhi_fixture_request;

/* Applies with @request from the fixture's network under a new key, and must succeed. */
void nhi_fixture_apply (NhiAccountFixture *self, const NhiRegistrationRequest *request);
/* Applies and confirms, so that the person has an account. */
void nhi_fixture_register (NhiAccountFixture *self, const NhiRegistrationRequest *request);

/* One value of the first row; -1 or NULL when there is no row. */
gint64 nhi_fixture_int (NhiAccountFixture *self, const char *sql);
char *nhi_fixture_text (NhiAccountFixture *self, const char *sql);
void nhi_fixture_run (NhiAccountFixture *self, const char *sql);

/* The text part of the newest letter, decoded; and the token in its link, NULL when there is none.
 */
char *nhi_fixture_letter_text (NhiAccountFixture *self);
char *nhi_fixture_letter_token (NhiAccountFixture *self);

G_END_DECLS
