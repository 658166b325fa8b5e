/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of sentences behind words.h. A row without a field stands for every field with that
 * code. */
#define G_LOG_DOMAIN "nhi-domain"

#include "service/domain/words.h"

typedef struct
{
  const char *field;
  const char *code;
  const char *chinese;
  const char *english;
} Sentence;

static const Sentence sentences[] = {
  { "card_number", NHI_CODE_INVALID, "健保卡卡號應為 12 位數字，請重新讀卡或對照卡面。",
    "The card number has 12 digits. Read the card again or compare with what is printed on it." },
  { "id_number", NHI_CODE_INVALID, "身分證號或統一證號不正確，請檢查英文字母與數字。",
    "This is not a valid ID or resident number. Check its letters and digits." },
  { "name", NHI_CODE_INVALID, "姓名含有無法使用的字元，請重新輸入。",
    "The name holds characters that cannot be used. Please type it again." },
  { "birth_date", NHI_CODE_INVALID, "出生日期不正確，請重新讀卡或輸入實際日期。",
    "This is not a possible date of birth. Read the card again or type the date." },
  { "household_number", NHI_CODE_INVALID, "戶號應為 1 個英文字母加 7 位數字，請對照戶口名簿。",
    "The household number is one letter and seven digits. See the household register." },
  { "village_code", NHI_CODE_INVALID, "請由清單選擇戶籍地的縣市、鄉鎮市區與村里。",
    "Choose the county, township and village of the household from the lists." },
  { "neighbourhood", NHI_CODE_INVALID, "鄰應為 1 到 999 的數字。",
    "The neighbourhood (鄰) is a number from 1 to 999." },
  { "email", NHI_CODE_INVALID, "電子郵件格式不正確，例如 name@example.org。",
    "This is not a valid email address. Example: name@example.org." },
  { "phone", NHI_CODE_INVALID, "電話號碼不正確，例如 0912345678 或 02-23456789。",
    "This is not a Taiwanese phone number. Examples: 0912345678, 02-23456789." },
  { "password", NHI_CODE_TOO_SHORT, "密碼至少 8 個字元，任何字元都可以使用。",
    "The password needs at least 8 characters, of any kind." },
  { "password", NHI_CODE_TOO_LONG, "密碼最多 256 個字元。",
    "The password may have at most 256 characters." },
  { "password", NHI_CODE_TOO_COMMON, "這個密碼太常見，容易被猜中，請換一個。",
    "This password is too common and easily guessed. Choose another." },
  { "password", NHI_CODE_PERSONAL, "密碼不可使用自己的身分證號、卡號或生日，請換一個。",
    "Do not use your own ID number, card number or birthday in the password. Choose another." },
  { "language", NHI_CODE_INVALID, "語言應為 zh-TW 或 en。", "The language is zh-TW or en." },
  { "categories", NHI_CODE_REQUIRED, "請至少選擇一類資料。", "Choose at least one kind of data." },
  { "categories", NHI_CODE_UNKNOWN, "所選的資料類別不存在，請更新程式後重新選擇。",
    "There is no such kind of data. Update the program and choose again." },
  { "categories", NHI_CODE_TWICE, "同一類資料只能選擇一次。",
    "Each kind of data can be chosen once." },
  { "from", NHI_CODE_TOO_EARLY, "資料期間最早自 1995 年 3 月（全民健保開辦）起。",
    "The period cannot begin before March 1995, when the insurance began." },
  { "from", NHI_CODE_AFTER_END, "起始年月不可晚於結束年月。",
    "The period begins after its end. Choose an earlier first month." },
  { "from", NHI_CODE_PERIOD_TOO_LONG, "資料期間最長 10 年，請縮短後再申請。",
    "The period can be ten years at most. Choose a shorter one." },
  { "to", NHI_CODE_FUTURE, "結束年月不可晚於本月。",
    "The period cannot end after the present month." },
  { NULL, NHI_CODE_NO_MONTH, "年月應為西元年-月，例如 2026-01。",
    "A month is written as year and month, for example 2026-01." },
  { NULL, NHI_CODE_REQUIRED, "這一欄必須填寫。", "This field must be filled in." },
  { NULL, NHI_CODE_TOO_LONG, "內容太長，請縮短。", "This is too long. Please shorten it." },
  { NULL, NHI_CODE_INVALID, "內容格式不正確，請檢查後重新輸入。",
    "This is not in the expected form. Please check and type it again." },
};

gboolean
nhi_language_is_known (const char *language)
{
  return g_strcmp0 (language, NHI_LANGUAGE_CHINESE) == 0 ||
         g_strcmp0 (language, NHI_LANGUAGE_ENGLISH) == 0;
}

const char *
nhi_field_message (const char *field, const char *code, const char *language)
{
  const Sentence *found = &sentences[G_N_ELEMENTS (sentences) - 1];

  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      if (!g_str_equal (sentences[i].code, code))
        continue;
      if (sentences[i].field != NULL && !g_str_equal (sentences[i].field, field))
        continue;
      found = &sentences[i];
      break;
    }
  return g_strcmp0 (language, NHI_LANGUAGE_ENGLISH) == 0 ? found->english : found->chinese;
}
