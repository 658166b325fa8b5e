/* SPDX-License-Identifier: GPL-3.0-or-later
 * Section tables of the long-term programmes: diabetes, early chronic kidney disease, hepatitis B
 * and C. */
#include "shared/record/sections.h"

/* clang-format off */

static const NhiFieldInfo enrolment_fields[] = {
  NHI_DATE (1, "收案日期", "Enrolled on"),
  NHI_TEXT (2, "收案院所", "Institution", 100),
  NHI_DATE (3, "結案日期", "Closed on"),
  NHI_END
};

static const NhiFieldInfo diabetes_fields[] = {
  NHI_TEXT (1, "階段", "Stage", 20),
  NHI_DATE (2, "就醫日期", "Visit date"),
  NHI_DATE (3, "血液檢驗日期", "Blood test date"),
  NHI_DATE (4, "尿液檢驗日期", "Urine test date"),
  NHI_NUMBER (5, "收縮壓", "Systolic blood pressure (mmHg)", 8),
  NHI_NUMBER (6, "舒張壓", "Diastolic blood pressure (mmHg)", 8),
  NHI_NUMBER (7, "糖化血色素", "HbA1c (%)", 8),
  NHI_NUMBER (8, "低密度脂蛋白膽固醇", "LDL cholesterol (mg/dL)", 8),
  NHI_NUMBER (9, "飯前血糖", "Fasting glucose (mg/dL)", 8),
  NHI_NUMBER (10, "肌酸酐", "Creatinine (mg/dL)", 8),
  NHI_NUMBER (11, "腎絲球過濾率", "eGFR (mL/min/1.73 m²)", 8),
  NHI_NUMBER (12, "三酸甘油酯", "Triglycerides (mg/dL)", 8),
  NHI_NUMBER (13, "尿液微量白蛋白", "Urine microalbumin", 8),
  NHI_END
};

static const NhiFieldInfo kidney_fields[] = {
  NHI_TEXT (1, "階段", "Stage", 20),
  NHI_DATE (2, "就醫日期", "Visit date"),
  NHI_NUMBER (3, "收縮壓", "Systolic blood pressure (mmHg)", 8),
  NHI_NUMBER (4, "舒張壓", "Diastolic blood pressure (mmHg)", 8),
  NHI_NUMBER (5, "腎絲球過濾率", "eGFR (mL/min/1.73 m²)", 8),
  NHI_NUMBER (6, "尿液蛋白質與肌酸酐比值", "Urine protein to creatinine ratio", 8),
  NHI_NUMBER (7, "血清肌酸酐", "Serum creatinine (mg/dL)", 8),
  NHI_NUMBER (8, "低密度脂蛋白膽固醇", "LDL cholesterol (mg/dL)", 8),
  NHI_NUMBER (9, "糖化血色素", "HbA1c (%)", 8),
  NHI_NUMBER (10, "微量白蛋白", "Microalbumin", 8),
  NHI_END
};

/* The official table numbers eight fields, the official sample nine: it has a value between HBeAG
 * and GOT, by its place Anti-HCV. Nine are kept here; the builder moves the values of a file that
 * has eight. */
static const NhiFieldInfo hepatitis_fields[] = {
  NHI_TEXT (1, "階段", "Stage", 20),
  NHI_DATE (2, "就醫日期", "Visit date"),
  NHI_TEXT (3, "肝炎類型", "Kind of hepatitis", 20),
  NHI_TEXT (4, "HBsAg", "HBsAg", 20),
  NHI_TEXT (5, "HBeAG", "HBeAg", 20),
  NHI_TEXT (6, "Anti-HCV", "Anti-HCV", 20),
  NHI_NUMBER (7, "GOT", "AST (IU/L)", 8),
  NHI_NUMBER (8, "GPT", "ALT (IU/L)", 8),
  NHI_TEXT (9, "腹部超音波結果", "Abdominal ultrasound", 100),
  NHI_END
};

/* clang-format on */

const NhiSectionInfo nhi_sections_programmes[] = {
  { "r12", "糖尿病追蹤", "Diabetes follow-up", NHI_RECORD_MEDICAL, "r12_1", enrolment_fields, 3,
    1 },
  { "r12_1", "糖尿病追蹤明細", "Diabetes visits", NHI_RECORD_MEDICAL, NULL, diabetes_fields, 13,
    2 },
  { "r13", "初期慢性腎病追蹤", "Early chronic kidney disease follow-up", NHI_RECORD_MEDICAL,
    "r13_1", enrolment_fields, 3, 1 },
  { "r13_1", "初期慢性腎病追蹤明細", "Kidney disease visits", NHI_RECORD_MEDICAL, NULL,
    kidney_fields, 10, 2 },
  { "r14", "BC肝炎追蹤", "Hepatitis B and C follow-up", NHI_RECORD_MEDICAL, "r14_1",
    enrolment_fields, 3, 1 },
  { "r14_1", "BC肝炎追蹤明細", "Hepatitis visits", NHI_RECORD_MEDICAL, NULL, hepatitis_fields, 9,
    2 },
  { NULL }
};
