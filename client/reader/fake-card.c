/* SPDX-License-Identifier: GPL-3.0-or-later
 * The cards of the scripted PC/SC: a good one, and each kind of bad one. */
#include "client/reader/fake-pcsc.h"

#include <string.h>

#include "shared/card/profile.h"

static gsize
say (guint8 *answer, guint16 word)
{
  answer[0] = word >> 8;
  answer[1] = word & 0xFF;
  return 2;
}

static gsize
basic_data (guint8 *answer)
{
  static const char text[] = "900000000018"
                             "\xb3\xaf\xac\xfc\xac\xc2\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                             "A2990000150750505F1080312";

  G_STATIC_ASSERT (sizeof text - 1 == NHI_CARD_BASIC_DATA_LENGTH);
  memcpy (answer, text, NHI_CARD_BASIC_DATA_LENGTH);
  return NHI_CARD_BASIC_DATA_LENGTH + say (answer + NHI_CARD_BASIC_DATA_LENGTH, 0x9000);
}

static gboolean
is (const guint8 *command, guint8 instruction, guint8 p1)
{
  return command[1] == instruction && command[2] == p1;
}

gsize
nhi_fake_card_nhi (const guint8 *command, gsize length, guint8 *answer)
{
  if (is (command, 0xCA, 0x11))
    return basic_data (answer);
  if (is (command, 0xCA, 0x24))
    {
      answer[0] = '0';
      return 1 + say (answer + 1, 0x9000);
    }
  return say (answer, is (command, 0xA4, 0x04) ? 0x9000 : 0x6D00);
}

gsize
nhi_fake_card_newest (const guint8 *command, gsize length, guint8 *answer)
{
  return is (command, 0xCA, 0x11) ? basic_data (answer) : say (answer, 0x6D00);
}

gsize
nhi_fake_card_other (const guint8 *command, gsize length, guint8 *answer)
{
  return say (answer, is (command, 0xA4, 0x04) ? 0x6A82 : 0x6A86);
}

gsize
nhi_fake_card_broken (const guint8 *command, gsize length, guint8 *answer)
{
  gsize answer_length = nhi_fake_card_nhi (command, length, answer);

  if (is (command, 0xCA, 0x11))
    answer[49] = 'X';
  return answer_length;
}

/* Wants the right Le first, then gives the data in two pieces. */
gsize
nhi_fake_card_chained (const guint8 *command, gsize length, guint8 *answer)
{
  guint8 whole[64];

  if (is (command, 0xCA, 0x11) && length == 7)
    return say (answer, 0x6C39);
  basic_data (whole);
  if (is (command, 0xCA, 0x11))
    {
      g_assert_cmpuint (length, ==, 8);
      g_assert_cmpuint (command[7], ==, 0x39);
      memcpy (answer, whole, 30);
      return 30 + say (answer + 30, 0x611B);
    }
  if (command[1] == 0xC0)
    {
      g_assert_cmpuint (length, ==, 5);
      g_assert_cmpuint (command[4], ==, 0x1B);
      memcpy (answer, whole + 30, 27);
      return 27 + say (answer + 27, 0x9000);
    }
  return say (answer, 0x6D00);
}

gsize
nhi_fake_card_endless (const guint8 *command, gsize length, guint8 *answer)
{
  memset (answer, 'A', 200);
  return 200 + say (answer + 200, 0x61FF);
}

gsize
nhi_fake_card_short (const guint8 *command, gsize length, guint8 *answer)
{
  memset (answer, '0', 20);
  return 20 + say (answer + 20, 0x9000);
}
