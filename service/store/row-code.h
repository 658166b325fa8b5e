/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values as bytes: the same bytes for the same values, whatever the engine. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

/* Appends each value: its kind (N, I, T, B); but for N eight bytes, big-endian, with the number or
 * the length of what follows; the bytes, text with a NUL behind it. */
void nhi_row_code_append (GByteArray *bytes, const NhiDbValue *values, gsize n_values);

/* The other way round, into @ret_values, which point into @bytes. FALSE with NHI_DB_ERROR_DAMAGED
 * unless @bytes hold @n_values values and nothing else. */
gboolean nhi_row_code_read (GBytes *bytes, NhiDbValue *ret_values, gsize n_values, GError **error);

G_END_DECLS
