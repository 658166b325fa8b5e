/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which passwords are refused, with which reason, and that strength grows with what is hard to
 * guess. */
#include "shared/identity/contact.h"

#include "shared/identity/common-passwords.h"

#include <string.h>

typedef struct
{
  const char *password;
  NhiPasswordVerdict verdict;
} JudgeCase;

/* The owner of all these: A123456789, card 000012345678, born 1986-05-05. */
static const JudgeCase judge_cases[] = {
  { "", NHI_PASSWORD_TOO_SHORT },
  { NULL, NHI_PASSWORD_TOO_SHORT },
  { "k3#Tq9z", NHI_PASSWORD_TOO_SHORT },
  { "一二三四五六七", NHI_PASSWORD_TOO_SHORT },
  { "\xff\xff\xff\xff\xff\xff\xff\xff\xff", NHI_PASSWORD_TOO_SHORT },
  { "k3#Tq9zw", NHI_PASSWORD_OK },
  { "床前明月光疑是地", NHI_PASSWORD_OK },
  { "correct horse battery", NHI_PASSWORD_OK },
  { "password", NHI_PASSWORD_COMMON },
  { "PassWord", NHI_PASSWORD_COMMON },
  { "password123!", NHI_PASSWORD_COMMON },
  { "123taiwan", NHI_PASSWORD_COMMON },
  { "taiwan2026", NHI_PASSWORD_COMMON },
  { "ji32k7au4a83", NHI_PASSWORD_COMMON },
  { "JI32K7AU4A83", NHI_PASSWORD_COMMON },
  { "1qaz2wsx", NHI_PASSWORD_COMMON },
  { "aaaaaaaa", NHI_PASSWORD_COMMON },
  { "12121212", NHI_PASSWORD_COMMON },
  { "abcabcabca", NHI_PASSWORD_COMMON },
  { "23456789", NHI_PASSWORD_COMMON },
  { "67890123", NHI_PASSWORD_COMMON },
  { "hgfedcba", NHI_PASSWORD_COMMON },
  { "哈哈哈哈哈哈哈哈", NHI_PASSWORD_COMMON },
  { "A123456789", NHI_PASSWORD_PERSONAL },
  { "a123456789", NHI_PASSWORD_PERSONAL },
  { "Ａ１２３４５６７８９", NHI_PASSWORD_PERSONAL },
  { "a12-345-6789!", NHI_PASSWORD_PERSONAL },
  { "a123456789 my own words", NHI_PASSWORD_OK },
  { "000012345678", NHI_PASSWORD_PERSONAL },
  { "0000 1234 5678", NHI_PASSWORD_PERSONAL },
  { "19860505", NHI_PASSWORD_PERSONAL },
  { "1986-05-05", NHI_PASSWORD_PERSONAL },
  { "1986.5.5!!", NHI_PASSWORD_PERSONAL },
  { "05051986", NHI_PASSWORD_PERSONAL },
  { "0750505a", NHI_PASSWORD_PERSONAL },
  { "750505xyz", NHI_PASSWORD_PERSONAL },
  { "860505ab", NHI_PASSWORD_PERSONAL },
  { "19870606", NHI_PASSWORD_OK },
};

static void
test_judge (void)
{
  g_autoptr (GDate) birth = g_date_new_dmy (5, 5, 1986);

  for (gsize i = 0; i < G_N_ELEMENTS (judge_cases); i++)
    {
      NhiPasswordVerdict verdict =
          nhi_password_judge (judge_cases[i].password, "A123456789", "000012345678", birth);

      if (verdict != judge_cases[i].verdict)
        g_test_message ("“%s”", judge_cases[i].password);
      g_assert_cmpint (verdict, ==, judge_cases[i].verdict);
    }
}

static void
test_longest (void)
{
  g_autoptr (GString) password = g_string_new (NULL);

  for (gunichar i = 0; i < NHI_PASSWORD_MAX; i++)
    g_string_append_unichar (password, 0x4e00 + i * 7 % 997);
  g_assert_cmpint (nhi_password_judge (password->str, NULL, NULL, NULL), ==, NHI_PASSWORD_OK);
  g_string_append (password, "界");
  g_assert_cmpint (nhi_password_judge (password->str, NULL, NULL, NULL), ==, NHI_PASSWORD_TOO_LONG);
}

static void
test_owner_unknown (void)
{
  GDate none;

  g_date_clear (&none, 1);
  g_assert_cmpint (nhi_password_judge ("k3#Tq9zw", "", "", &none), ==, NHI_PASSWORD_OK);
}

static void
test_strength (void)
{
  static const char *const rising[] = { "password", "zkqmwbtx", "k3ptq9zw", "k3#Tq9zwL",
                                        "k3#Tq9zwL!rPe8" };

  for (guint i = 0; i < G_N_ELEMENTS (rising); i++)
    {
      if (nhi_password_strength (rising[i]) != MIN (i, 4))
        g_test_message ("“%s”", rising[i]);
      g_assert_cmpuint (nhi_password_strength (rising[i]), ==, MIN (i, 4));
    }
  g_assert_cmpuint (nhi_password_strength ("床前明月光疑是地上霜"), ==, 4);
  g_assert_cmpuint (nhi_password_strength ("short"), ==, 0);
  g_assert_cmpuint (nhi_password_strength (NULL), ==, 0);
}

/* The lists are searched by halves. */
static void
test_lists_in_order (void)
{
  for (gsize i = 1; i < G_N_ELEMENTS (common_passwords); i++)
    g_assert_cmpint (strcmp (common_passwords[i - 1], common_passwords[i]), <, 0);
  for (gsize i = 1; i < G_N_ELEMENTS (common_words); i++)
    g_assert_cmpint (strcmp (common_words[i - 1], common_words[i]), <, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/password/refused-with-a-reason", test_judge);
  g_test_add_func ("/password/length-in-characters", test_longest);
  g_test_add_func ("/password/owner-unknown", test_owner_unknown);
  g_test_add_func ("/password/strength-rises", test_strength);
  g_test_add_func ("/password/lists-in-order", test_lists_in_order);
  return g_test_run ();
}
