/* SPDX-License-Identifier: GPL-3.0-or-later
 * ROC, ISO and compact dates: what is read, what is refused, and ages. */
#include "shared/calendar/roc-date.h"

typedef gboolean (*ParseFunc) (const char *text, GDate *ret_date);

typedef struct
{
  ParseFunc parse;
  const char *text;
  const char *iso; /* NULL: refused */
} ParseCase;

static const ParseCase parse_cases[] = {
  { nhi_roc_date_parse, "0750505", "1986-05-05" },
  { nhi_roc_date_parse, "1150105", "2026-01-05" },
  { nhi_roc_date_parse, "0010101", "1912-01-01" },
  { nhi_roc_date_parse, "1130229", "2024-02-29" },
  { nhi_roc_date_parse, "1140229", NULL },
  { nhi_roc_date_parse, "0000101", NULL },
  { nhi_roc_date_parse, "0751301", NULL },
  { nhi_roc_date_parse, "0750532", NULL },
  { nhi_roc_date_parse, "750505", NULL },
  { nhi_roc_date_parse, "19860505", NULL },
  { nhi_roc_date_parse, "075050 ", NULL },
  { nhi_roc_date_parse, "-750505", NULL },
  { nhi_roc_date_parse, NULL, NULL },
  { nhi_iso_date_parse, "1986-05-05", "1986-05-05" },
  { nhi_iso_date_parse, "1986-5-5", NULL },
  { nhi_iso_date_parse, "1986/05/05", NULL },
  { nhi_iso_date_parse, "1986-02-30", NULL },
  { nhi_iso_date_parse, "0000-01-01", NULL },
  { nhi_iso_date_parse, "1986-05-05Z", NULL },
  { nhi_iso_date_parse, "", NULL },
  { nhi_compact_date_parse, "19860505", "1986-05-05" },
  { nhi_compact_date_parse, "20250229", NULL },
  { nhi_compact_date_parse, "2025010", NULL },
  { nhi_compact_date_parse, "２０２５０１０１", NULL },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parse_cases); i++)
    {
      const ParseCase *c = &parse_cases[i];
      g_autofree char *iso = NULL;
      GDate date;

      g_date_clear (&date, 1);
      g_assert_cmpint (c->parse (c->text, &date), ==, c->iso != NULL);
      g_assert_cmpint (g_date_valid (&date), ==, c->iso != NULL);
      if (c->iso != NULL)
        iso = nhi_iso_date_format (&date);
      g_assert_cmpstr (iso, ==, c->iso);
    }
}

typedef struct
{
  const char *iso;
  const char *roc;
  const char *chip;
  const char *compact;
} FormatCase;

static const FormatCase format_cases[] = {
  { "1986-05-05", "75/05/05", "0750505", "19860505" },
  { "2026-12-31", "115/12/31", "1151231", "20261231" },
  { "1912-01-01", "1/01/01", "0010101", "19120101" },
  { "1911-12-31", "民前1/12/31", NULL, "19111231" },
  { "2911-01-01", "1000/01/01", NULL, "29110101" },
};

static void
test_format (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (format_cases); i++)
    {
      GDate date;
      g_autofree char *roc = NULL;
      g_autofree char *chip = NULL;
      g_autofree char *compact = NULL;

      g_assert_true (nhi_iso_date_parse (format_cases[i].iso, &date));
      roc = nhi_roc_date_format (&date);
      chip = nhi_roc_date_to_chip (&date);
      compact = nhi_compact_date_format (&date);
      g_assert_cmpstr (roc, ==, format_cases[i].roc);
      g_assert_cmpstr (chip, ==, format_cases[i].chip);
      g_assert_cmpstr (compact, ==, format_cases[i].compact);
    }
}

typedef struct
{
  const char *birth;
  const char *today;
  guint age;
} AgeCase;

static const AgeCase age_cases[] = {
  { "1986-05-05", "2026-05-04", 39 }, { "1986-05-05", "2026-05-05", 40 },
  { "2000-02-29", "2025-02-28", 24 }, { "2000-02-29", "2025-03-01", 25 },
  { "2026-01-05", "2026-01-05", 0 },  { "2026-01-06", "2026-01-05", 0 },
};

static void
test_age (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (age_cases); i++)
    {
      GDate birth, today;

      g_assert_true (nhi_iso_date_parse (age_cases[i].birth, &birth));
      g_assert_true (nhi_iso_date_parse (age_cases[i].today, &today));
      g_assert_cmpuint (nhi_date_age (&birth, &today), ==, age_cases[i].age);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/date/strict-parsing", test_parse);
  g_test_add_func ("/date/forms", test_format);
  g_test_add_func ("/date/age-in-full-years", test_age);
  return g_test_run ();
}
