/* SPDX-License-Identifier: GPL-3.0-or-later
 * The section tables hold together: numbers rise, children exist, each top section is in the
 * document's order. */
#include "shared/record/record.h"

#include <string.h>

static void
assert_table_sound (const NhiSectionInfo *section)
{
  guint last = 0;

  for (const NhiFieldInfo *field = section->fields; field->number != 0; field++)
    {
      g_assert_cmpuint (field->number, >, last);
      g_assert_true (*field->name != '\0' && *field->name_en != '\0');
      g_assert_true (g_utf8_validate (field->name, -1, NULL));
      g_assert_cmpuint (field->length, >, 0);
      last = field->number;
    }
  g_assert_cmpuint (last, ==, section->max_field);
  if (section->date_field != 0)
    g_assert_nonnull (nhi_section_field (section, section->date_field));
}

static void
test_tables (void)
{
  gsize count;
  const NhiSectionInfo *const *sections = nhi_sections (&count);

  g_assert_cmpuint (count, ==, 17);
  for (gsize i = 0; i < count; i++)
    {
      assert_table_sound (sections[i]);
      g_assert_cmpint (sections[i]->record_class, ==,
                       sections[i]->code[0] == 'r' ? NHI_RECORD_MEDICAL : NHI_RECORD_INSURANCE);
      if (sections[i]->child != NULL)
        {
          const NhiSectionInfo *child = nhi_section_find (sections[i]->child);

          g_assert_nonnull (child);
          g_assert_true (g_str_has_prefix (child->code, sections[i]->code));
          g_assert_null (child->child);
          assert_table_sound (child);
        }
    }
}

typedef struct
{
  const char *code;
  guint highest;
  const char *child;
} SectionCase;

/* As the official format description counts them. */
static const SectionCase section_cases[] = {
  { "r1", 27, "r1_1" },  { "r1_1", 4, NULL },   { "r2", 91, "r2_1" },  { "r2_1", 6, NULL },
  { "r3", 26, "r3_1" },  { "r3_1", 6, NULL },   { "r4", 12, NULL },    { "r5", 3, NULL },
  { "r6", 5, NULL },     { "r7", 12, NULL },    { "r8", 10, NULL },    { "r9", 26, "r9_1" },
  { "r9_1", 4, NULL },   { "r10", 42, NULL },   { "r11", 2, "r11_1" }, { "r11_1", 4, NULL },
  { "r12", 3, "r12_1" }, { "R12_1", 13, NULL }, { "R13", 3, "r13_1" }, { "r13_1", 10, NULL },
  { "r14", 3, "r14_1" }, { "r14_1", 9, NULL },  { "i1", 5, NULL },     { "i2", 8, NULL },
  { "I3", 4, NULL },
};

static void
test_find (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (section_cases); i++)
    {
      const NhiSectionInfo *section = nhi_section_find (section_cases[i].code);

      g_assert_nonnull (section);
      g_assert_cmpuint (section->max_field, ==, section_cases[i].highest);
      g_assert_cmpstr (section->child, ==, section_cases[i].child);
    }
  g_assert_null (nhi_section_find ("r0"));
  g_assert_null (nhi_section_find ("r15"));
  g_assert_null (nhi_section_find (""));
  g_assert_null (nhi_section_find (NULL));
}

typedef struct
{
  const char *code;
  guint number;
  const char *name; /* NULL: no such field */
} FieldCase;

static const FieldCase field_cases[] = {
  { "r1", 5, "就醫日期" },
  { "r1", 27, "次處置名稱2" },
  { "r2", 53, "次診斷名稱19" },
  { "r2", 54, "次處置碼1" },
  { "r2", 91, "次處置名稱19" },
  { "r3", 13, "次診斷碼1" },
  { "r6", 2, NULL },
  { "r6", 3, "疫苗中文名稱" },
  { "r10", 14, "總膽固醇" },
  { "r10", 42, "C型肝炎結果說明" },
  { "r1", 0, NULL },
  { "r1", 28, NULL },
};

static void
test_fields (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (field_cases); i++)
    {
      const NhiFieldInfo *field =
          nhi_section_field (nhi_section_find (field_cases[i].code), field_cases[i].number);

      g_assert_cmpstr (field != NULL ? field->name : NULL, ==, field_cases[i].name);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sections/tables-hold-together", test_tables);
  g_test_add_func ("/sections/found-in-either-case", test_find);
  g_test_add_func ("/sections/fields-by-number", test_fields);
  return g_test_run ();
}
