/* SPDX-License-Identifier: GPL-3.0-or-later
 * What nhicardd is told: a key file and, over it, the command line. */
#pragma once

#include <glib.h>

#include "service/edge/front-list.h"
#include "service/edge/limits.h"

G_BEGIN_DECLS

typedef struct {
  char *address; /* "127.0.0.1", "::1" or "*" */
  guint16 port;
} NhiListenAddress;

typedef enum {
  NHI_ROLE_ALL,  /* workers for the web and one for the jobs */
  NHI_ROLE_WEB,  /* one web worker in this process */
  NHI_ROLE_JOBS, /* the jobs in this process */
} NhiRole;

typedef struct {
  NhiRole role;
  guint workers;
  GArray *listen;         /* NhiListenAddress */
  GArray *front_listen;   /* NhiListenAddress: bare HTTP for trusted fronts */
  char *trusted_fronts;   /* as written; NULL: nobody */
  NhiFrontList *fronts;   /* the same, read */
  char *unix_socket;      /* NULL: none */
  char *certificate;
  char *key;
  char *database;
  guint connections;      /* to the database, of one process */
  char *public_uri;
  char *mail;             /* NULL: letters stay in the outbox */
  char *mail_from;
  gboolean demo;
  guint threads;          /* of a web worker's general pool */
  guint hashing_threads;
  guint queue;
  guint hashing_queue;
  guint rate_per_minute;
  guint hashing_rate_per_minute;
  guint drain_seconds;
  guint notice_seconds;   /* how long a node that is to end still serves, so that its front can send clients elsewhere */
  NhiEdgeLimits limits;
  gboolean list_routes;   /* print the routes and leave */
  gboolean version;       /* print the version and leave */
} NhiConfiguration;

#define NHI_CONFIGURATION_PATH "/etc/nhicard/nhicardd.conf"

/* @argv: parsed options are taken out. NULL with a %G_OPTION_ERROR, %G_KEY_FILE_ERROR or %G_FILE_ERROR that says what to mend.
 * Keys that are not known are an error: a misspelt limit must not be silently without effect. */
NhiConfiguration *nhi_configuration_load (int *argc, char ***argv, GError **error);
void nhi_configuration_free (NhiConfiguration *configuration);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiConfiguration, nhi_configuration_free)

G_END_DECLS
