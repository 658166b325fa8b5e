/* SPDX-License-Identifier: GPL-3.0-or-later
 * The compiled-in list as a chooser walks it, files that are no list, and the rule for villages
 * that no list has. */

#include "shared/identity/divisions.h"

#include <string.h>

static void
test_whole_list_can_be_walked (void)
{
  const NhiDivisions *divisions = nhi_divisions_get_default ();
  gsize n_counties, n_towns, n_villages, all_towns = 0, all_villages = 0;
  const NhiDivision *counties = nhi_divisions_counties (divisions, &n_counties);

  g_assert_cmpuint (n_counties, ==, 22);
  for (gsize i = 0; i < n_counties; i++)
    {
      const NhiDivision *towns = nhi_divisions_towns (divisions, counties[i].code, &n_towns);

      g_assert_cmpuint (n_towns, >, 0);
      g_assert_true (nhi_divisions_find (divisions, counties[i].code) == &counties[i]);
      for (gsize j = 0; j < n_towns; j++)
        {
          const NhiDivision *villages;

          g_assert_true (g_str_has_prefix (towns[j].code, counties[i].code));
          g_assert_true (nhi_divisions_find (divisions, towns[j].code) == &towns[j]);
          villages = nhi_divisions_villages (divisions, towns[j].code, &n_villages);
          g_assert_cmpuint (n_villages, >, 1);
          for (gsize k = 0; k < n_villages; k++)
            {
              g_assert_true (g_str_has_prefix (villages[k].code, towns[j].code));
              g_assert_true (nhi_divisions_find (divisions, villages[k].code) == &villages[k]);
              g_assert_cmpint (nhi_village_code_is_unlisted (villages[k].code), ==,
                               k + 1 == n_villages);
            }
          all_villages += n_villages - 1;
        }
      all_towns += n_towns;
    }
  g_assert_cmpuint (all_towns, ==, 368);
  g_assert_cmpuint (all_villages, ==, 7690);
}

static const struct
{
  const char *code;
  const char *name;
  const char *name_en;
} known[] = {
  { "63000", "臺北市", "Taipei City" },
  { "10014", "臺東縣", "Taitung County" },
  { "63000030", "大安區", "Da'an District" },
  { "63000030004", "民炤里", "Minzhao Vil." },
  { "10013030023", "福德里", "Fude Vil." },
  { "67000180018", "那拔里", "Naba Vil." },
  { "65000020000", "村里不在清單中", "My village is not in this list" },
};

static void
test_names_are_corrected (void)
{
  const NhiDivisions *divisions = nhi_divisions_get_default ();

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      const NhiDivision *found = nhi_divisions_find (divisions, known[i].code);

      g_assert_nonnull (found);
      g_assert_cmpstr (found->name, ==, known[i].name);
      g_assert_cmpstr (found->name_en, ==, known[i].name_en);
    }
}

static const char *const unknown[] = {
  "",       "6",           "63001", "63000999", "63000030999", "99999999000", "630000300041",
  "臺北市", "6300003\xff",
};

static void
test_unknown_codes_give_nothing (void)
{
  const NhiDivisions *divisions = nhi_divisions_get_default ();

  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      gsize count = 1;

      g_assert_null (nhi_divisions_find (divisions, unknown[i]));
      g_assert_null (nhi_divisions_towns (divisions, unknown[i], &count));
      g_assert_cmpuint (count, ==, 0);
      g_assert_null (nhi_divisions_villages (divisions, unknown[i], &count));
    }
  g_assert_null (nhi_divisions_find (divisions, NULL));
}

static const struct
{
  const char *name;
  const char *text;
  guint line; /* the one that is told; 0: the list is good */
} lists[] = {
  { "good", "63000\t甲\tA\n63000030\t乙\tB\n63000030004\t丙\tC", 0 },
  { "county without towns", "63000\t甲\tA\n", 0 },
  { "two columns", "63000\t甲\n", 1 },
  { "four columns", "63000\t甲\tA\tx\n", 1 },
  { "empty name", "63000\t\tA\n", 1 },
  { "code with a letter", "6300X\t甲\tA\n", 1 },
  { "code of six", "630001\t甲\tA\n", 1 },
  { "town without county", "63000030\t乙\tB\n", 1 },
  { "town of another county", "63000\t甲\tA\n64000030\t乙\tB\n", 2 },
  { "village without town", "63000\t甲\tA\n63000030004\t丙\tC\n", 2 },
  { "out of order", "63000\t甲\tA\n62000\t乙\tB\n", 2 },
  { "twice", "63000\t甲\tA\n63000\t甲\tA\n", 2 },
  { "blank line", "63000\t甲\tA\n\n63001\t乙\tB\n", 2 },
  { "reserved number", "63000\t甲\tA\n63000030\t乙\tB\n63000030000\t丙\tC\n", 3 },
};

static void
test_broken_lists_name_the_line (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (lists[i].text, strlen (lists[i].text));
      g_autofree char *line = g_strdup_printf ("Line %u ", lists[i].line);
      g_autoptr (GError) error = NULL;
      g_autoptr (NhiDivisions) divisions = nhi_divisions_parse (bytes, &error);

      g_test_message ("%s", lists[i].name);
      if (lists[i].line == 0)
        {
          g_assert_no_error (error);
          g_assert_nonnull (divisions);
          continue;
        }
      g_assert_null (divisions);
      g_assert_error (error, NHI_DIVISIONS_ERROR, NHI_DIVISIONS_ERROR_FORMAT);
      g_assert_true (g_str_has_prefix (error->message, line));
    }
}

static void
test_noise_is_no_list (void)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) noise = g_bytes_new_static ("63000\t\xa4\x40\tA", 10);
  g_autoptr (GBytes) nul = g_bytes_new_static ("63000\t\0\tA\n", 10);
  GBytes *all[] = { empty, noise, nul };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (nhi_divisions_parse (all[i], &error));
      g_assert_error (error, NHI_DIVISIONS_ERROR, NHI_DIVISIONS_ERROR_FORMAT);
    }
}

static const struct
{
  const char *chosen;
  const char *registered;
  gboolean matches;
} choices[] = {
  { "63000030004", "63000030004", TRUE },
  { "63000030005", "63000030004", FALSE },
  { "65000020000", "65000020025", TRUE },
  { "65000010000", "65000020025", FALSE },
  { "65000020025", "65000020000", FALSE },
  { "63000030", "63000030004", FALSE },
  { "", "63000030004", FALSE },
  { "000", "63000030004", FALSE },
};

static void
test_unlisted_village_matches_its_township (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++)
    g_assert_cmpint (nhi_village_code_matches (choices[i].chosen, choices[i].registered), ==,
                     choices[i].matches);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/divisions/whole-list-can-be-walked", test_whole_list_can_be_walked);
  g_test_add_func ("/divisions/names-are-corrected", test_names_are_corrected);
  g_test_add_func ("/divisions/unknown-codes-give-nothing", test_unknown_codes_give_nothing);
  g_test_add_func ("/divisions/broken-lists-name-the-line", test_broken_lists_name_the_line);
  g_test_add_func ("/divisions/noise-is-no-list", test_noise_is_no_list);
  g_test_add_func ("/divisions/unlisted-village-matches-its-township",
                   test_unlisted_village_matches_its_township);
  return g_test_run ();
}
