/* SPDX-License-Identifier: GPL-3.0-or-later
 * Domain, database and HTTP errors to RFC 9457 problems, with words in both languages. */
#define G_LOG_DOMAIN "nhi-api"

#include "service/api/problems.h"

#include "service/domain/world.h"
#include "shared/api/api.h"

typedef struct
{
  guint status;
  const char *slug;
  const char *title[2]; /* zh-TW, en */
  const char *detail[2];
} Problem;

static const Problem internal = {
  500,
  NHI_PROBLEM_INTERNAL,
  { "系統發生問題", "Internal problem" },
  { "系統發生問題，您的資料沒有變更。請稍後再試。",
    "Something went wrong on our side and nothing was changed. Try again later." },
};

static const Problem overloaded = {
  503,
  NHI_PROBLEM_OVERLOADED,
  { "系統忙碌中", "The service is busy" },
  { "目前使用人數較多，請稍後再試。",
    "Too many people are using the service now. Try again in a moment." },
};

static const Problem unavailable = {
  503,
  NHI_PROBLEM_UNAVAILABLE,
  { "服務暫時無法使用", "The service is out of order for a moment" },
  { "系統暫時無法處理這個請求，您的資料沒有變更。請稍候幾分鐘再試。",
    "The service cannot do this now, and nothing was changed. Try again in a few minutes." },
};

static const Problem http_problems[] = {
  [NHI_HTTP_ERROR_MALFORMED] = { 400,
                                 NHI_PROBLEM_MALFORMED,
                                 { "請求格式不正確", "Malformed request" },
                                 { "伺服器無法讀取這個請求，請更新程式後再試。",
                                   "The service cannot read this request. Update the program and "
                                   "try again." } },
  [NHI_HTTP_ERROR_NOT_FOUND] = { 404,
                                 NHI_PROBLEM_NOT_FOUND,
                                 { "找不到", "Not found" },
                                 { "沒有這個網址，請檢查後再試。",
                                   "There is nothing at this address. Check it and try again." } },
  [NHI_HTTP_ERROR_METHOD] = { 405,
                              NHI_PROBLEM_METHOD,
                              { "不支援的操作方式", "Method not allowed" },
                              { "這個網址不接受此操作方式，請更新程式後再試。",
                                "This address does not take this method. Update the program and "
                                "try again." } },
  [NHI_HTTP_ERROR_TOO_LARGE] = { 413,
                                 NHI_PROBLEM_TOO_LARGE,
                                 { "內容過大", "Too large" },
                                 { "送出的內容超過上限，請縮小後再試。",
                                   "What was sent is over the limit. Make it smaller and try "
                                   "again." } },
  [NHI_HTTP_ERROR_MEDIA_TYPE] = { 415,
                                  NHI_PROBLEM_MEDIA_TYPE,
                                  { "不支援的內容類型", "Unsupported media type" },
                                  { "內容必須是 application/json。",
                                    "The body must be application/json." } },
  [NHI_HTTP_ERROR_SESSION] = { 401,
                               NHI_PROBLEM_SESSION,
                               { "請先登入", "Sign in first" },
                               { "您尚未登入或登入已逾時，請重新登入。",
                                 "You are not signed in, or your session has ended. Sign in "
                                 "again." } },
  [NHI_HTTP_ERROR_RATE] = { 429,
                            NHI_PROBLEM_RATE,
                            { "請求次數過多", "Too many requests" },
                            { "短時間內的請求次數過多，請稍候再試。",
                              "Too many requests came from your network. Wait a moment and try "
                              "again." } },
};

