/* SPDX-License-Identifier: GPL-3.0-or-later
 * The list an address is chosen from: counties, townships, villages (縣市、鄉鎮市區、村里), with
 * the official codes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_DIVISIONS_ERROR (nhi_divisions_error_quark ())
/**
 * NhiDivisionsError:
 * @NHI_DIVISIONS_ERROR_FORMAT: a line is not code, name, English name, or stands out of order
 */
typedef enum
{
  NHI_DIVISIONS_ERROR_FORMAT,
} NhiDivisionsError;
GQuark
nhi_divisions_error_quark (void);

/**
 * NhiDivision:
 * @code: 5 digits for a county, 8 for a township, 11 for a village
 * @name: as the Ministry of the Interior writes it
 * @name_en: never empty
 *
 * Lives as long as the list it is from.
 */
typedef struct
{
  const char *code;
  const char *name;
  const char *name_en;
} NhiDivision;

typedef struct _NhiDivisions NhiDivisions;

/**
 * nhi_divisions_get_default:
 *
 * The list that is compiled into the program.
 *
 * Returns: (transfer none): never %NULL; the same at each call, from any thread
 */
const NhiDivisions *
nhi_divisions_get_default (void);

/* Reads a list of the form of data/divisions/divisions.tsv. */
NhiDivisions *
nhi_divisions_load (const char *path, GError **error);
NhiDivisions *
nhi_divisions_parse (GBytes *bytes, GError **error);
void
nhi_divisions_free (NhiDivisions *divisions);

/* Contiguous arrays, sorted by code. An unknown parent gives NULL and 0. */
const NhiDivision *
nhi_divisions_counties (const NhiDivisions *divisions, gsize *ret_count);
const NhiDivision *
nhi_divisions_towns (const NhiDivisions *divisions, const char *county_code, gsize *ret_count);

/**
 * nhi_divisions_villages:
 *
 * The last one is always "my village is not in this list" with the code TTTTTTTT000, because the
 * list is known to lack some villages (data/divisions/README.md) and must not lock anybody out.
 */
const NhiDivision *
nhi_divisions_villages (const NhiDivisions *divisions, const char *town_code, gsize *ret_count);

/* Of any level, by its code; NULL when there is none. */
const NhiDivision *
nhi_divisions_find (const NhiDivisions *divisions, const char *code);

/* TRUE for TTTTTTTT000, the entry of a person whose village is not in the list. */
gboolean
nhi_village_code_is_unlisted (const char *village_code);

/**
 * nhi_village_code_matches:
 * @chosen: what a person chose
 * @registered: what the household register says
 *
 * TRUE when both are the same village, or when "not in this list" was chosen in the registered
 * village's township.
 */
gboolean
nhi_village_code_matches (const char *chosen, const char *registered);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiDivisions, nhi_divisions_free)

G_END_DECLS
