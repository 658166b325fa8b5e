/* SPDX-License-Identifier: GPL-3.0-or-later
 * For tests: stands between the service and PostgreSQL on a Unix socket, counts the messages the
 * service sends, and makes trouble at the one it was told to. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TestCut: what happens at the n-th message from the client, once
 * @TEST_CUT_NEVER: nothing
 * @TEST_CUT_BEFORE: the connection breaks before the server gets it
 * @TEST_CUT_AFTER: the server gets it, and the connection breaks before its answer comes
 * @TEST_CUT_WITHIN: … in the middle of the first message of its answer
 * @TEST_CUT_SILENT: the server gets it, and nothing ever comes back on this connection
 */
typedef enum
{
  TEST_CUT_NEVER,
  TEST_CUT_BEFORE,
  TEST_CUT_AFTER,
  TEST_CUT_WITHIN,
  TEST_CUT_SILENT,
} TestCut;

typedef struct _TestCutter TestCutter;

/* In front of the server that @uri names, which must be on a Unix socket. */
TestCutter *test_cutter_new (const char *uri);
void test_cutter_free (TestCutter *self);
/* (transfer full): the same database through here */
char *test_cutter_uri (TestCutter *self);
/* Counts from now. */
void test_cutter_cut (TestCutter *self, TestCut cut, guint nth);
/* Whether the cut has been made. */
gboolean test_cutter_is_done (TestCutter *self);
/* The next @times connections are answered with an error of @state, and closed. */
void test_cutter_refuse (TestCutter *self, const char *state, guint times);
/* From now on says to each new connection that it may only read. */
void test_cutter_claim_read_only (TestCutter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestCutter, test_cutter_free)

G_END_DECLS
