/* SPDX-License-Identifier: GPL-3.0-or-later
 * Card answers, sound and unsound, to profiles and back. */
#include "shared/card/profile.h"

#include <string.h>

#include "shared/calendar/roc-date.h"

/* A sound answer; tests put other bytes into it. */
static void
fill_answer (guint8 answer[59], const char *name, gsize name_length)
{
  memset (answer, 0, 59);
  memcpy (answer, "000012345678", 12);
  memcpy (answer + 12, name, MIN (name_length, 20));
  memcpy (answer + 32,
          "A123456789"
          "0750505"
          "M"
          "1100401",
          25);
  answer[57] = 0x90;
}

typedef struct
{
  const char *bytes;
  gsize length;
  const char *name;
  gboolean complete;
} NameCase;

#define NAME(bytes, name, complete)                                                                \
  {                                                                                                \
    bytes, sizeof (bytes) - 1, name, complete                                                      \
  }
#define WANG "\xa4\xfd"  /* 王 */
#define XIAO "\xa4\x70"  /* 小 */
#define MING "\xa9\xfa"  /* 明 */
#define BLANK "\xa1\x40" /* full-width space */

static const NameCase name_cases[] = {
  NAME (WANG XIAO MING, "王小明", TRUE),
  NAME (WANG XIAO MING "   ", "王小明", TRUE),
  NAME (WANG XIAO MING "              ", "王小明", TRUE),
  NAME (BLANK WANG BLANK XIAO BLANK BLANK, "王　小", TRUE),
  NAME (WANG "\0" XIAO, "王", TRUE),
  NAME ("\xf9\xd6" WANG, "碁王", TRUE),
  NAME (WANG "\xfa\x40" MING, "王\xef\xbf\xbd明", FALSE), /* user-defined area */
  NAME (WANG "\x8b\xf6", "王\xef\xbf\xbd", FALSE),        /* Hong Kong's 黄, not Taiwan's */
  NAME (WANG "\xff" MING, "王\xef\xbf\xbd明", FALSE),
  NAME (WANG "\xa4\x20" MING, "王\xef\xbf\xbd 明", FALSE), /* lone lead byte in the middle */
  NAME (WANG "\xa4", "王", FALSE),                         /* cut in half */
  NAME (WANG "\x07" MING, "王\xef\xbf\xbd明", FALSE),
  NAME (WANG WANG WANG WANG WANG WANG WANG WANG WANG WANG, "王王王王王王王王王王", FALSE),
  NAME ("a" WANG WANG WANG WANG WANG WANG WANG WANG WANG "\xa4", "a王王王王王王王王王", FALSE),
  NAME ("ALEXANDRA CHRISTINA", "ALEXANDRA CHRISTINA", TRUE),
  NAME ("ALEXANDRA CHRISTINAX", "ALEXANDRA CHRISTINAX", FALSE),
  NAME ("", "", FALSE),
  NAME (BLANK "  ", "", FALSE),
};

static void
test_names (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (name_cases); i++)
    {
      g_autoptr (NhiCardProfile) profile = NULL;
      g_autoptr (GError) error = NULL;
      guint8 answer[59];

      fill_answer (answer, name_cases[i].bytes, name_cases[i].length);
      profile = nhi_card_profile_parse (answer, sizeof answer, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (profile->name, ==, name_cases[i].name);
      g_assert_cmpint (profile->name_is_complete, ==, name_cases[i].complete);
    }
}

static void
test_fields (void)
{
  g_autoptr (NhiCardProfile) profile = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *born = NULL;
  g_autofree char *issued = NULL;
  guint8 answer[59];

  fill_answer (answer, WANG, 2);
  profile = nhi_card_profile_parse (answer, sizeof answer, &error);
  g_assert_no_error (error);
  born = nhi_iso_date_format (&profile->birth_date);
  issued = nhi_iso_date_format (&profile->issued_on);
  g_assert_cmpstr (profile->card_number, ==, "000012345678");
  g_assert_cmpstr (profile->id_number, ==, "A123456789");
  g_assert_cmpstr (born, ==, "1986-05-05");
  g_assert_cmpstr (issued, ==, "2021-04-01");
  g_assert_cmpint (profile->sex, ==, 'M');
  g_assert_cmpint (profile->termination, ==, NHI_CARD_TERMINATION_UNKNOWN);
}

