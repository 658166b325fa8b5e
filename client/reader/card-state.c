/* SPDX-License-Identifier: GPL-3.0-or-later
 * The states of a card: which one wins among readers, and the words a person reads. */
#include "client/reader/reader-private.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *nick;
  guint rank; /* the higher one speaks for all readers together */
  const char *title;
  const char *advice;
} StateInfo;

static const StateInfo STATES[] = {
  [NHI_CARD_STATE_STARTING] = { "starting", 0, N_ ("Looking for card readers"),
                                N_ ("This takes a moment.") },
  [NHI_CARD_STATE_NO_SERVICE] = { "no-service", 1, N_ ("The card reader service is not running"),
                                  N_ ("Open the environment check: it says what is missing and "
                                      "how to start it.") },
  [NHI_CARD_STATE_NO_READER] = { "no-reader", 2, N_ ("No card reader"),
                                 N_ ("Connect a card reader to this computer.") },
  [NHI_CARD_STATE_OTHER_CARD] = { "other-card", 3, N_ ("This is not an NHI card"),
                                  N_ ("Take it out and insert the NHI card.") },
  [NHI_CARD_STATE_NO_CARD] = { "no-card", 4, N_ ("Insert the NHI card"),
                               N_ ("Put the card into the reader with the chip first and facing "
                                   "up.") },
  [NHI_CARD_STATE_MUTE] = { "mute", 5, N_ ("The card does not answer"),
                            N_ ("Take the card out, wipe its chip with a dry cloth, and insert it "
                                "with the chip first and facing up.") },
  [NHI_CARD_STATE_UNREADABLE] = { "unreadable", 6, N_ ("The card could not be read"),
                                  N_ ("Take the card out and insert it again. If it happens "
                                      "again, an NHIA office can check the card.") },
  [NHI_CARD_STATE_BUSY] = { "busy", 7, N_ ("Another program is using the card"),
                            N_ ("Close the other program, or wait: the card is read by itself as "
                                "soon as it is free.") },
  [NHI_CARD_STATE_READING] = { "reading", 8, N_ ("Reading the card"),
                               N_ ("Leave the card in the reader.") },
  [NHI_CARD_STATE_READ] = { "read", 9, N_ ("The NHI card was read"),
                            N_ ("When the card is taken out, its data leaves the screen.") },
};

GType
nhi_card_state_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    {
      static GEnumValue values[G_N_ELEMENTS (STATES) + 1];

      for (guint i = 0; i < G_N_ELEMENTS (STATES); i++)
        values[i] = (GEnumValue){ (int)i, STATES[i].nick, STATES[i].nick };
      g_once_init_leave (&type, g_enum_register_static ("NhiCardState", values));
    }
  return type;
}

guint
nhi_card_state_rank (NhiCardState state)
{
  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (STATES), 0);
  return STATES[state].rank;
}

const char *
nhi_card_state_nick (NhiCardState state)
{
  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (STATES), "");
  return STATES[state].nick;
}

const char *
nhi_card_state_title (NhiCardState state)
{
  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (STATES), "");
  return _ (STATES[state].title);
}

const char *
nhi_card_state_advice (NhiCardState state)
{
  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (STATES), "");
  return _ (STATES[state].advice);
}
