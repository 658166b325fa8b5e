/* SPDX-License-Identifier: GPL-3.0-or-later
 * One table names every setting; the key file and the command line are read by the same words. */
#define G_LOG_DOMAIN "nhicardd"

#include "service/configuration.h"

#include <gio/gio.h>

typedef enum
{
  KIND_TEXT,
  KIND_NUMBER,
  KIND_SIZE,
  KIND_BOOLEAN,
  KIND_ADDRESSES
} Kind;

typedef struct
{
  const char *group;
  const char *key;
  Kind kind;
  gsize offset;
  guint64 smallest;
  guint64 largest;
} Setting;

#define AT(field) G_STRUCT_OFFSET (NhiConfiguration, field)
#define SECOND 1000
#define MEGABYTE (1024 * 1024)

static const Setting settings[] = {
  { "service", "listen", KIND_ADDRESSES, AT (listen), 0, 0 },
  { "service", "front-listen", KIND_ADDRESSES, AT (front_listen), 0, 0 },
  { "service", "trusted-fronts", KIND_TEXT, AT (trusted_fronts), 0, 0 },
  { "service", "unix-socket", KIND_TEXT, AT (unix_socket), 0, 0 },
  { "service", "certificate", KIND_TEXT, AT (certificate), 0, 0 },
  { "service", "key", KIND_TEXT, AT (key), 0, 0 },
  { "service", "database", KIND_TEXT, AT (database), 0, 0 },
  { "service", "public-uri", KIND_TEXT, AT (public_uri), 0, 0 },
  { "service", "mail", KIND_TEXT, AT (mail), 0, 0 },
  { "service", "mail-from", KIND_TEXT, AT (mail_from), 0, 0 },
  { "service", "demo", KIND_BOOLEAN, AT (demo), 0, 0 },
  { "service", "workers", KIND_NUMBER, AT (workers), 1, 256 },
  { "service", "database-connections", KIND_NUMBER, AT (connections), 1, 256 },
  { "service", "threads", KIND_NUMBER, AT (threads), 1, 256 },
  { "service", "hashing-threads", KIND_NUMBER, AT (hashing_threads), 1, 64 },
  { "service", "drain-seconds", KIND_NUMBER, AT (drain_seconds), 1, 600 },
  { "service", "notice-seconds", KIND_NUMBER, AT (notice_seconds), 0, 600 },
  { "limits", "queue", KIND_NUMBER, AT (queue), 1, 100000 },
  { "limits", "hashing-queue", KIND_NUMBER, AT (hashing_queue), 1, 10000 },
  { "limits", "rate-per-minute", KIND_NUMBER, AT (rate_per_minute), 0, 10000000 },
  { "limits", "hashing-rate-per-minute", KIND_NUMBER, AT (hashing_rate_per_minute), 0, 10000000 },
  { "limits", "handshake-ms", KIND_NUMBER, AT (limits.handshake_ms), 100, 600 * SECOND },
  { "limits", "head-ms", KIND_NUMBER, AT (limits.head_ms), 100, 600 * SECOND },
  { "limits", "body-ms", KIND_NUMBER, AT (limits.body_ms), 100, 600 * SECOND },
  { "limits", "write-ms", KIND_NUMBER, AT (limits.write_ms), 100, 600 * SECOND },
  { "limits", "idle-ms", KIND_NUMBER, AT (limits.idle_ms), 100, 3600 * SECOND },
  { "limits", "linger-ms", KIND_NUMBER, AT (limits.linger_ms), 100, 60 * SECOND },
  { "limits", "minimum-rate", KIND_NUMBER, AT (limits.minimum_rate), 1, G_MAXINT },
  { "limits", "connections", KIND_NUMBER, AT (limits.connections), 1, 1000000 },
  { "limits", "connections-per-network", KIND_NUMBER, AT (limits.connections_per_network), 0,
    1000000 },
  { "limits", "requests-per-connection", KIND_NUMBER, AT (limits.requests_per_connection), 1,
    G_MAXINT },
  { "limits", "body-bytes", KIND_SIZE, AT (limits.body_bytes), 1024, 1024 * (guint64)MEGABYTE },
  { "limits", "buffered-bytes", KIND_SIZE, AT (limits.buffered_bytes), MEGABYTE,
    1024 * 1024 * (guint64)MEGABYTE },
};

