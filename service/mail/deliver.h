/* SPDX-License-Identifier: GPL-3.0-or-later
 * The way out for letters: a mail server by SMTP, or a folder of .eml files in the demo. Blocks. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NHI_MAIL_ERROR (nhi_mail_error_quark ())
typedef enum
{
  NHI_MAIL_ERROR_ROUTE,    /* the route's address cannot be understood */
  NHI_MAIL_ERROR_DELIVERY, /* see the outcome */
} NhiMailError;
GQuark nhi_mail_error_quark (void);

/**
 * NhiMailOutcome:
 * @NHI_MAIL_SENT: the server took it; or the file is on the disk
 * @NHI_MAIL_TEMPORARY: not taken, worth another try: no connection, a 4xx answer, a full disk
 * @NHI_MAIL_PERMANENT: refused for good: a 5xx answer
 * @NHI_MAIL_UNCERTAIN: the whole letter was handed over, but the answer was lost
 */
typedef enum
{
  NHI_MAIL_SENT,
  NHI_MAIL_TEMPORARY,
  NHI_MAIL_PERMANENT,
  NHI_MAIL_UNCERTAIN,
} NhiMailOutcome;

typedef struct _NhiMailRoute NhiMailRoute;

/**
 * nhi_mail_route_new:
 * @address: "smtp://host:port" (STARTTLS when the server offers it), "smtp+starttls://…" (only with
 * it), "smtps://…", each with "user:password@" where the server wants it; or "folder:PATH"
 * @sender: mailbox that letters come from; its address is the envelope's
 *
 * Returns: NULL with %NHI_MAIL_ERROR_ROUTE
 */
NhiMailRoute *nhi_mail_route_new (const char *address, const char *sender, GError **error);
void nhi_mail_route_free (NhiMailRoute *route);
/* Seconds for one letter in all; 40 when not set, which is less than a job's lease. */
void nhi_mail_route_set_timeout (NhiMailRoute *route, guint seconds);

typedef struct
{
  const char *mail_id;
  gint64 created_at;     /* Unix seconds; stands in the file's name */
  const char *recipient; /* an address without a name */
  GBytes *message;       /* RFC 5322 with CRLF */
} NhiMail;

/* TRUE when sent. FALSE with @error; @ret_outcome then tells what to do. Thread safe. */
gboolean nhi_mail_deliver (const NhiMailRoute *route,
                           const NhiMail *mail,
                           NhiMailOutcome *ret_outcome,
                           GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiMailRoute, nhi_mail_route_free)

G_END_DECLS
