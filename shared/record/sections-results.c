/* SPDX-License-Identifier: GPL-3.0-or-later
 * Section tables of allergies, wishes, vaccinations, laboratory and imaging results, check-ups and
 * cancer screening. */
#include "shared/record/sections.h"

/* clang-format off */

static const NhiFieldInfo allergy_fields[] = {
  NHI_DATE (1, "上傳日期", "Upload date"),
  NHI_TEXT (2, "過敏藥物內容", "Medicine", 200),
  NHI_TEXT (3, "上傳醫師", "Physician", 20),
  NHI_TEXT (4, "醫事機構代碼", "Institution code", 10),
  NHI_TEXT (5, "上傳醫事機構", "Institution", 100),
  NHI_TEXT (6, "電話區碼", "Area code", 4),
  NHI_TEXT (7, "電話號碼", "Telephone", 20),
  NHI_TEXT (8, "地址", "Address", 120),
  NHI_TEXT (9, "嚴重程度", "Severity", 4),
  NHI_TEXT (10, "過敏症狀", "Symptoms", 800),
  NHI_TEXT (11, "其他過敏症狀說明", "Other symptoms", 500),
  NHI_TEXT (12, "收載方式", "Recorded by", 20),
  NHI_END
};

static const NhiFieldInfo wish_fields[] = {
  NHI_DATE (1, "健保卡註記日期", "Date noted on the card"),
  NHI_TEXT (2, "註記代碼", "Note code", 1),
  NHI_TEXT (3, "意願說明", "Wish", 100),
  NHI_END
};

/* Numbers 2 and 4 do not exist. */
static const NhiFieldInfo vaccination_fields[] = {
  NHI_DATE (1, "接種日期", "Vaccination date"),
  NHI_TEXT (3, "疫苗中文名稱", "Vaccine", 80),
  NHI_TEXT (5, "醫事機構名稱", "Institution", 20),
  NHI_END
};

#define EXAMINATION \
  NHI_PROVIDER, \
  NHI_DATE (5, "就醫日期或入院日期", "Visit or admission date"), \
  NHI_DATE (6, "檢驗檢查日期", "Examination date"), \
  NHI_DATE_TIME (7, "資料上傳時間", "Uploaded at"), \
  NHI_TEXT (8, "醫囑代碼", "Order code", 12), \
  NHI_TEXT (9, "醫囑名稱", "Order", 100)

static const NhiFieldInfo lab_fields[] = {
  EXAMINATION,
  NHI_TEXT (10, "檢驗項目名稱", "Item", 200),
  NHI_TEXT (11, "檢驗檢查結果值", "Result", 4000),
  NHI_TEXT (12, "參考值", "Reference range", 4000),
  NHI_END
};

static const NhiFieldInfo imaging_fields[] = {
  EXAMINATION,
  NHI_TEXT (10, "影像或病理報告內容", "Report", 12000),
  NHI_END
};

/* A finding: its code and what it says. 0 none, 1 normal, 2 see a physician, 3 examine further,
 * 4 treat. */
#define FINDING(number, name, name_en) \
  NHI_TEXT (number, name "代碼", name_en " (code)", 1), \
  NHI_TEXT (number + 1, name "說明", name_en, 100)

