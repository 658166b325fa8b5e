/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests of the registration wizard's rules, without a display. */
#include "client/pages/registration-flow.h"

static NhiCardProfile *
make_card (const char *id_number)
{
  NhiCardProfile card = {
    .card_number = (char *)"000012345678",
    .name = (char *)"王小明",
    .name_is_complete = TRUE,
    .id_number = (char *)id_number,
    .sex = 'M',
  };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  NhiCardProfile *profile;
  gsize length = 0;
  const guint8 *data;

  g_date_set_dmy (&card.birth_date, 5, G_DATE_MAY, 1986);
  g_date_set_dmy (&card.issued_on, 1, G_DATE_JANUARY, 2014);
  bytes = nhi_card_profile_encode (&card);
  data = g_bytes_get_data (bytes, &length);
  profile = nhi_card_profile_parse (data, length, &error);
  g_assert_no_error (error);
  return profile;
}

static void
fill (NhiRegistrationFlow *flow)
{
  static const char *const values[NHI_REGISTRATION_N_FIELDS] = {
    [NHI_REGISTRATION_FIELD_PREPARED] = "1",
    [NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER] = "ｆ1234567",
    [NHI_REGISTRATION_FIELD_VILLAGE] = "63000050001",
    [NHI_REGISTRATION_FIELD_NEIGHBOURHOOD] = "007",
    [NHI_REGISTRATION_FIELD_EMAIL] = " ming@example.org ",
    [NHI_REGISTRATION_FIELD_PHONE] = "0912-345-678",
    [NHI_REGISTRATION_FIELD_PASSWORD] = "correct horse battery",
    [NHI_REGISTRATION_FIELD_REPEAT] = "correct horse battery",
  };

  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    nhi_registration_flow_set (flow, (NhiRegistrationField)i, values[i]);
}

static NhiRegistrationFlow *
at_review (NhiCardProfile *card)
{
  NhiRegistrationFlow *flow = nhi_registration_flow_new ();

  fill (flow);
  nhi_registration_flow_set_card (flow, card);
  while (nhi_registration_flow_step (flow) < NHI_REGISTRATION_REVIEW)
    g_assert_true (nhi_registration_flow_next (flow));
  return flow;
}

static void
test_form (void)
{
  g_autoptr (NhiCardProfile) card = make_card ("A123456789");
  g_autoptr (NhiRegistrationFlow) flow = at_review (card);
  g_autoptr (NhiRegistrationForm) form = NULL;

  g_assert_true (nhi_registration_flow_next (flow));
  form = nhi_registration_flow_form (flow);
  g_assert_cmpstr (form->id_number, ==, "A123456789");
  g_assert_cmpstr (form->household_number, ==, "F1234567");
  g_assert_cmpuint (form->neighbourhood, ==, 7);
  g_assert_cmpstr (form->email, ==, "ming@example.org");
  g_assert_cmpstr (form->phone, ==, "0912345678");
}

static void
test_not_red_before_trying (void)
{
  g_autoptr (NhiRegistrationFlow) flow = nhi_registration_flow_new ();
  g_autofree char *before =
      nhi_registration_flow_shown_problem (flow, NHI_REGISTRATION_FIELD_PREPARED);
  g_autofree char *after = NULL;

  g_assert_null (before);
  g_assert_false (nhi_registration_flow_next (flow));
  after = nhi_registration_flow_shown_problem (flow, NHI_REGISTRATION_FIELD_PREPARED);
  g_assert_nonnull (after);
  g_assert_cmpint (nhi_registration_flow_step (flow), ==, NHI_REGISTRATION_PREPARE);
}

static void
test_wrong_values (void)
{
  static const struct
  {
    NhiRegistrationField field;
    const char *text;
  } cases[] = {
    { NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER, "" },
    { NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER, "12345678" },
    { NHI_REGISTRATION_FIELD_HOUSEHOLD_NUMBER, "F123456" },
    { NHI_REGISTRATION_FIELD_VILLAGE, "" },
    { NHI_REGISTRATION_FIELD_NEIGHBOURHOOD, "0" },
    { NHI_REGISTRATION_FIELD_NEIGHBOURHOOD, "1000" },
    { NHI_REGISTRATION_FIELD_NEIGHBOURHOOD, "-1" },
    { NHI_REGISTRATION_FIELD_NEIGHBOURHOOD, "three" },
    { NHI_REGISTRATION_FIELD_EMAIL, "ming" },
    { NHI_REGISTRATION_FIELD_PHONE, "12" },
    { NHI_REGISTRATION_FIELD_PASSWORD, "short" },
    { NHI_REGISTRATION_FIELD_PASSWORD, "A123456789" },
    { NHI_REGISTRATION_FIELD_REPEAT, "correct horse batterx" },
  };
  g_autoptr (NhiCardProfile) card = make_card ("A123456789");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NhiRegistrationFlow) flow = at_review (card);
      g_autofree char *problem = NULL;

      nhi_registration_flow_set (flow, cases[i].field, cases[i].text);
      problem = nhi_registration_flow_problem (flow, cases[i].field);
      g_assert_nonnull (problem);
      g_assert_false (nhi_registration_flow_next (flow));
    }
}

static void
test_card_is_needed (void)
{
  g_autoptr (NhiRegistrationFlow) flow = nhi_registration_flow_new ();
  g_autoptr (NhiCardProfile) card = make_card ("A123456789");

  fill (flow);
  g_assert_true (nhi_registration_flow_next (flow));
  g_assert_false (nhi_registration_flow_next (flow));
  nhi_registration_flow_set_card (flow, card);
  g_assert_true (nhi_registration_flow_next (flow));
}

