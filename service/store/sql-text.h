/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looks at SQL as text: where a statement ends, and the one clause SQLite does not know. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The next statement of @script without its semicolon, comments or blanks around it; NULL at the
 * end. Moves @script on. Knows quotes, identifiers, both kinds of comments and dollar quotes. */
char *nhi_sql_next_statement (const char **script);

/* @sql without FOR UPDATE, SKIP LOCKED and NOWAIT: inside BEGIN IMMEDIATE there is nobody to lock
 * out. */
char *nhi_sql_without_row_locks (const char *sql);

G_END_DECLS
