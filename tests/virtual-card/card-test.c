/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the virtual card answers, byte for byte, healthy and in each of its faults. */
#include "tests/virtual-card/persona.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define TABLE                                                                                      \
  "key\tcard_name\tid_number\tcard_number\tbirth_date\tsex\tissued_on\tcard_state\n"               \
  "someone\t林小明\tA123456789\t000012345678\t1978-03-05\tM\t2021-11-30\tactive\n"              \
  "gone\t陳美麗\tA223456781\t000012345679\t1990-12-31\tF\t2015-01-02\tterminated\n"             \
  "broken\t陳美麗\tA223456781\t000012345679\t1990-13-31\tF\t2015-01-02\tactive\n"

static char *
write_table (void)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int file = g_file_open_tmp ("personas-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (file, NULL);
  g_file_set_contents (path, TABLE, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
load (const char *persona, VirtualCard *card)
{
  g_autofree char *path = write_table ();
  g_autoptr (GError) error = NULL;
  gboolean loaded = persona_load (path, persona, card, &error);

  g_unlink (path);
  g_assert_no_error (error);
  g_assert_true (loaded);
}

static guint16
status_of (GBytes *answer)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (answer, &length);

  g_assert_cmpuint (length, >=, 2);
  return data[length - 2] << 8 | data[length - 1];
}

static guint16
status_after (VirtualCard *card, const guint8 *command, gsize length)
{
  g_autoptr (GBytes) answer = virtual_card_answer (card, command, length);

  return status_of (answer);
}

static void
test_read (void)
{
  VirtualCard card = { 0 };
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (NhiCardProfile) profile = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  const guint8 *data;

  load ("someone", &card);
  g_assert_cmphex (status_after (&card, NHI_APDU_SELECT, sizeof NHI_APDU_SELECT), ==, 0x9000);
  answer = virtual_card_answer (&card, NHI_APDU_READ_BASIC, sizeof NHI_APDU_READ_BASIC);
  data = g_bytes_get_data (answer, &length);
  g_assert_cmpuint (length, ==, NHI_CARD_BASIC_DATA_LENGTH + 2);
  g_assert_cmpmem (data, 12, "000012345678", 12);
  g_assert_cmpmem (data + 12, 8, "\xAA\x4C\xA4\x70\xA9\xFA\0\0", 8);
  g_assert_cmpmem (data + 32, 25, "A1234567890670305M1101130", 25);
  profile = nhi_card_profile_parse (data, length, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (profile->name, ==, "林小明");
  virtual_card_clear (&card);
}

static void
test_read_with_le (void)
{
  VirtualCard card = { 0 };
  guint8 command[sizeof NHI_APDU_READ_BASIC + 1] = { 0 };

  load ("someone", &card);
  memcpy (command, NHI_APDU_READ_BASIC, sizeof NHI_APDU_READ_BASIC);
  g_assert_cmphex (status_after (&card, command, sizeof command), ==, 0x9000);
  virtual_card_clear (&card);
}

static void
test_termination (void)
{
  static const struct
  {
    const char *persona;
    char flag;
  } cases[] = { { "someone", '0' }, { "gone", '1' } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      VirtualCard card = { 0 };
      g_autoptr (GBytes) answer = NULL;

      load (cases[i].persona, &card);
      answer =
          virtual_card_answer (&card, NHI_APDU_READ_TERMINATION, sizeof NHI_APDU_READ_TERMINATION);
      g_assert_cmpint (*(const char *)g_bytes_get_data (answer, NULL), ==, cases[i].flag);
      g_assert_cmphex (status_of (answer), ==, 0x9000);
      virtual_card_clear (&card);
    }
}

static void
test_faults (void)
{
  static const struct
  {
    VirtualCard card;
    guint16 select, read;
  } cases[] = {
    { { .new_generation = TRUE }, 0x6D00, 0x9000 },
    { { .kind = VIRTUAL_CARD_HEALTH_PROFESSIONAL }, 0x6A82, 0x6A86 },
    { { .kind = VIRTUAL_CARD_CERTIFICATE }, 0x6A82, 0x6A86 },
    { { .status_word = 0x6F00 }, 0x6F00, 0x6F00 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      VirtualCard card = { 0 };

      load ("someone", &card);
      card.new_generation = cases[i].card.new_generation;
      card.kind = cases[i].card.kind;
      card.status_word = cases[i].card.status_word;
      g_assert_cmphex (status_after (&card, NHI_APDU_SELECT, sizeof NHI_APDU_SELECT), ==,
                       cases[i].select);
      g_assert_cmphex (status_after (&card, NHI_APDU_READ_BASIC, sizeof NHI_APDU_READ_BASIC), ==,
                       cases[i].read);
      virtual_card_clear (&card);
    }
}

static void
test_pull (void)
{
  VirtualCard card = { .pull_after = 2 };

  status_after (&card, NHI_APDU_SELECT, sizeof NHI_APDU_SELECT);
  g_assert_false (virtual_card_leaves_now (&card));
  status_after (&card, NHI_APDU_READ_BASIC, sizeof NHI_APDU_READ_BASIC);
  g_assert_true (virtual_card_leaves_now (&card));
}

static void
test_garbage (void)
{
  VirtualCard first = { .garbage = g_rand_new_with_seed (7) };
  VirtualCard second = { .garbage = g_rand_new_with_seed (7) };

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GBytes) a = virtual_card_answer (&first, NHI_APDU_SELECT, sizeof NHI_APDU_SELECT);
      g_autoptr (GBytes) b = virtual_card_answer (&second, NHI_APDU_SELECT, sizeof NHI_APDU_SELECT);
      g_assert_true (g_bytes_equal (a, b));
    }
  virtual_card_clear (&first);
  virtual_card_clear (&second);
}

static void
test_atr (void)
{
  static const struct
  {
    VirtualCard card;
    NhiAtrHint hint;
    gsize length;
  } cases[] = {
    { { .kind = VIRTUAL_CARD_NHI }, NHI_ATR_NHI, 20 },
    { { .kind = VIRTUAL_CARD_HEALTH_PROFESSIONAL }, NHI_ATR_HEALTH_PROFESSIONAL, 19 },
    { { .kind = VIRTUAL_CARD_CERTIFICATE }, NHI_ATR_CITIZEN_CERTIFICATE, 19 },
    { { .mute = TRUE }, NHI_ATR_NHI, 20 },
    { { .mute = TRUE, .powered = TRUE }, NHI_ATR_UNKNOWN, 34 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) atr = virtual_card_atr (&cases[i].card);
      gsize length;
      const guint8 *data = g_bytes_get_data (atr, &length);

      g_assert_cmpuint (length, ==, cases[i].length);
      g_assert_cmpint (nhi_atr_hint (data, length), ==, cases[i].hint);
    }
}

static void
test_bad_rows (void)
{
  static const char *const personas[] = { "nobody", "broken" };
  g_autofree char *path = write_table ();

  for (guint i = 0; i < G_N_ELEMENTS (personas); i++)
    {
      VirtualCard card = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (persona_load (path, personas[i], &card, &error));
      g_assert_nonnull (strstr (error->message, personas[i]));
      g_assert_null (card.basic_data);
    }
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/virtual-card/read-has-the-bytes-of-the-layout", test_read);
  g_test_add_func ("/virtual-card/read-knows-a-trailing-le", test_read_with_le);
  g_test_add_func ("/virtual-card/tells-termination", test_termination);
  g_test_add_func ("/virtual-card/each-fault-has-its-status-words", test_faults);
  g_test_add_func ("/virtual-card/leaves-after-the-nth-command", test_pull);
  g_test_add_func ("/virtual-card/garbage-repeats-with-its-seed", test_garbage);
  g_test_add_func ("/virtual-card/atr-is-of-its-family", test_atr);
  g_test_add_func ("/virtual-card/refuses-unknown-and-broken-rows", test_bad_rows);
  return g_test_run ();
}
