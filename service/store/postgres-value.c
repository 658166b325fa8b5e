/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values on PostgreSQL's wire. Everything goes in binary form both ways: bytes are not doubled, and
 * numbers need no reading. */

#define G_LOG_DOMAIN "nhi-store"

#include "service/store/postgres-private.h"

#include <string.h>

#define LARGEST_VALUE (512 * 1024 * 1024) /* a message ends at 1 GiB, and one value is not all */

const char *
nhi_postgres_check_value (const NhiDbValue *value)
{
  if (value->type == NHI_DB_TEXT && !g_utf8_validate (value->text, -1, NULL))
    return "A text is not UTF-8";
  if ((value->type == NHI_DB_TEXT && strlen (value->text) > LARGEST_VALUE) ||
      (value->type == NHI_DB_BYTES && value->bytes.length > LARGEST_VALUE))
    return "A value is longer than 512 MiB";
  return NULL;
}

static guint16
read_short (const char *data)
{
  guint16 value;

  memcpy (&value, data, sizeof value);
  return GUINT16_FROM_BE (value);
}

static gint32
read_int4 (const char *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return (gint32)GUINT32_FROM_BE (value);
}

static gint64
read_int8 (const char *data)
{
  guint64 value;

  memcpy (&value, data, sizeof value);
  return (gint64)GUINT64_FROM_BE (value);
}

/* NUMERIC is what sum() of BIGINT gives: digits of base 10000, the first of them worth
 * 10000^weight.
 */
static gboolean
read_numeric (const char *data, int length, gint64 *ret_value)
{
  int digits = length >= 8 ? read_short (data) : 0;
  int weight = length >= 8 ? (gint16)read_short (data + 2) : 0;
  guint16 sign = length >= 8 ? read_short (data + 4) : 0;
  gint64 value = 0;

  if (length < 8 || length != 8 + 2 * digits || (sign != 0 && sign != 0x4000) || weight > 4)
    return FALSE;
  for (int i = 0; i < MAX (digits, weight + 1); i++)
    {
      int digit = i < digits ? read_short (data + 8 + 2 * (gsize)i) : 0;

      if (i > weight && digit != 0)
        return FALSE;
      if (i <= weight && (__builtin_mul_overflow (value, 10000, &value) ||
                          __builtin_add_overflow (value, sign != 0 ? -digit : digit, &value)))
        return FALSE;
    }
  *ret_value = value;
  return TRUE;
}

gboolean
nhi_postgres_read_int (Oid type, const char *data, int length, gint64 *ret_value)
{
  if (type == NHI_POSTGRES_INT8 && length == 8)
    *ret_value = read_int8 (data);
  else if (type == NHI_POSTGRES_INT4 && length == 4)
    *ret_value = read_int4 (data);
  else if (type == NHI_POSTGRES_INT2 && length == 2)
    *ret_value = (gint16)read_short (data);
  else if (type == NHI_POSTGRES_BOOL && length == 1)
    *ret_value = *data != 0;
  else
    return type == NHI_POSTGRES_NUMERIC && read_numeric (data, length, ret_value);
  return TRUE;
}
