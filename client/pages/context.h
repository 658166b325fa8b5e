/* SPDX-License-Identifier: GPL-3.0-or-later
 * What every page is given: the card, the checks, the service, the settings, and a way to say and
 * show something. */
#pragma once

#include "client/checks/check-suite.h"
#include "client/reader/reader-monitor.h"
#include "client/remote/remote.h"

G_BEGIN_DECLS

/* Signals: "announce" (string: for the status line), "toast" (string), "show-page" (string: page
 * name), "open-package" (GFile: show it in the viewer), "recheck" (ask the service again whether it
 * is there). Properties (notified): "last-sign-in-at" (int64, 0 = never), "registration-email"
 * (string, masked, NULL = none sent), "registration-expires-at" (int64), "downloaded" (boolean: a
 * package was saved in this run). */
#define NHI_TYPE_CONTEXT (nhi_context_get_type ())
G_DECLARE_FINAL_TYPE (NhiContext, nhi_context, NHI, CONTEXT, GObject)

NhiContext *nhi_context_new (NhiRemote *remote, NhiReaderMonitor *monitor, GSettings *settings);
NhiRemote *nhi_context_get_remote (NhiContext *self);
NhiReaderMonitor *nhi_context_get_monitor (NhiContext *self);
GSettings *nhi_context_get_settings (NhiContext *self);
/* Made, and run for the first time, when first asked for. */
NhiCheckSuite *nhi_context_get_suite (NhiContext *self);
/* The suite when some page has already asked for it, or NULL. */
NhiCheckSuite *nhi_context_peek_suite (NhiContext *self);

void nhi_context_announce (NhiContext *self, const char *text);
/* A toast is not spoken by GTK 4.8, so it is announced too. */
void nhi_context_toast (NhiContext *self, const char *text);
void nhi_context_show_page (NhiContext *self, const char *name);
void nhi_context_open_package (NhiContext *self, GFile *file);
void nhi_context_recheck (NhiContext *self);

void nhi_context_note_registration (NhiContext *self, const char *email_masked, gint64 expires_at);
const char *nhi_context_get_registration_email (NhiContext *self);
void nhi_context_note_sign_in (NhiContext *self, const NhiSignInReceipt *receipt);
gint64 nhi_context_get_last_sign_in_at (NhiContext *self);
guint nhi_context_get_idle_seconds (NhiContext *self);
void nhi_context_note_download (NhiContext *self);
gboolean nhi_context_get_downloaded (NhiContext *self);

/* The card number of the inserted NHI card, or NULL. */
NhiCardProfile *nhi_context_get_profile (NhiContext *self);
/* Where packages are saved: the setting, or the download folder of the desktop. NULL in a sandbox
 * without either: what is written there into the home folder goes with the program, so the person
 * is asked each time. */
GFile *nhi_context_get_download_folder (NhiContext *self);

G_END_DECLS