static const Setting *
find_setting (const char *group, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if ((group == NULL || strcmp (settings[i].group, group) == 0) &&
        strcmp (settings[i].key, key) == 0)
      return &settings[i];
  return NULL;
}

static gboolean
fail (GError **error, const char *key, const char *value, const char *expected)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "“%s” is set to “%s”, but must be %s", key, value, expected);
  return FALSE;
}

static gboolean
set_number (NhiConfiguration *self, const Setting *setting, const char *value, GError **error)
{
  guint64 number;
  g_autofree char *expected =
      g_strdup_printf ("a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                       setting->smallest, setting->largest);

  if (!g_ascii_string_to_unsigned (value, 10, setting->smallest, setting->largest, &number, NULL))
    return fail (error, setting->key, value, expected);
  if (setting->kind == KIND_SIZE)
    G_STRUCT_MEMBER (gsize, self, setting->offset) = (gsize)number;
  else
    G_STRUCT_MEMBER (guint, self, setting->offset) = (guint)number;
  return TRUE;
}

static void
clear_address (gpointer address)
{
  g_free (((NhiListenAddress *)address)->address);
}

/* "127.0.0.1:8443;[::1]:8443" or "*:8443" */
static gboolean
set_addresses (GArray *addresses, const char *key, const char *value, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (value, ";", 16);

  g_array_set_size (addresses, 0);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *part = g_strstrip (parts[i]), *colon = strrchr (part, ':');
      gsize length = colon != NULL ? (gsize)(colon - part) : 0;
      NhiListenAddress address = { 0 };
      guint64 port;

      if (*part == '\0')
        continue;
      if (length == 0 || !g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &port, NULL))
        return fail (error, key, part, "ADDRESS:PORT, [ADDRESS]:PORT or *:PORT");
      if (part[0] == '[' && part[length - 1] == ']')
        address.address = g_strndup (part + 1, length - 2);
      else
        address.address = g_strndup (part, length);
      address.port = (guint16)port;
      g_array_append_val (addresses, address);
    }
  return TRUE;
}

static gboolean
set_value (NhiConfiguration *self, const Setting *setting, const char *value, GError **error)
{
  switch (setting->kind)
    {
    case KIND_TEXT:
      g_free (G_STRUCT_MEMBER (char *, self, setting->offset));
      G_STRUCT_MEMBER (char *, self, setting->offset) = *value != '\0' ? g_strdup (value) : NULL;
      return TRUE;
    case KIND_BOOLEAN:
      if (strcmp (value, "true") != 0 && strcmp (value, "false") != 0)
        return fail (error, setting->key, value, "true or false");
      G_STRUCT_MEMBER (gboolean, self, setting->offset) = strcmp (value, "true") == 0;
      return TRUE;
    case KIND_ADDRESSES:
      return set_addresses (G_STRUCT_MEMBER (GArray *, self, setting->offset), setting->key, value,
                            error);
    case KIND_NUMBER:
    case KIND_SIZE:
    default:
      return set_number (self, setting, value, error);
    }
}

static gboolean
read_group (NhiConfiguration *self, GKeyFile *file, const char *group, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, error);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_string (file, group, keys[i], error);
      const Setting *setting = find_setting (group, keys[i]);

      if (value == NULL)
        return FALSE;
      if (setting == NULL)
        {
          g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
                       "There is no setting “%s” in [%s]", keys[i], group);
          return FALSE;
        }
      if (!set_value (self, setting, value, error))
        return FALSE;
    }
  return keys != NULL;
}

static gboolean
read_file (NhiConfiguration *self, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  if (path == NULL && !g_file_test (NHI_CONFIGURATION_PATH, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!g_key_file_load_from_file (file, path != NULL ? path : NHI_CONFIGURATION_PATH,
                                  G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "%s: ", path != NULL ? path : NHI_CONFIGURATION_PATH);
      return FALSE;
    }
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!read_group (self, file, groups[i], error))
      {
        g_prefix_error (error, "%s: ", path != NULL ? path : NHI_CONFIGURATION_PATH);
        return FALSE;
      }
  return TRUE;
}

