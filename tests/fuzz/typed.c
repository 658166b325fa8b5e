/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any text as something a person typed: numbers, addresses, dates, passwords. */
#include "shared/calendar/roc-date.h"
#include "shared/identity/contact.h"
#include "shared/identity/id-number.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void
check_numbers (const char *text)
{
  g_autofree char *id_number = nhi_id_number_normalise (text);
  g_autofree char *mask = nhi_id_number_mask (text);
  g_autofree char *phone = nhi_phone_normalise (text);
  g_autofree char *again = phone != NULL ? nhi_phone_normalise (phone) : NULL;

  nhi_id_number_classify (id_number);
  g_assert_true (g_str_has_suffix (mask, "****"));
  g_assert_cmpstr (phone, ==, again);
  if (nhi_email_is_valid (text))
    g_assert_null (strpbrk (text, " \r\n<>,;\"\\"));
}

static void
check_dates (const char *text)
{
  GDate date;

  if (nhi_iso_date_parse (text, &date))
    {
      g_autofree char *again = nhi_iso_date_format (&date);

      g_assert_cmpstr (text, ==, again);
    }
  if (nhi_roc_date_parse (text, &date))
    {
      g_autofree char *again = nhi_roc_date_to_chip (&date);

      g_assert_cmpstr (text, ==, again);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autofree char *mask = nhi_email_mask (text);
  g_autoptr (GDate) birth = g_date_new_dmy (5, 5, 1986);

  check_numbers (text);
  check_dates (text);
  g_assert_true (g_utf8_validate (mask, -1, NULL));
  nhi_password_judge (text, text, "000012345678", birth);
  g_assert_cmpuint (nhi_password_strength (text), <=, 4);
  return 0;
}
