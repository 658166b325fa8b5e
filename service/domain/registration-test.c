/* SPDX-License-Identifier: GPL-3.0-or-later
 * A registration from the form to its confirmation or its end. */
#include "service/domain/account-fixture.h"
#include "service/store/test-database.h"
#include "service/domain/attempts.h"
#include "service/domain/password.h"

#include <stddef.h>
#include <string.h>

#define DAY (24 * 60 * 60)

static gboolean
apply_from (NhiAccountFixture *f,
            const NhiRegistrationRequest *request,
            const char *network,
            GError **error)
{
  g_autofree char *key = g_uuid_string_random ();
  g_auto (NhiRegistrationTicket) ticket = { 0 };
  return nhi_registration_apply (f->world, request, network, key, &ticket, error);
}

static gboolean
apply (NhiAccountFixture *f, const NhiRegistrationRequest *request, GError **error)
{
  return apply_from (f, request, NHI_FIXTURE_NETWORK, error);
}

/* One string member of the request, by its offset. */
#define MEMBER(name) #name, offsetof(NhiRegistrationRequest, name)

typedef struct
{
  const char *field;
  gsize offset;
  const char *value;
  const char *code; /* of the one field error; NULL: well formed, but not what is registered */
} FieldCase;

static const FieldCase field_cases[] = {
  { MEMBER (card_number), NULL, "required" },
  { MEMBER (card_number), "", "required" },
  { MEMBER (card_number), "12345", "invalid" },
  { MEMBER (card_number), "00000000001X", "invalid" },
  { MEMBER (card_number), "000000000013", NULL },
  { MEMBER (id_number), NULL, "required" },
  { MEMBER (id_number), "A123456788", "invalid" },
  { MEMBER (id_number), "B123456780", NULL },
  { MEMBER (name), NULL, "required" },
  { MEMBER (name), "   ", "required" },
  { MEMBER (name), "\xe2\x80\x8b", "required" },
  { MEMBER (name), "王小\x01明", "invalid" },
  { MEMBER (name), "王大明", NULL },
  { MEMBER (birth_date), NULL, "required" },
  { MEMBER (birth_date), "1986-02-30", "invalid" },
  { MEMBER (birth_date), "0750505", "invalid" },
  { MEMBER (birth_date), "2030-01-01", "invalid" },
  { MEMBER (birth_date), "1800-01-01", "invalid" },
  { MEMBER (birth_date), "1986-05-06", NULL },
  { MEMBER (household_number), NULL, "required" },
  { MEMBER (household_number), "12345678", "invalid" },
  { MEMBER (household_number), "F1234568", NULL },
  { MEMBER (village_code), NULL, "required" },
  { MEMBER (village_code), "6300001", "invalid" },
  { MEMBER (village_code), "63000010002", NULL },
  { MEMBER (village_code), "63000020000", NULL },
  { MEMBER (email), NULL, "required" },
  { MEMBER (email), "ming@", "invalid" },
  { MEMBER (email), "ming@example.org\r\nBcc: x@example.org", "invalid" },
  { MEMBER (phone), NULL, "required" },
  { MEMBER (phone), "12", "invalid" },
  { MEMBER (password), NULL, "required" },
  { MEMBER (password), "貓貓貓", "too-short" },
  { MEMBER (password), "password", "too-common" },
  { MEMBER (password), "A123456789x", "personal" },
  { MEMBER (language), NULL, "invalid" },
  { MEMBER (language), "fr", "invalid" },
};

static void
test_each_field (NhiAccountFixture *f, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (field_cases); i++)
    {
      const FieldCase *c = &field_cases[i];
      NhiRegistrationRequest request = nhi_fixture_request;
      g_autoptr (GError) error = NULL;
      g_autofree char *network = g_strdup_printf ("198.51.100.%zu", i);
      gsize count = 0;

      G_STRUCT_MEMBER (const char *, &request, c->offset) = c->value;
      g_test_message ("%s = %s", c->field, c->value != NULL ? c->value : "(none)");
      g_assert_false (apply_from (f, &request, network, &error));
      const NhiFieldError *fields = nhi_domain_error_fields (error, &count);
      if (c->code == NULL)
        {
          g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_MATCHING);
          g_assert_cmpuint (count, ==, 0);
          continue;
        }
      g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_INVALID);
      g_assert_cmpuint (count, ==, 1);
      g_assert_cmpstr (fields[0].field, ==, c->field);
      g_assert_cmpstr (fields[0].code, ==, c->code);
    }
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM registration"), ==, 0);
}

