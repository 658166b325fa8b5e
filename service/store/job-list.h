/* SPDX-License-Identifier: GPL-3.0-or-later
 * The job table as an operator looks at it. */
#pragma once

#include "service/store/db.h"

G_BEGIN_DECLS

/* Columns of the rows below. */
enum
{
  NHI_JOB_LIST_ID,       /* text */
  NHI_JOB_LIST_KIND,     /* text */
  NHI_JOB_LIST_STATE,    /* text: waiting, running, done, failed */
  NHI_JOB_LIST_RUN_AT,   /* Unix seconds */
  NHI_JOB_LIST_ATTEMPTS, /* a number */
  NHI_JOB_LIST_ERROR,    /* text or NULL */
};

/* What is not done first, oldest first; @limit at most. */
NhiDbRows *nhi_job_list (NhiDbConnection *connection, gint64 limit, GError **error);

G_END_DECLS
