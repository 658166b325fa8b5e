/* SPDX-License-Identifier: GPL-3.0-or-later
 * The letters: what they say in each language, and their RFC 5322 form. Composing only; nothing
 * here sends. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_LETTER_ERROR (nhi_letter_error_quark ())
typedef enum
{
  NHI_LETTER_ERROR_ADDRESS, /* sender or recipient is no mailbox */
} NhiLetterError;
GQuark nhi_letter_error_quark (void);

/**
 * NhiLetterKind:
 * @NHI_LETTER_CONFIRM: somebody applied with this address; the link confirms
 * @NHI_LETTER_ALREADY: somebody applied for a person who has an account; to the account's own
 * address
 * @NHI_LETTER_REGISTERED: the registration is confirmed
 */
typedef enum
{
  NHI_LETTER_CONFIRM,
  NHI_LETTER_ALREADY,
  NHI_LETTER_REGISTERED,
} NhiLetterKind;

/**
 * NhiLetter:
 * @language: "zh-TW" or "en": which language comes first; the other follows in short
 * @sender: a mailbox, may have a display name
 * @message_id: without angle brackets
 * @date: Unix seconds, shown in Taipei time
 * @masked_name: as it may be shown to whoever owns the address
 * @link: what %NHI_LETTER_CONFIRM points to; NULL for the others
 * @link_expires_at: Unix seconds
 * @demo: the people are invented; the letter says so
 *
 * There is no room for an ID or card number: letters never carry one.
 */
typedef struct
{
  NhiLetterKind kind;
  const char *language;
  const char *sender;
  const char *recipient;
  const char *message_id;
  gint64 date;
  const char *masked_name;
  const char *link;
  gint64 link_expires_at;
  gboolean demo;
} NhiLetter;

/* Whether letters can come from @mailbox: to be asked once, when the service starts. FALSE with
 * %NHI_LETTER_ERROR_ADDRESS. */
gboolean nhi_letter_check_sender (const char *mailbox, GError **error);

/* The whole message with CRLF line ends: multipart/alternative of text and HTML, headers by RFC
 * 2047. */
GBytes *nhi_letter_compose (const NhiLetter *letter, GError **error);

G_END_DECLS
