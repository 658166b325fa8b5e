/* SPDX-License-Identifier: GPL-3.0-or-later
 * The answers of an NHI card, a health professional's card and a citizen certificate card. */
#include "tests/virtual-card/card.h"

#define GARBAGE_MAXIMUM 300

/* Real families; the historical bytes say SLJ52G, PV_J2D081 and CHTGPKI. */
static const guint8 ATR_NHI[] = { 0x3B, 0xFA, 0x18, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x53,
                                  0x4C, 0x4A, 0x35, 0x32, 0x47, 0x78, 0x78, 0x79, 0x79, 0xFC };
static const guint8 ATR_HEALTH_PROFESSIONAL[] = { 0x3B, 0xF9, 0x18, 0x00, 0x00, 0x81, 0x31,
                                                  0xFE, 0x45, 0x50, 0x56, 0x5F, 0x4A, 0x32,
                                                  0x44, 0x30, 0x38, 0x31, 0xB6 };
static const guint8 ATR_CERTIFICATE[] = { 0x3B, 0xD8, 0x96, 0x00, 0x81, 0xB1, 0xFE,
                                          0x45, 0x1F, 0x07, 0x43, 0x48, 0x54, 0x47,
                                          0x50, 0x4B, 0x49, 0x4A, 0xDD };

/* vpcd has no word for silence: no answer means that the card is gone. More bytes than an ATR can
 * have (33) make the power-on fail, as silence does at a real reader. */
static const guint8 SILENCE[34] = { 0 };

void
virtual_card_clear (VirtualCard *card)
{
  g_clear_pointer (&card->basic_data, g_bytes_unref);
  g_clear_pointer (&card->garbage, g_rand_free);
  *card = (VirtualCard){ 0 };
}

gboolean
virtual_card_kind_from_name (const char *name, VirtualCardKind *kind)
{
  static const struct
  {
    const char *name;
    VirtualCardKind kind;
  } kinds[] = {
    { "nhi", VIRTUAL_CARD_NHI },
    { "health-professional", VIRTUAL_CARD_HEALTH_PROFESSIONAL },
    { "certificate", VIRTUAL_CARD_CERTIFICATE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].name, name))
      {
        *kind = kinds[i].kind;
        return TRUE;
      }
  return FALSE;
}

/* vpcd asks for the ATR also to find out whether a card is there at all; a mute card is there. */
GBytes *
virtual_card_atr (const VirtualCard *card)
{
  if (card->mute && card->powered)
    return g_bytes_new_static (SILENCE, sizeof SILENCE);
  switch (card->kind)
    {
    case VIRTUAL_CARD_HEALTH_PROFESSIONAL:
      return g_bytes_new_static (ATR_HEALTH_PROFESSIONAL, sizeof ATR_HEALTH_PROFESSIONAL);
    case VIRTUAL_CARD_CERTIFICATE:
      return g_bytes_new_static (ATR_CERTIFICATE, sizeof ATR_CERTIFICATE);
    case VIRTUAL_CARD_NHI:
    default:
      return g_bytes_new_static (ATR_NHI, sizeof ATR_NHI);
    }
}

static GBytes *
status_word (guint16 word)
{
  const guint8 bytes[] = { word >> 8, word & 0xFF };

  return g_bytes_new (bytes, sizeof bytes);
}

static GBytes *
garbage (GRand *source)
{
  gsize length = g_rand_int_range (source, 0, GARBAGE_MAXIMUM + 1);
  g_autofree guint8 *bytes = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    bytes[i] = g_rand_int_range (source, 0, 256);
  return g_bytes_new_take (g_steal_pointer (&bytes), length);
}

/* GET DATA is known with and without a trailing Le. */
static gboolean
is_command (const guint8 *command, gsize length, const guint8 *known, gsize known_length)
{
  if (length == known_length + 1 && command[known_length] == 0)
    length--;
  return length == known_length && memcmp (command, known, length) == 0;
}

static GBytes *
answer_nhi (const VirtualCard *card, const guint8 *command, gsize length)
{
  const guint8 termination[] = { card->terminated ? '1' : '0', 0x90, 0x00 };

  if (is_command (command, length, NHI_APDU_SELECT, sizeof NHI_APDU_SELECT))
    return status_word (card->new_generation ? 0x6D00 : 0x9000);
  if (is_command (command, length, NHI_APDU_READ_BASIC, sizeof NHI_APDU_READ_BASIC))
    return card->basic_data ? g_bytes_ref (card->basic_data) : status_word (0x6A82);
  if (is_command (command, length, NHI_APDU_READ_TERMINATION, sizeof NHI_APDU_READ_TERMINATION))
    return g_bytes_new (termination, sizeof termination);
  return status_word (0x6D00);
}

/* Other cards know no NHI applet: SELECT finds no file, GET DATA has wrong parameters. */
static GBytes *
answer_other (const guint8 *command, gsize length)
{
  if (length >= 2 && command[1] == 0xA4)
    return status_word (0x6A82);
  if (length >= 2 && command[1] == 0xCA)
    return status_word (0x6A86);
  return status_word (0x6D00);
}

GBytes *
virtual_card_answer (VirtualCard *card, const guint8 *command, gsize length)
{
  card->commands++;
  if (card->garbage)
    return garbage (card->garbage);
  if (card->status_word)
    return status_word (card->status_word);
  if (card->kind != VIRTUAL_CARD_NHI)
    return answer_other (command, length);
  return answer_nhi (card, command, length);
}

gboolean
virtual_card_leaves_now (const VirtualCard *card)
{
  return card->pull_after > 0 && card->commands >= card->pull_after;
}