static const NhiFieldInfo preventive_fields[] = {
  NHI_TEXT (1, "醫事機構代碼", "Institution code", 10),
  NHI_TEXT (2, "醫事機構名稱", "Institution", 100),
  NHI_TEXT (3, "電話區碼", "Area code", 3),
  NHI_TEXT (4, "電話號碼", "Telephone", 20),
  NHI_DATE (5, "檢查日期", "Check-up date"),
  NHI_NUMBER (6, "身高", "Height (cm)", 8),
  NHI_NUMBER (7, "體重", "Weight (kg)", 8),
  NHI_NUMBER (8, "身體質量指數", "Body mass index (kg/m²)", 8),
  NHI_NUMBER (9, "腰圍", "Waist (cm or inch)", 8),
  NHI_NUMBER (10, "收縮壓", "Systolic blood pressure (mmHg)", 8),
  NHI_NUMBER (11, "舒張壓", "Diastolic blood pressure (mmHg)", 8),
  FINDING (12, "血壓結果", "Blood pressure finding"),
  NHI_NUMBER (14, "總膽固醇", "Total cholesterol (mg/dL)", 8),
  NHI_NUMBER (15, "三酸甘油酯", "Triglycerides (mg/dL)", 8),
  NHI_NUMBER (16, "高密度脂蛋白膽固醇", "HDL cholesterol (mg/dL)", 8),
  NHI_NUMBER (17, "低密度脂蛋白膽固醇", "LDL cholesterol (mg/dL)", 8),
  FINDING (18, "血脂肪結果", "Blood lipids finding"),
  NHI_NUMBER (20, "飯前血糖", "Fasting glucose (mg/dL)", 8),
  FINDING (21, "血糖結果", "Blood glucose finding"),
  NHI_NUMBER (23, "尿素氮", "Urea nitrogen (mg/dL)", 8),
  NHI_NUMBER (24, "肌酸酐", "Creatinine (mg/dL)", 8),
  NHI_NUMBER (25, "腎絲球過濾率", "eGFR (mL/min/1.73 m²)", 8),
  FINDING (26, "腎功能結果", "Kidney function finding"),
  NHI_TEXT (28, "尿蛋白", "Urine protein", 20),
  FINDING (29, "代謝症候群結果", "Metabolic syndrome finding"),
  NHI_NUMBER (31, "血清麩胺酸苯醋酸轉氨基酶", "AST (IU/L)", 8),
  NHI_NUMBER (32, "血清麩胺酸丙酮酸轉氨基酶", "ALT (IU/L)", 8),
  FINDING (33, "肝功能結果", "Liver function finding"),
  FINDING (35, "B型肝炎表面抗原", "HBsAg"),
  FINDING (37, "B型肝炎結果", "Hepatitis B finding"),
  FINDING (39, "C型肝炎抗體", "Anti-HCV"),
  FINDING (41, "C型肝炎結果", "Hepatitis C finding"),
  NHI_END
};

static const NhiFieldInfo screening_fields[] = {
  NHI_TEXT (1, "篩檢類別", "Screening", 100),
  NHI_TEXT (2, "檢查項目名稱", "Examination", 100),
  NHI_END
};

static const NhiFieldInfo screening_result_fields[] = {
  NHI_DATE (1, "就醫日期", "Visit date"),
  NHI_TEXT (2, "醫事機構名稱", "Institution", 100),
  NHI_TEXT (3, "檢查結果", "Result", 20),
  NHI_TEXT (4, "建議", "Advice", 4000),
  NHI_END
};

/* clang-format on */

const NhiSectionInfo nhi_sections_results[] = {
  { "r4", "過敏", "Allergies", NHI_RECORD_MEDICAL, NULL, allergy_fields, 12, 1 },
  { "r5", "器捐或安寧緩和醫療意願", "Organ donation and palliative care wishes", NHI_RECORD_MEDICAL,
    NULL, wish_fields, 3, 1 },
  { "r6", "預防接種", "Vaccinations", NHI_RECORD_MEDICAL, NULL, vaccination_fields, 5, 1 },
  { "r7", "檢驗檢查結果", "Laboratory results", NHI_RECORD_MEDICAL, NULL, lab_fields, 12, 6 },
  { "r8", "影像或病理檢查報告", "Imaging and pathology reports", NHI_RECORD_MEDICAL, NULL,
    imaging_fields, 10, 6 },
  { "r10", "成人預防保健結果", "Adult preventive check-ups", NHI_RECORD_MEDICAL, NULL,
    preventive_fields, 42, 5 },
  { "r11", "癌症篩檢結果", "Cancer screening", NHI_RECORD_MEDICAL, "r11_1", screening_fields, 2,
    0 },
  { "r11_1", "癌症篩檢結果明細", "Cancer screening results", NHI_RECORD_MEDICAL, NULL,
    screening_result_fields, 4, 1 },
  { NULL }
};