typedef struct
{
  gsize at;
  const char *bytes;
  gsize length; /* of the answer */
  int code;
} RefusedCase;

static const RefusedCase refused_cases[] = {
  { 57, "\x6a\x86", 59, NHI_CARD_ERROR_NOT_NHI }, { 0, "", 0, NHI_CARD_ERROR_NOT_NHI },
  { 0, "\x90", 1, NHI_CARD_ERROR_NOT_NHI },       { 0, "", 58, NHI_CARD_ERROR_NOT_NHI },
  { 0, "00001234567X", 59, NHI_CARD_ERROR_DATA }, { 11, "\x00", 59, NHI_CARD_ERROR_DATA },
  { 32, "A323456789", 59, NHI_CARD_ERROR_DATA },  { 42, "0751305", 59, NHI_CARD_ERROR_DATA },
  { 42, " 750505", 59, NHI_CARD_ERROR_DATA },     { 49, "X", 59, NHI_CARD_ERROR_DATA },
  { 50, "1100431", 59, NHI_CARD_ERROR_DATA },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused_cases); i++)
    {
      const RefusedCase *c = &refused_cases[i];
      g_autoptr (GError) error = NULL;
      guint8 answer[59];

      fill_answer (answer, WANG, 2);
      memcpy (answer + c->at, c->bytes, MAX (strlen (c->bytes), c->at == 11 ? 1 : 0));
      g_assert_null (nhi_card_profile_parse (answer, c->length, &error));
      g_assert_error (error, NHI_CARD_ERROR, c->code);
    }
}

static void
test_status_alone_is_short (void)
{
  static const guint8 answer[] = { 0x90, 0x00 };
  g_autoptr (GError) error = NULL;

  g_assert_null (nhi_card_profile_parse (answer, sizeof answer, &error));
  g_assert_error (error, NHI_CARD_ERROR, NHI_CARD_ERROR_SHORT);
}

/* Some programs ask with Le = 00; a card may then send more than the 57 bytes. */
static void
test_longer_answer (void)
{
  g_autoptr (NhiCardProfile) profile = NULL;
  g_autoptr (GError) error = NULL;
  guint8 answer[80] = { 0 };

  fill_answer (answer, WANG, 2);
  answer[57] = 0;
  answer[78] = 0x90;
  profile = nhi_card_profile_parse (answer, sizeof answer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (profile->name, ==, "王");
}

typedef struct
{
  const char *answer;
  gsize length;
  NhiCardTermination termination;
} TerminationCase;

static const TerminationCase termination_cases[] = {
  { "Y\x90\x00", 3, NHI_CARD_TERMINATION_YES },
  { "1\x90\x00", 3, NHI_CARD_TERMINATION_YES },
  { "N  \x90\x00", 5, NHI_CARD_TERMINATION_NO },
  { "0\x90\x00", 3, NHI_CARD_TERMINATION_NO },
  { "\x90\x00", 2, NHI_CARD_TERMINATION_UNKNOWN },
  { "Y\x6a\x86", 3, NHI_CARD_TERMINATION_UNKNOWN },
  { "?\x90\x00", 3, NHI_CARD_TERMINATION_UNKNOWN },
  { NULL, 0, NHI_CARD_TERMINATION_UNKNOWN },
};

static void
test_termination (void)
{
  g_autoptr (NhiCardProfile) profile = NULL;
  guint8 answer[59];

  fill_answer (answer, WANG, 2);
  profile = nhi_card_profile_parse (answer, sizeof answer, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (termination_cases); i++)
    {
      g_autoptr (NhiCardProfile) told =
          nhi_card_profile_with_termination (profile, (const guint8 *)termination_cases[i].answer,
                                             termination_cases[i].length);

      g_assert_cmpint (told->termination, ==, termination_cases[i].termination);
      g_assert_cmpint (nhi_card_profile_equal (profile, told), ==,
                       told->termination == NHI_CARD_TERMINATION_UNKNOWN);
    }
}

static void
test_encode (void)
{
  NhiCardProfile person = { .card_number = (char *)"000098765432",
                            .name = (char *)"歐陽峯娜美",
                            .id_number = (char *)"A800000014",
                            .sex = 'F' };
  g_autoptr (NhiCardProfile) back = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (nhi_iso_date_parse ("2024-02-29", &person.birth_date));
  g_assert_true (nhi_iso_date_parse ("2026-11-23", &person.issued_on));
  bytes = nhi_card_profile_encode (&person);
  back = nhi_card_profile_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back->name, ==, "歐陽?娜美");
  again = nhi_card_profile_encode (back);
  g_assert_true (g_bytes_equal (bytes, again));
}

