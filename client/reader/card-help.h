/* SPDX-License-Identifier: GPL-3.0-or-later
 * What every code of the card module means to a person: cause, next step, whether trying again
 * helps, the insurer's own number. */
#pragma once

#include "client/reader/reader-monitor.h"

G_BEGIN_DECLS

typedef enum
{
  NHI_CARD_RETRY_BY_ITSELF,     /* the program does it, nobody has to press anything */
  NHI_CARD_RETRY_HELPS,         /* once more may be enough */
  NHI_CARD_RETRY_AFTER_MENDING, /* the same comes again until the cause is gone */
} NhiCardRetry;

/* Which drawing shows what to do. */
typedef enum
{
  NHI_CARD_PICTURE_NONE,
  NHI_CARD_PICTURE_READERS,     /* the kinds of readers and where the card goes in */
  NHI_CARD_PICTURE_ORIENTATION, /* chip first and up, and the wrong way round */
} NhiCardPicture;

/**
 * NhiCardHelp:
 * @state: the state that the code belongs to
 * @insurer_code: (nullable): what the insurer's own pages call it, for a person who calls there
 * @title: a few words
 * @cause: why it happens, whole sentences
 * @action: what to do next, whole sentences
 *
 * All strings are translated and live as long as the program.
 */
typedef struct
{
  NhiCardState state;
  NhiCardRetry retry;
  NhiCardPicture picture;
  const char *insurer_code;
  const char *title;
  const char *cause;
  const char *action;
} NhiCardHelp;

/**
 * nhi_card_help_find:
 * @code: (nullable): a fault code ("PCSC-8010001D", "SW-6A82", "DATA-FIELD"), a state's nick
 * ("no-card") or an insurer's number ("7004"), in either case of letters
 *
 * Returns: FALSE when the code is none of ours; then @ret_help is left as it was
 */
gboolean nhi_card_help_find (const char *code, NhiCardHelp *ret_help);

/**
 * nhi_card_help_for:
 * @fault_code: (nullable): of the monitor, beside @state
 *
 * Always fills @ret_help: a code without an entry leaves the help of the state.
 */
void nhi_card_help_for (NhiCardState state, const char *fault_code, NhiCardHelp *ret_help);

/* "The program tries again by itself.", … Translated. */
const char *nhi_card_retry_words (NhiCardRetry retry);

G_END_DECLS
