/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encrypted package a citizen downloads: a ZIP with AES-256, password = ID number with a
 * capital letter. */
#pragma once

#include "shared/record/record.h"

G_BEGIN_DECLS

#define NHI_PACKAGE_ERROR (nhi_package_error_quark ())

/**
 * NhiPackageError:
 * @NHI_PACKAGE_ERROR_NOT_ZIP: no ZIP at all
 * @NHI_PACKAGE_ERROR_PASSWORD: encrypted, and no password or not the right one
 * @NHI_PACKAGE_ERROR_DAMAGED: cut short or changed on the way
 * @NHI_PACKAGE_ERROR_TOO_BIG: a zip bomb, or more than the limits below
 * @NHI_PACKAGE_ERROR_EMPTY: holds no health-bank file
 * @NHI_PACKAGE_ERROR_NOT_BUILT: the ZIP library failed while building, which a later try may mend
 */
typedef enum
{
  NHI_PACKAGE_ERROR_NOT_ZIP,
  NHI_PACKAGE_ERROR_PASSWORD,
  NHI_PACKAGE_ERROR_DAMAGED,
  NHI_PACKAGE_ERROR_TOO_BIG,
  NHI_PACKAGE_ERROR_EMPTY,
  NHI_PACKAGE_ERROR_NOT_BUILT,
} NhiPackageError;
GQuark nhi_package_error_quark (void);

#define NHI_PACKAGE_MAX_FILES 64
#define NHI_PACKAGE_MAX_BYTES (256 * 1024 * 1024) /* of all files unpacked; of the package, too */
#define NHI_PACKAGE_MAX_RATIO 400 /* unpacked to packed, once a file is larger than a megabyte */

typedef struct
{
  char *name; /* UTF-8, no directory */
  GBytes *bytes;
} NhiPackageFile;
NhiPackageFile *nhi_package_file_new (const char *name, GBytes *bytes); /* refs @bytes */
void nhi_package_file_free (NhiPackageFile *file);

/* @files: of NhiPackageFile. @modified: Unix seconds, stands in the ZIP for every file as Taipei
 * time, so that the same data gives the same layout. (The salt of AES differs each time, hence so
 * do the bytes.) Built in memory; nothing unencrypted touches a disk. */
GBytes *nhi_package_build (GPtrArray *files, const char *password, gint64 modified, GError **error);

/* Opens our packages and the insurer's (AES and traditional ZipCrypto, or no encryption). @password
 * may be NULL: then only an unencrypted package opens and an encrypted one sets
 * NHI_PACKAGE_ERROR_PASSWORD. Names lose their directories and whatever a file system may stumble
 * over; two of one name stay two. Returns: (transfer full): an array of NhiPackageFile that owns
 * them. */
GPtrArray *nhi_package_open (GBytes *package, const char *password, GError **error);

/* A ZIP package, a bare XML or a bare JSON file: whatever a person has. Returns: (transfer full):
 * an array of NhiRecord that owns them. The same record as XML and as JSON counts once. Errors of
 * both domains: a damaged file is told, never passed over. */
GPtrArray *nhi_package_read_records (GBytes *file, const char *password, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiPackageFile, nhi_package_file_free)

G_END_DECLS
