/* SPDX-License-Identifier: GPL-3.0-or-later
 * Each kind of letter is a few paragraphs in both languages; placeholders {name}, {link} and
 * {until} are filled in at the end. */
#define G_LOG_DOMAIN "nhi-mail"

#include "service/mail/letter-text.h"

#include "shared/calendar/taipei.h"

#include <string.h>

#define MAX_PARAGRAPHS 6
#define LINK_PARAGRAPH "{link}" /* becomes a button in HTML */

typedef struct
{
  const char *subject;
  const char *paragraphs[MAX_PARAGRAPHS]; /* in full; NULL-terminated */
  const char *summary[MAX_PARAGRAPHS];    /* for readers of the other language; NULL-terminated */
  const char *button;
} Words;

typedef struct
{
  Words chinese;
  Words english;
} Letter;

static const Letter letters[] = {
  [NHI_LETTER_CONFIRM] = {
    .chinese = {
      .subject = "請確認您的健保卡網路服務註冊",
      .paragraphs = { "{name} 您好：",
                      "我們收到以此電子郵件信箱提出的健保卡網路服務註冊申請。請開啟下列網址，並在網頁上按「確認註冊」：",
                      LINK_PARAGRAPH,
                      "請於 {until}（臺灣時間）前完成確認。逾五日未確認，申請即失效，須重新註冊。",
                      "如果不是您本人申請，請不必理會這封信：未經確認，帳號不會成立，五日後資料即刪除。" },
      .summary = { "以上是健保卡網路服務的註冊確認信。請於 {until}（臺灣時間）前開啟信中網址並按「確認註冊」；如果不是您本人申請，請不必理會。" },
      .button = "前往確認註冊",
    },
    .english = {
      .subject = "Please confirm your NHI card online services registration",
      .paragraphs = { "Dear {name},",
                      "We received a registration for the NHI card online services with this email address. Open the following "
                      "address and press “Confirm registration” on the page:",
                      LINK_PARAGRAPH,
                      "Please confirm by {until} (Taiwan time). A registration that is not confirmed within five days ends, "
                      "and you would have to register again.",
                      "If it was not you, simply ignore this letter: without confirmation there is no account, and the data "
                      "is deleted after five days." },
      .summary = { "This letter asks you to confirm your registration for the NHI card online services. Open the address above "
                   "and press “Confirm registration” by {until} (Taiwan time). If it was not you, simply ignore this letter." },
      .button = "Go and confirm the registration",
    },
  },
  [NHI_LETTER_ALREADY] = {
    .chinese = {
      .subject = "有人以您的資料申請註冊健保卡網路服務",
      .paragraphs = { "{name} 您好：",
                      "剛才有人以您的健保卡及戶籍資料，申請註冊健保卡網路服務。您已經註冊過，因此這次申請沒有成立，"
                      "您的帳號、密碼與聯絡資料都沒有任何變更。",
                      "如果是您本人申請，請直接以原來的密碼登入。",
                      "如果不是您本人申請，請確認健保卡仍在身邊並妥善保管；健保卡如已遺失，請儘速向健保署申請補發。" },
      .summary = { "有人以您的資料申請註冊健保卡網路服務。您已經註冊過，這次申請沒有成立，帳號沒有任何變更。" },
    },
    .english = {
      .subject = "Somebody tried to register for the NHI card online services with your data",
      .paragraphs = { "Dear {name},",
                      "Somebody has just applied for the NHI card online services with your card and household data. You "
                      "are registered already, so nothing came of it: your account, your password and your contact data "
                      "are unchanged.",
                      "If it was you, simply sign in with the password you have.",
                      "If it was not you, make sure that you still have your card and keep it safe. If it is lost, ask the "
                      "National Health Insurance Administration for a replacement soon." },
      .summary = { "Somebody tried to register for the NHI card online services with your data. You are registered already; "
                   "nothing came of it and your account is unchanged." },
    },
  },
  [NHI_LETTER_REGISTERED] = {
    .chinese = {
      .subject = "健保卡網路服務註冊完成",
      .paragraphs = { "{name} 您好：",
                      "您已完成健保卡網路服務註冊，現在可以用健保卡與註冊密碼登入。",
                      "如果不是您本人確認，請儘速與健保署聯絡，以停用這個帳號。" },
      .summary = { "您已完成健保卡網路服務註冊，現在可以用健保卡與註冊密碼登入。" },
    },
    .english = {
      .subject = "Your NHI card online services registration is complete",
      .paragraphs = { "Dear {name},",
                      "Your registration for the NHI card online services is complete. You can now sign in with your card "
                      "and the password you chose.",
                      "If it was not you who confirmed it, please contact the National Health Insurance Administration "
                      "soon, so that the account is closed." },
      .summary = { "Your registration for the NHI card online services is complete. You can now sign in with your card and "
                   "your password." },
    },
  },
};

static const char chinese_closing[] =
    "這封信由系統自動寄出，請勿直接回覆。我們不會在信中詢問您的密碼。";
