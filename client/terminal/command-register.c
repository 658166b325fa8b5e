/* SPDX-License-Identifier: GPL-3.0-or-later
 * `nhicard register`: the person whose card is in the reader. */
#include <glib/gi18n.h>

#include "client/terminal/terminal-private.h"
#include "shared/identity/contact.h"
#include "shared/identity/divisions.h"

typedef struct
{
  char *household_number;
  char *village_code;
  char *address;
  int neighbourhood;
  char *email;
  char *phone;
  char *password_file;
} Typed;

static void
typed_clear (Typed *typed)
{
  g_free (typed->household_number);
  g_free (typed->village_code);
  g_free (typed->address);
  g_free (typed->email);
  g_free (typed->phone);
  g_free (typed->password_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Typed, typed_clear)

/* People write 台 and 臺 for the same. */
static char *
fold_name (const char *name)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (name));
  g_auto (GStrv) parts = g_strsplit (trimmed, "台", -1);
  g_autofree char *joined = g_strjoinv ("臺", parts);

  return g_utf8_casefold (joined, -1);
}

static const NhiDivision *
find_by_name (const NhiDivision *divisions, gsize count, const char *name)
{
  g_autofree char *wanted = fold_name (name);

  for (gsize i = 0; i < count; i++)
    {
      g_autofree char *chinese = fold_name (divisions[i].name);
      g_autofree char *english = fold_name (divisions[i].name_en);

      if (g_str_equal (chinese, wanted) || g_str_equal (english, wanted))
        return &divisions[i];
    }
  return NULL;
}

/* "county/town/village" -> code; NULL with the part that is not there. */
static char *
find_village (const char *address, char **ret_unknown)
{
  const NhiDivisions *all = nhi_divisions_get_default ();
  g_auto (GStrv) parts = g_strsplit (address, "/", 4);
  const NhiDivision *division = NULL;
  gsize count;

  if (g_strv_length (parts) != 3)
    {
      *ret_unknown = g_strdup (address);
      return NULL;
    }
  for (guint level = 0; level < 3; level++)
    {
      const NhiDivision *list = level == 0   ? nhi_divisions_counties (all, &count)
                                : level == 1 ? nhi_divisions_towns (all, division->code, &count)
                                             : nhi_divisions_villages (all, division->code, &count);

      division = find_by_name (list, count, parts[level]);
      if (division == NULL)
        {
          *ret_unknown = g_strdup (parts[level]);
          return NULL;
        }
    }
  return g_strdup (division->code);
}

static gboolean
refuse (NhiTerminal *terminal, NhiExit *ret_exit, const char *field, const char *text)
{
  *ret_exit = nhi_terminal_fail (terminal, NHI_EXIT_REFUSED, field, text);
  return FALSE;
}

static gboolean
take_village (NhiTerminal *terminal,
              const Typed *typed,
              NhiRegistrationForm *form,
              NhiExit *ret_exit)
{
  g_autofree char *unknown = NULL;
  g_autofree char *text = NULL;

  if (typed->village_code != NULL)
    {
      form->village_code = g_strdup (typed->village_code);
      if (!nhi_village_code_is_valid (form->village_code))
        return refuse (terminal, ret_exit, "village_code", _ ("A village code has 11 digits."));
      return TRUE;
    }
  if (typed->address == NULL)
    return refuse (terminal, ret_exit, "village_code",
                   _ ("Give the address: --address COUNTY/TOWN/VILLAGE, or --village-code CODE."));

  form->village_code = find_village (typed->address, &unknown);
  if (form->village_code != NULL)
    return TRUE;
  /* Translators: %s is the part of an address that is not in the list. */
  text = g_strdup_printf (_ ("“%s” was not found. Write the address as COUNTY/TOWN/VILLAGE, as it "
                             "stands in the household register."),
                          unknown);
  return refuse (terminal, ret_exit, "village_code", text);
}

static gboolean
take_typed (NhiTerminal *terminal, const Typed *typed, NhiRegistrationForm *form, NhiExit *ret_exit)
{
  if (typed->household_number != NULL)
    {
      g_autofree char *folded = nhi_text_fold_width (typed->household_number);

      form->household_number = g_ascii_strup (folded, -1);
    }
  if (form->household_number == NULL || !nhi_household_number_is_valid (form->household_number))
    return refuse (terminal, ret_exit, "household_number",
                   _ ("The household number (--household-number) is a letter and 7 digits; it "
                      "stands in the upper right corner of the household register."));
  if (!take_village (terminal, typed, form, ret_exit))
    return FALSE;
  if (typed->neighbourhood < 1 || typed->neighbourhood > NHI_NEIGHBOURHOOD_MAX)
    return refuse (terminal, ret_exit, "neighbourhood",
                   _ ("The neighbourhood (--neighbourhood) is a number from 1 to 999."));
  form->neighbourhood = (guint)typed->neighbourhood;
  if (typed->email == NULL || !nhi_email_is_valid (typed->email))
    return refuse (terminal, ret_exit, "email",
                   _ ("Give an email address (--email), like name@example.org."));
  form->email = g_strdup (typed->email);
  form->phone = typed->phone != NULL ? nhi_phone_normalise (typed->phone) : NULL;
  if (form->phone == NULL)
    return refuse (terminal, ret_exit, "phone",
                   _ ("Give a Taiwanese phone number (--phone), like 0912345678."));
  return TRUE;
}

