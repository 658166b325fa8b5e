/* SPDX-License-Identifier: GPL-3.0-or-later
 * Section tables of visits and stays: western out-patient, in-patient, dental, Chinese medicine,
 * with their orders. */
#include "shared/record/sections.h"

/* clang-format off */

#define DIAGNOSIS(number, i) \
  NHI_TEXT (number, "次診斷碼" #i, "Secondary diagnosis code " #i, 9), \
  NHI_TEXT (number + 1, "次診斷名稱" #i, "Secondary diagnosis " #i, 100)
#define PROCEDURE(number, i) \
  NHI_TEXT (number, "次處置碼" #i, "Secondary procedure code " #i, 9), \
  NHI_TEXT (number + 1, "次處置名稱" #i, "Secondary procedure " #i, 100)

static const NhiFieldInfo outpatient_fields[] = {
  NHI_PROVIDER,
  NHI_DATE (5, "就醫日期", "Visit date"),
  NHI_DATE (6, "交付調劑、檢查或復健治療日期", "Dispensing, examination or therapy date"),
  NHI_TEXT (7, "健保卡就醫序號", "Visit number on the card", 4),
  NHI_TEXT (8, "主診斷碼", "Principal diagnosis code", 9),
  NHI_TEXT (9, "主診斷名稱", "Principal diagnosis", 100),
  NHI_TEXT (10, "主處置碼", "Principal procedure code", 9),
  NHI_TEXT (11, "主處置名稱", "Principal procedure", 100),
  NHI_MONEY (12, "部分負擔金額", "Copayment"),
  NHI_NUMBER (13, "健保支付點數", "Points paid by the insurance", 8),
  DIAGNOSIS (14, 1), DIAGNOSIS (16, 2), DIAGNOSIS (18, 3), DIAGNOSIS (20, 4), DIAGNOSIS (22, 5),
  PROCEDURE (24, 1), PROCEDURE (26, 2),
  NHI_END
};

static const NhiFieldInfo outpatient_order_fields[] = {
  NHI_TEXT (1, "醫囑代碼", "Order code", 12),
  NHI_TEXT (2, "醫囑名稱", "Order", 100),
  NHI_NUMBER (3, "醫囑總量", "Total quantity", 11),
  NHI_NUMBER (4, "給藥日數", "Days of medication", 2),
  NHI_END
};

static const NhiFieldInfo inpatient_fields[] = {
  NHI_PROVIDER,
  NHI_DATE (5, "入院日期", "Admission date"),
  NHI_DATE (6, "出院日期", "Discharge date"),
  NHI_DATE (7, "申報起日", "Claim from"),
  NHI_DATE (8, "申報迄日", "Claim to"),
  NHI_TEXT (9, "健保卡就醫序號", "Visit number on the card", 4),
  NHI_TEXT (10, "主診斷碼", "Principal diagnosis code", 9),
  NHI_TEXT (11, "主診斷名稱", "Principal diagnosis", 100),
  NHI_TEXT (12, "主處置碼", "Principal procedure code", 9),
  NHI_TEXT (13, "主處置名稱", "Principal procedure", 100),
  NHI_MONEY (14, "部分負擔金額", "Copayment"),
  NHI_NUMBER (15, "健保支付點數", "Points paid by the insurance", 8),
  DIAGNOSIS (16, 1), DIAGNOSIS (18, 2), DIAGNOSIS (20, 3), DIAGNOSIS (22, 4), DIAGNOSIS (24, 5),
  DIAGNOSIS (26, 6), DIAGNOSIS (28, 7), DIAGNOSIS (30, 8), DIAGNOSIS (32, 9), DIAGNOSIS (34, 10),
  DIAGNOSIS (36, 11), DIAGNOSIS (38, 12), DIAGNOSIS (40, 13), DIAGNOSIS (42, 14),
  DIAGNOSIS (44, 15), DIAGNOSIS (46, 16), DIAGNOSIS (48, 17), DIAGNOSIS (50, 18), DIAGNOSIS (52, 19),
  PROCEDURE (54, 1), PROCEDURE (56, 2), PROCEDURE (58, 3), PROCEDURE (60, 4), PROCEDURE (62, 5),
  PROCEDURE (64, 6), PROCEDURE (66, 7), PROCEDURE (68, 8), PROCEDURE (70, 9), PROCEDURE (72, 10),
  PROCEDURE (74, 11), PROCEDURE (76, 12), PROCEDURE (78, 13), PROCEDURE (80, 14),
  PROCEDURE (82, 15), PROCEDURE (84, 16), PROCEDURE (86, 17), PROCEDURE (88, 18), PROCEDURE (90, 19),
  NHI_END
};

static const NhiFieldInfo inpatient_order_fields[] = {
  NHI_TEXT (1, "醫囑序號", "Order number", 12),
  NHI_DATE (2, "執行起日", "Carried out from"),
  NHI_DATE (3, "執行迄日", "Carried out to"),
  NHI_TEXT (4, "醫囑代碼", "Order code", 12),
  NHI_TEXT (5, "醫囑名稱", "Order", 100),
  NHI_NUMBER (6, "醫囑總量", "Total quantity", 11),
  NHI_END
};

/* Dental and Chinese medicine number their visits alike; their orders differ. */
static const NhiFieldInfo clinic_fields[] = {
  NHI_PROVIDER,
  NHI_DATE (5, "就醫日期", "Visit date"),
  NHI_TEXT (6, "健保卡就醫序號", "Visit number on the card", 4),
  NHI_TEXT (7, "疾病分類碼", "Diagnosis code", 9),
  NHI_TEXT (8, "疾病分類名稱", "Diagnosis", 100),
  NHI_TEXT (9, "處置碼", "Procedure code", 9),
  NHI_TEXT (10, "處置名稱", "Procedure", 100),
  NHI_MONEY (11, "部分負擔金額", "Copayment"),
  NHI_NUMBER (12, "健保支付點數", "Points paid by the insurance", 8),
  DIAGNOSIS (13, 1), DIAGNOSIS (15, 2), DIAGNOSIS (17, 3), DIAGNOSIS (19, 4), DIAGNOSIS (21, 5),
  PROCEDURE (23, 1), PROCEDURE (25, 2),
  NHI_END
};

static const NhiFieldInfo dental_order_fields[] = {
  NHI_TEXT (1, "醫囑代碼", "Order code", 12),
  NHI_TEXT (2, "醫囑名稱", "Order", 100),
  NHI_NUMBER (3, "醫囑總量", "Total quantity", 11),
  NHI_TEXT (4, "牙位代碼", "Tooth code", 2),
  NHI_TEXT (5, "牙位名稱", "Tooth", 100),
  NHI_NUMBER (6, "給藥日數", "Days of medication", 2),
  NHI_END
};

/* clang-format on */

const NhiSectionInfo nhi_sections_visits[] = {
  { "r1", "西醫門診", "Western out-patient visits", NHI_RECORD_MEDICAL, "r1_1", outpatient_fields,
    27, 5 },
  { "r1_1", "西醫門診醫囑", "Out-patient orders", NHI_RECORD_MEDICAL, NULL, outpatient_order_fields,
    4, 0 },
  { "r2", "住院", "Hospital stays", NHI_RECORD_MEDICAL, "r2_1", inpatient_fields, 91, 5 },
  { "r2_1", "住院醫囑", "In-patient orders", NHI_RECORD_MEDICAL, NULL, inpatient_order_fields, 6,
    2 },
  { "r3", "牙醫門診", "Dental visits", NHI_RECORD_MEDICAL, "r3_1", clinic_fields, 26, 5 },
  { "r3_1", "牙醫門診醫囑", "Dental orders", NHI_RECORD_MEDICAL, NULL, dental_order_fields, 6, 0 },
  { "r9", "中醫門診", "Chinese medicine visits", NHI_RECORD_MEDICAL, "r9_1", clinic_fields, 26, 5 },
  { "r9_1", "中醫門診醫囑", "Chinese medicine orders", NHI_RECORD_MEDICAL, NULL,
    outpatient_order_fields, 4, 0 },
  { NULL }
};
