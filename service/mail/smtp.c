/* SPDX-License-Identifier: GPL-3.0-or-later
 * One letter to a mail server with libcurl, and what its end means. */
#define G_LOG_DOMAIN "nhi-mail"

#include "service/mail/route.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_TIMEOUT 15 /* seconds */
#define ANSWER_TIMEOUT 15  /* seconds; also for the goodbye after a letter was taken */

typedef struct
{
  const char *bytes;
  gsize length;
  gsize position;
  gboolean handed_over; /* libcurl has asked for more than there is: from now on the server may have
                           it all */
} Upload;

static size_t
read_upload (char *buffer, size_t size, size_t count, void *data)
{
  Upload *upload = data;
  const gsize part = MIN (size * count, upload->length - upload->position);

  if (part == 0)
    upload->handed_over = TRUE;
  memcpy (buffer, upload->bytes + upload->position, part);
  upload->position += part;
  return part;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CURL, curl_easy_cleanup)
typedef struct curl_slist CurlList;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CurlList, curl_slist_free_all)

static void
set_up (CURL *curl, const NhiMailRoute *route, Upload *upload, CurlList *recipients)
{
  g_autofree char *from = g_strdup_printf ("<%s>", route->sender);
  const long connect_timeout = MIN (route->timeout, CONNECT_TIMEOUT);

  curl_easy_setopt (curl, CURLOPT_URL, route->url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_USE_SSL,
                    (long)(route->needs_starttls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, connect_timeout);
  curl_easy_setopt (curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)ANSWER_TIMEOUT);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT, (long)route->timeout);
  curl_easy_setopt (curl, CURLOPT_MAIL_FROM, from);
  curl_easy_setopt (curl, CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt (curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt (curl, CURLOPT_READFUNCTION, read_upload);
  curl_easy_setopt (curl, CURLOPT_READDATA, upload);
  if (route->user != NULL)
    {
      curl_easy_setopt (curl, CURLOPT_USERNAME, route->user);
      curl_easy_setopt (curl, CURLOPT_PASSWORD, route->password != NULL ? route->password : "");
    }
}

/* @answer: the last status the server gave, 0 when it never spoke. */
static NhiMailOutcome
judge (CURLcode code, long answer, const Upload *upload)
{
  if (code == CURLE_OK)
    return NHI_MAIL_SENT;
  /* Wrong credentials are ours to mend, and the letter can go after that. */
  if (code == CURLE_LOGIN_DENIED)
    return NHI_MAIL_TEMPORARY;
  if (answer >= 500 && answer <= 599)
    return NHI_MAIL_PERMANENT;
  if (answer >= 400 && answer <= 499)
    return NHI_MAIL_TEMPORARY;
  return upload->handed_over ? NHI_MAIL_UNCERTAIN : NHI_MAIL_TEMPORARY;
}

/* libcurl would say QUIT even to a server that has fallen silent, and wait for its answer once
 * more. */
static void
hang_up (CURL *curl)
{
  curl_socket_t connection = CURL_SOCKET_BAD;

  if (curl_easy_getinfo (curl, CURLINFO_ACTIVESOCKET, &connection) == CURLE_OK &&
      connection != CURL_SOCKET_BAD)
    shutdown (connection, SHUT_RDWR);
}

NhiMailOutcome
nhi_mail_send (const NhiMailRoute *route, const NhiMail *mail, GError **error)
{
  static gsize initialised = 0;
  if (g_once_init_enter (&initialised))
    {
      curl_global_init (CURL_GLOBAL_DEFAULT);
      g_once_init_leave (&initialised, 1);
    }

  long answer = 0;
  Upload upload = { 0 };
  upload.bytes = g_bytes_get_data (mail->message, &upload.length);
  g_autofree char *recipient = g_strdup_printf ("<%s>", mail->recipient);
  g_autoptr (CurlList) recipients = curl_slist_append (NULL, recipient);
  g_autoptr (CURL) curl = curl_easy_init ();
  if (curl == NULL || recipients == NULL)
    {
      g_set_error_literal (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_DELIVERY,
                           "There is no memory for sending a letter");
      return NHI_MAIL_TEMPORARY;
    }

  set_up (curl, route, &upload, recipients);
  const CURLcode code = curl_easy_perform (curl);
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &answer);
  const NhiMailOutcome outcome = judge (code, answer, &upload);
  if (outcome == NHI_MAIL_SENT)
    return outcome;
  hang_up (curl);
  g_set_error (error, NHI_MAIL_ERROR, NHI_MAIL_ERROR_DELIVERY,
               "The mail server did not take the letter (%s, answer %ld)",
               curl_easy_strerror (code), answer);
  return outcome;
}
