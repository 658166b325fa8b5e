/* SPDX-License-Identifier: GPL-3.0-or-later
 * Inside mail/: a route's parts and the two ways. */
#pragma once

#include "service/mail/deliver.h"

G_BEGIN_DECLS

struct _NhiMailRoute
{
  char *folder; /* NULL: SMTP */
  char *url;    /* for libcurl, without user and password */
  char *user;   /* NULL: none */
  char *password;
  gboolean needs_starttls;
  char *sender;  /* address of the envelope */
  guint timeout; /* seconds */
};

NhiMailOutcome nhi_mail_send (const NhiMailRoute *route, const NhiMail *mail, GError **error);
NhiMailOutcome nhi_mail_write (const NhiMailRoute *route, const NhiMail *mail, GError **error);

G_END_DECLS
