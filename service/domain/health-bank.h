/* SPDX-License-Identifier: GPL-3.0-or-later
 * The health bank (健康存摺): what can be applied for, applying, looking at applications, taking
 * out the package. */
#pragma once

#include "service/domain/world.h"
#include "service/store/application.h"

G_BEGIN_DECLS

#define NHI_HEALTH_BANK_KEPT_DAYS 7    /* after the day of the application, to 23:59:59 in Taipei */
#define NHI_HEALTH_BANK_FORGET_DAYS 30 /* after that end the application itself goes */
#define NHI_HEALTH_BANK_MAX_KEPT 20    /* applications of one person that have not ended */
#define NHI_HEALTH_BANK_MAX_PROCESSING 3 /* of these, being built */
#define NHI_HEALTH_BANK_MAX_MONTHS                                                                 \
  120 /* from the first to the last month: ten years back and the month that runs */
#define NHI_HEALTH_BANK_FIRST_MONTH "1995-03" /* the insurance began on 1 March 1995 */

/* The briefing's column 類別. */
typedef enum
{
  NHI_CATEGORY_INSURANCE_BILLING, /* 保險計費 */
  NHI_CATEGORY_INSURANCE_PAYMENT, /* 保險繳納 */
  NHI_CATEGORY_MEDICAL,           /* 醫療 */
} NhiCategoryClass;

typedef struct
{
  const char *code; /* "outpatient" */
  NhiCategoryClass category_class;
  const char *name; /* 門診資料 */
  const char *name_en;
  const char *section;  /* of the record: "r1" */
  gboolean is_standing; /* holds until it is changed (an allergy, a wish): told also when it is
                           older than the period */
} NhiCategory;

const NhiCategory *nhi_categories (gsize *ret_count);
const NhiCategory *nhi_category_find (const char *code);               /* NULL when unknown */
const char *nhi_category_class_code (NhiCategoryClass category_class); /* "insurance_billing" */
const char *nhi_category_class_name (NhiCategoryClass category_class, gboolean in_english);

#define NHI_HEALTH_BANK_ERROR (nhi_health_bank_error_quark ())
/**
 * NhiHealthBankError:
 * @NHI_HEALTH_BANK_ERROR_BUSY: %NHI_HEALTH_BANK_MAX_PROCESSING applications are being built; soon
 * it goes on
 * @NHI_HEALTH_BANK_ERROR_FULL: %NHI_HEALTH_BANK_MAX_KEPT applications have not ended; earliest
 * after the next midnight
 */
typedef enum
{
  NHI_HEALTH_BANK_ERROR_BUSY,
  NHI_HEALTH_BANK_ERROR_FULL,
} NhiHealthBankError;
GQuark nhi_health_bank_error_quark (void);

typedef struct
{
  const char *const *categories; /* codes, NULL-terminated */
  const char *from;              /* YYYY-MM; nullable, as the next */
  const char *to;                /* YYYY-MM, inclusive */
  const char *idempotency_key;   /* a valid one: nhi_idempotency_key_is_valid() */
} NhiHealthBankRequest;

/**
 * nhi_health_bank_apply:
 *
 * Writes application, items and the job that builds the package, all or nothing. The same key and
 * request again gives the same application as it stands now.
 *
 * Returns: (transfer full): or NULL with %NHI_DOMAIN_ERROR_INVALID (fields "categories", "from",
 * "to"), %NHI_DOMAIN_ERROR_KEY_REUSED, an %NHI_HEALTH_BANK_ERROR or an %NHI_DB_ERROR
 */
NhiApplication *nhi_health_bank_apply (NhiWorld *world,
                                       const char *person_id,
                                       const NhiHealthBankRequest *request,
                                       GError **error);

/* Newest first, without items, only those that have not ended. */
GPtrArray *nhi_health_bank_list (NhiWorld *world, const char *person_id, GError **error);

/* With items. %NHI_DOMAIN_ERROR_NOT_FOUND also for another person's. */
NhiApplication *nhi_health_bank_get (NhiWorld *world,
                                     const char *person_id,
                                     const char *application_id,
                                     GError **error);

/* Chooses what to read of a package of @application; FALSE: nothing of it. Runs inside the
 * transaction. */
typedef gboolean (*NhiPackageRange) (const NhiApplication *application,
                                     gpointer data,
                                     guint64 *ret_offset,
                                     guint64 *ret_length);

/**
 * nhi_health_bank_read_package:
 * @choose: called once or, after a conflict, again
 * @ret_bytes: (out) (nullable): what was chosen, read in the transaction that looked at the state,
 * so that an expiry cannot come between; %NULL when nothing was
 *
 * Returns: (transfer full): the application, or NULL with %NHI_DOMAIN_ERROR_NOT_FOUND (none,
 * another person's, or without any data), %NHI_DOMAIN_ERROR_NOT_READY, %NHI_DOMAIN_ERROR_GONE or an
 * %NHI_DB_ERROR
 */
NhiApplication *nhi_health_bank_read_package (NhiWorld *world,
                                              const char *person_id,
                                              const char *application_id,
                                              NhiPackageRange choose,
                                              gpointer data,
                                              GBytes **ret_bytes,
                                              GError **error);

/* Deletes at most @limit packages that have ended at @now and applications that ended long ago.
 * Returns how many, or -1 with @error. */
gint64
nhi_health_bank_expire (NhiDbConnection *connection, gint64 now, guint limit, GError **error);

G_END_DECLS
