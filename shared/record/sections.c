/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finding sections and fields in the tables. */
#include "shared/record/sections.h"

static const NhiSectionInfo *const tables[] = {
  nhi_sections_insurance,
  nhi_sections_visits,
  nhi_sections_results,
  nhi_sections_programmes,
};

/* The order in which a document holds them. */
static const char *const document_order[] = {
  "i1", "i2", "i3", "r1",  "r2",  "r3",  "r4",  "r5",  "r6",
  "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
};

const NhiSectionInfo *
nhi_section_find (const char *code)
{
  if (code == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const NhiSectionInfo *section = tables[i]; section->code != NULL; section++)
      if (g_ascii_strcasecmp (section->code, code) == 0)
        return section;
  return NULL;
}

const NhiSectionInfo *const *
nhi_sections (gsize *ret_count)
{
  static const NhiSectionInfo *sections[G_N_ELEMENTS (document_order)];
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (gsize i = 0; i < G_N_ELEMENTS (document_order); i++)
        sections[i] = nhi_section_find (document_order[i]);
      g_once_init_leave (&ready, 1);
    }
  if (ret_count != NULL)
    *ret_count = G_N_ELEMENTS (document_order);
  return sections;
}

const NhiFieldInfo *
nhi_section_field (const NhiSectionInfo *section, guint number)
{
  g_return_val_if_fail (section != NULL, NULL);

  for (const NhiFieldInfo *field = section->fields; field->number != 0; field++)
    if (field->number == number)
      return field;
  return NULL;
}