static void
test_all_fields_at_once (NhiAccountFixture *f, gconstpointer data)
{
  const NhiRegistrationRequest empty = { .language = "en" };
  g_autoptr (GError) error = NULL;
  gsize count = 0;

  g_assert_false (apply (f, &empty, &error));
  nhi_domain_error_fields (error, &count);
  g_assert_cmpuint (count, ==, 10);
  /* Typing errors are nobody's attack. */
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM attempt"), ==, 0);
}

static void
test_neighbourhood (NhiAccountFixture *f, gconstpointer data)
{
  static const struct
  {
    gint64 value;
    int error_code;
  } cases[] = { { 0, NHI_DOMAIN_ERROR_INVALID },
                { -1, NHI_DOMAIN_ERROR_INVALID },
                { 1000, NHI_DOMAIN_ERROR_INVALID },
                { 999, NHI_DOMAIN_ERROR_NOT_MATCHING } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      NhiRegistrationRequest request = nhi_fixture_request;
      g_autoptr (GError) error = NULL;
      request.neighbourhood = cases[i].value;
      g_assert_false (apply (f, &request, &error));
      g_assert_error (error, NHI_DOMAIN_ERROR, cases[i].error_code);
    }
}

static void
test_forgiving_forms (NhiAccountFixture *f, gconstpointer data)
{
  NhiRegistrationRequest request = nhi_fixture_request;

  request.id_number = "ａ１２３４５６７８９";
  request.household_number = "f1234567";
  request.card_number = " ０００００００００01２ ";
  nhi_fixture_apply (f, &request);
  request.village_code = "63000010000"; /* a village that the list lacks: the township is enough */
  nhi_fixture_apply (f, &request);
}

static void
test_terminated_card (NhiAccountFixture *f, gconstpointer data)
{
  NhiRegistrationRequest request = nhi_fixture_request;
  g_autoptr (GError) error = NULL;

  request.id_number = "A227384955";
  request.card_number = "000000000034";
  request.name = "林美惠";
  request.birth_date = "1975-12-31";
  g_assert_false (apply (f, &request, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_MATCHING);
  nhi_fixture_run (f, "UPDATE card SET state = 'active'");
  nhi_fixture_apply (f, &request); /* so nothing else was wrong */
}

static void
test_card_form_of_a_name (NhiAccountFixture *f, gconstpointer data)
{
  NhiRegistrationRequest request = nhi_fixture_request;

  request.id_number = "F131104093";
  request.card_number = "000000000023";
  request.birth_date = "1948-04-25";
  request.name = "游錫\xef\xbf\xbd";
  nhi_fixture_apply (f, &request);
  request.name = "游錫堃";
  nhi_fixture_apply (f, &request);
}

static void
test_pending (NhiAccountFixture *f, gconstpointer data)
{
  g_autofree char *key = g_uuid_string_random ();
  g_auto (NhiRegistrationTicket) ticket = { 0 };
  g_autoptr (GError) error = NULL;
  guint8 hash[32];

  nhi_registration_apply (f->world, &nhi_fixture_request, NHI_FIXTURE_NETWORK, key, &ticket,
                          &error);
  g_assert_no_error (error);
  g_assert_cmpint (ticket.expires_at, ==, NHI_FIXTURE_NOW + 5 * DAY);
  g_assert_null (strstr (ticket.email_masked, "ming@"));
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM registration WHERE state = 'pending'"),
                   ==, 1);
  g_assert_cmpint (
      nhi_fixture_int (f, "SELECT count(*) FROM job WHERE kind = 'mail' AND state = 'waiting'"), ==,
      1);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM account"), ==, 0);

  g_autofree char *phc = nhi_fixture_text (f, "SELECT password_hash FROM registration");
  g_assert_true (g_str_has_prefix (phc, "$argon2id$v=19$m=19456,t=2,p=1$"));
  g_autofree char *token = nhi_fixture_letter_token (f);
  g_assert_cmpuint (strlen (token), ==, 43);
  nhi_token_hash (token, hash);
  g_autoptr (GBytes) kept =
      test_sql_bytes (f->world->db, "SELECT token_hash FROM registration_by_token");
  g_assert_cmpmem (g_bytes_get_data (kept, NULL), g_bytes_get_size (kept), hash, sizeof hash);
}

