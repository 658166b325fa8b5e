/* SPDX-License-Identifier: GPL-3.0-or-later
 * The people and helpers of the accounts' tests. */
#include "service/domain/account-fixture.h"

#include "service/store/population.h"
#include "service/store/test-database.h"

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
  g_autoptr (NhiBulk) bulk = nhi_bulk_new (connection);

  for (gsize i = 0; i < G_N_ELEMENTS (people); i++)
    {
      const NhiPerson person = { (char *)people[i].person_id, (char *)people[i].id_number,
                                 (char *)people[i].name, (char *)people[i].birth_date,
                                 (char *)"M" };
      const NhiCard card = { (char *)people[i].card_number, (char *)"2020-01-01", (char *)"first",
                             (char *)people[i].card_state, NULL };
      const NhiResidence home = { (char *)"F1234567", (char *)"63000010001", 12 };
      if (!nhi_population_add_person (bulk, &person, error) ||
          !nhi_population_add_card (bulk, person.person_id, &card, error) ||
          !nhi_population_add_residence (bulk, person.person_id, &home, error))
        return FALSE;
    }
  return nhi_bulk_flush (bulk, error);
}

void
nhi_account_fixture_set_up (NhiAccountFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = test_folder_new ();
  self->uri = test_database_uri (self->folder);
  NhiDb *db = nhi_db_open (self->uri, 8, &error);
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
  nhi_world_free (self->world);
  g_free (self->uri);
  test_folder_remove (self->folder);
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

gint64
nhi_fixture_int (NhiAccountFixture *self, const char *sql)
{
  return test_sql_integer (self->world->db, sql);
}

char *
nhi_fixture_text (NhiAccountFixture *self, const char *sql)
{
  return test_sql_text (self->world->db, sql);
}

void
nhi_fixture_run (NhiAccountFixture *self, const char *sql)
{
  test_sql_run (self->world->db, sql);
}

char *
nhi_fixture_letter_text (NhiAccountFixture *self)
{
  /* The clock stands still, so the order of arrival decides; each engine has its word for it. */
  g_autoptr (GBytes) bytes = test_sql_bytes (
      self->world->db,
      test_database_is_postgres ()
          ? "SELECT message FROM outbox ORDER BY created_at DESC, ctid DESC LIMIT 1"
          : "SELECT message FROM outbox ORDER BY created_at DESC, rowid DESC LIMIT 1");

  g_assert_nonnull (bytes);
  g_mime_init ();
  GMimeStream *stream =
      g_mime_stream_mem_new_with_buffer (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  GMimeParser *parser = g_mime_parser_new_with_stream (stream);
  GMimeMessage *message = g_mime_parser_construct_message (parser, NULL);
  GMimeMultipart *parts = GMIME_MULTIPART (g_mime_message_get_mime_part (message));
  char *text = g_mime_text_part_get_text (GMIME_TEXT_PART (g_mime_multipart_get_part (parts, 0)));
  g_object_unref (message);
  g_object_unref (parser);
  g_object_unref (stream);
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