static void
test_card_pulled_out (void)
{
  g_autoptr (NhiCardProfile) card = make_card ("A123456789");
  g_autoptr (NhiRegistrationFlow) flow = at_review (card);

  g_assert_cmpint (nhi_registration_flow_set_card (flow, NULL), ==, NHI_REGISTRATION_CARD_LEFT);
  g_assert_false (nhi_registration_flow_next (flow));
  g_assert_null (nhi_registration_flow_form (flow));
  g_assert_cmpstr (nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_EMAIL), ==,
                   " ming@example.org ");
  g_assert_cmpint (nhi_registration_flow_set_card (flow, card), ==, NHI_REGISTRATION_CARD_ARRIVED);
  g_assert_true (nhi_registration_flow_next (flow));
}

static void
test_other_person (void)
{
  g_autoptr (NhiCardProfile) card = make_card ("A123456789");
  g_autoptr (NhiCardProfile) other = make_card ("B123456780");
  g_autoptr (NhiRegistrationFlow) flow = at_review (card);

  nhi_registration_flow_set_card (flow, NULL);
  g_assert_cmpint (nhi_registration_flow_set_card (flow, other), ==,
                   NHI_REGISTRATION_CARD_OTHER_PERSON);
  g_assert_cmpint (nhi_registration_flow_step (flow), ==, NHI_REGISTRATION_CARD);
  g_assert_cmpstr (nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_PASSWORD), ==, "");
  g_assert_cmpstr (nhi_registration_flow_get (flow, NHI_REGISTRATION_FIELD_EMAIL), ==, "");
}

static void
test_same_key_until_changed (void)
{
  g_autoptr (NhiCardProfile) card = make_card ("A123456789");
  g_autoptr (NhiRegistrationFlow) flow = at_review (card);
  g_autoptr (NhiRegistrationForm) first = nhi_registration_flow_form (flow);
  g_autoptr (NhiRegistrationForm) again = nhi_registration_flow_form (flow);
  g_autoptr (NhiRegistrationForm) changed = NULL;

  g_assert_cmpstr (first->idempotency_key, ==, again->idempotency_key);
  nhi_registration_flow_set (flow, NHI_REGISTRATION_FIELD_EMAIL, "other@example.org");
  changed = nhi_registration_flow_form (flow);
  g_assert_cmpstr (first->idempotency_key, !=, changed->idempotency_key);
}

static void
test_edit_returns_to_review (void)
{
  g_autoptr (NhiCardProfile) card = make_card ("A123456789");
  g_autoptr (NhiRegistrationFlow) flow = at_review (card);
  g_autofree char *shown = NULL;

  nhi_registration_flow_set_server_problem (flow, NHI_REGISTRATION_FIELD_EMAIL, "no such host");
  nhi_registration_flow_edit (flow, NHI_REGISTRATION_CONTACT);
  shown = nhi_registration_flow_shown_problem (flow, NHI_REGISTRATION_FIELD_EMAIL);
  g_assert_cmpstr (shown, ==, "no such host");
  g_assert_false (nhi_registration_flow_next (flow));
  nhi_registration_flow_set (flow, NHI_REGISTRATION_FIELD_EMAIL, "ming@example.net");
  g_assert_true (nhi_registration_flow_next (flow));
  g_assert_cmpint (nhi_registration_flow_step (flow), ==, NHI_REGISTRATION_REVIEW);
}

static void
test_back_loses_nothing (void)
{
  g_autoptr (NhiCardProfile) card = make_card ("A123456789");
  g_autoptr (NhiRegistrationFlow) flow = at_review (card);

  while (nhi_registration_flow_can_go_back (flow))
    nhi_registration_flow_back (flow);
  g_assert_cmpint (nhi_registration_flow_step (flow), ==, NHI_REGISTRATION_PREPARE);
  while (nhi_registration_flow_step (flow) < NHI_REGISTRATION_REVIEW)
    g_assert_true (nhi_registration_flow_next (flow));
}

static void
test_sent_wipes (void)
{
  g_autoptr (NhiCardProfile) card = make_card ("A123456789");
  g_autoptr (NhiRegistrationFlow) flow = at_review (card);

  nhi_registration_flow_sent (flow);
  g_assert_cmpint (nhi_registration_flow_step (flow), ==, NHI_REGISTRATION_SENT);
  g_assert_false (nhi_registration_flow_can_go_back (flow));
  for (guint i = 0; i < NHI_REGISTRATION_N_FIELDS; i++)
    g_assert_cmpstr (nhi_registration_flow_get (flow, (NhiRegistrationField)i), ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registration-flow/form-carries-folded-values", test_form);
  g_test_add_func ("/registration-flow/nothing-is-red-before-the-first-try",
                   test_not_red_before_trying);
  g_test_add_func ("/registration-flow/wrong-values-are-told", test_wrong_values);
  g_test_add_func ("/registration-flow/card-is-needed", test_card_is_needed);
  g_test_add_func ("/registration-flow/card-pulled-out-keeps-what-was-typed", test_card_pulled_out);
  g_test_add_func ("/registration-flow/another-person-finds-nothing", test_other_person);
  g_test_add_func ("/registration-flow/same-key-until-something-changes",
                   test_same_key_until_changed);
  g_test_add_func ("/registration-flow/edit-returns-to-the-review", test_edit_returns_to_review);
  g_test_add_func ("/registration-flow/back-loses-nothing", test_back_loses_nothing);
  g_test_add_func ("/registration-flow/sent-wipes-what-was-typed", test_sent_wipes);
  return g_test_run ();
}