static void
test_encode_cuts_between_characters (void)
{
  NhiCardProfile person = { .name = (char *)"a王王王王王王王王王王王" };
  g_autoptr (GBytes) bytes = nhi_card_profile_encode (&person);
  const guint8 *data = g_bytes_get_data (bytes, NULL);

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 59);
  g_assert_cmphex (data[12 + 18], ==, 0xfd);
  g_assert_cmphex (data[12 + 19], ==, 0);
}

typedef struct
{
  const char *atr;
  NhiAtrHint hint;
} AtrCase;

static const AtrCase atr_cases[] = {
  { "3BEE00008131FE4580318066409093060F17830F9000F3", NHI_ATR_NHI },
  { "3BEE00008131FE4580318066409093060F1783019000FD", NHI_ATR_NHI },
  { "3BFC180000"
    "8131FE458073C8211366020403550002D2",
    NHI_ATR_NHI },
  { "3BFD1300008131FE454A434F5032317632333147"
    "4454E1",
    NHI_ATR_NHI },
  { "3BFF1800FF8131FE455448434331305445434F4744484E3224", NHI_ATR_NHI },
  { "3BFF1800FF8131FE455448434331305445434F4744494E3126", NHI_ATR_NHI },
  { "3BFA1800008131FE4550564A434F503453494493", NHI_ATR_NHI },
  { "3BFA1800008131FE45534C4A3532477878797"
    "9FC",
    NHI_ATR_NHI },
  { "3BFD1800008131FE45534C4A35324778787979797A52AA", NHI_ATR_NHI },
  { "003BFD1800008131FE45534C4A35324778787979797A52AA", NHI_ATR_NHI },
  { "3BF91800008131FE4550565F4A3244303831B6", NHI_ATR_HEALTH_PROFESSIONAL },
  { "3BB813008131FA524348544D4F494341A5", NHI_ATR_CITIZEN_CERTIFICATE },
  { "3BD8960081B1FE451F07434854"
    "47504B49"
    "4ADD",
    NHI_ATR_CITIZEN_CERTIFICATE },
  { "3B8B80010031C164084021300090"
    "0057",
    NHI_ATR_CITIZEN_CERTIFICATE },
  { "3B00", NHI_ATR_UNKNOWN },
  { "", NHI_ATR_UNKNOWN },
};

static void
test_atr (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (atr_cases); i++)
    {
      guint8 atr[64];
      gsize length = strlen (atr_cases[i].atr) / 2;

      for (gsize j = 0; j < length; j++)
        atr[j] = (guint8)(g_ascii_xdigit_value (atr_cases[i].atr[2 * j]) << 4 |
                          g_ascii_xdigit_value (atr_cases[i].atr[2 * j + 1]));
      g_assert_cmpint (nhi_atr_hint (atr, length), ==, atr_cases[i].hint);
    }
  g_assert_cmpint (nhi_atr_hint (NULL, 0), ==, NHI_ATR_UNKNOWN);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/fields-of-the-layout", test_fields);
  g_test_add_func ("/card/names-and-their-bytes", test_names);
  g_test_add_func ("/card/unsound-answers-are-refused", test_refused);
  g_test_add_func ("/card/status-alone-is-short", test_status_alone_is_short);
  g_test_add_func ("/card/longer-answer", test_longer_answer);
  g_test_add_func ("/card/termination-flag", test_termination);
  g_test_add_func ("/card/encode-and-back", test_encode);
  g_test_add_func ("/card/encode-cuts-between-characters", test_encode_cuts_between_characters);
  g_test_add_func ("/card/atr-hints", test_atr);
  return g_test_run ();
}