static void
test_look_confirms_nothing (NhiAccountFixture *f, gconstpointer data)
{
  g_auto (NhiConfirmation) seen = { 0 };
  g_autoptr (GError) error = NULL;

  nhi_fixture_apply (f, &nhi_fixture_request);
  g_autofree char *token = nhi_fixture_letter_token (f);
  nhi_registration_look (f->world, token, &seen, &error);
  g_assert_no_error (error);
  g_assert_cmpint (seen.state, ==, NHI_CONFIRMATION_PENDING);
  g_assert_cmpstr (seen.masked_name, ==, "王○明");
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM account"), ==, 0);
}

static void
test_confirms_once (NhiAccountFixture *f, gconstpointer data)
{
  g_auto (NhiConfirmation) again = { 0 };
  g_autoptr (GError) error = NULL;

  nhi_fixture_apply (f, &nhi_fixture_request);
  g_autofree char *token = nhi_fixture_letter_token (f);
  g_auto (NhiConfirmation) first = { 0 };
  nhi_registration_confirm (f->world, token, &first, &error);
  g_assert_no_error (error);
  g_assert_cmpint (first.state, ==, NHI_CONFIRMATION_DONE);
  g_assert_true (first.just_now);
  g_assert_cmpint (
      nhi_fixture_int (f, "SELECT count(*) FROM account WHERE email = 'ming@example.org'"), ==, 1);
  g_assert_cmpint (
      nhi_fixture_int (
          f, "SELECT count(*) FROM registration WHERE email <> '' OR password_hash <> ''"),
      ==, 0);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM outbox"), ==, 2);

  nhi_registration_confirm (f->world, token, &again, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again.state, ==, NHI_CONFIRMATION_DONE);
  g_assert_false (again.just_now);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM outbox"), ==, 2);
}

static void
test_five_days (NhiAccountFixture *f, gconstpointer data)
{
  static const struct
  {
    gint64 after;
    gboolean purged; /* housekeeping ran before the click */
    NhiConfirmationState state;
  } cases[] = {
    { 0, FALSE, NHI_CONFIRMATION_DONE },
    { 432000 - 1, FALSE, NHI_CONFIRMATION_DONE },
    { 432000 - 1, TRUE, NHI_CONFIRMATION_DONE },
    { 432000, FALSE, NHI_CONFIRMATION_EXPIRED },
    { 432000, TRUE, NHI_CONFIRMATION_EXPIRED },
    { 432000 + 30 * DAY, TRUE, NHI_CONFIRMATION_EXPIRED },
    { 432000 + 30 * DAY + 1, TRUE, NHI_CONFIRMATION_UNKNOWN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (NhiConfirmation) confirmation = { 0 };
      g_autoptr (GError) error = NULL;

      nhi_fixture_run (f, "DELETE FROM account");
      nhi_fixture_run (f, "DELETE FROM attempt");
      nhi_fixture_apply (f, &nhi_fixture_request);
      g_autofree char *token = nhi_fixture_letter_token (f);
      f->now += cases[i].after;
      if (cases[i].purged)
        nhi_registration_expire (f->world, &error);
      g_assert_no_error (error);
      nhi_registration_confirm (f->world, token, &confirmation, &error);
      g_assert_no_error (error);
      g_assert_cmpint (confirmation.state, ==, cases[i].state);
      g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM account"), ==,
                       cases[i].state == NHI_CONFIRMATION_DONE);
    }
}

