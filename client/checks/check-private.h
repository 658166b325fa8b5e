/* SPDX-License-Identifier: GPL-3.0-or-later
 * How a check is made: an entry of a table, what it may look at, what it found. */
#pragma once

#include "client/checks/check-suite.h"
#include "client/checks/pcsc-probe.h"
#include "client/checks/route-probe.h"
#include "client/reader/pcsc.h"

G_BEGIN_DECLS

/* What keeps secrets for the person who is signed in at this computer. */
typedef enum
{
  NHI_KEYRING_NONE,
  NHI_KEYRING_OPEN,
  NHI_KEYRING_LOCKED,
  NHI_KEYRING_EMPTY, /* there is one, but no collection to keep things in */
  NHI_KEYRING_SILENT,
  NHI_KEYRING_PORTAL,
} NhiKeyring;

/* The computer as the checks see it; a test hands in another one. Functions may block, they run in
 * worker threads. */
typedef struct
{
  const NhiPcsc *pcsc;
  const char *socket_path;    /* of the PC/SC daemon */
  const char *systemd_folder; /* exists where systemd runs */
  const char *daemon_program; /* of PC/SC */
  const char *proc_folder;
  const char *usb_folder;    /* /sys/bus/usb/devices */
  const char *module_folder; /* where p11-kit's modules are named */
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
  gboolean (*system_bus_has) (const char *name, GCancellable *cancellable);
  NhiKeyring (*keyring) (GCancellable *cancellable);
  void (*probe_daemon) (const char *socket_path, NhiDaemonSight *ret_sight);
  void (*probe_route) (const char *uri,
                       NhiProxyLookup proxies_for,
                       GCancellable *cancellable,
                       NhiRoute *ret_route);
  /* Mends; every step may take @seconds, because a person may have to answer. */
  gboolean (*fix) (NhiFixKind kind,
                   const char *argument,
                   guint seconds,
                   GCancellable *cancellable,
                   GError **error);
  gboolean (*has_settings) (const char *panel);
  guint (*count_fonts) (const char *language);
  gboolean (*charset_is_utf8) (void);
  const char *(*message_locale) (void);
  NhiProxyLookup proxies_for;
} NhiCheckEnvironment;

const NhiCheckEnvironment *nhi_check_environment_system (void);

/* What one check may look at. */
typedef struct
{
  const NhiCheckEnvironment *environment;
  GCancellable *cancellable;
  /* of the monitor, for entries that need readers */
  NhiCardState card_state;
  const char *const *reader_names;
  const char *const *atrs; /* of the readers that hold a card, as hex */
  const char *fault_code;
  NhiCardTermination termination;
  const NhiRoute *route; /* for entries that need the service or the route */
  /* of GET /service, for entries that need it: one of the two, or none when it was too slow */
  const NhiServiceInfo *service;
  const GError *service_error;
  /* seconds, when the service's certificate is not valid at this computer's date */
  gboolean skew_known;
  gint64 skew;
} NhiCheckContext;

typedef struct
{
  NhiVerdict verdict;
  char *found;
  char *reason;
  char *code;
  NhiFixKind fix;
  char *fix_argument;
  char *command;
} NhiCheckOutcome;
void nhi_check_outcome_clear (NhiCheckOutcome *outcome);
/* All but @verdict may be NULL; all are translated already. */
void nhi_check_conclude (NhiCheckOutcome *outcome,
                         NhiVerdict verdict,
                         const char *found,
                         const char *reason,
                         const char *code);

/* What can be done; after nhi_check_conclude(). */
void nhi_check_offer (NhiCheckOutcome *outcome,
                      NhiFixKind fix,
                      const char *argument,
                      const char *command);
gboolean nhi_check_in_sandbox (const NhiCheckContext *context);
gboolean nhi_check_has_systemd (const NhiCheckContext *context);
/* Through systemd where it runs and can be reached, else as the command that does the same. */
void nhi_check_offer_unit (const NhiCheckContext *context,
                           NhiCheckOutcome *outcome,
                           NhiFixKind fix,
                           const char *unit);
