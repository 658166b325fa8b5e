/* SPDX-License-Identifier: GPL-3.0-or-later
 * The three kinds of personal number: which are accepted, which are not, and how they are shown. */
#include "shared/identity/id-number.h"

typedef struct
{
  const char *number;
  NhiIdKind kind;
  char sex;
} ClassifyCase;

static const ClassifyCase classify_cases[] = {
  { "A123456789", NHI_ID_NATIONAL, 'M' },
  { "A800000014", NHI_ID_RESIDENT_NEW, 'M' },
  { "AA00000009", NHI_ID_RESIDENT_OLD, 'M' },
  { "AC01234567", NHI_ID_RESIDENT_OLD, 'M' },
  { "A123456788", NHI_ID_INVALID, 0 },
  { "A323456789", NHI_ID_INVALID, 0 },
  { "a123456789", NHI_ID_INVALID, 0 },
  { "A12345678", NHI_ID_INVALID, 0 },
  { "A1234567890", NHI_ID_INVALID, 0 },
  { "AE00000009", NHI_ID_INVALID, 0 },
  { "1123456789", NHI_ID_INVALID, 0 },
  { "A12345678X", NHI_ID_INVALID, 0 },
  { "", NHI_ID_INVALID, 0 },
  { NULL, NHI_ID_INVALID, 0 },
};

static void
test_classify (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (classify_cases); i++)
    {
      g_assert_cmpint (nhi_id_number_classify (classify_cases[i].number), ==,
                       classify_cases[i].kind);
      g_assert_cmpint (nhi_id_number_sex (classify_cases[i].number), ==, classify_cases[i].sex);
    }
}

/* The letters whose values are out of line, each with the check digit worked out by hand. */
static void
test_odd_letters (void)
{
  static const char *const made[][2] = {
    { "I10000000", "I100000003" }, /* 34: 3 + 36 + 8 = 47 */
    { "O10000000", "O100000004" }, /* 35: 3 + 45 + 8 = 56 */
    { "W10000000", "W100000001" }, /* 32: 3 + 18 + 8 = 29 */
    { "Z10000000", "Z100000002" }, /* 33: 3 + 27 + 8 = 38 */
    { "X10000000", "X100000009" }, /* 30: 3 +  0 + 8 = 11 */
    { "Y10000000", "Y100000000" }, /* 31: 3 +  9 + 8 = 20 */
    { "J10000000", "J100000009" }, /* 18: 1 + 72 + 8 = 81 */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (made); i++)
    {
      g_autofree char *number = nhi_id_number_make (made[i][0]);

      g_assert_cmpstr (number, ==, made[i][1]);
      g_assert_cmpint (nhi_id_number_classify (number), ==, NHI_ID_NATIONAL);
    }
}

/* A wrong digit anywhere behind the letter changes the sum: no single slip passes. */
static void
test_single_slip (void)
{
  for (gsize place = 2; place < NHI_ID_NUMBER_LENGTH; place++)
    for (char digit = '0'; digit <= '9'; digit++)
      {
        char number[] = "A123456789";
        gboolean same = number[place] == digit;
        /* Weights 6, 5, 4 and 2 share a factor with 10, so that some slips of 5 or 2 go unseen
         * there. */
        int weight = place < 9 ? 9 - (int)place : 1;
        gboolean unseen = weight * (digit - number[place]) % 10 == 0;

        number[place] = digit;
        if (!same && !unseen)
          g_assert_cmpint (nhi_id_number_classify (number), ==, NHI_ID_INVALID);
        else
          g_assert_cmpint (nhi_id_number_classify (number), ==, NHI_ID_NATIONAL);
      }
}

static void
test_make_refuses (void)
{
  static const char *const wrong[] = {
    "A12345678 ", "A1234567", "A323456789", "a12345678", "", NULL
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (nhi_id_number_make (wrong[i]));
}

static void
test_normalise (void)
{
  static const char *const typed[][2] = {
    { " a123456789 ", "A123456789" },
    { "Ａ１２３４５６７８９", "A123456789" },
    { "a123-456-789", "A123456789" },
    { "　ａc01 234567", "AC01234567" },
    { "", "" },
    { NULL, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autofree char *number = nhi_id_number_normalise (typed[i][0]);

      g_assert_cmpstr (number, ==, typed[i][1]);
    }
}

static void
test_mask (void)
{
  static const char *const masked[][2] = {
    { "E223612345", "E22361****" },
    { "AC01234567", "AC0123****" },
    { "E2236123456", "****" },
    { "E22361", "****" },
    { "一二三x", "****" },
    { "", "****" },
    { NULL, "****" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (masked); i++)
    {
      g_autofree char *mask = nhi_id_number_mask (masked[i][0]);

      g_assert_cmpstr (mask, ==, masked[i][1]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id-number/three-kinds-and-their-checksum", test_classify);
  g_test_add_func ("/id-number/letters-out-of-line", test_odd_letters);
  g_test_add_func ("/id-number/single-slip-is-seen", test_single_slip);
  g_test_add_func ("/id-number/make-refuses-other-forms", test_make_refuses);
  g_test_add_func ("/id-number/normalise-what-is-typed", test_normalise);
  g_test_add_func ("/id-number/mask-shows-six", test_mask);
  return g_test_run ();
}
