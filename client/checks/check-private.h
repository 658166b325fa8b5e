/* SPDX-License-Identifier: GPL-3.0-or-later
 * How a check is made: an entry of a table, what it may look at, what it found. */
#pragma once

#include "client/checks/check-suite.h"
#include "client/reader/pcsc.h"

G_BEGIN_DECLS

/* The computer as the checks see it; a test hands in another one. Functions may block, they run in
 * worker threads. */
typedef struct
{
  const NhiPcsc *pcsc;
  const char *socket_path;    /* of the PC/SC daemon */
  const char *systemd_folder; /* exists where systemd runs */
  const char *usb_folder;     /* /sys/bus/usb/devices */
  const char *os_release;
  const char *flatpak_info; /* exists inside the sandbox */
  const char *cups_socket;
  const char *download_folder;
  const char *client_version;
  /* "enabled", "active"; FALSE when systemd cannot be asked. NULL for a unit that does not exist.
   */
  gboolean (*unit_state) (const char *unit,
                          GCancellable *cancellable,
                          char **ret_start_up,
                          char **ret_active,
                          GError **error);
  /* Whether the session's bus has @name, or would start it. */
  gboolean (*session_bus_has) (const char *name, GCancellable *cancellable);
  guint (*count_fonts) (const char *language);
  gboolean (*charset_is_utf8) (void);
  const char *(*message_locale) (void);
  char **(*proxies_for) (const char *uri, GCancellable *cancellable, GError **error);
} NhiCheckEnvironment;

const NhiCheckEnvironment *
nhi_check_environment_system (void);

/* What one check may look at. */
typedef struct
{
  const NhiCheckEnvironment *environment;
  GCancellable *cancellable;
  const char *base_uri;
  /* of the monitor, for entries that need readers */
  NhiCardState card_state;
  const char *const *reader_names;
  const char *fault_code;
  NhiCardTermination termination;
  /* of GET /service, for entries that need it: one of the two */
  const NhiServiceInfo *service;
  const GError *service_error;
} NhiCheckContext;

typedef struct
{
  NhiVerdict verdict;
  char *found;
  char *reason;
  char *code;
} NhiCheckOutcome;
void
nhi_check_outcome_clear (NhiCheckOutcome *outcome);
/* All but @verdict may be NULL; all are translated already. */
void
nhi_check_conclude (NhiCheckOutcome *outcome,
                    NhiVerdict verdict,
                    const char *found,
                    const char *reason,
                    const char *code);

typedef enum
{
  NHI_CHECK_NEEDS_NOTHING, /* runs in a worker thread at once */
  NHI_CHECK_NEEDS_READERS, /* runs when the monitor knows */
  NHI_CHECK_NEEDS_SERVICE, /* runs when the service answered or failed */
} NhiCheckNeed;

typedef struct
{
  const char *id;
  NhiCheckGroup group;
  NhiCheckNeed need;
  const char *title;       /* not yet translated */
  const char *recommended; /* not yet translated */
  void (*run) (const NhiCheckContext *context, NhiCheckOutcome *outcome);
} NhiCheckEntry;

/* Each ends with a NULL id. */
extern const NhiCheckEntry NHI_CHECKS_CARD_READER[];
extern const NhiCheckEntry NHI_CHECKS_SERVICE[];
extern const NhiCheckEntry NHI_CHECKS_COMPUTER[];

NhiCheck *
nhi_check_new (const NhiCheckEntry *entry, guint number);
const NhiCheckEntry *
nhi_check_get_entry (NhiCheck *self);
void
nhi_check_set_running (NhiCheck *self);
void
nhi_check_take_outcome (NhiCheck *self, NhiCheckOutcome *outcome); /* leaves it empty */

NhiCheckSuite *
nhi_check_suite_new_for_environment (NhiReaderMonitor *monitor,
                                     NhiRemote *remote,
                                     const NhiCheckEnvironment *environment);
const char *
nhi_verdict_nick (NhiVerdict verdict);

G_END_DECLS