/* ---- the command line ---- */

typedef struct
{
  char *config;
  char *role;
  char **set; /* key=value for every other setting */
  char *texts[8];
  char *workers;
  gboolean demo;
} CommandLine;

static const char *const text_options[] = {
  "unix-socket", "certificate", "key", "database", "public-uri", "mail", "mail-from", "listen",
};

static gboolean
apply_pair (NhiConfiguration *self, const char *pair, GError **error)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *key = g_strndup (pair, equals != NULL ? (gsize)(equals - pair) : strlen (pair));
  const Setting *setting = find_setting (NULL, key);

  if (equals == NULL || setting == NULL)
    return fail (error, "--set", pair, "KEY=VALUE with a key of the configuration file");
  return set_value (self, setting, equals + 1, error);
}

static gboolean
apply (NhiConfiguration *self, const CommandLine *line, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_options); i++)
    if (line->texts[i] != NULL &&
        !set_value (self, find_setting (NULL, text_options[i]), line->texts[i], error))
      return FALSE;
  if (line->workers != NULL &&
      !set_value (self, find_setting (NULL, "workers"), line->workers, error))
    return FALSE;
  self->demo = self->demo || line->demo;
  for (guint i = 0; line->set != NULL && line->set[i] != NULL; i++)
    if (!apply_pair (self, line->set[i], error))
      return FALSE;
  if (line->role == NULL || strcmp (line->role, "all") == 0)
    self->role = NHI_ROLE_ALL;
  else if (strcmp (line->role, "web") == 0)
    self->role = NHI_ROLE_WEB;
  else if (strcmp (line->role, "jobs") == 0)
    self->role = NHI_ROLE_JOBS;
  else
    return fail (error, "--role", line->role, "all, web or jobs");
  return TRUE;
}

static gboolean
parse_options (NhiConfiguration *self, CommandLine *line, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &line->config,
      "Key file (" NHI_CONFIGURATION_PATH ")", "FILE" },
    { "listen", 'l', 0, G_OPTION_ARG_STRING, &line->texts[7], "Where to listen with TLS",
      "ADDRESS:PORT;…" },
    { "unix-socket", 0, 0, G_OPTION_ARG_STRING, &line->texts[0],
      "Bare HTTP for a front on this machine", "PATH" },
    { "certificate", 0, 0, G_OPTION_ARG_STRING, &line->texts[1], "Certificate and chain, PEM",
      "FILE" },
    { "key", 0, 0, G_OPTION_ARG_STRING, &line->texts[2], "Private key, PEM", "FILE" },
    { "database", 'd', 0, G_OPTION_ARG_STRING, &line->texts[3], "Database",
      "sqlite:PATH|postgresql://…" },
    { "public-uri", 0, 0, G_OPTION_ARG_STRING, &line->texts[4], "What letters link to", "URI" },
    { "mail", 0, 0, G_OPTION_ARG_STRING, &line->texts[5], "Way of the letters",
      "smtp://HOST:PORT|folder:PATH" },
    { "mail-from", 0, 0, G_OPTION_ARG_STRING, &line->texts[6], "Sender of the letters", "MAILBOX" },
    { "workers", 'w', 0, G_OPTION_ARG_STRING, &line->workers,
      "Web workers; 1 runs web and jobs in this process", "N" },
    { "demo", 0, 0, G_OPTION_ARG_NONE, &line->demo, "The people are invented, and pages say so",
      NULL },
    { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &line->set, "Any setting of the key file",
      "KEY=VALUE" },
    { "role", 0, 0, G_OPTION_ARG_STRING, &line->role, "all, web or jobs", "ROLE" },
    { "list-routes", 0, 0, G_OPTION_ARG_NONE, &self->list_routes, "Print the routes and leave",
      NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, "Print the version and leave", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("– the NHI card service");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc == 1)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
               "“%s” means nothing here; nhicardd --help tells the options", (*argv)[1]);
  return FALSE;
}

static void
clear_line (CommandLine *line)
{
  g_free (line->config);
  g_free (line->role);
  g_free (line->workers);
  g_strfreev (line->set);
  for (guint i = 0; i < G_N_ELEMENTS (line->texts); i++)
    g_free (line->texts[i]);
}

