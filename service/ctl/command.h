/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a command of nhicardctl is, and what all of them share. One file for each command. */
#pragma once

#include <json-glib/json-glib.h>

#include "service/store/db.h"

G_BEGIN_DECLS

/* Exit codes; the help lists them too. */
typedef enum
{
  NHI_EXIT_DONE = 0,
  NHI_EXIT_FAILED = 1,   /* understood, but not possible: no such person, people already there */
  NHI_EXIT_USAGE = 2,    /* called wrongly */
  NHI_EXIT_DATABASE = 3, /* unreachable, busy, full or damaged */
  NHI_EXIT_SCHEMA = 4,   /* "nhicardctl migrate" first, or a newer program */
} NhiExit;

typedef struct
{
  char *database; /* --database, else of the configuration */
  char *config;   /* --config, else nhicardd's own */
  char *mail;     /* the configuration's way of letters, and their sender */
  char *mail_from;
  gboolean json;
} NhiCommandContext;

typedef struct
{
  const char *name;
  const char *arguments; /* "list|run", for the usage line */
  const char *summary;
  const char *description;
  NhiExit (*run) (NhiCommandContext *context, int argc, char **argv);
} NhiCommand;

extern const NhiCommand nhi_command_migrate;
extern const NhiCommand nhi_command_backup;
extern const NhiCommand nhi_command_restore;
extern const NhiCommand nhi_command_copy_database;
extern const NhiCommand nhi_command_demo_data;
extern const NhiCommand nhi_command_jobs;
extern const NhiCommand nhi_command_user;

/* Takes the common options and @entries (nullable) out of @argv; what remains are the arguments
 * behind the command's name. FALSE: told to the user; end with *@ret_exit. */
gboolean nhi_command_parse (NhiCommandContext *context,
                            const NhiCommand *command,
                            const GOptionEntry *entries,
                            int *argc,
                            char ***argv,
                            NhiExit *ret_exit);

/* Opens the database; @check: and sees that its schema is this program's. NULL: told; end with
 * *@ret_exit. */
NhiDb *nhi_command_open (NhiCommandContext *context, gboolean check, NhiExit *ret_exit);
/* The same with @check, also when a copy or a filling was broken off in it. */
NhiDb *nhi_command_open_unfinished (NhiCommandContext *context, NhiExit *ret_exit);

/* Tell the user on stderr, as JSON on stdout too with --json, and give the exit code that belongs
 * to it. */
NhiExit nhi_command_fail (NhiCommandContext *context, const GError *error);
NhiExit nhi_command_refuse (NhiCommandContext *context, NhiExit code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Prints one line of JSON; takes @builder's root. */
void nhi_command_print_json (JsonBuilder *builder);

G_END_DECLS
