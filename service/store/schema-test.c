/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rules that let any of the databases we mean to run on take the schema: read from its text,
 * and from the catalogue of the engine that the tests run on. */

#include "service/store/migrate.h"
#include "service/store/schema-resource.h"
#include "service/store/sql-text.h"
#include "service/store/test-database.h"

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

/* What one of the engines does not know, or shares badly between shards. */
static const char *const forbidden[] = {
  "SERIAL",        "BIGSERIAL", "AUTOINCREMENT", "IDENTITY",   "SEQUENCE",   "GENERATED",
  "TRIGGER",       "FUNCTION",  "PROCEDURE",     "LISTEN",     "NOTIFY",     "LOCK",
  "UNIQUE",        "FOREIGN",   "REFERENCES",    "DEFERRABLE", "EXCLUDE",    "INHERITS",
  "REAL",          "BOOLEAN",   "VARCHAR",       "TIMESTAMP",  "NUMERIC",    "BLOB",
  "INTEGER",       "INT",       "UUID",          "JSONB",      "ENUM",       "EXTENSION",
  "WITHOUT ROWID", "STRICT",    "TEMP",          "TEMPORARY",  "TABLESPACE", "CONCURRENTLY",
};

static const char *const types[] = { "TEXT", "BIGINT", "SMALLINT", "BYTEA" };

/* All that a step may do. Rows are not touched: what must be filled is filled by a job, in batches.
 */
static const char *const beginnings[] = { " CREATE TABLE ", " CREATE INDEX ", " ALTER TABLE " };

/* Takes something away that the program before this one may still use. */
static const char *const removing[] = { " DROP ", " RENAME ", " TYPE ", " SET NOT NULL " };

/* Upper case, single blanks between and around the words, without comments and signs. */
static char *
words_of (const char *statement)
{
  GString *words = g_string_new (" ");

  for (const char *at = statement; *at != '\0';)
    {
      char next = g_ascii_isalnum (*at) || *at == '_' ? g_ascii_toupper (*at) : ' ';

      if (at[0] == '-' && at[1] == '-')
        {
          at = strchrnul (at, '\n');
          continue;
        }
      if (next != ' ' || words->str[words->len - 1] != ' ')
        g_string_append_c (words, next);
      at++;
    }
  if (words->str[words->len - 1] != ' ')
    g_string_append_c (words, ' ');
  return g_string_free (words, FALSE);
}

