/* SPDX-License-Identifier: GPL-3.0-or-later
 * A database's address: what is none is refused, and no name or error shows a password, however it
 * is written. */

#include "service/store/db.h"

#include <string.h>

static const struct
{
  const char *uri;
  const char *name;
} names[] = {
  { "sqlite:/var/lib/x:y@z.db", "sqlite:/var/lib/x:y@z.db" },
  { "postgresql://host/name", "postgresql://host/name" },
  { "postgresql://host:5432,other:5433/name", "postgresql://host:5432,other:5433/name" },
  { "postgresql://user@host/name", "postgresql://user@host/name" },
  { "postgresql://user:s3cret@host/name", "postgresql://user:…@host/name" },
  { "postgres://user:s3cret@host:1/name?sslmode=require",
    "postgres://user:…@host:1/name?sslmode=require" },
  { "postgresql://user:s3@cret@host/name", "postgresql://user:…@host/name" },
  { "postgresql://user:s3/cret@host/name", "postgresql://user:…@host/name" },
  { "postgresql://user:s3?cret@host/name", "postgresql://user:…@host/name" },
  { "postgresql:///name?password=s3cret&host=h", "postgresql:///name?password=…&host=h" },
  { "postgresql:///name?pass%77ord=s3cret", "postgresql:///name?pass%77ord=…" },
  { "postgresql:///name?host=h&sslpassword=s3cret", "postgresql:///name?host=h&sslpassword=…" },
  { "postgresql:///name?p%zzssword=s3cret", "postgresql:///name?p%zzssword=…" },
  { "mysql://user:s3cret@host/name", "mysql://user:…@host/name" },
  { "host=h password=s3cret", "…" },
  { "user:s3cret@host", "…" },
  { "nonsense", "nonsense" },
};

static void
test_names_hide_the_password (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = nhi_db_name (names[i].uri);

      g_assert_cmpstr (name, ==, names[i].name);
    }
}

static const char *const secretive[] = {
  "postgresql://user:s3cret@/name?host=/nonexistent-folder",
  "postgresql://user:s3cret@[::1/name",
  "postgresql://user:s3cret@host:port/name",
  "postgresql://user:s3cret%zz@host/name",
  "postgresql://user:s3@cret@host/name",
  "postgresql://user:s3/cret@host/name",
  "postgresql://user:5/s3cret@host/name",
  "postgresql:///name?password=s3cret&nonsense=1",
  "postgresql:///name?host=/nonexistent-folder&password=s3cret",
  "postgresql:///name?password",
  "postgresq://user:s3cret@host/name",
  "host=/nonexistent-folder password=s3cret",
};

static void
test_errors_hide_the_password (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (secretive); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (nhi_db_open (secretive[i], 1, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE);
      g_assert_null (strstr (error->message, "s3cret"));
      g_assert_null (strstr (error->message, "s3@"));
      g_assert_null (strstr (error->message, "cret@"));
    }
}

static const struct
{
  const char *uri;
  const char *says;
} bad_uris[] = {
  { "", "names no database" },
  { "sqlite:", "names no database" },
  { "mysql://localhost/x", "names no database" },
  { "postgresql://", "names no database" },
  { "postgresql:name", "names no database" },
  { "/var/lib/x.db", "names no database" },
  { "sqlite:/nonexistent-folder/x.db", "cannot be used" },
  { "sqlite:/", "cannot be used" },
};

static void
test_bad_uris_are_unavailable (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_uris); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (nhi_db_open (bad_uris[i].uri, 1, &error));
      g_assert_error (error, NHI_DB_ERROR, NHI_DB_ERROR_UNAVAILABLE);
      g_assert_nonnull (strstr (error->message, bad_uris[i].says));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db-name/bad-uris-are-unavailable", test_bad_uris_are_unavailable);
  g_test_add_func ("/db-name/names-hide-the-password", test_names_hide_the_password);
  g_test_add_func ("/db-name/errors-hide-the-password", test_errors_hide_the_password);
  return g_test_run ();
}
