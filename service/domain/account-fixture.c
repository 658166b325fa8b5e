/* SPDX-License-Identifier: GPL-3.0-or-later
 * The people and helpers of the accounts' tests. */
#include "service/domain/account-fixture.h"

#include "service/store/population.h"

#include <glib/gstdio.h>
#include <gmime/gmime.h>
#include <string.h>

typedef struct
{
  const char *person_id;
  const char *id_number;
  const char *name;
  const char *birth_date;
  const char *card_number;
  const char *card_state;
} Somebody;

static const Somebody people[] = {
  { "p-wang", "A123456789", "王小明", "1986-05-05", "000000000012", "active" },
  { "p-you", "F131104093", "游錫堃", "1948-04-25", "000000000023", "active" },
  { "p-lin", "A227384955", "林美惠", "1975-12-31", "000000000034", "terminated" },
};

const NhiRegistrationRequest nhi_fixture_request = {
  .card_number = "000000000012",
  .id_number = "A123456789",
  .name = "王小明",
  .birth_date = "1986-05-05",
  .household_number = "F1234567",
  .village_code = "63000010001",
  .neighbourhood = 12,
  .email = "ming@example.org",
  .phone = "0912345678",
  .password = NHI_FIXTURE_PASSWORD,
  .language = "zh-TW",
};

static gint64
fixture_now (gpointer clock)
{
  return *(gint64 *)clock;
}

static gboolean
add_people (NhiDbConnection *connection, gpointer data, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (people); i++)
    {
      const NhiPerson person = { (char *)people[i].person_id, (char *)people[i].id_number,
                                 (char *)people[i].name, (char *)people[i].birth_date,
                                 (char *)"M" };
      const NhiCard card = { (char *)people[i].card_number, (char *)"2020-01-01", (char *)"first",
                             (char *)people[i].card_state, NULL };
      const NhiResidence home = { (char *)"F1234567", (char *)"63000010001", 12 };
      if (!nhi_population_add_person (connection, &person, error) ||
          !nhi_population_add_card (connection, person.person_id, &card, error) ||
          !nhi_population_add_residence (connection, person.person_id, &home, error))
        return FALSE;
    }
  return TRUE;
}

void
nhi_account_fixture_set_up (NhiAccountFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("nhi-accounts-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *uri = g_strdup_printf ("sqlite:%s/test.db", self->folder);
  NhiDb *db = nhi_db_open (uri, 8, &error);
  g_assert_no_error (error);
  nhi_db_migrate (db, NULL, NULL, &error);
  g_assert_no_error (error);

  self->now = NHI_FIXTURE_NOW;
  self->world = nhi_world_new (db);
  self->world->now = fixture_now;
  self->world->clock = &self->now;
  nhi_db_transact (db, NHI_DB_WRITE, add_people, NULL, &error);
  g_assert_no_error (error);
}

void
nhi_account_fixture_tear_down (NhiAccountFixture *self, gconstpointer data)
{
  const char *name;

  nhi_world_free (self->world);
  GDir *folder = g_dir_open (self->folder, 0, NULL);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_dir_close (folder);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
}

void
nhi_fixture_apply (NhiAccountFixture *self, const NhiRegistrationRequest *request)
{
  g_autofree char *key = g_uuid_string_random ();
  g_auto (NhiRegistrationTicket) ticket = { 0 };
  g_autoptr (GError) error = NULL;

  nhi_registration_apply (self->world, request, NHI_FIXTURE_NETWORK, key, &ticket, &error);
  g_assert_no_error (error);
}

void
nhi_fixture_register (NhiAccountFixture *self, const NhiRegistrationRequest *request)
{
  g_auto (NhiConfirmation) confirmation = { 0 };
  g_autoptr (GError) error = NULL;

  nhi_fixture_apply (self, request);
  g_autofree char *token = nhi_fixture_letter_token (self);
  nhi_registration_confirm (self->world, token, &confirmation, &error);
  g_assert_no_error (error);
  g_assert_true (confirmation.just_now);
}

typedef enum
{
  WANT_INT,
  WANT_TEXT,
  WANT_BYTES,
} Want;

typedef struct
{
  const char *sql;
  Want want;
  gint64 number;
  char *text;
  GBytes *bytes;
} Query;

static gboolean
query_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  Query *query = data;
  g_autoptr (NhiDbRows) rows = nhi_db_query (connection, query->sql, NHI_DB_NO_ARGS, error);

  if (rows == NULL || !nhi_db_rows_next (rows, error))
    return rows != NULL;
  if (query->want == WANT_INT)
    query->number = nhi_db_rows_int (rows, 0);
  else if (query->want == WANT_TEXT)
    query->text = g_strdup (nhi_db_rows_text (rows, 0));
  else
    query->bytes = nhi_db_rows_bytes (rows, 0);
  return TRUE;
}

static void
run_query (NhiAccountFixture *self, Query *query)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (self->world->db, NHI_DB_READ, query_body, query, &error);
  g_assert_no_error (error);
}

gint64
nhi_fixture_int (NhiAccountFixture *self, const char *sql)
{
  Query query = { .sql = sql, .want = WANT_INT };

  run_query (self, &query);
  return query.number;
}

char *
nhi_fixture_text (NhiAccountFixture *self, const char *sql)
{
  Query query = { .sql = sql, .want = WANT_TEXT };

  run_query (self, &query);
  return query.text;
}

static gboolean
run_body (NhiDbConnection *connection, gpointer data, GError **error)
{
  return nhi_db_run (connection, data, NHI_DB_NO_ARGS, error) >= 0;
}

void
nhi_fixture_run (NhiAccountFixture *self, const char *sql)
{
  g_autoptr (GError) error = NULL;

  nhi_db_transact (self->world->db, NHI_DB_WRITE, run_body, (gpointer)sql, &error);
  g_assert_no_error (error);
}

char *
nhi_fixture_letter_text (NhiAccountFixture *self)
{
  Query query = { .sql = "SELECT message FROM outbox ORDER BY created_at DESC, rowid DESC LIMIT 1",
                  .want = WANT_BYTES };

  run_query (self, &query);
  g_assert_nonnull (query.bytes);
  g_mime_init ();
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer (g_bytes_get_data (query.bytes, NULL),
                                                           g_bytes_get_size (query.bytes));
  GMimeParser *parser = g_mime_parser_new_with_stream (stream);
  GMimeMessage *message = g_mime_parser_construct_message (parser, NULL);
  GMimeMultipart *parts = GMIME_MULTIPART (g_mime_message_get_mime_part (message));
  char *text = g_mime_text_part_get_text (GMIME_TEXT_PART (g_mime_multipart_get_part (parts, 0)));
  g_object_unref (message);
  g_object_unref (parser);
  g_object_unref (stream);
  g_bytes_unref (query.bytes);
  return text;
}

char *
nhi_fixture_letter_token (NhiAccountFixture *self)
{
  g_autofree char *text = nhi_fixture_letter_text (self);
  const char *link = strstr (text, "/confirm/");

  if (link == NULL)
    return NULL;
  link += strlen ("/confirm/");
  return g_strndup (link, strcspn (link, " \r\n"));
}
