/* SPDX-License-Identifier: GPL-3.0-or-later
 * Section tables of the insurance class (保險計費及繳納類). The insurer publishes none: these codes
 * and fields are our own. */
#include "shared/record/sections.h"

/* clang-format off */

static const NhiFieldInfo card_fields[] = {
  NHI_TEXT (1, "卡號", "Card number", 12),
  NHI_DATE (2, "發卡日期", "Issued on"),
  NHI_TEXT (3, "領卡原因", "Reason for issue", 50),
  NHI_TEXT (4, "卡片狀態", "Card state", 20),
  NHI_DATE (5, "註銷日期", "Terminated on"),
  NHI_END
};

static const NhiFieldInfo billing_fields[] = {
  NHI_MONTH (1, "計費年月", "Premium month"),
  NHI_TEXT (2, "投保單位代號", "Insured unit code", 9),
  NHI_TEXT (3, "投保單位名稱", "Insured unit", 100),
  NHI_TEXT (4, "身分類別", "Category of insured", 50),
  NHI_MONEY (5, "投保金額", "Insured amount"),
  NHI_NUMBER (6, "眷屬口數", "Dependants", 2),
  NHI_MONEY (7, "保險費", "Premium"),
  NHI_DATE (8, "繳納期限", "Due on"),
  NHI_END
};

static const NhiFieldInfo payment_fields[] = {
  NHI_MONTH (1, "計費年月", "Premium month"),
  NHI_DATE (2, "繳納日期", "Paid on"),
  NHI_MONEY (3, "繳納金額", "Amount paid"),
  NHI_TEXT (4, "繳納方式", "Paid by", 50),
  NHI_END
};

/* clang-format on */

const NhiSectionInfo nhi_sections_insurance[] = {
  { "i1", "健保卡狀況及領卡紀錄", "Card status and issue record", NHI_RECORD_INSURANCE, NULL,
    card_fields, 5, 2 },
  { "i2", "保險費計費明細", "Premium billing", NHI_RECORD_INSURANCE, NULL, billing_fields, 8, 1 },
  { "i3", "保險費繳納明細", "Premium payments", NHI_RECORD_INSURANCE, NULL, payment_fields, 4, 1 },
  { NULL }
};
