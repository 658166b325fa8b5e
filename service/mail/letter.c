/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a letter's facts to the bytes of its message, with GMime. */
#define G_LOG_DOMAIN "nhi-mail"

#include "service/mail/letter.h"

#include "service/mail/letter-text.h"
#include "shared/calendar/taipei.h"

#include <gmime/gmime.h>

G_DEFINE_QUARK (nhi - letter - error - quark, nhi_letter_error)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeMessage, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeMultipart, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeObject, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeStream, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (InternetAddressList, g_object_unref)

static GMimeObject *
text_part (const char *subtype, const char *text)
{
  GMimeTextPart *part = g_mime_text_part_new_with_subtype (subtype);
  g_mime_text_part_set_charset (part, "utf-8");
  g_mime_text_part_set_text (part, text);
  /* Every server takes base64, and no line gets longer than SMTP allows. */
  g_mime_part_set_content_encoding (GMIME_PART (part), GMIME_CONTENT_ENCODING_BASE64);
  return GMIME_OBJECT (part);
}

static void
prepare_library (void)
{
  static gsize initialised = 0;
  if (g_once_init_enter (&initialised))
    {
      g_mime_init ();
      g_once_init_leave (&initialised, 1);
    }
}

/* @whose: "sender" or "recipient" */
static InternetAddressList *
parse_mailbox (const char *mailbox, const char *whose, GError **error)
{
  g_autoptr (InternetAddressList) list = internet_address_list_parse (NULL, mailbox);
  if (list != NULL && internet_address_list_length (list) == 1)
    return g_steal_pointer (&list);
  g_set_error (error, NHI_LETTER_ERROR, NHI_LETTER_ERROR_ADDRESS,
               "The letter's %s is not one mail address; write NAME <ADDRESS>", whose);
  return NULL;
}

gboolean
nhi_letter_check_sender (const char *mailbox, GError **error)
{
  prepare_library ();
  g_autoptr (InternetAddressList) list = parse_mailbox (mailbox, "sender", error);
  return list != NULL;
}

static gboolean
add_address (GMimeMessage *message, GMimeAddressType type, const char *mailbox, GError **error)
{
  g_autoptr (InternetAddressList) list =
      parse_mailbox (mailbox, type == GMIME_ADDRESS_TYPE_FROM ? "sender" : "recipient", error);
  if (list == NULL)
    return FALSE;
  internet_address_list_append (g_mime_message_get_addresses (message, type), list);
  return TRUE;
}

static GBytes *
to_bytes (GMimeMessage *message)
{
  GMimeFormatOptions *options = g_mime_format_options_new ();
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autoptr (GMimeStream) stream = g_mime_stream_mem_new_with_byte_array (array);

  g_mime_stream_mem_set_owner (GMIME_STREAM_MEM (stream), FALSE);
  g_mime_format_options_set_newline_format (options, GMIME_NEWLINE_FORMAT_DOS);
  g_mime_object_write_to_stream (GMIME_OBJECT (message), options, stream);
  g_mime_format_options_free (options);
  return g_byte_array_free_to_bytes (g_steal_pointer (&array));
}

GBytes *
nhi_letter_compose (const NhiLetter *letter, GError **error)
{
  prepare_library ();

  g_autoptr (GMimeMessage) message = g_mime_message_new (TRUE);
  if (!add_address (message, GMIME_ADDRESS_TYPE_FROM, letter->sender, error) ||
      !add_address (message, GMIME_ADDRESS_TYPE_TO, letter->recipient, error))
    return NULL;

  g_autoptr (GDateTime) date = nhi_taipei_moment (letter->date);
  g_autofree char *text = nhi_letter_text (letter);
  g_autofree char *html = nhi_letter_html (letter);
  g_mime_message_set_subject (message, nhi_letter_subject (letter), "utf-8");
  g_mime_message_set_date (message, date);
  g_mime_message_set_message_id (message, letter->message_id);
  g_mime_object_set_header (GMIME_OBJECT (message), "Auto-Submitted", "auto-generated", NULL);
  g_mime_object_set_header (GMIME_OBJECT (message), "Content-Language", letter->language, NULL);

  g_autoptr (GMimeMultipart) parts = g_mime_multipart_new_with_subtype ("alternative");
  g_autoptr (GMimeObject) text_alternative = text_part ("plain", text);
  g_autoptr (GMimeObject) html_alternative = text_part ("html", html);
  g_mime_multipart_add (parts, text_alternative);
  g_mime_multipart_add (parts, html_alternative);
  g_mime_message_set_mime_part (message, GMIME_OBJECT (parts));
  return to_bytes (message);
}
