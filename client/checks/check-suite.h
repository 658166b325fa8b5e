/* SPDX-License-Identifier: GPL-3.0-or-later
 * All checks together: run in parallel, re-run by themselves when a reader, card or network
 * changes, told as text or JSON. */
#pragma once

#include "client/checks/check.h"
#include "client/reader/reader-monitor.h"
#include "client/remote/remote.h"

G_BEGIN_DECLS

/* A GListModel of NhiCheck in page order. Properties: "running" (boolean), "failures" (uint),
 * "warnings" (uint), "finished-at" (int64, Unix seconds of the last complete run, 0 before),
 * "fixable" (uint: checks that this program can mend), "fixing" (boolean). */
#define NHI_TYPE_CHECK_SUITE (nhi_check_suite_get_type ())
G_DECLARE_FINAL_TYPE (NhiCheckSuite, nhi_check_suite, NHI, CHECK_SUITE, GObject)

NhiCheckSuite *nhi_check_suite_new (NhiReaderMonitor *monitor, NhiRemote *remote);
/* Runs every check again; each ends within 10 s whatever the network does. The finish returns FALSE
 * only when cancelled. */
void nhi_check_suite_run_async (NhiCheckSuite *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean nhi_check_suite_run_finish (NhiCheckSuite *self, GAsyncResult *result, GError **error);
guint nhi_check_suite_get_failures (NhiCheckSuite *self);
guint nhi_check_suite_get_warnings (NhiCheckSuite *self);
gboolean nhi_check_suite_get_running (NhiCheckSuite *self);

guint nhi_check_suite_get_fixable (NhiCheckSuite *self);
gboolean nhi_check_suite_get_fixing (NhiCheckSuite *self);

/**
 * nhi_check_suite_fix_async:
 * @only: (nullable): mends this one check, or all that can be mended
 * @seconds: how long one step may take; a person may have to type a password meanwhile
 *
 * Mends one after the other and runs every check again, until nothing new can be mended. The
 * system asks for permission where it wants to.
 */
void nhi_check_suite_fix_async (NhiCheckSuite *self,
                                NhiCheck *only,
                                guint seconds,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* How many were mended; with FALSE the message says, line by line, what could not be and why. */
gboolean nhi_check_suite_fix_finish (NhiCheckSuite *self,
                                     GAsyncResult *result,
                                     guint *ret_fixed,
                                     GError **error);

/* The report (A6): nothing private in it – no name, number, path of a home directory. */
char *nhi_check_suite_to_text (NhiCheckSuite *self);
char *nhi_check_suite_to_json (NhiCheckSuite *self);

G_END_DECLS
