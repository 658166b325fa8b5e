/* SPDX-License-Identifier: GPL-3.0-or-later
 * The thirteen categories of the health bank, named and ordered as the insurer's briefing shows
 * them. */
#include "service/domain/health-bank.h"

static const NhiCategory categories[] = {
  { "card-status", NHI_CATEGORY_INSURANCE_BILLING, "健保卡狀況及領卡紀錄",
    "Card status and cards issued", "i1" },
  { "premium-billing", NHI_CATEGORY_INSURANCE_BILLING, "保費計費明細", "Premiums billed", "i2" },
  { "premium-payment", NHI_CATEGORY_INSURANCE_PAYMENT, "保險費繳納明細", "Premiums paid", "i3" },
  { "outpatient", NHI_CATEGORY_MEDICAL, "門診資料", "Outpatient visits", "r1" },
  { "inpatient", NHI_CATEGORY_MEDICAL, "住診資料", "Hospital stays", "r2" },
  { "dental", NHI_CATEGORY_MEDICAL, "牙科健康存摺", "Dental visits", "r3" },
  { "chinese-medicine", NHI_CATEGORY_MEDICAL, "中醫健康存摺", "Chinese medicine visits", "r9" },
  { "allergy", NHI_CATEGORY_MEDICAL, "過敏資料", "Allergies", "r4", TRUE },
  { "lab", NHI_CATEGORY_MEDICAL, "檢驗(查)結果資料", "Laboratory results", "r7" },
  { "imaging", NHI_CATEGORY_MEDICAL, "影像或病理檢驗(查)報告資料", "Imaging and pathology reports",
    "r8" },
  { "wishes", NHI_CATEGORY_MEDICAL, "器捐或安寧緩和醫療意願",
    "Organ donation and palliative care wishes", "r5", TRUE },
  { "preventive", NHI_CATEGORY_MEDICAL, "成人預防保健結果資料", "Adult preventive check-ups",
    "r10" },
  { "vaccination", NHI_CATEGORY_MEDICAL, "預防接種資料", "Vaccinations", "r6" },
};

static const struct
{
  const char *code;
  const char *name;
  const char *name_en;
} classes[] = {
  [NHI_CATEGORY_INSURANCE_BILLING] = { "insurance_billing", "保險計費", "Insurance billing" },
  [NHI_CATEGORY_INSURANCE_PAYMENT] = { "insurance_payment", "保險繳納", "Insurance payment" },
  [NHI_CATEGORY_MEDICAL] = { "medical", "醫療", "Medical" },
};

const NhiCategory *
nhi_categories (gsize *ret_count)
{
  *ret_count = G_N_ELEMENTS (categories);
  return categories;
}

const NhiCategory *
nhi_category_find (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (categories); i++)
    if (g_strcmp0 (categories[i].code, code) == 0)
      return &categories[i];
  return NULL;
}

const char *
nhi_category_class_code (NhiCategoryClass category_class)
{
  return classes[category_class].code;
}

const char *
nhi_category_class_name (NhiCategoryClass category_class, gboolean in_english)
{
  return in_english ? classes[category_class].name_en : classes[category_class].name;
}
