/* SPDX-License-Identifier: GPL-3.0-or-later
 * How the section tables are written down, and the groups of them. Private to this folder.
 *
 * The medical sections follow the insurer's format description of 2023-05-15 (健康存摺檔案格式說明,
 * 醫療類); lengths are its X(n). */
#pragma once

#include "shared/record/record.h"

G_BEGIN_DECLS

/* clang-format off */

#define NHI_TEXT(number, name, name_en, length) { number, name, name_en, NHI_FIELD_TEXT, length }
#define NHI_NUMBER(number, name, name_en, length) \
  { number, name, name_en, NHI_FIELD_NUMBER, length }
#define NHI_DATE(number, name, name_en) { number, name, name_en, NHI_FIELD_DATE, 8 }
#define NHI_DATE_TIME(number, name, name_en) { number, name, name_en, NHI_FIELD_DATE_TIME, 12 }
#define NHI_MONEY(number, name, name_en) { number, name, name_en, NHI_FIELD_MONEY, 8 }
#define NHI_MONTH(number, name, name_en) { number, name, name_en, NHI_FIELD_MONTH, 6 }
#define NHI_END { 0, NULL, NULL, NHI_FIELD_TEXT, 0 }

/* The first four fields of every visit and result. */
#define NHI_PROVIDER \
  NHI_TEXT (1, "業務組別", "Division code", 1), \
  NHI_TEXT (2, "健保署服務單位", "NHI division", 100), \
  NHI_TEXT (3, "醫事機構代碼", "Institution code", 10), \
  NHI_TEXT (4, "醫事機構名稱", "Institution", 20)

/* clang-format on */

extern const NhiSectionInfo nhi_sections_visits[];     /* r1, r1_1, r2, r2_1, r3, r3_1, r9, r9_1 */
extern const NhiSectionInfo nhi_sections_results[];    /* r4 … r8, r10, r11, r11_1 */
extern const NhiSectionInfo nhi_sections_programmes[]; /* r12, r12_1, r13, r13_1, r14, r14_1 */
extern const NhiSectionInfo nhi_sections_insurance[];  /* i1, i2, i3 */

G_END_DECLS
