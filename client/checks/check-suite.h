/* SPDX-License-Identifier: GPL-3.0-or-later
 * All checks together: run in parallel, re-run by themselves when a reader, card or network
 * changes, told as text or JSON. */
#pragma once

#include "client/checks/check.h"
#include "client/reader/reader-monitor.h"
#include "client/remote/remote.h"

G_BEGIN_DECLS

/* A GListModel of NhiCheck in page order. Properties: "running" (boolean), "failures" (uint),
 * "warnings" (uint), "finished-at" (int64, Unix seconds of the last complete run, 0 before). */
#define NHI_TYPE_CHECK_SUITE (nhi_check_suite_get_type ())
G_DECLARE_FINAL_TYPE (NhiCheckSuite, nhi_check_suite, NHI, CHECK_SUITE, GObject)

NhiCheckSuite *
nhi_check_suite_new (NhiReaderMonitor *monitor, NhiRemote *remote);
/* Runs every check again; each ends within 10 s whatever the network does. The finish returns FALSE
 * only when cancelled. */
void
nhi_check_suite_run_async (NhiCheckSuite *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean
nhi_check_suite_run_finish (NhiCheckSuite *self, GAsyncResult *result, GError **error);
guint
nhi_check_suite_get_failures (NhiCheckSuite *self);
guint
nhi_check_suite_get_warnings (NhiCheckSuite *self);
gboolean
nhi_check_suite_get_running (NhiCheckSuite *self);

/* The report (A6): nothing private in it – no name, number, path of a home directory. */
char *
nhi_check_suite_to_text (NhiCheckSuite *self);
char *
nhi_check_suite_to_json (NhiCheckSuite *self);

G_END_DECLS
