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

/**
 * NhiFixKind: what can be done about a check that is not fine.
 * @NHI_FIX_START_UNIT, @NHI_FIX_RESTART_UNIT, @NHI_FIX_UNMASK_UNIT: systemd does it, polkit asks
 * @NHI_FIX_INSTALL_PACKAGE: PackageKit does it, polkit asks
 * @NHI_FIX_RESTART_APP: this program must be opened anew, by the application
 * @NHI_FIX_OPEN_SETTINGS: the person sets it; the argument names the panel of the settings
 * @NHI_FIX_COMMAND: only the command helps
 */
typedef enum
{
  NHI_FIX_NONE,
  NHI_FIX_START_UNIT,
  NHI_FIX_RESTART_UNIT,
  NHI_FIX_UNMASK_UNIT,
  NHI_FIX_INSTALL_PACKAGE,
  NHI_FIX_RESTART_APP,
  NHI_FIX_OPEN_SETTINGS,
  NHI_FIX_COMMAND,
} NhiFixKind;

#define NHI_TYPE_FIX_KIND (nhi_fix_kind_get_type ())
GType nhi_fix_kind_get_type (void);

#define NHI_TYPE_VERDICT (nhi_verdict_get_type ())
GType nhi_verdict_get_type (void);
const char *
nhi_verdict_label (NhiVerdict verdict); /* translated word: 正常 / 注意 / 需處理 / 略過 / 檢查中 */
const char *nhi_verdict_icon_name (NhiVerdict verdict);
const char *nhi_check_group_title (NhiCheckGroup group); /* translated */

/* Properties (notified): "id" (stable, "pcsc-service"), "number" (uint, from 1), "group", "title",
 * "recommended", "found", "verdict", "reason" (plain words, NULL when fine), "code" (for support,
 * NULL when fine), "fix" (NhiFixKind), "command" (what to type into a terminal, or NULL). All texts
 * translated. */
#define NHI_TYPE_CHECK (nhi_check_get_type ())
G_DECLARE_FINAL_TYPE (NhiCheck, nhi_check, NHI, CHECK, GObject)

const char *nhi_check_get_id (NhiCheck *self);
guint nhi_check_get_number (NhiCheck *self);
NhiCheckGroup nhi_check_get_group (NhiCheck *self);
const char *nhi_check_get_title (NhiCheck *self);
const char *nhi_check_get_recommended (NhiCheck *self);
const char *nhi_check_get_found (NhiCheck *self);
NhiVerdict nhi_check_get_verdict (NhiCheck *self);
const char *nhi_check_get_reason (NhiCheck *self);
const char *nhi_check_get_code (NhiCheck *self);
NhiFixKind nhi_check_get_fix (NhiCheck *self);
const char *nhi_check_get_fix_argument (NhiCheck *self); /* unit, package or panel; NULL without */
const char *nhi_check_get_command (NhiCheck *self);
/* Whether this program can mend it by itself, asking for permission where that is needed. */
gboolean nhi_check_can_be_fixed (NhiCheck *self);

G_END_DECLS
