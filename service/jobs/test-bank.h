/* SPDX-License-Identifier: GPL-3.0-or-later
 * For tests: a database in a folder of its own, a clock that stands, two people and whatever
 * entries a test wants. */
#pragma once

#include "service/domain/health-bank.h"
#include "service/domain/world.h"
#include "service/jobs/runner.h"
#include "shared/record/record.h"

G_BEGIN_DECLS

#define TEST_ANNA "anna" /* A123456789: card, premiums; entries as the test adds them */
#define TEST_BOB "bob"   /* nothing but a name */
#define TEST_ANNA_ID "A123456789"
#define TEST_NOW G_GINT64_CONSTANT (1767578400) /* 2026-01-05 10:00:00 in Taipei */

typedef struct
{
  char *folder;
  char *uri;
  gint64 now;
  NhiWorld *world;
} TestBank;

TestBank *test_bank_new (void);
void test_bank_free (TestBank *bank);
/* The world on a database that is there already, for a second process. @now: must outlive it. */
NhiWorld *test_bank_open_world (const char *uri, gint64 *now);

void test_bank_run_sql (TestBank *bank, const char *sql);
gint64 test_bank_integer (TestBank *bank, const char *sql); /* the first column of the first row */
char *test_bank_text (TestBank *bank, const char *sql);

/* @count visits of @section with two orders each, a day apart, the last on @last_day (YYYY-MM-DD).
 */
void test_bank_add_visits (TestBank *bank,
                           const char *person_id,
                           const char *section,
                           guint count,
                           const char *last_day);

/* Applies with a new key; comma separated @categories. */
NhiApplication *test_bank_apply (TestBank *bank,
                                 const char *person_id,
                                 const char *categories,
                                 const char *from,
                                 const char *to,
                                 GError **error);
/* Runs all that is due in this thread and gives the application as it is then. */
NhiApplication *test_bank_run (TestBank *bank, const NhiApplication *application);
GBytes *test_bank_download (TestBank *bank, const NhiApplication *application, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestBank, test_bank_free)

G_END_DECLS
