/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the commands share: options, exit codes, waiting for an answer, printing, the card,
 * passwords, the kept session. */
#pragma once

#include <json-glib/json-glib.h>

#include "client/reader/reader-monitor.h"
#include "client/remote/remote.h"
#include "client/terminal/terminal.h"

G_BEGIN_DECLS

/* README.md beside this file tells them to the world; they never change their meaning. */
typedef enum
{
  NHI_EXIT_OK = 0,
  NHI_EXIT_FAILED = 1,      /* a check failed; what was asked for is not there */
  NHI_EXIT_USAGE = 2,       /* the command line is not understood */
  NHI_EXIT_NO_CARD = 3,     /* no reader, no card, or no NHI card that can be read */
  NHI_EXIT_UNREACHABLE = 4, /* the service cannot be reached, is not trusted or is in trouble */
  NHI_EXIT_REFUSED = 5,     /* data or password is wrong */
  NHI_EXIT_WAIT = 6,        /* too early: wait and try again */
  NHI_EXIT_SIGNED_OUT = 7,
  NHI_EXIT_FILE = 8, /* a file cannot be read or written */
} NhiExit;

typedef struct
{
  char *service_uri;
  char *ca_file;
  gboolean json;
  NhiRemote *remote;
} NhiTerminal;

/* One word on the command line: "card", or "list" below "health-bank". */
typedef struct
{
  const char *name;
  const char *arguments; /* for the help, not yet translated: "FILE" */
  const char *summary;   /* not yet translated */
  NhiExit (*run) (NhiTerminal *terminal, int argc, char **argv); /* argv[0] is the command itself */
} NhiCommand;

extern const NhiCommand NHI_COMMANDS[]; /* ends with a NULL name */
extern const NhiCommand NHI_HEALTH_BANK_COMMANDS[];

NhiExit
nhi_command_check (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_card (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_register (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_sign_in (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_sign_out (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_health_bank (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_categories (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_apply (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_list (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_download (NhiTerminal *terminal, int argc, char **argv);
NhiExit
nhi_command_open (NhiTerminal *terminal, int argc, char **argv);

/**
 * nhi_terminal_parse:
 * @name: as it stands in the help: "health-bank apply"
 * @entries: (nullable): the command's own options; the common ones are added
 * @max_arguments: how many words may be left over
 * @ret_argc: words left in @argv, the command included
 *
 * Prints what is wrong, or the help, and sets *@ret_exit: then the command is over.
 */
gboolean
nhi_terminal_parse (NhiTerminal *terminal,
                    const char *name,
                    const GOptionEntry *entries,
                    int max_arguments,
                    int *argc,
                    char ***argv,
                    NhiExit *ret_exit);

/* The way to the service, made when the options are known. */
NhiRemote *
nhi_terminal_remote (NhiTerminal *terminal);

/* A callback that keeps the result, and the wait for it. */
void
nhi_terminal_keep (GObject *source, GAsyncResult *result, gpointer slot);
GAsyncResult *
nhi_terminal_wait (GAsyncResult **slot);

/* Text goes to the standard output; width on screen is counted, Chinese takes two columns. */
void
nhi_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
void
nhi_print_pair (const char *name, const char *value);
void
nhi_print_columns (const char *const *cells, const guint *widths, guint n);
void
nhi_print_json (JsonBuilder *builder);
void
nhi_put_json (const char *text);
void
nhi_json_string (JsonBuilder *builder, const char *name, const char *value); /* NULL = null */
void
nhi_json_integer (JsonBuilder *builder, const char *name, gint64 value);
void
nhi_json_instant (JsonBuilder *builder, const char *name, gint64 value); /* 0 = null */
char *
nhi_local_time (gint64 instant);

/* Tells why a command ends: words on the standard error, or {"error": …} on the standard output
 * with --json. */
NhiExit
nhi_terminal_fail (NhiTerminal *terminal, NhiExit code, const char *support, const char *text);
NhiExit
nhi_terminal_fail_error (NhiTerminal *terminal, const GError *error);

/* NULL after the failure was told and *@ret_exit set. */
NhiCardProfile *
nhi_terminal_read_card (NhiTerminal *terminal, NhiExit *ret_exit);
/* Runs the monitor until a card is read or cannot be; @wait: until one is read. Caller stops it. */
NhiCardState
nhi_terminal_settle (NhiReaderMonitor *monitor, gboolean wait);

/* First line of @file ("-" = standard input), or asked for on the terminal without echo. Wipe with
 * nhi_terminal_wipe(). */
char *
nhi_terminal_password (NhiTerminal *terminal, const char *file, gboolean twice, NhiExit *ret_exit);
void
nhi_terminal_wipe (char *password);

/* The session between two commands, in $XDG_RUNTIME_DIR, for this account only. */
gboolean
nhi_terminal_take_session (NhiTerminal *terminal, NhiExit *ret_exit);
gboolean
nhi_terminal_store_session (NhiTerminal *terminal, GError **error);
void
nhi_terminal_drop_session (void);

G_END_DECLS
