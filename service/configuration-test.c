/* SPDX-License-Identifier: GPL-3.0-or-later
 * The key file and the command line: what wins, what is refused and in which words. */
#include "service/configuration.h"

#include <glib/gstdio.h>
#include <string.h>

#define MINIMUM "[service]\nlisten=127.0.0.1:8443\ncertificate=c\nkey=k\ndatabase=sqlite:d\n"

/* @file: the key file's text; @options: (nullable): space between them */
static NhiConfiguration *
load (const char *file, const char *options, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree char **argv = NULL;
  NhiConfiguration *configuration;
  int argc, fd = g_file_open_tmp ("nhicardd-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, file, -1, NULL));
  line = g_strconcat ("nhicardd --config ", path, options != NULL ? " " : "", options, NULL);
  words = g_strsplit (line, " ", -1);
  argc = (int)g_strv_length (words);
  argv = g_memdup2 (words, sizeof (char *) * ((gsize)argc + 1)); /* GOption moves them */
  configuration = nhi_configuration_load (&argc, &argv, error);
  g_unlink (path);
  return configuration;
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiConfiguration) configuration = load (MINIMUM, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (configuration->role, ==, NHI_ROLE_ALL);
  g_assert_cmpuint (configuration->limits.body_bytes, ==, NHI_EDGE_LIMITS_DEFAULT.body_bytes);
  g_assert_cmpuint (configuration->listen->len, ==, 1);
  g_assert_false (configuration->demo);
  g_assert_null (configuration->mail);
  g_assert_cmpuint (configuration->notice_seconds, ==, 0);
  g_assert_null (configuration->trusted_fronts);
}

static void
test_command_line_wins (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiConfiguration) configuration =
      load (MINIMUM "workers=2\n[limits]\nidle-ms=5000\nbody-bytes=4096\n",
            "--workers=3 --set idle-ms=6000 --database=sqlite:e --role=web --demo", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (configuration->workers, ==, 3);
  g_assert_cmpuint (configuration->limits.idle_ms, ==, 6000);
  g_assert_cmpuint (configuration->limits.body_bytes, ==, 4096);
  g_assert_cmpstr (configuration->database, ==, "sqlite:e");
  g_assert_cmpint (configuration->role, ==, NHI_ROLE_WEB);
  g_assert_true (configuration->demo);
}

static void
test_listen (void)
{
  static const struct
  {
    const char *value;
    const char *addresses; /* NULL: refused */
  } cases[] = {
    { "127.0.0.1:8443", "127.0.0.1 8443" },
    { "*:443", "* 443" },
    { "[::1]:8443; 127.0.0.1:1", "::1 8443,127.0.0.1 1" },
    { "127.0.0.1", NULL },
    { ":8443", NULL },
    { "127.0.0.1:0", NULL },
    { "127.0.0.1:65536", NULL },
    { "127.0.0.1:x", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *file = g_strdup_printf (MINIMUM "listen=%s\n", cases[i].value);
      g_autoptr (GError) error = NULL;
      g_autoptr (NhiConfiguration) configuration = load (file, NULL, &error);
      g_autoptr (GString) found = g_string_new (NULL);

      g_test_message ("%s", cases[i].value);
      g_assert_true ((configuration != NULL) == (cases[i].addresses != NULL));
      if (configuration == NULL)
        {
          g_assert_nonnull (strstr (error->message, "ADDRESS:PORT"));
          continue;
        }
      for (guint j = 0; j < configuration->listen->len; j++)
        {
          const NhiListenAddress *address =
              &g_array_index (configuration->listen, NhiListenAddress, j);

          g_string_append_printf (found, "%s%s %u", j > 0 ? "," : "", address->address,
                                  address->port);
        }
      g_assert_cmpstr (found->str, ==, cases[i].addresses);
    }
}

static void
test_fronts (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NhiConfiguration) configuration =
      load ("[service]\ndatabase=sqlite:d\ntrusted-fronts=10.0.0.0/24;unix\nnotice-seconds=8\n",
            "--set front-listen=10.0.0.7:8080;[::1]:8080", &error);
  g_autoptr (GSocketAddress) front = g_inet_socket_address_new_from_string ("10.0.0.99", 1);

  g_assert_no_error (error);
  g_assert_cmpuint (configuration->front_listen->len, ==, 2);
  g_assert_cmpuint (configuration->listen->len, ==, 0);
  g_assert_cmpuint (configuration->notice_seconds, ==, 8);
  g_assert_true (nhi_front_list_trusts (configuration->fronts, front));
}

static void
test_refused (void)
{
  static const struct
  {
    const char *file;
    const char *options;
    const char *says;
  } cases[] = {
    { MINIMUM "worker=2\n", NULL, "There is no setting “worker” in [service]" },
    { MINIMUM "idle-ms=5000\n", NULL, "There is no setting “idle-ms” in [service]" },
    { MINIMUM "[limit]\nidle-ms=5000\n", NULL, "in [limit]" },
    { MINIMUM "workers=0\n", NULL, "must be a number from 1 to 256" },
    { MINIMUM "workers=257\n", NULL, "must be a number from 1 to 256" },
    { MINIMUM "workers=two\n", NULL, "“workers” is set to “two”" },
    { MINIMUM "demo=yes\n", NULL, "must be true or false" },
    { MINIMUM "[limits]\nbuffered-bytes=99999999999999999999\n", NULL, "must be a number" },
    { MINIMUM "public-uri=ftp://x\n", NULL, "an address such as https://" },
    { MINIMUM "public-uri=https://x/?a=b\n", NULL, "an address such as https://" },
    { MINIMUM, "--set idle-ms", "KEY=VALUE" },
    { MINIMUM, "--set nothing=1", "KEY=VALUE" },
    { MINIMUM, "--set idle-ms=1", "must be a number from 100" },
    { MINIMUM, "--role=both", "all, web or jobs" },
    { MINIMUM, "start", "“start” means nothing here" },
    { MINIMUM, "--nothing", "Unknown option" },
    { "[service]\n", NULL, "The setting “database” is missing" },
    { "[service]\ndatabase=sqlite:d\n", NULL, "The setting “listen” is missing" },
    { "[service]\ndatabase=sqlite:d\nlisten=*:1\n", NULL, "The setting “certificate” is missing" },
    { "[service]\ndatabase=sqlite:d\nlisten=*:1\ncertificate=c\n", NULL,
      "The setting “key” is missing" },
    { "nonsense", NULL, "nhicardd-" },
    { MINIMUM "trusted-fronts=localhost\n", NULL, "“localhost” is no front" },
    { MINIMUM "front-listen=127.0.0.1:8080\n", NULL, "the addresses of the fronts" },
    { MINIMUM "front-listen=127.0.0.1:8080\ntrusted-fronts=unix\n", NULL,
      "the addresses of the fronts" },
    { MINIMUM "front-listen=8080\n", NULL, "“front-listen” is set to “8080”" },
    { MINIMUM "notice-seconds=601\n", NULL, "must be a number from 0 to 600" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NhiConfiguration) configuration = load (cases[i].file, cases[i].options, &error);

      g_test_message ("%s %s", cases[i].file, cases[i].options);
      g_assert_null (configuration);
      g_assert_nonnull (error);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
test_less_is_enough (void)
{
  static const char *const files[] = {
    "[service]\ndatabase=sqlite:d\nunix-socket=/run/x\n", /* a front has the certificate */
    MINIMUM "public-uri=https://x.example/y/\n",
  };
  g_autoptr (NhiConfiguration) jobs = load ("[service]\ndatabase=sqlite:d\n", "--role=jobs", NULL);
  g_autoptr (NhiConfiguration) front = load (files[0], NULL, NULL);
  g_autoptr (NhiConfiguration) trimmed = load (files[1], NULL, NULL);

  g_assert_nonnull (jobs);
  g_assert_nonnull (front);
  g_assert_cmpstr (trimmed->public_uri, ==, "https://x.example/y");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/configuration/defaults", test_defaults);
  g_test_add_func ("/configuration/command-line-wins", test_command_line_wins);
  g_test_add_func ("/configuration/listen-addresses", test_listen);
  g_test_add_func ("/configuration/fronts-need-no-certificate", test_fronts);
  g_test_add_func ("/configuration/mistakes-are-said", test_refused);
  g_test_add_func ("/configuration/asks-only-for-what-the-role-needs", test_less_is_enough);
  return g_test_run ();
}
