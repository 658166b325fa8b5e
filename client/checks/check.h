/* SPDX-License-Identifier: GPL-3.0-or-later
 * One environment check (電腦環境檢測): what is looked at, what was found, the verdict, the reason.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  NHI_VERDICT_RUNNING,
  NHI_VERDICT_PASS,
  NHI_VERDICT_WARN,
  NHI_VERDICT_FAIL,
  NHI_VERDICT_SKIP, /* could not be looked at, because something before it is missing */
} NhiVerdict;

typedef enum
{
  NHI_CHECK_GROUP_CARD_READER,
  NHI_CHECK_GROUP_SERVICE,
  NHI_CHECK_GROUP_COMPUTER,
} NhiCheckGroup;

#define NHI_TYPE_VERDICT (nhi_verdict_get_type ())
GType
nhi_verdict_get_type (void);
const char *
nhi_verdict_label (NhiVerdict verdict); /* translated word: 正常 / 注意 / 需處理 / 略過 / 檢查中 */
const char *
nhi_verdict_icon_name (NhiVerdict verdict);
const char *
nhi_check_group_title (NhiCheckGroup group); /* translated */

/* Properties (notified): "id" (stable, "pcsc-service"), "number" (uint, from 1), "group", "title",
 * "recommended", "found", "verdict", "reason" (plain words, NULL when fine), "code" (for support,
 * NULL when fine). All texts translated. */
#define NHI_TYPE_CHECK (nhi_check_get_type ())
G_DECLARE_FINAL_TYPE (NhiCheck, nhi_check, NHI, CHECK, GObject)

const char *
nhi_check_get_id (NhiCheck *self);
guint
nhi_check_get_number (NhiCheck *self);
NhiCheckGroup
nhi_check_get_group (NhiCheck *self);
const char *
nhi_check_get_title (NhiCheck *self);
const char *
nhi_check_get_recommended (NhiCheck *self);
const char *
nhi_check_get_found (NhiCheck *self);
NhiVerdict
nhi_check_get_verdict (NhiCheck *self);
const char *
nhi_check_get_reason (NhiCheck *self);
const char *
nhi_check_get_code (NhiCheck *self);

G_END_DECLS
