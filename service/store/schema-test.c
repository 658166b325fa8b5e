/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rules that let any of the databases we mean to run on take the schema: read from the schema
 * itself. */

#include "service/store/db-engine.h"
#include "service/store/schema-resource.h"
#include "service/store/sql-text.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA_PATH "/tw/nhicard/schema/"

/* Tables whose key begins with something else than the person it belongs to, and with what. */
static const struct
{
  const char *table;
  const char *key;
} natural_keys[] = {
  { "person_by_id_number", "id_number" },
  { "person_by_card_number", "card_number" },
  { "registration_by_token", "token_hash" },
  { "session_by_token", "token_hash" },
  { "attempt", "subject" },
  { "idempotency", "scope" },
  { "job", "job_id" },
  { "schema_version", "version" },
  { "schema_statement", "version" },
};

static const char *const forbidden[] = {
  "SERIAL",  "AUTOINCREMENT", "IDENTITY",      "TRIGGER", "FUNCTION", "PROCEDURE",  "LISTEN",
  "NOTIFY",  "LOCK",          "UNIQUE",        "REAL",    "BOOLEAN",  "VARCHAR",    "TIMESTAMP",
  "NUMERIC", "BLOB",          "WITHOUT ROWID", "STRICT",  "INTEGER",  "DEFERRABLE",
};

static const char *const types[] = { "TEXT", "BIGINT", "SMALLINT", "BYTEA" };

static const char *
expected_key (const char *table)
{
  for (gsize i = 0; i < G_N_ELEMENTS (natural_keys); i++)
    if (g_str_equal (natural_keys[i].table, table))
      return natural_keys[i].key;
  return "person_id";
}

static void
check_column (NhiDbRows *columns, const char *table)
{
  const char *name = nhi_db_rows_text (columns, 0);
  const char *type = nhi_db_rows_text (columns, 1);
  gint64 place = nhi_db_rows_int (columns, 2);
  gboolean known = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    known |= g_str_equal (type, types[i]);
  if (!known)
    g_error ("%s.%s is %s", table, name, type);
  if (place == 1 && !g_str_equal (name, expected_key (table)))
    g_error ("the key of %s begins with %s, not %s", table, name, expected_key (table));
  /* PostgreSQL makes a key NOT NULL by itself, SQLite does not. */
  if (place > 0 && nhi_db_rows_int (columns, 3) == 0)
    g_error ("%s.%s is part of the key and may be NULL", table, name);
}

static void
check_table (NhiDbConnection *connection, const char *table)
{
  g_autoptr (NhiDbRows) columns = NULL;
  g_autoptr (GError) error = NULL;
  gboolean has_key = FALSE;

  columns =
      nhi_db_query (connection, "SELECT name, type, pk, \"notnull\" FROM pragma_table_info ($1)",
                    NHI_DB_ARGS (nhi_db_text (table)), &error);
  g_assert_no_error (error);
  while (nhi_db_rows_next (columns, &error))
    {
      check_column (columns, table);
      has_key |= nhi_db_rows_int (columns, 2) == 1;
    }
  if (!has_key)
    g_error ("%s has no primary key", table);
}

static gboolean
check_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  g_autoptr (NhiDbRows) tables = NULL;
  guint *n_tables = data;

  tables = nhi_db_query (connection,
                         "SELECT name FROM sqlite_master WHERE type = 'table'"
                         " AND name NOT LIKE 'sqlite%'",
                         NHI_DB_NO_ARGS, error);
  while (nhi_db_rows_next (tables, error))
    {
      check_table (connection, nhi_db_rows_text (tables, 0));
      (*n_tables)++;
    }
  return TRUE;
}

static void
test_keys_begin_with_their_owner (void)
{
  g_autoptr (NhiDb) db = nhi_db_open ("sqlite::memory:", 1, NULL);
  guint n_tables = 0;

  g_assert_true (nhi_db_migrate (db, NULL, NULL, NULL));
  g_assert_true (nhi_db_transact (db, NHI_DB_READ, check_body, &n_tables, NULL));
  g_assert_cmpuint (n_tables, >, 10);
}

/* The statement without its literals would be better still; no literal of ours holds such a word.
 */
static void
check_words (const char *step, const char *statement)
{
  g_autofree char *upper = g_ascii_strup (statement, -1);
  g_autoptr (GString) words = g_string_new (" ");

  for (const char *at = upper; *at != '\0';)
    {
      if (at[0] == '-' && at[1] == '-')
        {
          at = strchrnul (at, '\n');
          continue;
        }
      g_string_append_c (words, g_ascii_isalnum (*at) || *at == '_' ? *at : ' ');
      at++;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (forbidden); i++)
    {
      g_autofree char *word = g_strdup_printf (" %s ", forbidden[i]);

      if (strstr (words->str, word) != NULL)
        g_error ("%s: %s is not for every database: %s", step, forbidden[i], statement);
    }
}

static void
test_words_are_understood_everywhere (void)
{
  g_auto (GStrv) names = NULL;

  names = g_resource_enumerate_children (nhi_schema_get_resource (), SCHEMA_PATH,
                                         G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (SCHEMA_PATH, names[i], NULL);
      g_autoptr (GBytes) bytes = NULL;
      const char *script;
      char *statement;

      bytes = g_resource_lookup_data (nhi_schema_get_resource (), path,
                                      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      script = g_bytes_get_data (bytes, NULL);
      while ((statement = nhi_sql_next_statement (&script)) != NULL)
        {
          check_words (names[i], statement);
          g_free (statement);
        }
    }
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* A step that nobody listed in schema.gresource.xml would never run. */
static void
test_every_step_is_compiled_in (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("NHI_SOURCE_ROOT"), "data/schema", NULL);
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_assert_nonnull (directory);
  while ((name = g_dir_read_name (directory)) != NULL)
    if (g_str_has_suffix (name, ".sql"))
      g_ptr_array_add (files, g_strdup (name));
  g_ptr_array_sort (files, compare_names);
  g_assert_cmpuint (files->len, >, 0);
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *path = g_strconcat (SCHEMA_PATH, g_ptr_array_index (files, i), NULL);
      g_autoptr (GBytes) bytes = NULL;

      g_assert_cmpint (strtol (g_ptr_array_index (files, i), NULL, 10), ==, i + 1);
      bytes = g_resource_lookup_data (nhi_schema_get_resource (), path,
                                      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      if (bytes == NULL)
        g_error ("%s is not in schema.gresource.xml", (char *)g_ptr_array_index (files, i));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schema/keys-begin-with-their-owner", test_keys_begin_with_their_owner);
  g_test_add_func ("/schema/words-are-understood-everywhere", test_words_are_understood_everywhere);
  g_test_add_func ("/schema/every-step-is-compiled-in", test_every_step_is_compiled_in);
  return g_test_run ();
}
