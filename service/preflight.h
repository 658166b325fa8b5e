/* SPDX-License-Identifier: GPL-3.0-or-later
 * What must be right before any worker is started, so that a mistake is told once and ends the
 * program, instead of being told by every worker again and again. */
#pragma once

#include "service/configuration.h"

G_BEGIN_DECLS

/**
 * NhiPreflightExit: the exit codes of nhicardd; nhicardctl has the same
 * @NHI_PREFLIGHT_FAILED: not possible now, e.g. the port is in use; another try may help
 * @NHI_PREFLIGHT_USAGE: a setting, the certificate or the key must be mended first
 * @NHI_PREFLIGHT_DATABASE: the database is not there, cannot be reached, is damaged or must not be
 * written
 * @NHI_PREFLIGHT_SCHEMA: the database is another version's
 */
typedef enum
{
  NHI_PREFLIGHT_DONE,
  NHI_PREFLIGHT_FAILED,
  NHI_PREFLIGHT_USAGE,
  NHI_PREFLIGHT_DATABASE,
  NHI_PREFLIGHT_SCHEMA,
} NhiPreflightExit;

/* Looks at the way of the letters, the database, its clock and the ports. Before the fork; nothing
 * stays open. A database that is only busy is no reason to stay away. */
NhiPreflightExit nhi_preflight (const NhiConfiguration *configuration, GError **error);

G_END_DECLS
