/* SPDX-License-Identifier: GPL-3.0-or-later
 * Letters read back as a mail program would: headers, both parts, both languages, the link. */
#include "service/mail/letter.h"

#include <gmime/gmime.h>
#include <string.h>

#define LINK "https://localhost:8443/confirm/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

static const NhiLetter confirm = {
  .kind = NHI_LETTER_CONFIRM,
  .language = "zh-TW",
  .sender = "健保卡網路服務 <service@nhicard.example>",
  .recipient = "ming@example.org",
  .message_id = "2f9a6c1e-58d4-4d0f-9a1b-0c8f5f0e7a11@nhicard.example",
  .date = 1795415400,
  .masked_name = "王○明",
  .link = LINK,
  .link_expires_at = 1795415400 + 432000,
};

typedef struct
{
  GMimeMessage *message;
  char *text;
  char *html;
} Reading;

static void
reading_clear (Reading *reading)
{
  g_clear_object (&reading->message);
  g_clear_pointer (&reading->text, g_free);
  g_clear_pointer (&reading->html, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static char *
part_text (GMimeMultipart *parts, int index, const char *subtype)
{
  GMimeObject *part = g_mime_multipart_get_part (parts, index);

  g_assert_true (
      g_mime_content_type_is_type (g_mime_object_get_content_type (part), "text", subtype));
  g_assert_cmpstr (g_mime_object_get_content_type_parameter (part, "charset"), ==, "utf-8");
  return g_mime_text_part_get_text (GMIME_TEXT_PART (part));
}

static void
read_back (const NhiLetter *letter, Reading *ret)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = nhi_letter_compose (letter, &error);

  g_assert_no_error (error);
  GMimeStream *stream =
      g_mime_stream_mem_new_with_buffer (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  GMimeParser *parser = g_mime_parser_new_with_stream (stream);
  ret->message = g_mime_parser_construct_message (parser, NULL);
  g_object_unref (parser);
  g_object_unref (stream);
  g_assert_nonnull (ret->message);

  GMimeObject *body = g_mime_message_get_mime_part (ret->message);
  g_assert_true (g_mime_content_type_is_type (g_mime_object_get_content_type (body), "multipart",
                                              "alternative"));
  g_assert_cmpint (g_mime_multipart_get_count (GMIME_MULTIPART (body)), ==, 2);
  ret->text = part_text (GMIME_MULTIPART (body), 0, "plain");
  ret->html = part_text (GMIME_MULTIPART (body), 1, "html");
}

static void
test_headers (void)
{
  g_auto (Reading) letter = { 0 };
  read_back (&confirm, &letter);
  g_autofree char *from =
      internet_address_list_to_string (g_mime_message_get_from (letter.message), NULL, FALSE);
  g_autofree char *to =
      internet_address_list_to_string (g_mime_message_get_to (letter.message), NULL, FALSE);
  g_autofree char *date = g_date_time_format_iso8601 (g_mime_message_get_date (letter.message));

  g_assert_cmpstr (from, ==, "健保卡網路服務 <service@nhicard.example>");
  g_assert_cmpstr (to, ==, "ming@example.org");
  g_assert_cmpstr (g_mime_message_get_subject (letter.message), ==, "請確認您的健保卡網路服務註冊");
  g_assert_cmpstr (g_mime_message_get_message_id (letter.message), ==, confirm.message_id);
  g_assert_cmpstr (date, ==, "2026-11-23T14:30:00+08");
  g_assert_cmpstr (g_mime_object_get_header (GMIME_OBJECT (letter.message), "Auto-Submitted"), ==,
                   "auto-generated");
  g_assert_nonnull (g_mime_object_get_header (GMIME_OBJECT (letter.message), "MIME-Version"));
}

/* What the wire wants: ASCII only, CRLF only, no line beyond 998 bytes. */
static void
test_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = nhi_letter_compose (&confirm, &error);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  gsize line = 0;

  g_assert_no_error (error);
  for (gsize i = 0; i < length; i++)
    {
      g_assert_cmpuint (data[i], <, 0x80);
      if (data[i] == '\n')
        {
          g_assert_cmpuint (i, >, 0);
          g_assert_cmpuint (data[i - 1], ==, '\r');
          line = 0;
        }
      else
        {
          line++;
        }
      g_assert_cmpuint (line, <=, 998);
    }
  g_assert_cmpuint (data[length - 1], ==, '\n');
}

typedef struct
{
  const char *what;
  NhiLetterKind kind;
  const char *language;
  gboolean demo;
  const char *first;  /* in both parts, before the other language */
  const char *second; /* in both parts, after @first */
  const char *until;  /* NULL: no date is told */
  gboolean has_link;
} WordCase;

static const WordCase word_cases[] = {
  { "confirm-chinese", NHI_LETTER_CONFIRM, "zh-TW", FALSE, "請不必理會這封信",
    "simply ignore this letter", "2026年11月28日 14:30（臺灣時間）", TRUE },
  { "confirm-english", NHI_LETTER_CONFIRM, "en", FALSE, "simply ignore this letter", "請不必理會",
    "28 November 2026, 14:30 (Taiwan time)", TRUE },
  { "already-chinese", NHI_LETTER_ALREADY, "zh-TW", FALSE, "沒有任何變更", "unchanged", NULL,
    FALSE },
  { "already-english", NHI_LETTER_ALREADY, "en", FALSE, "unchanged", "沒有任何變更", NULL, FALSE },
  { "registered-chinese", NHI_LETTER_REGISTERED, "zh-TW", FALSE, "您已完成", "is complete", NULL,
    FALSE },
  { "registered-english", NHI_LETTER_REGISTERED, "en", FALSE, "is complete", "您已完成", NULL,
    FALSE },
  { "demo", NHI_LETTER_REGISTERED, "zh-TW", TRUE, "【示範系統】", "[Demonstration]", NULL, FALSE },
};

static void
check_words (const WordCase *c, const char *body)
{
  const char *first = strstr (body, c->first);

  g_assert_nonnull (first);
  g_assert_nonnull (strstr (first, c->second));
  g_assert_nonnull (strstr (body, "王○明"));
  g_assert_true (c->until == NULL || strstr (body, c->until) != NULL);
  g_assert_cmpint (strstr (body, LINK) != NULL, ==, c->has_link);
  g_assert_null (strchr (body, '{'));
}

static void
test_words (gconstpointer data)
{
  const WordCase *c = data;
  g_auto (Reading) letter = { 0 };
  NhiLetter asked = confirm;

  asked.kind = c->kind;
  asked.language = c->language;
  asked.demo = c->demo;
  asked.link = c->has_link ? LINK : NULL;
  read_back (&asked, &letter);
  check_words (c, letter.text);
  check_words (c, letter.html);
  g_assert_cmpint (strstr (letter.html, "<a href=\"" LINK "\"") != NULL, ==, c->has_link);
}

static void
test_escapes (void)
{
  g_auto (Reading) letter = { 0 };
  NhiLetter nasty = confirm;

  nasty.masked_name = "<script>{link}○";
  read_back (&nasty, &letter);
  g_assert_null (strstr (letter.html, "<script>"));
  g_assert_nonnull (strstr (letter.html, "&lt;script&gt;{link}○"));
}

static void
test_bad_addresses (void)
{
  static const char *const recipients[] = { "", "a@example.org, b@example.org" };

  for (gsize i = 0; i < G_N_ELEMENTS (recipients); i++)
    {
      NhiLetter letter = confirm;
      g_autoptr (GError) error = NULL;
      letter.recipient = recipients[i];
      g_assert_null (nhi_letter_compose (&letter, &error));
      g_assert_error (error, NHI_LETTER_ERROR, NHI_LETTER_ERROR_ADDRESS);
    }
}

static void
test_senders (void)
{
  static const struct
  {
    const char *mailbox;
    gboolean good;
  } cases[] = {
    { "健保卡網路服務 <service@nhicard.example>", TRUE },
    { "service@localhost", TRUE },
    { "", FALSE },
    { "a@example.org, b@example.org", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (nhi_letter_check_sender (cases[i].mailbox, &error), ==, cases[i].good);
      g_assert_cmpint (error == NULL, ==, cases[i].good);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_mime_init ();
  g_test_add_func ("/letter/headers-survive", test_headers);
  g_test_add_func ("/letter/bytes-suit-every-server", test_bytes);
  for (gsize i = 0; i < G_N_ELEMENTS (word_cases); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/letter/says-in-both-languages/%s", word_cases[i].what);
      g_test_add_data_func (path, &word_cases[i], test_words);
    }
  g_test_add_func ("/letter/html-is-escaped", test_escapes);
  g_test_add_func ("/letter/needs-one-recipient", test_bad_addresses);
  g_test_add_func ("/letter/sender-is-one-address", test_senders);
  return g_test_run ();
}
