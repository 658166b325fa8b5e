/* SPDX-License-Identifier: GPL-3.0-or-later
 * What counts as the same name, and how names are masked. */
#include "service/domain/name.h"

typedef struct
{
  const char *what;
  const char *registered;
  const char *given;
  gboolean matches;
} MatchCase;

static const MatchCase match_cases[] = {
  { "same", "王小明", "王小明", TRUE },
  { "other", "王小明", "王大明", FALSE },
  { "shorter", "王小明", "王小", FALSE },
  { "longer", "王小明", "王小明明", FALSE },
  { "empty", "王小明", "", FALSE },
  { "spaces-around", "王小明", " 王小明　", TRUE },
  { "decomposed-latin", "José Núñez",
    "Jose\xcc\x81 Nu\xcc\x81n\xcc\x83"
    "ez",
    TRUE },
  { "compatibility-ideograph", "\xe5\xbb\x8a", "\xef\xa4\xa8", TRUE },
  { "letter-case", "MARIA SANTOS", "Maria Santos", TRUE },
  { "full-width-latin", "MARIA", "ＭＡＲＩＡ", TRUE },
  { "two-spaces", "MARIA SANTOS", "MARIA  SANTOS", TRUE },
  { "indigenous-dot", "伊斯坦大‧貝雅夫", "伊斯坦大·貝雅夫", TRUE },
  { "rare-as-question-mark", "游錫堃", "游錫?", TRUE },
  { "rare-as-replacement", "游錫堃", "游錫\xef\xbf\xbd", TRUE },
  { "rare-in-full", "游錫堃", "游錫堃", TRUE },
  { "common-as-question-mark", "游錫堃", "游?堃", FALSE },
  { "all-question-marks", "王小明", "???", FALSE },
  { "question-mark-for-common", "王小明", "王小?", FALSE },
  { "beyond-the-bmp-as-question-mark", "陳\xf0\xa0\x8a\xab\xe5\xbf\x97", "陳?志", TRUE },
  { "long-latin-cut-at-20", "MARIA CRISTINA DELA CRUZ SANTOS", "MARIA CRISTINA DELA ", TRUE },
  { "long-latin-cut-elsewhere", "MARIA CRISTINA DELA CRUZ SANTOS", "MARIA CRISTINA", FALSE },
  { "long-latin-wrong-cut", "MARIA CRISTINA DELA CRUZ SANTOS", "MARIA CRISTINA DELB", FALSE },
  { "ten-characters-cut", "伊斯坦大‧貝雅夫正福拉法", "伊斯坦大‧貝雅夫正福", TRUE },
  { "ten-characters-cut-short", "伊斯坦大‧貝雅夫正福拉法", "伊斯坦大‧貝雅夫正", FALSE },
  { "invalid-utf8", "王小明", "\xff\xfe", FALSE },
};

static void
test_match (gconstpointer data)
{
  const MatchCase *c = data;
  g_assert_cmpint (nhi_name_matches (c->registered, c->given), ==, c->matches);
}

static void
test_mask (void)
{
  static const char *const cases[][2] = {
    { "王小明", "王○明" }, { "陳美", "陳○" },           { "司馬中原", "司○原" },
    { "王", "王○" },       { "Maria Santos", "M○ S○" }, { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *masked = nhi_name_mask (cases[i][0]);
      g_assert_cmpstr (masked, ==, cases[i][1]);
    }
}

/* Columns of the demo's personas: the registry's name, and what their cards hold of it. */
static void
test_personas (void)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("NHI_SOURCE_ROOT"), "data", "demo-people", "personas.tsv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >, 12);
  for (gsize i = 1; lines[i] != NULL; i++)
    {
      g_auto (GStrv) columns = g_strsplit (lines[i], "\t", 4);
      g_test_message ("%s", columns[0]);
      g_assert_true (nhi_name_matches (columns[1], columns[1]));
      g_assert_true (nhi_name_matches (columns[1], columns[2]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (match_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/name/matches/%s", match_cases[i].what);
      g_test_add_data_func (path, &match_cases[i], test_match);
    }
  g_test_add_func ("/name/personas-match-their-cards", test_personas);
  g_test_add_func ("/name/mask-shows-first-and-last", test_mask);
  return g_test_run ();
}