static gboolean
has_one_of (const char *words, const char *const *list, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (strstr (words, list[i]) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
begins_with_one_of (const char *words, const char *const *list, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (g_str_has_prefix (words, list[i]))
      return TRUE;
  return FALSE;
}

/* What is wrong with a statement of step @version, or NULL. @script: the whole step. */
static const char *
fault_of (guint version, const char *script, const char *statement)
{
  g_autofree char *words = words_of (statement);
  gboolean removes = has_one_of (words, removing, G_N_ELEMENTS (removing));

  for (gsize i = 0; i < G_N_ELEMENTS (forbidden); i++)
    {
      g_autofree char *word = g_strdup_printf (" %s ", forbidden[i]);

      if (strstr (words, word) != NULL)
        return forbidden[i];
    }
  if (removes && strstr (script, "-- removes: ") == NULL)
    return "takes away without saying “-- removes: WHY NOBODY NEEDS IT”";
  if (!removes && !begins_with_one_of (words, beginnings, G_N_ELEMENTS (beginnings)))
    return "neither CREATE TABLE, CREATE INDEX nor ALTER TABLE";
  if (!removes && g_str_has_prefix (words, " ALTER TABLE ") &&
      strstr (words, " ADD COLUMN ") == NULL)
    return "ALTER TABLE only adds a column";
  if (strstr (words, " ADD COLUMN ") != NULL && strstr (words, " NOT NULL ") != NULL)
    return "a new column may be NULL: the program before this one does not write it";
  if (version > 1 && g_str_has_prefix (words, " CREATE INDEX ") &&
      !g_str_has_prefix (words, " CREATE INDEX IF NOT EXISTS "))
    return "write CREATE INDEX IF NOT EXISTS, so that it can be built ahead";
  return NULL;
}

static const struct
{
  guint version;
  const char *script;
  gboolean good;
} examples[] = {
  { 1, "CREATE TABLE a (person_id TEXT NOT NULL PRIMARY KEY)", TRUE },
  { 1, "CREATE INDEX a_x ON a (x)", TRUE },
  { 2, "CREATE INDEX a_x ON a (x)", FALSE },
  { 2, "CREATE INDEX IF NOT EXISTS a_x ON a (x)", TRUE },
  { 2, "CREATE INDEX CONCURRENTLY IF NOT EXISTS a_x ON a (x)", FALSE },
  { 2, "CREATE UNIQUE INDEX IF NOT EXISTS a_x ON a (x)", FALSE },
  { 2, "ALTER TABLE a ADD COLUMN y TEXT", TRUE },
  { 2, "ALTER TABLE a ADD COLUMN y TEXT NOT NULL", FALSE },
  { 2, "ALTER TABLE a ADD COLUMN y TEXT REFERENCES b (x)", FALSE },
  { 2, "ALTER TABLE a RENAME COLUMN y TO z", FALSE },
  { 2, "ALTER TABLE a ALTER COLUMN y TYPE BIGINT", FALSE },
  { 2, "ALTER TABLE a DROP COLUMN y", FALSE },
  { 2, "-- removes: nobody has written it since version 7\nALTER TABLE a DROP COLUMN y", TRUE },
  { 2, "DROP TABLE a", FALSE },
  { 2, "ALTER TABLE a ENABLE ROW LEVEL SECURITY", FALSE },
  { 2, "CREATE TABLE a (x BIGSERIAL)", FALSE },
  { 2, "CREATE TABLE a (x UUID)", FALSE },
  { 2, "CREATE TABLE a (x TEXT, EXCLUDE USING gist (x WITH =))", FALSE },
  { 2, "CREATE TRIGGER t AFTER INSERT ON a", FALSE },
  { 2, "LOCK TABLE a", FALSE },
  { 2, "LISTEN a", FALSE },
  { 2, "SELECT pg_advisory_lock (1)", FALSE },
  { 2, "UPDATE a SET y = x", FALSE },
  { 2, "INSERT INTO a VALUES ('x')", FALSE },
  { 2, "CREATE TABLE a (x TEXT -- UNIQUE, one day\n)", TRUE },
};

static void
test_rules_tell_good_from_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      const char *rest = examples[i].script;
      g_autofree char *statement = nhi_sql_next_statement (&rest);
      const char *fault = fault_of (examples[i].version, examples[i].script, statement);

      g_test_message ("%s: %s", examples[i].script, fault != NULL ? fault : "good");
      g_assert_cmpint (fault == NULL, ==, examples[i].good);
    }
}

static void
test_steps_keep_the_rules (void)
{
  gsize n_steps;
  const NhiSchemaStep *steps = nhi_schema_steps (&n_steps);

  for (gsize i = 0; i < n_steps; i++)
    {
      const char *rest = steps[i].script;
      char *statement;

      g_assert_cmpuint (steps[i].version, ==, i + 1);
      while ((statement = nhi_sql_next_statement (&rest)) != NULL)
        {
          const char *fault = fault_of (steps[i].version, steps[i].script, statement);

          if (fault != NULL)
            g_error ("%s: %s: %s", steps[i].name, fault, statement);
          g_free (statement);
        }
    }
}

static const char *
expected_key (const char *table)
{
  for (gsize i = 0; i < G_N_ELEMENTS (natural_keys); i++)
    if (g_str_equal (natural_keys[i].table, table))
      return natural_keys[i].key;
  return "person_id";
}

/* Table, column, type, place in the primary key (0: none), whether it may not be NULL. */
#define SQLITE_COLUMNS                                                                             \
  "SELECT m.name, t.name, t.type, t.pk, t.\"notnull\" FROM sqlite_master m,"                       \
  " pragma_table_info (m.name) t WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'"
#define POSTGRES_COLUMNS                                                                           \
  "SELECT CAST (c.relname AS TEXT), CAST (a.attname AS TEXT),"                                     \
  " upper (format_type (a.atttypid, NULL)),"                                                       \
  " CAST (coalesce (array_position (CAST (i.indkey AS SMALLINT[]), a.attnum) + 1, 0) AS BIGINT),"  \
  " CAST (CASE WHEN a.attnotnull THEN 1 ELSE 0 END AS BIGINT)"                                     \
  " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"                    \
  " AND NOT a.attisdropped LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"          \
  " WHERE c.relkind = 'r' AND c.relnamespace = CAST (current_schema () AS regnamespace)"

