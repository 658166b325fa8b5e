/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a person types about themselves besides the ID number: card number, household number, email, phone, password. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_EMAIL_MAX 254          /* octets, RFC 5321 4.5.3.1.3 less the brackets */
#define NHI_PASSWORD_MIN 8         /* characters */
#define NHI_PASSWORD_MAX 256       /* characters */
#define NHI_NEIGHBOURHOOD_MAX 999

gboolean nhi_card_number_is_valid (const char *card_number);            /* 12 digits */
gboolean nhi_household_number_is_valid (const char *household_number);  /* 戶號: a letter and 7 digits */
gboolean nhi_unit_code_is_valid (const char *unit_code);                /* 投保單位代號: 9 digits */
gboolean nhi_village_code_is_valid (const char *village_code);          /* 11 digits */
gboolean nhi_email_is_valid (const char *email);
char *nhi_email_mask (const char *email);
char *nhi_phone_normalise (const char *typed);  /* digits, full-width folded; NULL when it is no Taiwanese number */
char *nhi_text_fold_width (const char *typed);  /* full-width ASCII to half-width, trimmed */

typedef enum {
  NHI_PASSWORD_OK = 0,
  NHI_PASSWORD_TOO_SHORT,
  NHI_PASSWORD_TOO_LONG,
  NHI_PASSWORD_COMMON,
  NHI_PASSWORD_PERSONAL,
} NhiPasswordVerdict;

/* 0 (guessed at once) … 4 (strong); a hint for the person, never a rule. */
guint nhi_password_strength (const char *password);
NhiPasswordVerdict nhi_password_judge (const char *password,
                                       const char *id_number,
                                       const char *card_number,
                                       const GDate *birth_date);

G_END_DECLS