static void
test_expiry_forgets (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  nhi_fixture_apply (f, &nhi_fixture_request);
  f->now += 5 * DAY - 1;
  g_assert_true (nhi_registration_expire (f->world, &error));
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM registration WHERE state = 'pending'"),
                   ==, 1);
  f->now += 1;
  g_assert_true (nhi_registration_expire (f->world, &error));
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM registration WHERE state = 'expired'"),
                   ==, 1);
  g_assert_cmpint (
      nhi_fixture_int (f, "SELECT count(*) FROM registration WHERE email <> '' OR phone <> ''"
                          " OR password_hash <> ''"),
      ==, 0);
}

static void
test_newer_replaces (NhiAccountFixture *f, gconstpointer data)
{
  g_auto (NhiConfirmation) old = { 0 };
  g_auto (NhiConfirmation) new = { 0 };
  g_autoptr (GError) error = NULL;
  NhiRegistrationRequest second = nhi_fixture_request;

  nhi_fixture_apply (f, &nhi_fixture_request);
  g_autofree char *old_token = nhi_fixture_letter_token (f);
  f->now += 60;
  second.email = "second@example.org";
  nhi_fixture_apply (f, &second);
  g_autofree char *new_token = nhi_fixture_letter_token (f);

  nhi_registration_confirm (f->world, old_token, &old, &error);
  g_assert_no_error (error);
  g_assert_cmpint (old.state, ==, NHI_CONFIRMATION_REPLACED);
  nhi_registration_confirm (f->world, new_token, &new, &error);
  g_assert_no_error (error);
  g_assert_cmpint (new.state, ==, NHI_CONFIRMATION_DONE);
  g_assert_cmpint (
      nhi_fixture_int (f, "SELECT count(*) FROM account WHERE email = 'second@example.org'"), ==,
      1);
}

static void
test_registered_already (NhiAccountFixture *f, gconstpointer data)
{
  NhiRegistrationRequest stranger = nhi_fixture_request;
  g_autofree char *key = g_uuid_string_random ();
  g_auto (NhiRegistrationTicket) ticket = { 0 };
  g_autoptr (GError) error = NULL;

  nhi_fixture_register (f, &nhi_fixture_request);
  g_autofree char *before = nhi_fixture_text (f, "SELECT email || password_hash FROM account");
  f->now += 60;
  stranger.email = "stranger@example.org";
  stranger.language = "en";
  nhi_registration_apply (f->world, &stranger, "203.0.113.9", key, &ticket, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ticket.expires_at, ==, f->now + 5 * DAY);
  g_assert_cmpint (ticket.email_masked[0], ==, 's');

  g_autofree char *after = nhi_fixture_text (f, "SELECT email || password_hash FROM account");
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM registration WHERE state = 'pending'"),
                   ==, 0);
  g_assert_cmpint (
      nhi_fixture_int (f, "SELECT count(*) FROM outbox WHERE recipient = 'stranger@example.org'"),
      ==, 0);
  g_autofree char *token = nhi_fixture_letter_token (f);
  g_autofree char *text = nhi_fixture_letter_text (f);
  g_assert_null (token);
  g_assert_nonnull (strstr (text, "已經註冊過"));
}

