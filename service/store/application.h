/* SPDX-License-Identifier: GPL-3.0-or-later
 * Applications for health-bank data and what became of each category. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

/**
 * NhiApplicationState:
 * @NHI_APPLICATION_PROCESSING: its job has not ended yet
 * @NHI_APPLICATION_READY: every item is ready or none; there is a package unless all are none
 * @NHI_APPLICATION_FAILED: given up, and every item with it; the person may apply again
 */
typedef enum
{
  NHI_APPLICATION_PROCESSING,
  NHI_APPLICATION_READY,
  NHI_APPLICATION_FAILED,
} NhiApplicationState;

typedef enum
{
  NHI_ITEM_PROCESSING,
  NHI_ITEM_READY, /* 可下載 */
  NHI_ITEM_NONE,  /* 無資料 */
  NHI_ITEM_FAILED,
} NhiItemStatus;

const char *
nhi_application_state_name (NhiApplicationState state); /* as stored and as on the wire */
const char *nhi_item_status_name (NhiItemStatus status);

typedef struct
{
  char *category; /* code of the domain's table */
  NhiItemStatus status;
  gint64 entries;
  char *from_month; /* YYYY-MM */
  char *to_month;
} NhiApplicationItem;

typedef struct
{
  char *person_id;
  char *application_id;
  gint64 applied_at; /* Unix seconds */
  char *from_month;  /* YYYY-MM */
  char *to_month;    /* YYYY-MM, inclusive */
  NhiApplicationState state;
  gint64 available_until; /* Unix seconds, the last second of the last day */
  char *package_name;     /* nullable, as the next two belong together */
  gint64 package_size;    /* bytes */
  char *package_sha256;   /* nullable, 64 hexadecimal digits */
  GPtrArray *items;       /* of NhiApplicationItem, as the person chose them; empty in a list */
} NhiApplication;

NhiApplication *nhi_application_new (void);
void nhi_application_free (NhiApplication *application);
NhiApplicationItem *nhi_application_add_item (NhiApplication *application,
                                              const char *category,
                                              NhiItemStatus status,
                                              gint64 entries,
                                              const char *from_month,
                                              const char *to_month);

gboolean nhi_store_application_add (NhiDbConnection *connection,
                                    const NhiApplication *application,
                                    GError **error);
/* With its items. NULL without @error when the person has no such application. */
NhiApplication *nhi_store_application_find (NhiDbConnection *connection,
                                            const char *person_id,
                                            const char *application_id,
                                            GError **error);
/* Without items, newest first, those that are available at @now. NULL with @error. */
GPtrArray *nhi_store_application_list (NhiDbConnection *connection,
                                       const char *person_id,
                                       gint64 now,
                                       GError **error);
/* How many of the person's applications are available at @now, and how many of these are
 * processing. */
gboolean nhi_store_application_count (NhiDbConnection *connection,
                                      const char *person_id,
                                      gint64 now,
                                      gint64 *ret_kept,
                                      gint64 *ret_processing,
                                      GError **error);

/* Writes state, package and items as they stand in @application. NHI_DB_ERROR_CONSTRAINT when it is
 * no longer there, so that nothing is written that nobody would ever delete. */
gboolean nhi_store_application_update (NhiDbConnection *connection,
                                       const NhiApplication *application,
                                       GError **error);

/* Deletes the packages that ended before @now, at most @limit, and whole applications that ended
 * before @forget_before. Returns how many packages and applications went, or -1 with @error. */
gint64 nhi_store_application_expire (NhiDbConnection *connection,
                                     gint64 now,
                                     gint64 forget_before,
                                     guint limit,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiApplication, nhi_application_free)

G_END_DECLS
