/* SPDX-License-Identifier: GPL-3.0-or-later
 * One request and its answer, between libsoup's message and the values that handlers know. */
#pragma once

#include <libsoup/soup.h>

#include "service/http/handler.h"
#include "service/http/router.h"

G_BEGIN_DECLS

typedef struct {
  SoupServerMessage *message;
  NhiRequest request; /* its pointers are owned by the fields below or by @message */
  NhiRouterMatch match;
  NhiRouterVerdict verdict;
  GHashTable *headers;
  GBytes *body;
  char *network;
  char *person_id;
  char *session_id;
  NhiResponse *response; /* what the pool thread leaves for the loop */
  gpointer owner;        /* the server */
} NhiExchange;

/* Copies everything out of @message and finds its route. On the loop. */
NhiExchange *nhi_exchange_new (SoupServerMessage *message, const NhiRouter *router, GHashTable *query);
void nhi_exchange_free (NhiExchange *exchange);

/* (nullable) (transfer none): what stands behind "Bearer " */
const char *nhi_exchange_get_token (const NhiExchange *exchange);

/* TRUE when a person's browser asks, so that errors are pages too. */
gboolean nhi_exchange_wants_page (const NhiExchange *exchange);

/* Writes @exchange's response into its message, with the fields every answer has. On the loop. */
void nhi_exchange_answer (NhiExchange *exchange, gboolean https, gboolean last);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NhiExchange, nhi_exchange_free)

G_END_DECLS
