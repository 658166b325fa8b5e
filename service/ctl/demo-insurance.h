/* SPDX-License-Identifier: GPL-3.0-or-later
 * Enrolments and premiums of invented people, with the amounts of the law. */
#pragma once

#include "service/ctl/demo-source.h"
#include "service/store/bulk.h"

G_BEGIN_DECLS

/* NT$ a month for one person: rate 5.17 % since 2021 times the share of the class, rounded half up
 * on one person's amount; the regional class pays a fixed 826. (全民健康保險法 articles 18 to 30.)
 */
gint64 nhi_demo_premium (NhiDemoInsurance insurance, gint64 insured_amount);

/* The level that stands for one of 2026 in @year: the lowest follows the basic wage. */
gint64 nhi_demo_insured_amount_in (gint64 insured_amount, guint year);

gboolean nhi_demo_add_enrolment (NhiBulk *bulk,
                                 const NhiDemoSource *source,
                                 const NhiDemoPerson *person,
                                 GError **error);

/* Bills from January 2025 on, and their payments; none for a dependant, whose premium the insured
 * person pays. */
gboolean nhi_demo_add_premiums (NhiBulk *bulk,
                                const NhiDemoSource *source,
                                const NhiDemoPerson *person,
                                GError **error);

G_END_DECLS
