/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values as bytes: the same bytes for the same values, whatever the engine. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/row-code.h"

#include <string.h>

#define NUMBER_SIZE 8

static void
append_head (GByteArray *bytes, char kind, guint64 number)
{
  guint64 big_endian = GUINT64_TO_BE (number);

  g_byte_array_append (bytes, (const guint8 *)&kind, 1);
  g_byte_array_append (bytes, (const guint8 *)&big_endian, NUMBER_SIZE);
}

static void
append_value (GByteArray *bytes, const NhiDbValue *value)
{
  gsize length;

  switch (value->type)
    {
    case NHI_DB_TEXT:
      length = strlen (value->text);
      append_head (bytes, 'T', length);
      g_byte_array_append (bytes, (const guint8 *)value->text, (guint)length + 1);
      return;
    case NHI_DB_INT:
      append_head (bytes, 'I', (guint64)value->integer);
      return;
    case NHI_DB_BYTES:
      append_head (bytes, 'B', value->bytes.length);
      g_byte_array_append (bytes, value->bytes.data, (guint)value->bytes.length);
      return;
    case NHI_DB_NULL:
    default:
      g_byte_array_append (bytes, (const guint8 *)"N", 1);
      return;
    }
}

void
nhi_row_code_append (GByteArray *bytes, const NhiDbValue *values, gsize n_values)
{
  for (gsize i = 0; i < n_values; i++)
    append_value (bytes, &values[i]);
}

typedef struct
{
  const guint8 *at;
  gsize left;
} Reader;

static const guint8 *
take (Reader *reader, gsize length)
{
  const guint8 *taken = reader->at;

  if (length > reader->left)
    return NULL;
  reader->at += length;
  reader->left -= length;
  return taken;
}

static gboolean
take_number (Reader *reader, guint64 *ret_number)
{
  const guint8 *at = take (reader, NUMBER_SIZE);

  if (at == NULL)
    return FALSE;
  memcpy (ret_number, at, NUMBER_SIZE);
  *ret_number = GUINT64_FROM_BE (*ret_number);
  return TRUE;
}

static gboolean
take_text (Reader *reader, guint64 length, NhiDbValue *ret_value)
{
  const char *text = length < reader->left ? (const char *)take (reader, length + 1) : NULL;

  if (text == NULL || strnlen (text, length + 1) != length)
    return FALSE;
  *ret_value = nhi_db_text (text);
  return TRUE;
}

static gboolean
take_value (Reader *reader, NhiDbValue *ret_value)
{
  const guint8 *kind = take (reader, 1);
  const guint8 *data;
  guint64 number;

  if (kind == NULL || (*kind != 'N' && !take_number (reader, &number)))
    return FALSE;
  switch (*kind)
    {
    case 'N':
      *ret_value = nhi_db_null ();
      return TRUE;
    case 'I':
      *ret_value = nhi_db_int ((gint64)number);
      return TRUE;
    case 'T':
      return take_text (reader, number, ret_value);
    case 'B':
      data = take (reader, number);
      *ret_value = nhi_db_bytes (data, number);
      return data != NULL;
    default:
      return FALSE;
    }
}

gboolean
nhi_row_code_read (GBytes *bytes, NhiDbValue *ret_values, gsize n_values, GError **error)
{
  Reader reader;
  gboolean good = TRUE;

  reader.at = g_bytes_get_data (bytes, &reader.left);
  for (gsize i = 0; i < n_values && good; i++)
    good = take_value (&reader, &ret_values[i]);
  if (good && reader.left == 0)
    return TRUE;
  g_set_error_literal (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED,
                       "The database's note of how far it was filled is damaged; begin again with "
                       "an empty database");
  return FALSE;
}