static const Problem domain_problems[] = {
  [NHI_DOMAIN_ERROR_INVALID] = { 422,
                                 NHI_PROBLEM_INVALID_INPUT,
                                 { "資料有誤", "Some of the data is not right" },
                                 { "部分欄位不正確，請依各欄說明修改後再送出。",
                                   "Some fields are not right. Correct each as it says and send "
                                   "again." } },
  [NHI_DOMAIN_ERROR_NOT_MATCHING] = { 422,
                                      NHI_PROBLEM_NOT_MATCHING,
                                      { "資料與健保資料不符", "The data does not match" },
                                      { "輸入的資料與健保署的資料不符，請對照健保卡及戶口名簿檢查後"
                                        "再試。",
                                        "What you gave does not match the insurer's records. Check "
                                        "it against your NHI card and household "
                                        "register and try again." } },
  [NHI_DOMAIN_ERROR_SIGN_IN] = { 401,
                                 NHI_PROBLEM_SIGN_IN,
                                 { "登入失敗", "Sign-in failed" },
                                 { "健保卡、身分證號或密碼不正確，或尚未完成註冊。請檢查後再試；"
                                   "剛註冊的話，請先開啟確認信完成確認。",
                                   "The card, ID number or password is wrong, or the registration "
                                   "is not complete. Check them and try again; if you have just "
                                   "registered, confirm by the letter first." } },
  [NHI_DOMAIN_ERROR_WAIT] = { 429,
                              NHI_PROBLEM_SIGN_IN_WAIT,
                              { "請稍候再登入", "Wait before signing in" },
                              { "登入失敗次數過多，請等候後再試。",
                                "There were too many failed sign-ins. Wait and try again." } },
  [NHI_DOMAIN_ERROR_SESSION] = { 401,
                                 NHI_PROBLEM_SESSION,
                                 { "請先登入", "Sign in first" },
                                 { "您尚未登入或登入已逾時，請重新登入。",
                                   "You are not signed in, or your session has ended. Sign in "
                                   "again." } },
  [NHI_DOMAIN_ERROR_NOT_FOUND] = { 404,
                                   NHI_PROBLEM_NOT_FOUND,
                                   { "找不到", "Not found" },
                                   { "找不到這筆資料，可能已刪除或不屬於您，請重新查看申請清單。",
                                     "There is no such record, or it is not yours. Look at the "
                                     "list of your applications again." } },
  [NHI_DOMAIN_ERROR_NOT_READY] = { 409,
                                   NHI_PROBLEM_NOT_READY,
                                   { "檔案尚未備妥", "Not ready yet" },
                                   { "檔案仍在製作中，請稍後再試。",
                                     "The file is still being made. Try again in a moment." } },
  [NHI_DOMAIN_ERROR_GONE] = { 410,
                              NHI_PROBLEM_GONE,
                              { "已逾下載期限", "No longer available" },
                              { "下載期限已過，檔案已刪除，請重新申請。",
                                "Its time is over and the file was removed. Apply again." } },
  [NHI_DOMAIN_ERROR_KEY_REUSED] = { 422,
                                    NHI_PROBLEM_IDEMPOTENCY,
                                    { "重複的請求編號", "Idempotency key reused" },
                                    { "這個請求編號已用於不同的內容，請以新的編號再送出。",
                                      "This Idempotency-Key came with another request before. Send "
                                      "again with a new key." } },
};

/* What passes by itself, whoever of us was short of something. */
static gboolean
is_overload (const GError *error)
{
  return g_error_matches (error, NHI_HTTP_ERROR, NHI_HTTP_ERROR_OVERLOADED) ||
         g_error_matches (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_HASHING) ||
         g_error_matches (error, NHI_DB_ERROR, NHI_DB_ERROR_BUSY);
}

static const Problem *
problem_of (const GError *error)
{
  if (is_overload (error))
    return &overloaded;
  if (error->domain == NHI_HTTP_ERROR && (guint)error->code < G_N_ELEMENTS (http_problems))
    return &http_problems[error->code];
  if (error->domain == NHI_DOMAIN_ERROR && (guint)error->code < G_N_ELEMENTS (domain_problems))
    return &domain_problems[error->code];
  if (g_error_matches (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE) ||
      g_error_matches (error, NHI_DB_ERROR, NHI_DB_ERROR_FULL) ||
      g_error_matches (error, NHI_DB_ERROR, NHI_DB_ERROR_DAMAGED))
    return &unavailable;
  return &internal;
}

NhiResponse *
nhi_api_problem_from_error (const NhiRequest *request, const GError *error)
{
  const Problem *problem = problem_of (error);
  guint language = g_strcmp0 (request->language, "en") == 0 ? 1 : 0;
  NhiResponse *response = nhi_problem_new (problem->status, problem->slug, problem->title[language],
                                           problem->detail[language]);

  if (problem->status >= 500)
    g_warning ("%s %s: %s", request->method, request->route != NULL ? request->route : "-",
               error->message);
  if (problem->status == 401)
    nhi_response_set_header (response, "WWW-Authenticate", "Bearer realm=\"nhicard\"");
  if (problem->status == 503)
    nhi_response_set_header (response, "Retry-After", problem == &unavailable ? "60" : "2");
  if (problem->status == 409)
    nhi_response_set_header (response, "Retry-After", "1");
  return response;
}