/* Letters link to it: "https://HOST[:PORT][/PATH]", to which "/confirm/…" is added. */
static gboolean
check_public_uri (NhiConfiguration *self, GError **error)
{
  g_autoptr (GUri) uri =
      self->public_uri != NULL ? g_uri_parse (self->public_uri, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  if ((strcmp (scheme, "https") != 0 && strcmp (scheme, "http") != 0) ||
      g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return fail (error, "public-uri", self->public_uri != NULL ? self->public_uri : "",
                 "an address such as https://service.example.org");
  while (g_str_has_suffix (self->public_uri, "/"))
    self->public_uri[strlen (self->public_uri) - 1] = '\0';
  return TRUE;
}

/* Bare HTTP is no way in for whoever comes by. */
static gboolean
check_fronts (NhiConfiguration *self, GError **error)
{
  self->fronts = nhi_front_list_new (self->trusted_fronts, error);
  if (self->fronts == NULL)
    {
      g_prefix_error (error, "“trusted-fronts”: ");
      return FALSE;
    }
  if (self->front_listen->len == 0 || nhi_front_list_has_network (self->fronts))
    return TRUE;
  return fail (error, "trusted-fronts", self->trusted_fronts != NULL ? self->trusted_fronts : "",
               "the addresses of the fronts that “front-listen” is for");
}

static gboolean
has_door (const NhiConfiguration *self)
{
  return self->listen->len > 0 || self->front_listen->len > 0 || self->unix_socket != NULL;
}

static gboolean
check (NhiConfiguration *self, GError **error)
{
  const char *missing = self->database == NULL                               ? "database"
                        : self->role == NHI_ROLE_JOBS                        ? NULL
                        : !has_door (self)                                   ? "listen"
                        : self->listen->len > 0 && self->certificate == NULL ? "certificate"
                        : self->listen->len > 0 && self->key == NULL         ? "key"
                                                                             : NULL;

  if (self->list_routes || self->version)
    return TRUE;
  if (missing == NULL && self->mail_from == NULL)
    return fail (error, "mail-from", "", "a mail address");
  if (missing == NULL)
    return check_public_uri (self, error) && check_fronts (self, error);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "The setting “%s” is missing; give --%s or write it into the configuration file",
               missing, missing);
  return FALSE;
}

static NhiConfiguration *
defaults (void)
{
  NhiConfiguration *self = g_new0 (NhiConfiguration, 1);

  self->listen = g_array_new (FALSE, TRUE, sizeof (NhiListenAddress));
  g_array_set_clear_func (self->listen, clear_address);
  self->front_listen = g_array_new (FALSE, TRUE, sizeof (NhiListenAddress));
  g_array_set_clear_func (self->front_listen, clear_address);
  self->workers = g_get_num_processors ();
  self->connections = 8;
  self->public_uri = g_strdup ("https://localhost:8443");
  self->mail_from = g_strdup ("NHI card service <service@localhost>");
  self->threads = 8;
  self->hashing_threads = MAX (g_get_num_processors () / 2, 1);
  self->queue = 512;
  self->hashing_queue = 64;
  self->rate_per_minute = 1200;
  self->hashing_rate_per_minute = 60;
  self->drain_seconds = 30;
  self->limits = NHI_EDGE_LIMITS_DEFAULT;
  return self;
}

NhiConfiguration *
nhi_configuration_load (int *argc, char ***argv, GError **error)
{
  g_autoptr (NhiConfiguration) self = defaults ();
  CommandLine line = { 0 };
  gboolean good = parse_options (self, &line, argc, argv, error) &&
                  read_file (self, line.config, error) && apply (self, &line, error) &&
                  check (self, error);

  clear_line (&line);
  return good ? g_steal_pointer (&self) : NULL;
}

void
nhi_configuration_free (NhiConfiguration *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->listen);
  g_array_unref (self->front_listen);
  g_clear_pointer (&self->fronts, nhi_front_list_free);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].kind == KIND_TEXT)
      g_free (G_STRUCT_MEMBER (char *, self, settings[i].offset));
  g_free (self);
}