static gboolean
take_password (NhiTerminal *terminal,
               const Typed *typed,
               const NhiCardProfile *profile,
               NhiRegistrationForm *form,
               NhiExit *ret_exit)
{
  form->password = nhi_terminal_password (terminal, typed->password_file, TRUE, ret_exit);
  if (form->password == NULL)
    return FALSE;

  switch (nhi_password_judge (form->password, profile->id_number, profile->card_number,
                              &profile->birth_date))
    {
    case NHI_PASSWORD_TOO_SHORT:
      return refuse (terminal, ret_exit, "password",
                     _ ("The password is too short: at least 8 characters."));
    case NHI_PASSWORD_TOO_LONG:
      return refuse (terminal, ret_exit, "password",
                     _ ("The password is too long: at most 256 characters."));
    case NHI_PASSWORD_COMMON:
      return refuse (terminal, ret_exit, "password",
                     _ ("Many people use this password, so it is guessed first. Choose another."));
    case NHI_PASSWORD_PERSONAL:
      return refuse (terminal, ret_exit, "password",
                     _ ("The password must not hold your ID number, card number or birthday."));
    case NHI_PASSWORD_OK:
    default:
      return TRUE;
    }
}

static void
take_card (const NhiCardProfile *profile, NhiRegistrationForm *form)
{
  form->card_number = g_strdup (profile->card_number);
  form->id_number = g_strdup (profile->id_number);
  form->name = g_strdup (profile->name);
  form->birth_date = profile->birth_date;
}

static NhiExit
send_form (NhiTerminal *terminal, const NhiRegistrationForm *form)
{
  g_autoptr (NhiRegistrationReceipt) receipt = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;
  GAsyncResult *slot = NULL;

  nhi_remote_register_async (nhi_terminal_remote (terminal), form, NULL, nhi_terminal_keep, &slot);
  result = nhi_terminal_wait (&slot);
  receipt = nhi_remote_register_finish (terminal->remote, result, &error);
  if (receipt == NULL)
    return nhi_terminal_fail_error (terminal, error);

  if (terminal->json)
    {
      builder = json_builder_new ();
      json_builder_begin_object (builder);
      nhi_json_string (builder, "state", "pending");
      nhi_json_string (builder, "email", receipt->email_masked);
      nhi_json_instant (builder, "expires_at", receipt->expires_at);
      json_builder_end_object (builder);
      nhi_print_json (builder);
      return NHI_EXIT_OK;
    }
  time = nhi_local_time (receipt->expires_at);
  /* Translators: an email address, then a date and time. */
  text =
      g_strdup_printf (_ ("Sent. A letter is on its way to %s. Open the link in it before %s, or "
                          "the registration ends."),
                       receipt->email_masked, time);
  nhi_print ("%s\n", text);
  return NHI_EXIT_OK;
}

NhiExit
nhi_command_register (NhiTerminal *terminal, int argc, char **argv)
{
  g_auto (Typed) typed = { 0 };
  g_autoptr (NhiRegistrationForm) form = nhi_registration_form_new ();
  g_autoptr (NhiCardProfile) profile = NULL;
  NhiExit code = NHI_EXIT_OK;
  const GOptionEntry entries[] = {
    { "household-number", 0, 0, G_OPTION_ARG_STRING, &typed.household_number,
      N_ ("household number, a letter and 7 digits"), N_ ("NUMBER") },
    { "address", 0, 0, G_OPTION_ARG_STRING, &typed.address,
      N_ ("registered address, Chinese or English names"), N_ ("COUNTY/TOWN/VILLAGE") },
    { "village-code", 0, 0, G_OPTION_ARG_STRING, &typed.village_code,
      N_ ("official village code, instead of the address"), N_ ("CODE") },
    { "neighbourhood", 0, 0, G_OPTION_ARG_INT, &typed.neighbourhood,
      N_ ("neighbourhood of the address"), N_ ("NUMBER") },
    { "email", 0, 0, G_OPTION_ARG_STRING, &typed.email, N_ ("where the letter goes"),
      N_ ("ADDRESS") },
    { "phone", 0, 0, G_OPTION_ARG_STRING, &typed.phone, N_ ("mobile or other phone"),
      N_ ("NUMBER") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &typed.password_file,
      N_ ("file whose first line is the password, - for the standard input"), N_ ("FILE") },
    { NULL },
  };

  if (!nhi_terminal_parse (terminal, "register", entries, 0, &argc, &argv, &code) ||
      !take_typed (terminal, &typed, form, &code))
    return code;
  profile = nhi_terminal_read_card (terminal, &code);
  if (profile == NULL || !take_password (terminal, &typed, profile, form, &code))
    return code;
  take_card (profile, form);
  return send_form (terminal, form);
}
