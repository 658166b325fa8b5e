/* SPDX-License-Identifier: GPL-3.0-or-later
 * Builds the package of an application: entries from the store, one record per class, XML and JSON,
 * one encrypted ZIP. */
#pragma once

#include "service/domain/world.h"
#include "service/store/application.h"

G_BEGIN_DECLS

#define NHI_BUILD_MAX_ENTRIES                                                                      \
  100000 /* of one application; a person of ten years has some thousand */

/* Told before each category; FALSE with @error ends the building. */
typedef gboolean (*NhiBuildProgress) (const NhiApplicationItem *item,
                                      gpointer data,
                                      GError **error);

/**
 * nhi_package_build_application:
 * @progress: (nullable): e.g. to hold on to a lease
 * @ret_package: (out) (nullable): the encrypted ZIP, or %NULL when no category has an entry
 *
 * Touches nothing in the database: the result is written by nhi_package_write_application().
 *
 * Returns: (transfer full): the application as it is to be written: ready, items ready or none. Or
 * NULL with %NHI_DOMAIN_ERROR_NOT_FOUND, an %NHI_RECORD_ERROR (an entry is damaged), an
 * %NHI_PACKAGE_ERROR or an %NHI_DB_ERROR
 */
NhiApplication *nhi_package_build_application (NhiWorld *world,
                                               const char *person_id,
                                               const char *application_id,
                                               NhiBuildProgress progress,
                                               gpointer data,
                                               GBytes **ret_package,
                                               GError **error);

gboolean nhi_package_write_application (NhiDbConnection *connection,
                                        const NhiApplication *application,
                                        GBytes *package,
                                        GError **error);

/* The application and its items are failed. */
gboolean nhi_package_give_up_application (NhiDbConnection *connection,
                                          const char *person_id,
                                          const char *application_id,
                                          GError **error);

G_END_DECLS