static const char english_closing[] = "This letter was sent automatically; please do not reply. We "
                                      "never ask for your password by mail.";
static const char chinese_demo[] = "【示範系統】信中的人物與資料均為虛構。";
static const char english_demo[] =
    "[Demonstration] The people and data in this letter are invented.";

static gboolean
is_english (const NhiLetter *letter)
{
  return g_str_equal (letter->language, "en");
}

static const Words *
words_of (const NhiLetter *letter, gboolean english)
{
  return english ? &letters[letter->kind].english : &letters[letter->kind].chinese;
}

/* @escape: for HTML. */
static char *
fill (const NhiLetter *letter, const char *paragraph, gboolean english, gboolean escape)
{
  g_autofree char *until =
      nhi_taipei_format_moment (letter->link_expires_at, english ? "en" : "zh-TW");
  g_autoptr (GString) filled = g_string_new (NULL);
  const char *link = letter->link != NULL ? letter->link : "";
  const struct
  {
    const char *placeholder;
    const char *value;
  } values[] = { { "{name}", letter->masked_name }, { "{link}", link }, { "{until}", until } };

  for (const char *p = paragraph; *p != '\0'; p++)
    {
      gboolean replaced = FALSE;
      for (gsize i = 0; i < G_N_ELEMENTS (values) && !replaced; i++)
        {
          if (!g_str_has_prefix (p, values[i].placeholder))
            continue;
          g_string_append (filled, values[i].value);
          p += strlen (values[i].placeholder) - 1;
          replaced = TRUE;
        }
      if (!replaced)
        g_string_append_c (filled, *p);
    }
  return escape ? g_markup_escape_text (filled->str, -1)
                : g_string_free (g_steal_pointer (&filled), FALSE);
}

static void
append_text (GString *text,
             const NhiLetter *letter,
             const char *const *paragraphs,
             gboolean english)
{
  for (gsize i = 0; i < MAX_PARAGRAPHS && paragraphs[i] != NULL; i++)
    {
      g_autofree char *paragraph = fill (letter, paragraphs[i], english, FALSE);
      g_string_append_printf (text, "%s\n\n", paragraph);
    }
  g_string_append_printf (text, "%s\n", english ? english_closing : chinese_closing);
  if (letter->demo)
    g_string_append_printf (text, "%s\n", english ? english_demo : chinese_demo);
}

static void
append_html (GString *html,
             const NhiLetter *letter,
             const char *const *paragraphs,
             gboolean english)
{
  const Words *words = words_of (letter, english);

  g_string_append_printf (html, "<div lang=\"%s\">\n", english ? "en" : "zh-Hant-TW");
  for (gsize i = 0; i < MAX_PARAGRAPHS && paragraphs[i] != NULL; i++)
    {
      g_autofree char *paragraph = fill (letter, paragraphs[i], english, TRUE);
      if (g_str_equal (paragraphs[i], LINK_PARAGRAPH))
        g_string_append_printf (
            html,
            "<p><a href=\"%s\" style=\"display:inline-block;padding:12px 24px;border-radius:6px;"
            "background:#0f5f8a;color:#ffffff;font-weight:bold\">%s</a></p>\n"
            "<p style=\"word-break:break-all\">%s</p>\n",
            paragraph, words->button, paragraph);
      else
        g_string_append_printf (html, "<p>%s</p>\n", paragraph);
    }
  g_string_append_printf (html, "<p style=\"color:#555555\">%s",
                          english ? english_closing : chinese_closing);
  if (letter->demo)
    g_string_append_printf (html, "<br>%s", english ? english_demo : chinese_demo);
  g_string_append (html, "</p>\n</div>\n");
}

const char *
nhi_letter_subject (const NhiLetter *letter)
{
  return words_of (letter, is_english (letter))->subject;
}

char *
nhi_letter_text (const NhiLetter *letter)
{
  const gboolean english = is_english (letter);
  GString *text = g_string_new (NULL);

  append_text (text, letter, words_of (letter, english)->paragraphs, english);
  g_string_append (text, "\n----------------------------------------\n\n");
  append_text (text, letter, words_of (letter, !english)->summary, !english);
  return g_string_free (text, FALSE);
}

char *
nhi_letter_html (const NhiLetter *letter)
{
  const gboolean english = is_english (letter);
  GString *html = g_string_new (NULL);

  g_string_append_printf (
      html,
      "<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta "
      "charset=\"utf-8\"><title>%s</title></head>\n"
      "<body style=\"font-family:sans-serif;line-height:1.6;max-width:40em\">\n",
      english ? "en" : "zh-Hant-TW", nhi_letter_subject (letter));
  append_html (html, letter, words_of (letter, english)->paragraphs, english);
  g_string_append (html, "<hr>\n");
  append_html (html, letter, words_of (letter, !english)->summary, !english);
  g_string_append (html, "</body>\n</html>\n");
  return g_string_free (html, FALSE);
}