/* What must not be there, by counting. */
static const struct
{
  const char *what;
  const char *count;
} postgres_strangers[] = {
  { "sequence", "SELECT count(*) FROM pg_class WHERE relkind = 'S'" },
  { "trigger", "SELECT count(*) FROM pg_trigger" },
  { "function", "SELECT count(*) FROM pg_proc WHERE pronamespace = CAST (current_schema () AS"
                " regnamespace)" },
  { "constraint but the primary key",
    "SELECT count(*) FROM pg_constraint WHERE contype <> 'p' AND connamespace ="
    " CAST (current_schema () AS regnamespace)" },
  { "unique index but the primary key",
    "SELECT count(*) FROM pg_index WHERE indisunique AND NOT indisprimary AND indrelid IN"
    " (SELECT oid FROM pg_class WHERE relnamespace = CAST (current_schema () AS regnamespace))" },
  { "invalid index", "SELECT count(*) FROM pg_index WHERE NOT indisvalid" },
};

static void
check_column (NhiDbRows *columns, GHashTable *with_key)
{
  const char *table = nhi_db_rows_text (columns, 0);
  const char *name = nhi_db_rows_text (columns, 1);
  const char *type = nhi_db_rows_text (columns, 2);
  gint64 place = nhi_db_rows_int (columns, 3);

  if (!has_one_of (type, types, G_N_ELEMENTS (types)))
    g_error ("%s.%s is %s", table, name, type);
  if (g_str_has_suffix (name, "_id") && !g_str_equal (type, "TEXT"))
    g_error ("%s.%s is %s: an identifier is a UUID as TEXT", table, name, type);
  if (place == 1 && !g_str_equal (name, expected_key (table)))
    g_error ("the key of %s begins with %s, not %s", table, name, expected_key (table));
  /* PostgreSQL makes a key NOT NULL by itself, SQLite does not. */
  if (place > 0 && nhi_db_rows_int (columns, 4) == 0)
    g_error ("%s.%s is part of the key and may be NULL", table, name);
  if (place == 1 || !g_hash_table_contains (with_key, table))
    g_hash_table_insert (with_key, g_strdup (table), GINT_TO_POINTER (place == 1));
}

static gboolean
check_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  GHashTable *with_key = data;
  const char *sql = test_database_is_postgres () ? POSTGRES_COLUMNS : SQLITE_COLUMNS;
  g_autoptr (NhiDbRows) columns = nhi_db_query (connection, sql, NHI_DB_NO_ARGS, error);

  while (columns != NULL && nhi_db_rows_next (columns, error))
    check_column (columns, with_key);
  return *error == NULL;
}

static void
test_keys_begin_with_their_owner (void)
{
  g_autoptr (GHashTable) with_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  char *folder = test_folder_new ();
  g_autofree char *uri = test_database_uri (folder);
  g_autoptr (NhiDb) db = NULL;
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer table, has_key;

  db = nhi_db_open (uri, 1, &error);
  g_assert_no_error (error);
  g_assert_true (nhi_db_migrate (db, NULL, NULL, NULL));
  nhi_db_transact (db, NHI_DB_READ, check_body, with_key, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (with_key), >, 20);
  g_hash_table_iter_init (&iter, with_key);
  while (g_hash_table_iter_next (&iter, &table, &has_key))
    if (!GPOINTER_TO_INT (has_key))
      g_error ("%s has no primary key", (char *)table);
  for (gsize i = 0; test_database_is_postgres () && i < G_N_ELEMENTS (postgres_strangers); i++)
    if (test_sql_integer (db, postgres_strangers[i].count) != 0)
      g_error ("there is a %s", postgres_strangers[i].what);
  g_clear_pointer (&db, nhi_db_close);
  test_folder_remove (folder);
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
  g_test_add_func ("/schema/rules-tell-good-from-bad", test_rules_tell_good_from_bad);
  g_test_add_func ("/schema/steps-keep-the-rules", test_steps_keep_the_rules);
  g_test_add_func ("/schema/every-step-is-compiled-in", test_every_step_is_compiled_in);
  return g_test_run ();
}
