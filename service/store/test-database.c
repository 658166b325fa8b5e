/* SPDX-License-Identifier: GPL-3.0-or-later
 * A temporary folder, its database on either engine, and one-line queries. */
#include "service/store/test-database.h"

#include <glib/gstdio.h>
#include <libpq-fe.h>
#include <string.h>

/* A libpq URI of a superuser; NULL means SQLite. */
static const char *
server (void)
{
  return g_getenv ("NHI_TEST_POSTGRES");
}

gboolean
test_database_is_postgres (void)
{
  return server () != NULL;
}

/* @verb, the database named like @folder, @rest */
static void
order_server (const char *verb, const char *folder, const char *rest)
{
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *order = g_strdup_printf ("%s \"%s\" %s", verb, name, rest);
  PGconn *connection = PQconnectdb (server ());
  PGresult *result = PQexec (connection, order);

  g_assert_cmpstr (PQerrorMessage (connection), ==, "");
  g_assert_cmpint (PQresultStatus (result), ==, PGRES_COMMAND_OK);
  PQclear (result);
  PQfinish (connection);
}

char *
test_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("nhi-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
test_folder_remove (char *folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_dir_close (dir);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  if (server () != NULL)
    order_server ("DROP DATABASE IF EXISTS", folder, "WITH (FORCE)");
  g_free (folder);
}

char *
test_database_uri (const char *folder)
{
  g_autofree char *name = g_path_get_basename (folder);

  if (server () == NULL)
    return g_strdup_printf ("sqlite:%s/test.db", folder);
  order_server ("CREATE DATABASE", folder, "STRATEGY file_copy");
  return g_strconcat (server (), "&dbname=", name, NULL);
}

static gboolean
run_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_db_run (connection, data, NHI_DB_NO_ARGS, error) >= 0;
}

void
test_sql_run (NhiDb *db, const char *sql)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (db, NHI_DB_WRITE, run_body, (gpointer)sql, &error);
  g_assert_no_error (error);
}

/* One of the three is asked for. */
typedef struct
{
  const char *sql;
  gint64 *integer;
  char **text;
  GBytes **bytes;
} Question;

static gboolean
ask_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  const Question *question = data;
  g_autoptr (NhiDbRows) rows = nhi_db_query (connection, question->sql, NHI_DB_NO_ARGS, error);

  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return rows != NULL;
  if (question->integer != NULL)
    *question->integer = nhi_db_rows_int (rows, 0);
  if (question->text != NULL)
    *question->text = g_strdup (nhi_db_rows_text (rows, 0));
  if (question->bytes != NULL)
    *question->bytes = nhi_db_rows_bytes (rows, 0);
  return TRUE;
}

static void
ask (NhiDb *db, Question question)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (db, NHI_DB_READ, ask_body, &question, &error);
  g_assert_no_error (error);
}

gint64
test_sql_integer (NhiDb *db, const char *sql)
{
  gint64 integer = -1;

  ask (db, (Question){ .sql = sql, .integer = &integer });
  return integer;
}

char *
test_sql_text (NhiDb *db, const char *sql)
{
  char *text = NULL;

  ask (db, (Question){ .sql = sql, .text = &text });
  return text;
}

GBytes *
test_sql_bytes (NhiDb *db, const char *sql)
{
  GBytes *bytes = NULL;

  ask (db, (Question){ .sql = sql, .bytes = &bytes });
  return bytes;
}