static void
test_same_key (NhiAccountFixture *f, gconstpointer data)
{
  static const char key[] = "2f9a6c1e-58d4-4d0f-9a1b-0c8f5f0e7a11";
  g_auto (NhiRegistrationTicket) first = { 0 };
  g_auto (NhiRegistrationTicket) second = { 0 };
  g_auto (NhiRegistrationTicket) third = { 0 };
  g_auto (NhiRegistrationTicket) next_day = { 0 };
  NhiRegistrationRequest other = nhi_fixture_request;
  g_autoptr (GError) error = NULL;

  g_assert_true (nhi_registration_apply (f->world, &nhi_fixture_request, NHI_FIXTURE_NETWORK, key,
                                         &first, &error));
  f->now += 100;
  g_assert_true (nhi_registration_apply (f->world, &nhi_fixture_request, NHI_FIXTURE_NETWORK, key,
                                         &second, &error));
  g_assert_cmpint (first.expires_at, ==, second.expires_at);
  g_assert_cmpstr (first.email_masked, ==, second.email_masked);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM outbox"), ==, 1);

  other.password = "另外一個夠長的密碼";
  g_assert_false (
      nhi_registration_apply (f->world, &other, NHI_FIXTURE_NETWORK, key, &third, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_KEY_REUSED);
  g_clear_error (&error);

  g_assert_cmpint (
      nhi_fixture_int (f,
                       "SELECT count(*) FROM idempotency WHERE idempotency_key LIKE '2f9a6c1e%'"),
      ==, 0);
  f->now += DAY;
  g_assert_true (
      nhi_registration_apply (f->world, &other, NHI_FIXTURE_NETWORK, key, &next_day, &error));
  g_assert_no_error (error);
}

static void
test_waits (NhiAccountFixture *f, gconstpointer data)
{
  static const gint64 waits[] = { 0, 0, 0, 30, 60, 120, 240, 480, 900, 900 };
  NhiRegistrationRequest wrong = nhi_fixture_request;

  if (data != NULL)
    wrong.id_number = data; /* nobody has it: counted alike */
  wrong.household_number = "F7654321";
  for (gsize i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) waiting = NULL;

      g_assert_false (apply (f, &wrong, &error));
      g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_NOT_MATCHING);
      if (waits[i] == 0)
        continue;
      f->now += waits[i] - 1;
      g_assert_false (apply (f, &wrong, &waiting));
      g_assert_error (waiting, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_WAIT);
      g_assert_cmpint (nhi_domain_error_wait_until (waiting), ==, f->now + 1);
      f->now += 1;
    }
}

static void
test_waits_stay_where_they_arose (NhiAccountFixture *f, gconstpointer data)
{
  NhiRegistrationRequest wrong = nhi_fixture_request;
  g_autoptr (GError) error = NULL;

  wrong.household_number = "F7654321";
  for (guint i = 0; i < 4; i++)
    g_assert_false (apply_from (f, &wrong, "203.0.113.66", NULL));
  g_assert_false (apply_from (f, &nhi_fixture_request, "203.0.113.66", &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_WAIT);
  nhi_fixture_apply (f, &nhi_fixture_request); /* at home the owner registers all the same */
}

static void
test_letters_have_a_limit (NhiAccountFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 6; i++)
    nhi_fixture_apply (f, &nhi_fixture_request);
  g_assert_false (apply (f, &nhi_fixture_request, &error));
  g_assert_error (error, NHI_DOMAIN_ERROR, NHI_DOMAIN_ERROR_WAIT);
  g_assert_cmpint (nhi_fixture_int (f, "SELECT count(*) FROM outbox"), ==, 6);
}

#define ADD(path, data, function)                                                                  \
  g_test_add (path, NhiAccountFixture, data, nhi_account_fixture_set_up, function,                 \
              nhi_account_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/registration/each-field-has-its-rule", NULL, test_each_field);
  ADD ("/registration/all-wrong-fields-are-told-at-once", NULL, test_all_fields_at_once);
  ADD ("/registration/neighbourhood-has-limits", NULL, test_neighbourhood);
  ADD ("/registration/typing-variants-are-understood", NULL, test_forgiving_forms);
  ADD ("/registration/terminated-card-does-not-match", NULL, test_terminated_card);
  ADD ("/registration/rare-character-as-the-card-says-it", NULL, test_card_form_of_a_name);
  ADD ("/registration/waits-for-its-confirmation", NULL, test_pending);
  ADD ("/registration/looking-at-the-link-confirms-nothing", NULL, test_look_confirms_nothing);
  ADD ("/registration/confirms-once", NULL, test_confirms_once);
  ADD ("/registration/expires-after-five-days", NULL, test_five_days);
  ADD ("/registration/expired-is-forgotten", NULL, test_expiry_forgets);
  ADD ("/registration/newer-application-replaces", NULL, test_newer_replaces);
  ADD ("/registration/account-is-safe-and-its-owner-told", NULL, test_registered_already);
  ADD ("/registration/same-key-same-answer", NULL, test_same_key);
  ADD ("/registration/waits-grow", NULL, test_waits);
  ADD ("/registration/waits-grow-for-nobody-too", "B123456780", test_waits);
  ADD ("/registration/waits-stay-where-they-arose", NULL, test_waits_stay_where_they_arose);
  ADD ("/registration/letters-have-a-limit", NULL, test_letters_have_a_limit);
  return g_test_run ();
}
