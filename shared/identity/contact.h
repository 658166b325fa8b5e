/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a person types about themselves besides the ID number: card number, household number, email,
 * phone, password. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_EMAIL_MAX 254    /* octets, RFC 5321 4.5.3.1.3 less the brackets */
#define NHI_PASSWORD_MIN 8   /* characters */
#define NHI_PASSWORD_MAX 256 /* characters */
#define NHI_NEIGHBOURHOOD_MAX 999

/* All take %NULL, which is not valid, and expect text already folded by nhi_text_fold_width(). */
gboolean nhi_card_number_is_valid (const char *card_number); /* 12 digits */
gboolean nhi_household_number_is_valid (const char *number); /* 戶號: a capital letter, 7 digits */
gboolean nhi_unit_code_is_valid (const char *unit_code);     /* 投保單位代號: 9 digits */
gboolean nhi_village_code_is_valid (const char *village_code); /* 11 digits */

/**
 * nhi_email_is_valid:
 *
 * Strict on purpose, for a letter must arrive there: ASCII, a dot-atom of 64 octets at most before
 * the `@`, behind it a host name of at least two labels with a last label of letters (or `xn--`).
 * No quoted local parts, no addresses in brackets.
 */
gboolean nhi_email_is_valid (const char *email);

/* "m***@example.org"; "***" when it is no address. Returns: (transfer full): never %NULL */
char *nhi_email_mask (const char *email);

/**
 * nhi_phone_normalise:
 * @typed: as a person writes it: full-width digits, spaces, hyphens, brackets, +886 are all
 * understood
 *
 * Mobile numbers are 09 and eight digits; fixed lines are an area code of the public list and as
 * many digits as numbers there have.
 *
 * Returns: (transfer full) (nullable): the digits from the leading 0 on, or %NULL when it is no
 * Taiwanese number
 */
char *nhi_phone_normalise (const char *typed);

/* Full-width ASCII to half-width, every kind of space to a space, every kind of hyphen to "-",
 * invisible characters (U+200B, U+FEFF …) to nothing, trimmed. Bytes that are not UTF-8 become
 * U+FFFD. Returns: (transfer full): never %NULL */
char *nhi_text_fold_width (const char *typed);

/**
 * NhiPasswordVerdict:
 * @NHI_PASSWORD_TOO_SHORT: fewer than %NHI_PASSWORD_MIN characters
 * @NHI_PASSWORD_TOO_LONG: more than %NHI_PASSWORD_MAX characters
 * @NHI_PASSWORD_COMMON: on everybody's list, or one pattern repeated (aaaaaaaa, 12345678,
 * abcabcabc)
 * @NHI_PASSWORD_PERSONAL: little else than the ID number, card number or birth date of its owner
 */
typedef enum
{
  NHI_PASSWORD_OK = 0,
  NHI_PASSWORD_TOO_SHORT,
  NHI_PASSWORD_TOO_LONG,
  NHI_PASSWORD_COMMON,
  NHI_PASSWORD_PERSONAL,
} NhiPasswordVerdict;

/* 0 (guessed at once) … 4 (strong); a hint for the person, never a rule. */
guint nhi_password_strength (const char *password);

/**
 * nhi_password_judge:
 * @password: UTF-8; what is not UTF-8 is judged too short
 * @id_number: (nullable): the owner's
 * @card_number: (nullable): the owner's
 * @birth_date: (nullable): the owner's
 *
 * Any characters may stand in a password, Chinese ones and spaces too; they are counted as
 * characters.
 */
NhiPasswordVerdict nhi_password_judge (const char *password,
                                       const char *id_number,
                                       const char *card_number,
                                       const GDate *birth_date);

G_END_DECLS
