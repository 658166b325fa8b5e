/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which numbers, addresses and phone numbers are taken. */
#include "shared/identity/contact.h"

#include <string.h>

typedef gboolean (*ValidFunc) (const char *text);

typedef struct
{
  ValidFunc valid;
  const char *text;
  gboolean expected;
} ValidCase;

static const ValidCase number_cases[] = {
  { nhi_card_number_is_valid, "000012345678", TRUE },
  { nhi_card_number_is_valid, "00001234567", FALSE },
  { nhi_card_number_is_valid, "0000123456789", FALSE },
  { nhi_card_number_is_valid, "00001234567X", FALSE },
  { nhi_card_number_is_valid, NULL, FALSE },
  { nhi_household_number_is_valid, "F1234567", TRUE },
  { nhi_household_number_is_valid, "f1234567", FALSE },
  { nhi_household_number_is_valid, "F123456", FALSE },
  { nhi_household_number_is_valid, "", FALSE },
  { nhi_household_number_is_valid, NULL, FALSE },
  { nhi_unit_code_is_valid, "110012345", TRUE },
  { nhi_unit_code_is_valid, "11001234", FALSE },
  { nhi_village_code_is_valid, "63000010001", TRUE },
  { nhi_village_code_is_valid, "6300001000-", FALSE },
};

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const ValidCase email_cases[] = {
  { nhi_email_is_valid, "mei@example.org", TRUE },
  { nhi_email_is_valid, "mei.lin+nhi@mail.example.com.tw", TRUE },
  { nhi_email_is_valid, "m@example.xn--kpry57d", TRUE },
  { nhi_email_is_valid, A63 "b@example.org", TRUE },
  { nhi_email_is_valid, A63 "bc@example.org", FALSE },
  { nhi_email_is_valid, "m@" A63 ".org", TRUE },
  { nhi_email_is_valid, "m@a" A63 ".org", FALSE },
  { nhi_email_is_valid, "m@" A63 "." A63 "." A63 "." A63 ".org", FALSE },
  { nhi_email_is_valid, "mei@localhost", FALSE },
  { nhi_email_is_valid, "mei@example.1", FALSE },
  { nhi_email_is_valid, "mei@127.0.0.1", FALSE },
  { nhi_email_is_valid, "mei@[127.0.0.1]", FALSE },
  { nhi_email_is_valid, "mei@example..org", FALSE },
  { nhi_email_is_valid, "mei@-example.org", FALSE },
  { nhi_email_is_valid, "mei@example.org.", FALSE },
  { nhi_email_is_valid, ".mei@example.org", FALSE },
  { nhi_email_is_valid, "mei.@example.org", FALSE },
  { nhi_email_is_valid, "m..i@example.org", FALSE },
  { nhi_email_is_valid, "\"m i\"@example.org", FALSE },
  { nhi_email_is_valid, "mei@lin@example.org", FALSE },
  { nhi_email_is_valid, "美@example.org", FALSE },
  { nhi_email_is_valid, "mei@例子.tw", FALSE },
  { nhi_email_is_valid, "mei@example.org\r\nBcc: all@example.org", FALSE },
  { nhi_email_is_valid, " mei@example.org", FALSE },
  { nhi_email_is_valid, "@example.org", FALSE },
  { nhi_email_is_valid, "mei@", FALSE },
  { nhi_email_is_valid, "mei", FALSE },
  { nhi_email_is_valid, "", FALSE },
  { nhi_email_is_valid, NULL, FALSE },
};

typedef struct
{
  const ValidCase *cases;
  gsize count;
} ValidTable;

static const ValidTable number_table = { number_cases, G_N_ELEMENTS (number_cases) };
static const ValidTable email_table = { email_cases, G_N_ELEMENTS (email_cases) };

static void
test_valid (gconstpointer data)
{
  const ValidTable *table = data;

  for (gsize i = 0; i < table->count; i++)
    {
      gboolean valid = table->cases[i].valid (table->cases[i].text);

      if (valid != table->cases[i].expected)
        g_test_message ("“%s”", table->cases[i].text);
      g_assert_cmpint (valid, ==, table->cases[i].expected);
    }
}

static void
test_email_mask (void)
{
  static const char *const masked[][2] = {
    { "mei@example.org", "m***@example.org" },
    { "m@example.org", "m***@example.org" },
    { "not an address", "***" },
    { NULL, "***" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (masked); i++)
    {
      g_autofree char *mask = nhi_email_mask (masked[i][0]);

      g_assert_cmpstr (mask, ==, masked[i][1]);
    }
}

static const char *const phones[][2] = {
  { "0912345678", "0912345678" },
  { "0912-345-678", "0912345678" },
  { "０９１２　３４５　６７８", "0912345678" },
  { "+886 912 345 678", "0912345678" },
  { "+886 (0)2 2345 6789", "0223456789" },
  { "(02) 2345-6789", "0223456789" },
  { "02-2345678", NULL },
  { "037-320049", "037320049" },
  { "049-2222106", "0492222106" },
  { "04-22289111", "0422289111" },
  { "04-7222151", "047222151" },
  { "082-325630", "082325630" },
  { "0826-66345", "082666345" },
  { "0836-25131", "083625131" },
  { "089-326141", "089326141" },
  { "07-3368333", "073368333" },
  { "07-0368333", NULL },
  { "091234567", NULL },
  { "09123456789", NULL },
  { "012345678", NULL },
  { "+81 3 1234 5678", NULL },
  { "0912345678#12", NULL },
  { "0912+345678", NULL },
  { "\xff\xfe", NULL },
  { "", NULL },
  { NULL, NULL },
};

static void
test_phone (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (phones); i++)
    {
      g_autofree char *phone = nhi_phone_normalise (phones[i][0]);

      g_assert_cmpstr (phone, ==, phones[i][1]);
    }
}

static void
test_phone_too_long (void)
{
  g_autofree char *spaces = g_strnfill (100000, ' ');

  memcpy (spaces, "0912345678", 10);
  g_assert_null (nhi_phone_normalise (spaces));
}

static void
test_fold_width (void)
{
  static const char *const folded[][2] = {
    { "　Ａｂ１～！　", "Ab1~!" },
    { "王小明", "王小明" },
    { "\u00a0A123456789\u200b\ufeff", "A123456789" },
    { "02\u20132345\u22126789", "02-2345-6789" },
    { "a\u00a0b\u2003c", "a b c" },
    { "a\xff", "a\xef\xbf\xbd" },
    { NULL, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (folded); i++)
    {
      g_autofree char *text = nhi_text_fold_width (folded[i][0]);

      g_assert_cmpstr (text, ==, folded[i][1]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/contact/numbers-by-their-length", &number_table, test_valid);
  g_test_add_data_func ("/contact/email-strict", &email_table, test_valid);
  g_test_add_func ("/contact/email-mask", test_email_mask);
  g_test_add_func ("/contact/phone-forms", test_phone);
  g_test_add_func ("/contact/phone-of-absurd-length", test_phone_too_long);
  g_test_add_func ("/contact/full-width-is-folded", test_fold_width);
  return g_test_run ();
}
