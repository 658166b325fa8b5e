/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page behind the letter's link: GET looks, POST confirms. */
#define G_LOG_DOMAIN "nhi-web"

#include "service/domain/registration.h"
#include "service/web/page.h"
#include "shared/api/api.h"
#include "shared/calendar/taipei.h"

#define BODY_LIMIT 1024 /* the form has no fields, but a browser may send something */
#define MAX_PARAGRAPHS 4

/* {name} and {until} are filled in. */
typedef struct
{
  guint status;
  const char *heading;
  const char *paragraphs[MAX_PARAGRAPHS];
  const char *button;
} Words;

typedef struct
{
  Words chinese;
  Words english;
} Page;

static const Page pages[] = {
  [NHI_CONFIRMATION_UNKNOWN] = { { 404,
                                   "找不到這個確認網址",
                                   { "網址可能不完整，或已失效很久。",
                                     "請確認已複製信中的完整網址；如果仍無法開啟，請重新註冊。" },
                                   NULL },
                                 { 404,
                                   "There is nothing at this address",
                                   { "The address may be incomplete, or its time is long over.",
                                     "Make sure that you copied the whole address from the letter. "
                                     "If it still does not open, please register again." },
                                   NULL } },
  [NHI_CONFIRMATION_PENDING] = { { 200,
                                   "確認註冊",
                                   { "{name} 您好，請按下方按鈕，完成健保卡網路服務註冊。",
                                     "請於 {until}（臺灣時間）前確認。",
                                     "如果不是您本人申請，請直接關閉這個網頁，帳號不會成立。" },
                                   "確認註冊" },
                                 { 200,
                                   "Confirm registration",
                                   { "Hello {name}. Press the button to complete your registration "
                                     "for the NHI card online services.",
                                     "Please confirm by {until} (Taiwan time).",
                                     "If it was not you who registered, simply close this page; "
                                     "there will be no account." },
                                   "Confirm registration" } },
  [NHI_CONFIRMATION_DONE] = { { 200,
                                "註冊已完成",
                                { "{name} 您好，您已完成健保卡網路服務註冊。",
                                  "您可以關閉這個網頁，回到程式，以健保卡與註冊密碼登入。" },
                                NULL },
                              { 200,
                                "Registration is complete",
                                { "Hello {name}. Your registration for the NHI card online "
                                  "services is complete.",
                                  "You can close this page, go back to the program and sign in "
                                  "with your card and your password." },
                                NULL } },
  [NHI_CONFIRMATION_EXPIRED] = { { 410,
                                   "確認期限已過",
                                   { "這份註冊申請未在五日內確認，已經失效，資料也已刪除。",
                                     "請回到程式重新註冊，我們會再寄一封確認信給您。" },
                                   NULL },
                                 { 410,
                                   "The time for confirming is over",
                                   { "This registration was not confirmed within five days. It has "
                                     "ended and its data is deleted.",
                                     "Please register again in the program; we will send you a new "
                                     "letter." },
                                   NULL } },
  [NHI_CONFIRMATION_REPLACED] = { { 410,
                                    "這封確認信已由新的取代",
                                    { "您後來又送出了新的註冊申請，因此這個網址已失效。",
                                      "請開啟最新一封確認信中的網址；如果已完成註冊，請直接登入"
                                      "。" },
                                    NULL },
                                  { 410,
                                    "A newer letter took the place of this one",
                                    { "There was a newer registration after this letter, so this "
                                      "address is no longer valid.",
                                      "Please open the address in the newest letter. If you are "
                                      "registered already, simply sign in." },
                                    NULL } },
};

/* Instead of the page of %NHI_CONFIRMATION_DONE, when it was another click that confirmed. */
static const Page page_of_used = {
  { 200,
    "這份註冊已經確認過",
    { "{name} 您好，您的註冊先前已經確認完成，不需要再次確認。",
      "請回到程式，以健保卡與註冊密碼登入。" },
    NULL },
  { 200,
    "This registration was confirmed before",
    { "Hello {name}. Your registration was confirmed before; there is nothing more to do here.",
      "Go back to the program and sign in with your card and your password." },
    NULL }
};

static char *
fill (const char *paragraph, const NhiConfirmation *confirmation, const char *language)
{
  g_autofree char *until = nhi_taipei_format_moment (confirmation->expires_at, language);
  g_autoptr (GString) filled = g_string_new (paragraph);

  g_string_replace (filled, "{until}", until, 0);
  g_string_replace (filled, "{name}",
                    confirmation->masked_name != NULL ? confirmation->masked_name : "", 1);
  return g_string_free (g_steal_pointer (&filled), FALSE);
}

static NhiResponse *
show (const NhiRequest *request, const NhiWorld *world, const NhiConfirmation *confirmation)
{
  const gboolean english = g_str_equal (request->language, "en");
  const gboolean used = confirmation->state == NHI_CONFIRMATION_DONE && !confirmation->just_now;
  const Page *both = used ? &page_of_used : &pages[confirmation->state];
  const Words *words = english ? &both->english : &both->chinese;
  g_autoptr (GPtrArray) paragraphs = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < MAX_PARAGRAPHS && words->paragraphs[i] != NULL; i++)
    g_ptr_array_add (paragraphs, fill (words->paragraphs[i], confirmation, request->language));
  g_ptr_array_add (paragraphs, NULL);

  const NhiPage page = {
    .language = request->language,
    .heading = words->heading,
    .paragraphs = (const char *const *)paragraphs->pdata,
    .button = words->button,
    .demo = world->demo,
  };
  return nhi_page_render (words->status, &page);
}

static NhiResponse *
get_confirm (const NhiRequest *request, gpointer context, GError **error)
{
  g_auto (NhiConfirmation) confirmation = { 0 };

  if (!nhi_registration_look (context, nhi_request_parameter (request, "token"), &confirmation,
                              error))
    return NULL;
  return show (request, context, &confirmation);
}

static NhiResponse *
post_confirm (const NhiRequest *request, gpointer context, GError **error)
{
  g_auto (NhiConfirmation) confirmation = { 0 };

  if (!nhi_registration_confirm (context, nhi_request_parameter (request, "token"), &confirmation,
                                 error))
    return NULL;
  return show (request, context, &confirmation);
}

const NhiRoute nhi_web_confirm_routes[] = {
  { "GET", NHI_ROUTE_CONFIRM "{token}", get_confirm, NHI_ROUTE_PAGE, 0 },
  { "POST", NHI_ROUTE_CONFIRM "{token}", post_confirm, NHI_ROUTE_PAGE, BODY_LIMIT },
  { "GET", NHI_WEB_STYLE, nhi_page_style, NHI_ROUTE_INSTANT, 0 },
  { NULL },
};