/* @package: by its Debian name; through PackageKit where it runs, else as the command. */
void nhi_check_offer_package (const NhiCheckContext *context,
                              NhiCheckOutcome *outcome,
                              const char *package);
/* @panel: "datetime" or "network" */
void nhi_check_offer_settings (const NhiCheckContext *context,
                               NhiCheckOutcome *outcome,
                               const char *panel,
                               const char *command);
char *nhi_os_release_value (const char *text, const char *name);

typedef enum
{
  NHI_CHECK_NEEDS_NOTHING, /* runs in a worker thread at once */
  NHI_CHECK_NEEDS_READERS, /* runs when the monitor knows */
  NHI_CHECK_NEEDS_ROUTE,   /* runs when the way to the service was tried */
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
extern const NhiCheckEntry NHI_CHECKS_PCSC[];
extern const NhiCheckEntry NHI_CHECKS_READER[];
extern const NhiCheckEntry NHI_CHECKS_SERVICE[];
extern const NhiCheckEntry NHI_CHECKS_COMPUTER[];

NhiCheck *nhi_check_new (const NhiCheckEntry *entry, guint number);
const NhiCheckEntry *nhi_check_get_entry (NhiCheck *self);
void nhi_check_set_running (NhiCheck *self);
void nhi_check_take_outcome (NhiCheck *self, NhiCheckOutcome *outcome); /* leaves it empty */

NhiCheckSuite *nhi_check_suite_new_for_environment (NhiReaderMonitor *monitor,
                                                    NhiRemote *remote,
                                                    const NhiCheckEnvironment *environment);
void nhi_check_suite_set_fixing (NhiCheckSuite *self, gboolean fixing);
const NhiCheckEnvironment *nhi_check_suite_get_environment (NhiCheckSuite *self);
/* The next run waits a moment for the PC/SC service, which was just started. */
void nhi_check_suite_expect_service (NhiCheckSuite *self);

/* Of all readers. For the window an empty reader beside another card waits for the right one; here
 * the wrong card is what there is to say. */
typedef struct
{
  NhiCardState state;
  char **names;
  char **atrs;
} NhiReaderLook;
void nhi_reader_look (NhiReaderMonitor *monitor, NhiReaderLook *ret_look);
void nhi_reader_look_clear (NhiReaderLook *look);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NhiReaderLook, nhi_reader_look_clear)

/* An entry, or the way to the service, in a worker thread. @source: (type GObject) */
void nhi_check_work_async (gpointer source,
                           const NhiCheckEntry *entry,
                           const NhiCheckEnvironment *environment,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
void nhi_check_work_finish (GAsyncResult *result, NhiCheckOutcome *ret_outcome);
void nhi_route_work_async (gpointer source,
                           const NhiCheckEnvironment *environment,
                           const char *uri,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
void nhi_route_work_finish (GAsyncResult *result, NhiRoute *ret_route);

/* Tries the way to the service and asks it; says what is known as soon as it can be judged: once
 * for NHI_CHECK_NEEDS_ROUTE, once for NHI_CHECK_NEEDS_SERVICE, within 9 s. */
typedef struct _NhiServiceStage NhiServiceStage;
typedef void (*NhiStageReady) (NhiCheckNeed need,
                               const NhiCheckContext *context,
                               gpointer user_data);
NhiServiceStage *nhi_service_stage_start (NhiRemote *remote,
                                          const NhiCheckEnvironment *environment,
                                          GCancellable *cancellable,
                                          NhiStageReady ready,
                                          gpointer user_data);
void nhi_service_stage_end (NhiServiceStage *stage); /* says nothing any more */

const char *nhi_fix_kind_nick (NhiFixKind kind);
const char *nhi_verdict_nick (NhiVerdict verdict);

G_END_DECLS
